import { initialParameters, type LayerSpec, type LossSpec, networkProblem, readModel } from "../network/index.ts";
import type { Problem } from "../program/index.ts";
import { paperFigure1 } from "./toy-objectives.ts";

/** A problem whose gradient-descent map collapses an open set at known step sizes. */
export interface SingularExample {
  readonly name: string;
  readonly problem: Problem;
  /** Coupled weight decay. */
  readonly weightDecay: number;
  /** A point inside the piece that collapses. */
  readonly theta: Float64Array;
  /** Every exceptional step size of that piece. */
  readonly stepSizes: readonly number[];
  /** Whether the piece is all of parameter space. */
  readonly everywhere: boolean;
}

interface Recipe {
  readonly name: string;
  readonly input?: number;
  readonly layers: readonly LayerSpec[];
  readonly loss?: LossSpec;
  readonly inputs: readonly number[];
  readonly targets: readonly number[];
  readonly weightDecay?: number;
  readonly stepSizes: readonly number[];
  readonly everywhere?: boolean;
  /** Changes θ, drawn by PyTorch's law, so that it lies in the piece. */
  readonly enter?: (theta: Float64Array) => void;
}

const half: LossSpec = { type: "mse", scale: 0.5 };
const torch: LossSpec = { type: "mse", scale: "torch" };
const scalarInputs = [0.3, -0.7, 1];
const scalarTargets = [0.5, -0.2, 1];

const perceptron = (hidden: number, outputs: number, activation: "relu" | "hardTanh"): LayerSpec[] => [
  { type: "dense", units: hidden, activation },
  { type: "dense", units: outputs },
];
/** One-input nets: θ = hidden weights, hidden biases, … All hidden biases become `value`. */
const hiddenBias = (hidden: number, value: number) => (theta: Float64Array) => {
  theta.fill(value, hidden, 2 * hidden);
};

const recipes: readonly Recipe[] = [
  {
    name: "dead ReLU layer, PyTorch MSE, one output",
    layers: perceptron(3, 1, "relu"),
    loss: torch,
    inputs: scalarInputs,
    targets: scalarTargets,
    stepSizes: [0.5],
    enter: hiddenBias(3, -5),
  },
  {
    name: "dead ReLU layer, PyTorch MSE, three outputs",
    layers: perceptron(2, 3, "relu"),
    loss: torch,
    inputs: scalarInputs,
    targets: [...scalarTargets, ...scalarTargets, ...scalarTargets],
    stepSizes: [1.5],
    enter: hiddenBias(2, -5),
  },
  {
    name: "dead ReLU layer, half squared error",
    layers: perceptron(3, 1, "relu"),
    inputs: scalarInputs,
    targets: scalarTargets,
    stepSizes: [1],
    enter: hiddenBias(3, -5),
  },
  {
    name: "dead ReLU layer, half squared error, weight decay 0.25",
    layers: perceptron(3, 1, "relu"),
    inputs: scalarInputs,
    targets: scalarTargets,
    weightDecay: 0.25,
    stepSizes: [1 / 1.25, 1 / 0.25],
    enter: hiddenBias(3, -5),
  },
  {
    name: "hardTanh layer saturated at one sign, h = 4",
    layers: perceptron(4, 1, "hardTanh"),
    inputs: scalarInputs,
    targets: scalarTargets,
    stepSizes: [1 / 5],
    enter: hiddenBias(4, 5),
  },
  {
    // Gram matrix of the features (1, x), x = 1, −1, with weights ½: the identity.
    name: "linear probe on features of identity Gram matrix",
    layers: [{ type: "dense", units: 1 }],
    inputs: [1, -1],
    targets: [0.4, 0.9],
    stepSizes: [1],
    everywhere: true,
  },
  {
    name: "Kaczmarz step on one sample, ‖x‖² = 25",
    input: 2,
    layers: [{ type: "dense", units: 1, bias: false }],
    inputs: [3, 4],
    targets: [2],
    stepSizes: [1 / 25],
    everywhere: true,
  },
  {
    name: "linear units without hidden bias on centred inputs",
    layers: [
      { type: "dense", units: 2, bias: false },
      { type: "dense", units: 1 },
    ],
    inputs: [-1, 0.25, 0.75],
    targets: scalarTargets,
    stepSizes: [1],
    everywhere: true,
  },
  {
    name: "tanh units without hidden bias on inputs symmetric under sign",
    layers: [
      { type: "dense", units: 2, bias: false, activation: "tanh" },
      { type: "dense", units: 1 },
    ],
    inputs: [-1, 1, 0.5, -0.5],
    targets: [0.1, -0.3, 0.8, 0.5],
    stepSizes: [1],
    everywhere: true,
  },
];

/**
 * The natural singular maps: gradient descent on each collapses an open set at exactly the step sizes listed. Dead last
 * hidden layers (MSE with an output bias: 1/(2κ), with decay w also 1/w and 1/(2κ + w)), saturated units, linear probes
 * (reciprocal eigenvalues of the feature Gram matrix), and features of mean 0, where 1/(2κ) is exceptional everywhere.
 * Proofs: PROOFS, theorem H* and the remarks on φ̄ = 0; the last is Fig. 1 of Crăciun and Ghoshdastidar.
 */
export function singularExamples(): SingularExample[] {
  const figure1: SingularExample = {
    name: "outer piece of the paper's Fig. 1",
    problem: paperFigure1(),
    weightDecay: 0,
    theta: Float64Array.of(3),
    stepSizes: [0.5],
    everywhere: false,
  };
  return [...recipes.map(cook), figure1];
}

function cook(recipe: Recipe): SingularExample {
  const { input = 1, layers, loss = half, weightDecay = 0, stepSizes, everywhere = false, enter } = recipe;
  const model = readModel({ input: [input], layers });
  const inputs = Float64Array.from(recipe.inputs);
  const data = { inputs, targets: Float64Array.from(recipe.targets), sampleCount: inputs.length / input };
  const { theta } = initialParameters(model, "torch", 0);
  enter?.(theta);
  return { name: recipe.name, problem: networkProblem(model, loss, data), weightDecay, theta, stepSizes, everywhere };
}
