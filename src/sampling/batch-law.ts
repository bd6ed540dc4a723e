import type { Rng } from "../numeric/index.ts";

export type LawName =
  | "with-replacement"
  | "without-replacement"
  | "reshuffle"
  | "shuffle-once"
  | "cyclic"
  | "label-balanced"
  | "antithetic";

/**
 * One step's samples: the step follows Σ_j weights[j] ∇ℓ_{indices[j]}.
 * The weights hold the 1/b of the batch mean and the step weights of importance; an index may occur twice.
 */
export interface Batch {
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** Batches one after the other. `next` may hand out the same arrays every time: read them before the next call. */
export interface BatchStream {
  next(): Batch;
}

/** A batch with every index once (weights added up), and the probability that a step sees it. */
export interface WeightedBatch extends Batch {
  readonly probability: number;
}

/**
 * Second moment of the batch operator H_B = Σ_j weights[j] H_{indices[j]} of independent batches:
 *
 *   E[H_B ⊗ H_B] = (1 − alpha) H ⊗ H + Σ_g coefficients[g] h_g ⊗ h_g,   h_g = Σ_{s in g} weights[s] H_{indices[s]},
 *
 * where group g owns the slots starts[g] ≤ s < starts[g + 1] and H = Σ p_i H_i. Mostly a group is one sample.
 * Coefficients can be negative for label-balanced batches (then alpha = 0 and the sum as a whole is a variance).
 */
export interface SecondMoment {
  readonly alpha: number;
  readonly coefficients: Float64Array;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/**
 * How batches are drawn. The mean weight of sample i in a step is p_i, so the mean step is that of L = Σ p_i ℓ_i.
 * (Only "cyclic" and "shuffle-once" with a short last batch differ: a batch is averaged over its own size, so the few
 * samples of the last one weigh more.)
 */
export interface BatchLaw {
  readonly name: LawName;
  /** b; the last batch of an epoch may be shorter. */
  readonly size: number;
  /** m */
  readonly sampleCount: number;
  /** p_i, adding up to 1. */
  readonly probabilities: Float64Array;
  /** w_i: in a full batch, sample i has weight w_i/b. 1 but for importance (p_i/q_i) and unequal classes. */
  readonly stepWeights: Float64Array;
  /** Steps until the law starts anew: 1 for independent batches, ⌈m/b⌉ for passes over the data. */
  readonly epochLength: number;
  /** The batches of an epoch when chance has no part in them; null otherwise. */
  readonly fixedEpoch: readonly Batch[] | null;
  /** Moments of independent batches; null when a step depends on the steps before it. */
  readonly secondMoment: SecondMoment | null;
  /** A realisation; the same generator state gives the same batches. Starts at the beginning of an epoch. */
  stream(rng: Rng): BatchStream;
  /**
   * All distinct batches, with the probability that a step taken at random (from an epoch at random) sees them;
   * null when there are more than `limit` (default 10 000).
   */
  distinctBatches(limit?: number): readonly WeightedBatch[] | null;
}

export const distinctBatchLimit = 10_000;
