import type { Node } from "./node.ts";
import type { Shape } from "./shape.ts";

/** One parameter tensor: where it stands in θ (or, when it is not trained, in the frozen vector). */
export interface ParameterSlot {
  readonly name: string;
  readonly shape: Shape;
  readonly buffer: "theta" | "frozen";
  readonly offset: number;
  readonly size: number;
}

/**
 * A loss as nodes: ℓ_i for `sampleCount` samples at once, and their weighted sum.
 * Buffers read: "theta" (length n), "frozen", the data buffers, and "weights" (one number a sample).
 */
export interface LossProgram {
  readonly sampleCount: number;
  /** Outputs a sample, k; 0 for a formula objective, which has no outputs. */
  readonly outputCount: number;
  /** The trained parameters, in the order of θ; each an `input` node of role "parameter". */
  readonly parameters: readonly { readonly slot: ParameterSlot; readonly node: Node }[];
  /** f, of shape [samples, k]; null for a formula objective. */
  readonly outputs: Node | null;
  /** ℓ_i, of shape [samples]. */
  readonly sampleLosses: Node;
  /** Σ_i weights_i · ℓ_i, a scalar. */
  readonly loss: Node;
}

/**
 * A training problem: a loss program for any number of samples, and the numbers that it reads.
 * Networks with data and formula objectives are the two kinds; everything above speaks of problems only.
 */
export interface Problem {
  /** n, the number of trained parameters. */
  readonly dimension: number;
  /** m. */
  readonly sampleCount: number;
  /** k; 0 for a formula objective. */
  readonly outputCount: number;
  readonly layout: readonly ParameterSlot[];
  /** p_i, positive, of sum 1: L = Σ p_i ℓ_i. */
  readonly weights: Float64Array;
  /** Values of the parameters that are not trained. */
  readonly frozen: Float64Array;
  /** Per buffer, the rows of all m samples one after another. Empty for a formula objective. */
  readonly data: Readonly<Record<string, Float64Array>>;
  /** Whether a program for fewer samples exists; a formula objective always evaluates all of its own. */
  readonly chunked: boolean;
  /** The same count gives the same nodes. */
  lossProgram(sampleCount: number): LossProgram;
}
