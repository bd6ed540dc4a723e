import type { Rng } from "../../../src/numeric/index.ts";
import type { Problem } from "../../../src/program/index.ts";
import type { Subject } from "../../../src/verify/index.ts";
import type { Fraction } from "./fraction.ts";

/** A problem whose answer is known by other means. */
export interface FuzzProblem {
  readonly problem: Problem;
  /** Coupled. */
  readonly weightDecay: Fraction;
  /** Weights of every batch that a step may see; null when every step sees all samples. */
  readonly batches: Subject["batches"];
  readonly theta: Float64Array;
  /** Step sizes that are worth asking about: exceptional ones and their neighbours. */
  readonly candidates: readonly Fraction[];
  /** Whether the map is singular at a step size; null when this oracle does not know. */
  singular(stepSize: Fraction): boolean | null;
  /** For the report of a failure. */
  readonly text: string;
}

export interface Family {
  readonly name: string;
  /** Of a thousand problems. */
  readonly share: number;
  draw(rng: Rng): FuzzProblem;
}
