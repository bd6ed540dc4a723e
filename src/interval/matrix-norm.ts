import { mulUp, sqrtUp } from "./directed-rounding.ts";
import { type IntervalMatrix, rowSums, transposeIntervals } from "./interval-matrix.ts";

/** An upper bound of ‖A‖∞, the largest absolute row sum, for every A of the interval matrix; NaN if undefined. */
export function infinityNormBound(a: IntervalMatrix): number {
  return rowSums(a).reduce((largest, sum) => Math.max(largest, sum), 0);
}

/** An upper bound of ‖A‖₂ ≤ √(‖A‖₁‖A‖∞), for every A of the interval matrix. */
export function spectralNormBound(a: IntervalMatrix): number {
  return sqrtUp(mulUp(infinityNormBound(a), infinityNormBound(transposeIntervals(a))));
}
