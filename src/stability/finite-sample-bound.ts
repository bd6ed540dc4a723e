import { empiricalBernstein, identity, maxAbs, norm, type Rng, scale } from "../numeric/index.ts";
import type { Cocycle } from "./cocycle.ts";

export interface FiniteSampleOptions {
  readonly rng: Rng;
  /** T, rounded up to whole periods. */
  readonly length: number;
  /** N */
  readonly blocks: number;
  /** An upper bound of log‖A_B‖ over all batches. */
  readonly largestGrowth: number;
  /** Means of log‖·‖_F per step below this are raised to it; must not depend on the blocks. */
  readonly clip: number;
  /** Default 0.95. */
  readonly confidence?: number;
}

/**
 * λ ≤ E (1/T) log‖A_T⋯A_1‖_F, estimated from N independent blocks with the empirical Bernstein bound of Maurer and Pontil
 * (COLT 2009): λ ≤ the value returned with probability ≥ `confidence`, at every N. Clipping from below only raises the
 * mean; from above a block is at most `largestGrowth` + log(r)/2T.
 * Cost: N·T steps of a full frame of r vectors.
 */
export function finiteSampleBound(cocycle: Cocycle, options: FiniteSampleOptions): number {
  const { rng, blocks, largestGrowth, clip, confidence = 0.95 } = options;
  const length = Math.ceil(options.length / cocycle.period) * cocycle.period;
  const high = Math.max(largestGrowth + Math.log(cocycle.dimension) / (2 * length), clip);
  const path = cocycle.path(rng);
  const values = Float64Array.from({ length: blocks }, () => {
    const frame = identity(cocycle.dimension).data;
    let total = 0;
    for (let t = 0; t < length; t++) {
      path.step(frame, cocycle.dimension);
      const size = maxAbs(frame);
      if (size === 0) return clip;
      scale(1 / size, frame);
      total += Math.log(size);
    }
    return Math.min(high, Math.max(clip, (total + Math.log(norm(frame))) / length));
  });
  const { mean, halfWidth } = empiricalBernstein(values, { low: clip, high, confidence });
  return mean + halfWidth;
}
