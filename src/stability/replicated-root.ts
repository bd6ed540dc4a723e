import { mean, studentHalfWidth, variance } from "../numeric/index.ts";
import { findRoot } from "./root.ts";

const REPLICATES = 8;
/** Doublings of the distance in which a replicate looks for its change of sign. */
const DOUBLINGS = 8;

/** Where a random function crosses 0 in the mean. */
export interface ReplicatedRoot {
  readonly value: number;
  /** 95 %. */
  readonly halfWidth: number;
}

interface Surroundings {
  readonly scale: number;
  readonly rises: boolean;
  readonly limits: readonly [number, number];
}

/**
 * The crossing of a function known through independent realisations of it (`at(x, j)` is the j-th, continuous in x),
 * near a first guess: the mean of the crossings of eight realisations, with Student's interval. Near a crossing of
 * exponents the growth of a product alternates between a slow direction and a growing one, and the spread within one
 * realisation over its slope says far too little; crossings of realisations that know nothing of each other do not.
 *
 * `scale`: the distance in which a first look is taken; `rises`: whether the function is negative to the left of the
 * crossing; `limits`: where it cannot be beyond. A realisation that does not cross within 2⁷ times `scale`, or between
 * the limits, counts where it was left. Null where all give the same: then nothing is random, or nothing was found.
 */
export function replicatedRoot(
  at: (x: number, replicate: number) => number,
  guess: number,
  { scale, rises, limits }: Surroundings,
): ReplicatedRoot | null {
  const roots = Array.from({ length: REPLICATES }, (_, j) => {
    const value = at(guess, j);
    const side = value > 0 === rises ? -1 : 1;
    let [near, nearValue] = [guess, value];
    for (let i = 0; i < DOUBLINGS; i++) {
      const far = Math.min(Math.max(guess + side * scale * 2 ** i, limits[0]), limits[1]);
      if (far === near) return far;
      const farValue = at(far, j);
      if (farValue > 0 !== value > 0) {
        return findRoot((x) => at(x, j), near, far, { values: [nearValue, farValue], rtol: (0.02 * scale) / guess });
      }
      [near, nearValue] = [far, farValue];
    }
    return near;
  });
  if (roots.every((root) => root === roots[0])) return null;
  const error = Math.sqrt(variance(roots) / REPLICATES);
  return { value: mean(roots), halfWidth: studentHalfWidth(error, REPLICATES - 1, 0.95) };
}
