import { ball } from "./interval.ts";
import { dotIntervals, type IntervalArray, setInterval } from "./interval-array.ts";
import {
  type IntervalMatrix,
  intervalMatrix,
  midpointMatrix,
  radiusMatrix,
  transposeIntervals,
} from "./interval-matrix.ts";

/**
 * An enclosure of AB for all A, B of two interval matrices.
 *
 * Midpoint and radius in rounding to nearest (Rump, Acta Numerica 2010, §10): with A = M ± R, B = N ± S,
 * |AB − fl(MN)| ≤ |M|(S + γ|N|) + R(|N| + S), where γ = (k + 1)u bounds the rounding errors of k products and sums
 * in any order (Higham, Accuracy and Stability, §3.1). Every entry of the radius is itself a sum of numbers ≥ 0, so it
 * is low by at most a factor (1 − u)^(2k + 8), which `inflate` restores; underflow adds at most 2^−1074 a product.
 *
 * Cost: three products of doubles, two when A is a point matrix. Width: at most 1.5 times the best, plus roundings.
 * Entries that are unbounded, undefined or overflow are computed one by one with directed rounding.
 */
export function multiplyIntervals(a: IntervalMatrix, b: IntervalMatrix): IntervalMatrix {
  if (a.cols !== b.rows) throw new RangeError(`multiplyIntervals: ${a.rows}×${a.cols} times ${b.rows}×${b.cols}`);
  const inner = a.cols;
  const m = midpointMatrix(a);
  const n = midpointMatrix(b);
  const r = radiusMatrix(a, m).data;
  const s = radiusMatrix(b, n).data;
  const gamma = (inner + 1) * UNIT;
  const sizeOfM = m.data.map(Math.abs);
  const sizeOfN = n.data.map(Math.abs);
  const relative = s.map((radius, i) => radius + (gamma * sizeOfN[i] + Number.MIN_VALUE));
  const outer = s.map((radius, i) => radius + sizeOfN[i]);

  const middle = product(m.data, n.data, a.rows, inner, b.cols);
  const radius = product(sizeOfM, relative, a.rows, inner, b.cols);
  if (r.some((x) => x !== 0)) product(r, outer, a.rows, inner, b.cols, radius);

  const inflate = 1 + (2 * inner + 20) * UNIT;
  const underflow = (3 * inner + 4) * Number.MIN_VALUE;
  const result = intervalMatrix(a.rows, b.cols);
  let columns: IntervalMatrix | null = null;
  for (let e = 0; e < middle.length; e++) {
    const error = radius[e] * inflate + underflow;
    if (Number.isFinite(middle[e]) && Number.isFinite(error)) setInterval(result, e, ball(middle[e], error));
    else {
      columns ??= transposeIntervals(b);
      const i = Math.floor(e / b.cols);
      setInterval(result, e, dotIntervals(rowOf(a, i), rowOf(columns, e % b.cols)));
    }
  }
  return result;
}

/** A x for all A, x of an interval matrix and an interval vector. */
export function multiplyIntervalVector(a: IntervalMatrix, x: IntervalArray): IntervalArray {
  const { lo, hi } = multiplyIntervals(a, intervalMatrix(x.lo.length, 1, x));
  return { lo, hi };
}

const UNIT = Number.EPSILON / 2;

/** C + A B in plain double arithmetic: only multiplications and additions, as the error bound assumes. */
function product(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  cols: number,
  c: Float64Array = new Float64Array(rows * cols),
): Float64Array {
  for (let i = 0; i < rows; i++) {
    const out = c.subarray(i * cols, (i + 1) * cols);
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k];
      const row = b.subarray(k * cols, (k + 1) * cols);
      for (let j = 0; j < cols; j++) out[j] += factor * row[j];
    }
  }
  return c;
}

function rowOf(a: IntervalMatrix, i: number): IntervalArray {
  const from = i * a.cols;
  return { lo: a.lo.subarray(from, from + a.cols), hi: a.hi.subarray(from, from + a.cols) };
}
