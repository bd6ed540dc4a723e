import { denseKernels } from "./dense-kernels.ts";

/** A dense real matrix, row-major: entry (i, j) is `data[i * cols + j]`. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

/**
 * A rows × cols matrix on `data` (not copied), or of zeros.
 * @throws RangeError when a size is not a non-negative integer or `data` has another length than rows·cols.
 */
export function matrix(rows: number, cols: number, data?: Float64Array): Matrix {
  if (!Number.isInteger(rows) || !Number.isInteger(cols) || rows < 0 || cols < 0) {
    throw new RangeError(`matrix: sizes must be integers ≥ 0, got ${rows} × ${cols}`);
  }
  const entries = data ?? new Float64Array(rows * cols);
  if (entries.length !== rows * cols) {
    throw new RangeError(`matrix: ${rows} × ${cols} needs ${rows * cols} entries, got ${entries.length}`);
  }
  return { rows, cols, data: entries };
}

/** The n × n identity. */
export function identity(n: number): Matrix {
  const result = matrix(n, n);
  for (let i = 0; i < n; i++) result.data[i * n + i] = 1;
  return result;
}

/** The square matrix with these entries on its diagonal, 0 elsewhere. */
export function diagonal(entries: ArrayLike<number>): Matrix {
  const n = entries.length;
  const result = matrix(n, n);
  for (let i = 0; i < n; i++) result.data[i * n + i] = entries[i];
  return result;
}

/** Row i of A as a view on its data. */
export function row(a: Matrix, i: number): Float64Array {
  return a.data.subarray(i * a.cols, (i + 1) * a.cols);
}

/** Aᵀ, as a new matrix. */
export function transpose(a: Matrix): Matrix {
  const { rows, cols, data } = a;
  const result = new Float64Array(rows * cols);
  const tile = 32;
  for (let i0 = 0; i0 < rows; i0 += tile) {
    const i1 = Math.min(rows, i0 + tile);
    for (let j = 0; j < cols; j++) {
      for (let i = i0; i < i1; i++) result[j * rows + i] = data[i * cols + j];
    }
  }
  return matrix(cols, rows, result);
}

/** A B, m×k times k×n. Cost 2mkn. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.rows) throw new RangeError(`multiply: ${shape(a)} times ${shape(b)} does not fit`);
  return multiplyTransposed(a, transpose(b));
}

/**
 * A Bᵀ, m×k times (n×k)ᵀ, on `out` when given (m·n numbers, overwritten); only half is computed when A and B are the
 * same object. Cost 2mkn, or mkn. Each element is the sum of its products in the order of the inner index, whatever the
 * sizes and whoever computes it.
 */
export function multiplyTransposed(a: Matrix, b: Matrix, out?: Float64Array): Matrix {
  if (a.cols !== b.cols) throw new RangeError(`multiplyTransposed: ${shape(a)} times ${shape(b)}ᵀ does not fit`);
  const result = matrix(a.rows, b.rows, out);
  if (denseKernels()?.multiplyTransposed(a, b, result.data)) return result;
  result.data.fill(0);
  const symmetric = a === b;
  for (let k0 = 0; k0 < a.cols; k0 += PANEL) {
    const k1 = Math.min(a.cols, k0 + PANEL);
    for (let i = 0; i < a.rows; i += 4) addRowBlock(a, b, result, i, k0, k1, symmetric);
  }
  if (symmetric) mirrorUpper(result);
  return result;
}

/** Columns of a panel: four rows of each factor then stay in the first-level cache. */
const PANEL = 256;

/** Rows i … i+3 of A Bᵀ, columns k0 … k1 of the factors; from the diagonal on when `symmetric`. */
function addRowBlock(a: Matrix, b: Matrix, c: Matrix, i: number, k0: number, k1: number, symmetric: boolean): void {
  let j = symmetric ? i : 0;
  if (i + 4 <= a.rows) {
    for (; j + 2 <= b.rows; j += 2) addTile(a.data, b.data, c.data, a.cols, b.rows, i, j, k0, k1);
  }
  const last = Math.min(a.rows, i + 4);
  for (; j < b.rows; j++) {
    for (let r = i; r < last; r++) addDot(a, r, b, j, c, k0, k1);
  }
}

