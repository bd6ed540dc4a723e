import type { Answer, Experiment } from "../answer.ts";

/** A figure of the paper: the experiment behind it, as the text of an experiment file, and what is made of it. */
export interface PublishedFigure {
  readonly experiment: string;
  /** Fills `results.reproduction`, and whatever other group of results the report draws. */
  readonly reproduce: (experiment: Experiment) => Answer;
}
