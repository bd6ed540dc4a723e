import { ANNIHILATED, norm, type Rng, scale } from "../numeric/index.ts";

/** A stationary random product A_T ⋯ A_1 of d × d matrices. */
export interface Cocycle {
  /** d */
  readonly dimension: number;
  /** Steps after which chance starts anew: 1 for independent factors, an epoch for passes over the data. */
  readonly period: number;
  /** One realisation, from its first factor on. */
  path(rng: Rng): CocyclePath;
  /** Grows the vector of each of several paths of this cocycle, as `grow` does one by one; with threads, at once. */
  growAll?(paths: readonly CocyclePath[], vectors: readonly Float64Array[], steps: number): number[];
}

/** A realisation of the factors, consumed step by step. */
export interface CocyclePath {
  /** Draws the next factor A and replaces each of the `count` rows (length d) of `frame` by its image. */
  step(frame: Float64Array, count: number): void;
  /**
   * Replaces the unit vector `c` by the direction of A_{t+steps} ⋯ A_{t+1} c and returns the log of the growth;
   * −∞ when a factor annihilates it up to rounding (then `c` is of no use any more).
   */
  grow(c: Float64Array, steps: number): number;
  /** Σ over the steps since the last call of a variable of mean exactly 0 that goes with the growth; see `Control`. */
  readonly control?: () => number;
}

/** A cocycle from its factors: `factor(rng)` returns a function that draws the next A and applies it to every row. */
export function cocycle(options: {
  readonly dimension: number;
  readonly period?: number;
  readonly factors: (rng: Rng) => (frame: Float64Array, count: number) => void;
}): Cocycle {
  const { dimension, period = 1, factors } = options;
  return {
    dimension,
    period,
    path(rng) {
      const step = factors(rng);
      return { step, grow: (c, steps) => growStepwise(step, c, steps) };
    },
  };
}

/** Growth of one vector, rescaled after every step so that nothing leaves the range of doubles. */
export function growStepwise(
  step: (frame: Float64Array, count: number) => void,
  c: Float64Array,
  steps: number,
): number {
  let total = 0;
  for (let t = 0; t < steps; t++) {
    step(c, 1);
    const size = norm(c);
    if (size <= ANNIHILATED) return Number.NEGATIVE_INFINITY;
    if (!Number.isFinite(size)) throw new RangeError("growStepwise: a factor is not finite");
    scale(1 / size, c);
    total += Math.log(size);
  }
  return total;
}
