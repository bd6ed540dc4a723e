import type { Answer, Experiment } from "../answer.ts";

/** A figure of the paper: the experiment behind it, as the text of an experiment file, and what is made of it. */
export interface PublishedFigure {
  readonly experiment: string;
  /** Fills `results.reproduction`, and whatever other group of results the report draws. */
  readonly reproduce: (experiment: Experiment) => Answer;
}

/** f(x) = ReLU(θ₂ ReLU(θ₁ x)) on (0.9, 0.9) and (2.5, 2.5), which Figs. 3 and 4 are about. */
export const twoWeightNetwork = `model:
  input: [1]
  layers:
    - { type: dense, units: 1, bias: false, activation: relu }
    - { type: dense, units: 1, bias: false, activation: relu }
data: { inputs: [[0.9], [2.5]], targets: [[0.9], [2.5]], weights: [0.5, 0.5] }
loss: { type: mse, scale: 0.5 }
`;