/** A 4 × 2 tile of C += A Bᵀ, its eight sums in registers. */
function addTile(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  inner: number,
  n: number,
  i: number,
  j: number,
  k0: number,
  k1: number,
): void {
  let at = i * n + j;
  let s00 = c[at];
  let s01 = c[at + 1];
  let s10 = c[at + n];
  let s11 = c[at + n + 1];
  let s20 = c[at + 2 * n];
  let s21 = c[at + 2 * n + 1];
  let s30 = c[at + 3 * n];
  let s31 = c[at + 3 * n + 1];
  const a0 = i * inner;
  const a1 = a0 + inner;
  const a2 = a1 + inner;
  const a3 = a2 + inner;
  const b0 = j * inner;
  const b1 = b0 + inner;
  for (let k = k0; k < k1; k++) {
    const x = b[b0 + k];
    const y = b[b1 + k];
    const p = a[a0 + k];
    const q = a[a1 + k];
    const r = a[a2 + k];
    const s = a[a3 + k];
    s00 += p * x;
    s01 += p * y;
    s10 += q * x;
    s11 += q * y;
    s20 += r * x;
    s21 += r * y;
    s30 += s * x;
    s31 += s * y;
  }
  c[at] = s00;
  c[at + 1] = s01;
  at += n;
  c[at] = s10;
  c[at + 1] = s11;
  at += n;
  c[at] = s20;
  c[at + 1] = s21;
  at += n;
  c[at] = s30;
  c[at + 1] = s31;
}

function addDot(a: Matrix, i: number, b: Matrix, j: number, c: Matrix, k0: number, k1: number): void {
  const x = a.data.subarray(i * a.cols + k0, i * a.cols + k1);
  const y = b.data.subarray(j * b.cols + k0, j * b.cols + k1);
  let sum = c.data[i * b.rows + j];
  for (let k = 0; k < x.length; k++) sum += x[k] * y[k];
  c.data[i * b.rows + j] = sum;
}

function mirrorUpper(c: Matrix): void {
  const n = c.cols;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) c.data[j * n + i] = c.data[i * n + j];
  }
}

/** A x, into `out` when given (which must not be `x`). */
export function multiplyVector(a: Matrix, x: Float64Array, out?: Float64Array): Float64Array {
  const { rows, cols, data } = a;
  if (x.length !== cols) throw new RangeError(`multiplyVector: ${shape(a)} times a vector of length ${x.length}`);
  const y = out ?? new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const base = i * cols;
    let s0 = 0;
    let s1 = 0;
    let j = 0;
    for (; j + 2 <= cols; j += 2) {
      s0 += data[base + j] * x[j];
      s1 += data[base + j + 1] * x[j + 1];
    }
    if (j < cols) s0 += data[base + j] * x[j];
    y[i] = s0 + s1;
  }
  return y;
}

/** Aᵀ x, into `out` when given (which must not be `x`). */
export function multiplyTransposedVector(a: Matrix, x: Float64Array, out?: Float64Array): Float64Array {
  const { rows, cols, data } = a;
  if (x.length !== rows) throw new RangeError(`multiplyTransposedVector: ${shape(a)}ᵀ times length ${x.length}`);
  const y = out ?? new Float64Array(cols);
  y.fill(0);
  for (let i = 0; i < rows; i++) {
    const base = i * cols;
    const t = x[i];
    for (let j = 0; j < cols; j++) y[j] += t * data[base + j];
  }
  return y;
}

function shape(a: Matrix): string {
  return `${a.rows}×${a.cols}`;
}
