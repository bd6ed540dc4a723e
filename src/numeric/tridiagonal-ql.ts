import type { Tridiagonal } from "./tridiagonal.ts";

const EPSILON = 2 ** -52;
const SMALLEST = 2 ** -1000;
const SWEEPS_PER_VALUE = 60;

/**
 * All eigenvalues of a symmetric tridiagonal matrix by implicit QL with Wilkinson's shift (EISPACK's imtql2), in place:
 * on return `diagonal` holds them, unordered, and `offDiagonal` zeros. Each rotation is also applied to the rows of
 * `rows` (row-major, n rows of length `width`): start with Qᵀ and row i ends as the eigenvector of value i.
 * Entries should be of size about 1 (scale before). Cost 30n² for the values and about 9n²·width for the rows.
 */
export function tridiagonalQl(t: Tridiagonal, rows?: Float64Array, width = 0): void {
  qlIteration(t, (first, high, cs, sn) => {
    if (rows) rotateRows(rows, width, first, high, cs, sn);
  });
}

/** What becomes of the rotations of a sweep: rows (i, i+1) by cs[i], sn[i], for i = high−1 down to first. */
export type Rotate = (first: number, high: number, cosines: Float64Array, sines: Float64Array) => void;

/** `tridiagonalQl` that hands the rotations of each sweep to `rotate`. The arrays are used again afterwards. */
export function qlIteration(t: Tridiagonal, rotate: Rotate): void {
  const { diagonal: d, offDiagonal } = t;
  const n = d.length;
  const e = new Float64Array(n + 1);
  for (let i = 1; i < n; i++) e[i - 1] = offDiagonal[i];
  const cosines = new Float64Array(n);
  const sines = new Float64Array(n);
  let budget = SWEEPS_PER_VALUE * n;
  for (let low = 0; low < n; low++) {
    for (;;) {
      const high = blockEnd(d, e, low);
      if (high === low) break;
      if (budget-- === 0) throw new RangeError("symmetricEigen: no convergence; are all entries finite?");
      const first = sweep(d, e, low, high, cosines, sines);
      rotate(first, high, cosines, sines);
    }
  }
  offDiagonal.fill(0);
}

/** The first index m ≥ low whose coupling e[m] to the next is negligible. */
function blockEnd(d: Float64Array, e: Float64Array, low: number): number {
  let m = low;
  for (; m < d.length - 1; m++) {
    if (Math.abs(e[m]) <= EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1])) + SMALLEST) break;
  }
  return m;
}

/** One QL sweep on the block low … high; leaves its rotations of rows (i, i+1), i = high−1 … first, and returns first. */
function sweep(
  d: Float64Array,
  e: Float64Array,
  low: number,
  high: number,
  cs: Float64Array,
  sn: Float64Array,
): number {
  let g = (d[low + 1] - d[low]) / (2 * e[low]);
  let r = Math.hypot(g, 1);
  g = d[high] - d[low] + e[low] / (g + (g >= 0 ? r : -r));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = high - 1; i >= low; i--) {
    const f = s * e[i];
    const b = c * e[i];
    r = length(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= p;
      e[high] = 0;
      return i + 1;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    r = (d[i] - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    cs[i] = c;
    sn[i] = s;
  }
  d[low] -= p;
  e[low] = g;
  e[high] = 0;
  return low;
}

/** √(f² + g²): fast where squares are harmless (entries are of size about 1), scaled elsewhere. */
function length(f: number, g: number): number {
  const square = f * f + g * g;
  return square > 1e-280 ? Math.sqrt(square) : Math.hypot(f, g);
}

/** Applies the rotations of a sweep to rows high … first, two rotations (three rows) at a time. */
function rotateRows(
  z: Float64Array,
  width: number,
  first: number,
  high: number,
  cs: Float64Array,
  sn: Float64Array,
): void {
  let i = high - 1;
  for (; i - 1 >= first; i -= 2) rotateThree(z, width, i, cs[i], sn[i], cs[i - 1], sn[i - 1]);
  if (i >= first) {
    const c = cs[i];
    const s = sn[i];
    const upper = z.subarray(i * width, (i + 1) * width);
    const lower = z.subarray((i + 1) * width, (i + 2) * width);
    for (let k = 0; k < width; k++) {
      const f = lower[k];
      const g = upper[k];
      lower[k] = s * g + c * f;
      upper[k] = c * g - s * f;
    }
  }
}

/** The rotation (c1, s1) of rows i, i+1, then (c0, s0) of rows i−1, i. */
function rotateThree(z: Float64Array, width: number, i: number, c1: number, s1: number, c0: number, s0: number): void {
  const row0 = z.subarray((i - 1) * width, i * width);
  const row1 = z.subarray(i * width, (i + 1) * width);
  const row2 = z.subarray((i + 1) * width, (i + 2) * width);
  for (let k = 0; k < width; k++) {
    const f = row2[k];
    const g = row1[k];
    const h = row0[k];
    row2[k] = s1 * g + c1 * f;
    const t = c1 * g - s1 * f;
    row1[k] = s0 * h + c0 * t;
    row0[k] = c0 * h - s0 * t;
  }
}
