import type { SymmetricWorkspace } from "./dense-kernels.ts";
import type { Matrix } from "./matrix.ts";
import { dot } from "./vector.ts";

/** A symmetric tridiagonal matrix: `diagonal[0..n)` and `offDiagonal[i]` = entry (i, i−1), `offDiagonal[0]` = 0. */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly offDiagonal: Float64Array;
}

/**
 * Householder reduction of a symmetric matrix to tridiagonal form, T = Qᵀ A Q, from the last row up (EISPACK's tred2
 * by rows). Only the lower triangle of `a` is read. It is overwritten: with the Householder vectors, and then, when
 * `vectors` is true, with Qᵀ. Cost 4n³/3, and as much again for Qᵀ. Sums over a row run in four interleaved parts,
 * the rest in the first. The inner loops are those of `kernels` when given, whose matrix must be that of `a`.
 */
export function tridiagonalize(a: Matrix, vectors: boolean, kernels?: SymmetricWorkspace): Tridiagonal {
  const n = a.rows;
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  const taus = new Float64Array(n);
  const w = new Float64Array(n);
  for (let i = n - 1; i >= 1; i--) {
    d[i] = a.data[i * n + i];
    taus[i] = reflectRow(a.data, i * n, i, e);
    if (taus[i] !== 0) reflectLeading(a.data, n, i, taus[i], w, kernels);
  }
  if (n > 0) d[0] = a.data[0];
  if (vectors) accumulate(a.data, n, taus, kernels);
  return { diagonal: d, offDiagonal: e };
}

/**
 * Replaces the row x = a[base .. base+i) by the Householder vector v with (I − τvvᵀ)x = e[i]·(last unit vector),
 * v scaled to last entry 1. Returns τ, 0 when x is already of that form.
 */
function reflectRow(a: Float64Array, base: number, i: number, e: Float64Array): number {
  const last = base + i - 1;
  let largest = 0;
  for (let j = base; j < last; j++) largest = Math.max(largest, Math.abs(a[j]));
  const alpha = a[last];
  if (largest === 0) {
    e[i] = alpha;
    return 0;
  }
  largest = Math.max(largest, Math.abs(alpha));
  let sum = 0;
  for (let j = base; j <= last; j++) {
    const t = a[j] / largest;
    sum += t * t;
  }
  const length = largest * Math.sqrt(sum);
  const beta = alpha > 0 ? -length : length;
  const pivot = alpha - beta;
  for (let j = base; j < last; j++) a[j] /= pivot;
  a[last] = 1;
  e[i] = beta;
  return -pivot / beta; // τ = (β − α)/β
}

/** The leading i × i block A ← (I − τvvᵀ)A(I − τvvᵀ) = A − vwᵀ − wvᵀ, lower triangle, with v in row i. */
function reflectLeading(
  a: Float64Array,
  n: number,
  i: number,
  tau: number,
  w: Float64Array,
  kernels: SymmetricWorkspace | undefined,
): void {
  const v = a.subarray(i * n, i * n + i);
  if (kernels) kernels.multiplyLeading(i, w);
  else multiplyLeading(a, n, v, w);
  let inner = 0;
  for (let j = 0; j < i; j++) inner += w[j] * v[j];
  const shift = 0.5 * tau * tau * inner;
  for (let j = 0; j < i; j++) w[j] = tau * w[j] - shift * v[j];
  if (kernels) kernels.updateLeading(i, w);
  else updateLeading(a, n, v, w);
}

/** w ← A v by the lower triangle: row r adds its sum to w_r, and its multiple v_r to those before. */
function multiplyLeading(a: Float64Array, n: number, v: Float64Array, w: Float64Array): void {
  const i = v.length;
  w.fill(0, 0, i);
  for (let r = 0; r < i; r++) {
    const row = a.subarray(r * n, r * n + r + 1);
    const vr = v[r];
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let j = 0;
    for (; j + 4 <= r; j += 4) {
      const x0 = row[j];
      const x1 = row[j + 1];
      const x2 = row[j + 2];
      const x3 = row[j + 3];
      s0 += x0 * v[j];
      s1 += x1 * v[j + 1];
      s2 += x2 * v[j + 2];
      s3 += x3 * v[j + 3];
      w[j] += x0 * vr;
      w[j + 1] += x1 * vr;
      w[j + 2] += x2 * vr;
      w[j + 3] += x3 * vr;
    }
    for (; j < r; j++) {
      s0 += row[j] * v[j];
      w[j] += row[j] * vr;
    }
    w[r] += s0 + s1 + (s2 + s3) + row[r] * vr;
  }
}

function updateLeading(a: Float64Array, n: number, v: Float64Array, w: Float64Array): void {
  for (let r = 0; r < v.length; r++) {
    const base = r * n;
    const vr = v[r];
    const wr = w[r];
    for (let j = 0; j <= r; j++) a[base + j] -= vr * w[j] + wr * v[j];
  }
}

/** Turns the stored vectors into Qᵀ = H₁H₂⋯H_{n−1}, one leading block after the other. */
function accumulate(a: Float64Array, n: number, taus: Float64Array, kernels: SymmetricWorkspace | undefined): void {
  for (let i = 0; i < n; i++) {
    const base = i * n;
    const tau = taus[i];
    if (tau !== 0) {
      if (kernels) kernels.applyReflection(i, tau);
      else applyReflection(a, n, i, tau);
    }
    a.fill(0, base, base + n);
    a[base + i] = 1;
  }
}

/** Rows 0 … i−1, columns 0 … i−1: W ← W(I − τvvᵀ). */
function applyReflection(a: Float64Array, n: number, i: number, tau: number): void {
  const v = a.subarray(i * n, i * n + i);
  for (let r = 0; r < i; r++) {
    const row = a.subarray(r * n, r * n + i);
    const s = dot(row, v) * tau;
    for (let j = 0; j < i; j++) row[j] -= s * v[j];
  }
}
