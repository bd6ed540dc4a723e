import { type Matrix, matrix, transpose } from "./matrix.ts";
import { rowsWorkspace } from "./rows-workspace.ts";

/**
 * Householder QR of an m×n matrix held by columns: row j of `columns` is column j of A P. Row j keeps R_0j … R_jj and
 * behind them the tail of its Householder vector (whose entry j is 1); `taus` are the factors of I − τvvᵀ.
 */
export interface HouseholderQr {
  readonly columns: Matrix;
  readonly taus: Float64Array;
  /** Column j of A P is column `pivots[j]` of A. */
  readonly pivots: Int32Array;
}

/**
 * Householder QR, A P = Q R; with `pivoting` the column of largest remaining norm comes first, so |R_jj| decreases
 * (Businger, Golub 1965). Cost 2n²(m − n/3).
 */
export function householderQr(a: Matrix, options: { readonly pivoting?: boolean } = {}): HouseholderQr {
  const { pivoting = false } = options;
  const { rows: m, cols: n } = a;
  const work = rowsWorkspace(n, m);
  const { a: data } = work;
  data.set(transpose(a).data);
  const columns = matrix(n, m, data);
  const steps = Math.min(m, n);
  const taus = new Float64Array(steps);
  const pivots = Int32Array.from({ length: n }, (_, j) => j);
  for (let j = 0; j < steps; j++) {
    if (pivoting) swapColumns(columns, pivots, j, largestRemaining(columns, j));
    const v = data.subarray(j * m + j, (j + 1) * m);
    const { tau, value } = reflector(v);
    taus[j] = tau;
    v[0] = 1;
    if (tau !== 0) work.reflect(j, j, j + 1, n - j - 1, tau);
    v[0] = value;
  }
  return { columns: matrix(n, m, data.slice()), taus, pivots };
}

/** x ← Qᵀ x, in place (x of length m). */
export function applyQTransposed(f: HouseholderQr, x: Float64Array): void {
  for (let j = 0; j < f.taus.length; j++) applyStep(f, j, x);
}

/** x ← Q x, in place (x of length m). */
export function applyQ(f: HouseholderQr, x: Float64Array): void {
  for (let j = f.taus.length - 1; j >= 0; j--) applyStep(f, j, x);
}

/** The thin factors of A = Q R: Q is m×p with orthonormal columns, R is p×n upper triangular, p = min(m, n). */
export interface Qr {
  readonly q: Matrix;
  readonly r: Matrix;
}

/**
 * Thin QR by Householder reflections, R with non-negative diagonal. Cost about 4n²m.
 * Error: ‖A − QR‖ and ‖QᵀQ − I‖ of the order of 10⁻¹⁶·√n times the norms, whatever the condition of A.
 */
export function qr(a: Matrix): Qr {
  const f = householderQr(a);
  const { rows: n, cols: m, data } = f.columns;
  const p = Math.min(m, n);
  const r = matrix(p, n);
  for (let j = 0; j < n; j++) for (let i = 0; i <= Math.min(j, p - 1); i++) r.data[i * n + j] = data[j * m + i];
  const signs = Float64Array.from({ length: p }, (_, i) => (r.data[i * n + i] < 0 ? -1 : 1));
  signs.forEach((sign, i) => {
    if (sign < 0) for (let j = i; j < n; j++) r.data[i * n + j] = -r.data[i * n + j];
  });
  return { q: transpose(firstColumns(f, signs)), r };
}

/** Q's first columns, each times its sign, as rows. The Householder vectors stand before them in one workspace. */
function firstColumns(f: HouseholderQr, signs: Float64Array): Matrix {
  const p = signs.length;
  const m = f.columns.cols;
  const work = rowsWorkspace(2 * p, m);
  work.a.set(f.columns.data.subarray(0, p * m));
  for (let i = 0; i < p; i++) {
    work.a[i * m + i] = 1;
    work.a[(p + i) * m + i] = signs[i];
  }
  // Reflection j leaves the unit vectors before j as they are.
  for (let j = p - 1; j >= 0; j--) if (f.taus[j] !== 0) work.reflect(j, j, p + j, p - j, f.taus[j]);
  return matrix(p, m, work.a.slice(p * m, 2 * p * m));
}

/** Makes v a Householder vector (entry 0 understood as 1); `value` is what the reflection leaves in entry 0. */
function reflector(v: Float64Array): { tau: number; value: number } {
  let largest = 0;
  for (let i = 1; i < v.length; i++) largest = Math.max(largest, Math.abs(v[i]));
  const alpha = v[0];
  if (largest === 0) return { tau: 0, value: alpha };
  largest = Math.max(largest, Math.abs(alpha));
  let sum = 0;
  for (let i = 0; i < v.length; i++) {
    const t = v[i] / largest;
    sum += t * t;
  }
  const length = largest * Math.sqrt(sum);
  const value = alpha > 0 ? -length : length;
  const pivot = alpha - value;
  for (let i = 1; i < v.length; i++) v[i] /= pivot;
  return { tau: -pivot / value, value };
}

/** x ← (I − τvvᵀ) x with the j-th reflection (symmetric, so for Q and Qᵀ alike). */
function applyStep(f: HouseholderQr, j: number, x: Float64Array): void {
  const tau = f.taus[j];
  if (tau === 0) return;
  const m = f.columns.cols;
  const base = j * m;
  const v = f.columns.data;
  let sum = x[j];
  for (let i = j + 1; i < m; i++) sum += v[base + i] * x[i];
  sum *= tau;
  x[j] -= sum;
  for (let i = j + 1; i < m; i++) x[i] -= sum * v[base + i];
}

/** The column c ≥ j with the largest norm below row j, recomputed (downdated norms lose digits). */
function largestRemaining(columns: Matrix, j: number): number {
  const { rows: n, cols: m, data } = columns;
  let best = j;
  let bestSquare = -1;
  for (let c = j; c < n; c++) {
    let square = 0;
    for (let i = c * m + j; i < (c + 1) * m; i++) square += data[i] * data[i];
    if (square > bestSquare) {
      best = c;
      bestSquare = square;
    }
  }
  return best;
}

function swapColumns(columns: Matrix, pivots: Int32Array, i: number, j: number): void {
  if (i === j) return;
  const m = columns.cols;
  const held = columns.data.slice(i * m, (i + 1) * m);
  columns.data.copyWithin(i * m, j * m, (j + 1) * m);
  columns.data.set(held, j * m);
  [pivots[i], pivots[j]] = [pivots[j], pivots[i]];
}
