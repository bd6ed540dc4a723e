import { add, sub } from "./arithmetic.ts";
import { addUp } from "./directed-rounding.ts";
import { hull, type Interval, magnitude, undefinedInterval } from "./interval.ts";
import { intervalAt } from "./interval-array.ts";
import type { IntervalMatrix } from "./interval-matrix.ts";

/**
 * An interval that holds every eigenvalue of every symmetric matrix in A: the hull of the discs
 * a_ii ± Σ_{j≠i} |a_ij| (Gershgorin). Cost n². @throws RangeError when A is not square or empty.
 */
export function gershgorin(a: IntervalMatrix): Interval {
  const n = a.rows;
  if (n !== a.cols || n === 0) throw new RangeError(`gershgorin: expected a square matrix, got ${a.rows}×${a.cols}`);
  let all: Interval | null = null;
  for (let i = 0; i < n; i++) {
    let radius = 0;
    for (let j = 0; j < n; j++) if (j !== i) radius = addUp(radius, magnitude(intervalAt(a, i * n + j)));
    const center = intervalAt(a, i * n + i);
    const r = { lo: radius, hi: radius };
    const disc = { lo: sub(center, r).lo, hi: add(center, r).hi };
    all = all === null ? disc : hull(all, disc);
  }
  return all ?? undefinedInterval;
}
