import { type Matrix, matrix } from "../numeric/index.ts";
import { sub } from "./arithmetic.ts";
import { addUp } from "./directed-rounding.ts";
import { magnitude, midpoint, radiusAbout } from "./interval.ts";
import { type IntervalArray, intervalArray, intervalAt, zipIntervals } from "./interval-array.ts";

/** A matrix of intervals, row-major: all real matrices whose entry (i, j) lies in interval i·cols + j. */
export interface IntervalMatrix extends IntervalArray {
  readonly rows: number;
  readonly cols: number;
}

/** rows × cols intervals [0, 0], or the given ones (not copied). */
export function intervalMatrix(rows: number, cols: number, entries = intervalArray(rows * cols)): IntervalMatrix {
  if (entries.lo.length !== rows * cols || entries.hi.length !== rows * cols) {
    throw new RangeError(`intervalMatrix: ${entries.lo.length} entries do not fill ${rows}×${cols}`);
  }
  return { rows, cols, lo: entries.lo, hi: entries.hi };
}

/** The one matrix A (its data are shared, not copied). */
export function pointMatrix(a: Matrix): IntervalMatrix {
  return { rows: a.rows, cols: a.cols, lo: a.data, hi: a.data };
}

/** A matrix near the middle, inside where the entries are bounded. */
export function midpointMatrix(a: IntervalMatrix): Matrix {
  return matrix(
    a.rows,
    a.cols,
    a.lo.map((_, i) => midpoint(intervalAt(a, i))),
  );
}

/** R with |A − M| ≤ R entry by entry for every matrix A of the interval matrix, rounded up. */
export function radiusMatrix(a: IntervalMatrix, middle: Matrix): Matrix {
  return matrix(
    a.rows,
    a.cols,
    a.lo.map((_, i) => radiusAbout(intervalAt(a, i), middle.data[i])),
  );
}

export function transposeIntervals(a: IntervalMatrix): IntervalMatrix {
  const t = intervalMatrix(a.cols, a.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.cols; j++) {
      t.lo[j * a.rows + i] = a.lo[i * a.cols + j];
      t.hi[j * a.rows + i] = a.hi[i * a.cols + j];
    }
  }
  return t;
}

/** A − B. */
export function subtractIntervals(a: IntervalMatrix, b: IntervalMatrix): IntervalMatrix {
  if (a.rows !== b.rows || a.cols !== b.cols) {
    throw new RangeError(`subtractIntervals: ${a.rows}×${a.cols} and ${b.rows}×${b.cols} differ`);
  }
  return intervalMatrix(a.rows, a.cols, zipIntervals(sub, a, b));
}

/** Whether every entry is defined and bounded. */
export function isBoundedArray(a: IntervalArray): boolean {
  return a.lo.every(Number.isFinite) && a.hi.every(Number.isFinite);
}

/** Upper bounds of Σ_j |a_ij| for every row i. */
export function rowSums(a: IntervalMatrix): Float64Array {
  const sums = new Float64Array(a.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.cols; j++) sums[i] = addUp(sums[i], magnitude(intervalAt(a, i * a.cols + j)));
  }
  return sums;
}
