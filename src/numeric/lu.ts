import type { Matrix } from "./matrix.ts";

/** A factorisation P A = L U of a square matrix. */
export interface Lu {
  /** A⁻¹ b; throws RangeError when a pivot is exactly 0. */
  solve(b: Float64Array): Float64Array;
  /** log|det A|, −∞ when a pivot is exactly 0. */
  readonly logAbsDet: number;
  /** The sign of det A: −1, 0 or 1. */
  readonly sign: number;
}

/** LU with partial pivoting. Cost 2n³/3. @throws RangeError when the matrix is not square. */
export function lu(a: Matrix): Lu {
  if (a.rows !== a.cols) throw new RangeError(`lu: expected a square matrix, got ${a.rows}×${a.cols}`);
  const n = a.rows;
  const m = a.data.slice();
  const order = Int32Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  for (let k = 0; k < n; k++) {
    const p = pivotRow(m, n, k);
    if (p !== k) {
      swapRows(m, n, k, p);
      [order[k], order[p]] = [order[p], order[k]];
      sign = -sign;
    }
    if (m[k * n + k] !== 0) eliminate(m, n, k);
  }
  let logAbsDet = 0;
  for (let k = 0; k < n; k++) {
    const pivot = m[k * n + k];
    if (pivot < 0) sign = -sign;
    logAbsDet += Math.log(Math.abs(pivot));
  }
  const singular = logAbsDet === Number.NEGATIVE_INFINITY;
  return { logAbsDet, sign: singular ? 0 : sign, solve: (b) => solve(m, order, b) };
}

function pivotRow(m: Float64Array, n: number, k: number): number {
  let best = k;
  for (let i = k + 1; i < n; i++) if (Math.abs(m[i * n + k]) > Math.abs(m[best * n + k])) best = i;
  return best;
}

function swapRows(m: Float64Array, n: number, i: number, j: number): void {
  for (let k = 0; k < n; k++) {
    const t = m[i * n + k];
    m[i * n + k] = m[j * n + k];
    m[j * n + k] = t;
  }
}

function eliminate(m: Float64Array, n: number, k: number): void {
  const pivot = m.subarray(k * n, (k + 1) * n);
  for (let i = k + 1; i < n; i++) {
    const base = i * n;
    if (m[base + k] === 0) continue;
    const t = m[base + k] / pivot[k];
    m[base + k] = t;
    for (let j = k + 1; j < n; j++) m[base + j] -= t * pivot[j];
  }
}

function solve(m: Float64Array, order: Int32Array, b: Float64Array): Float64Array {
  const n = order.length;
  if (b.length !== n) throw new RangeError(`lu: solve expects ${n} numbers, got ${b.length}`);
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[order[i]];
    for (let k = 0; k < i; k++) sum -= m[i * n + k] * x[k];
    x[i] = sum;
  }
  for (let i = n - 1; i >= 0; i--) {
    const pivot = m[i * n + i];
    if (pivot === 0) throw new RangeError("lu: solve: the matrix is singular");
    let sum = x[i];
    for (let k = i + 1; k < n; k++) sum -= m[i * n + k] * x[k];
    x[i] = sum / pivot;
  }
  return x;
}
