import { denseKernels } from "./dense-kernels.ts";
import { type Matrix, matrix, multiplyTransposed } from "./matrix.ts";

/** The lower triangular L (zeros above the diagonal) with A = L Lᵀ. */
export type CholeskyFactor = Matrix;

/** Columns of a panel; the products with earlier panels run in tiles of 4 × 2 sums in registers. */
const PANEL = 48;

/**
 * The Cholesky factor of a symmetric matrix (lower triangle read), or null when it is not positive definite in
 * double precision. Cost n³/3, blocked by columns. Error: L Lᵀ = A + E with |E| ≲ n·10⁻¹⁶·‖A‖ (Higham, ch. 10).
 * @throws RangeError when the matrix is not square.
 */
export function cholesky(a: Matrix): CholeskyFactor | null {
  if (a.rows !== a.cols) throw new RangeError(`cholesky: expected a square matrix, got ${a.rows}×${a.cols}`);
  const n = a.rows;
  const l = matrix(n, n, a.data.slice());
  if (!choleskyInPlace(l)) return null;
  for (let i = 0; i < n; i++) l.data.fill(0, i * n + i + 1, (i + 1) * n);
  return l;
}

/**
 * Overwrites the lower triangle of a symmetric matrix with its Cholesky factor, the only part that the triangular
 * solvers read; what stands above the diagonal is lost. False, with all spoilt, when it is not positive definite.
 */
export function choleskyInPlace(a: Matrix): boolean {
  const { rows: n, data } = a;
  const room = denseKernels() && n > PANEL ? roomFor(n) : null;
  for (let start = 0; start < n; start += PANEL) {
    const end = Math.min(n, start + PANEL);
    subtractEarlierPanels(data, n, start, end, room);
    if (!factorPanel(data, n, start, end)) return false;
  }
  return true;
}

/** Columns start … end, rows start … n: A_ij ← A_ij − Σ_{k < start} L_ik L_jk. */
function subtractEarlierPanels(l: Float64Array, n: number, start: number, end: number, room: Room | null): void {
  if (start === 0) return;
  if (room) {
    subtractProduct(l, n, start, end, room);
    return;
  }
  let i = start;
  for (; i + 4 <= n; i += 4) {
    const last = Math.min(end, i + 4); // entries right of the diagonal are never read
    let j = start;
    for (; j + 2 <= last; j += 2) subtractTile(l, n, i, j, start);
    for (; j < last; j++) for (let r = i; r < i + 4; r++) subtractDot(l, n, r, j, start);
  }
  for (; i < n; i++) for (let j = start; j < Math.min(end, i + 1); j++) subtractDot(l, n, i, j, start);
}

/** Where a factorisation keeps the rows of a panel, at most n²/4 numbers, and their products. */
interface Room {
  readonly rows: Float64Array;
  readonly product: Float64Array;
}

function roomFor(n: number): Room {
  return { rows: new Float64Array(n * Math.ceil(n / 4)), product: new Float64Array(n * PANEL) };
}

/** The same by a matrix product, whose sums have the same order. */
function subtractProduct(l: Float64Array, n: number, start: number, end: number, room: Room): void {
  const rows = matrix(n - start, start, room.rows.subarray(0, (n - start) * start));
  for (let i = start; i < n; i++) rows.data.set(l.subarray(i * n, i * n + start), (i - start) * start);
  const width = end - start;
  const product = room.product.subarray(0, (n - start) * width);
  multiplyTransposed(rows, matrix(width, start, rows.data.subarray(0, width * start)), product);
  for (let i = start; i < n; i++) {
    for (let j = start; j < Math.min(end, i + 1); j++) l[i * n + j] -= product[(i - start) * width + j - start];
  }
}

function subtractDot(l: Float64Array, n: number, i: number, j: number, inner: number): void {
  let sum = 0;
  for (let k = 0; k < inner; k++) sum += l[i * n + k] * l[j * n + k];
  l[i * n + j] -= sum;
}

function subtractTile(l: Float64Array, n: number, i: number, j: number, inner: number): void {
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  const a0 = i * n;
  const a1 = a0 + n;
  const a2 = a1 + n;
  const a3 = a2 + n;
  const b0 = j * n;
  const b1 = b0 + n;
  for (let k = 0; k < inner; k++) {
    const x = l[b0 + k];
    const y = l[b1 + k];
    const p = l[a0 + k];
    const q = l[a1 + k];
    const r = l[a2 + k];
    const s = l[a3 + k];
    s00 += p * x;
    s01 += p * y;
    s10 += q * x;
    s11 += q * y;
    s20 += r * x;
    s21 += r * y;
    s30 += s * x;
    s31 += s * y;
  }
  l[a0 + j] -= s00;
  l[a0 + j + 1] -= s01;
  l[a1 + j] -= s10;
  l[a1 + j + 1] -= s11;
  l[a2 + j] -= s20;
  l[a2 + j + 1] -= s21;
  l[a3 + j] -= s30;
  l[a3 + j + 1] -= s31;
}

/** Factors columns start … end in place, all rows below included; false at a pivot that is not positive. */
function factorPanel(l: Float64Array, n: number, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    factorRow(l, n, i, start, i);
    let pivot = l[i * n + i];
    for (let k = start; k < i; k++) pivot -= l[i * n + k] * l[i * n + k];
    if (!(pivot > 0 && pivot < Number.POSITIVE_INFINITY)) return false;
    l[i * n + i] = Math.sqrt(pivot);
  }
  let i = end;
  for (; i + 4 <= n; i += 4) factorFourRows(l, n, i, start, end);
  for (; i < n; i++) factorRow(l, n, i, start, end);
  return true;
}

/** Row i, columns start … end. */
function factorRow(l: Float64Array, n: number, i: number, start: number, end: number): void {
  const base = i * n;
  for (let j = start; j < end; j++) {
    const other = j * n;
    let sum = l[base + j];
    for (let k = start; k < j; k++) sum -= l[base + k] * l[other + k];
    l[base + j] = sum / l[other + j];
  }
}

/** Four rows at once: their sums do not wait for each other. */
function factorFourRows(l: Float64Array, n: number, i: number, start: number, end: number): void {
  const a0 = i * n;
  const a1 = a0 + n;
  const a2 = a1 + n;
  const a3 = a2 + n;
  for (let j = start; j < end; j++) {
    const other = j * n;
    let s0 = l[a0 + j];
    let s1 = l[a1 + j];
    let s2 = l[a2 + j];
    let s3 = l[a3 + j];
    for (let k = start; k < j; k++) {
      const y = l[other + k];
      s0 -= l[a0 + k] * y;
      s1 -= l[a1 + k] * y;
      s2 -= l[a2 + k] * y;
      s3 -= l[a3 + k] * y;
    }
    const pivot = l[other + j];
    l[a0 + j] = s0 / pivot;
    l[a1 + j] = s1 / pivot;
    l[a2 + j] = s2 / pivot;
    l[a3 + j] = s3 / pivot;
  }
}

/** x = (L Lᵀ)⁻¹ b for a Cholesky factor L, into `out` (which may be `b`) or a new array. Cost 2n². */
export function choleskySolve(l: CholeskyFactor, b: Float64Array, out?: Float64Array): Float64Array {
  const x = solveLower(l, b, out);
  return solveLowerTransposed(l, x, x);
}

/** x = L⁻¹ b for lower triangular L, into `out` (which may be `b`) or a new array. */
export function solveLower(l: Matrix, b: Float64Array, out?: Float64Array): Float64Array {
  const n = checkedSize("solveLower", l, b);
  const x = out ?? new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= l.data[i * n + k] * x[k];
    x[i] = sum / l.data[i * n + i];
  }
  return x;
}

/** x = L⁻ᵀ b for lower triangular L, into `out` (which may be `b`) or a new array. */
export function solveLowerTransposed(l: Matrix, b: Float64Array, out?: Float64Array): Float64Array {
  const n = checkedSize("solveLowerTransposed", l, b);
  const x = out ?? new Float64Array(n);
  if (x !== b) x.set(b);
  for (let i = n - 1; i >= 0; i--) {
    const t = x[i] / l.data[i * n + i];
    x[i] = t;
    for (let k = 0; k < i; k++) x[k] -= t * l.data[i * n + k];
  }
  return x;
}

function checkedSize(name: string, l: Matrix, b: Float64Array): number {
  if (l.rows !== l.cols || b.length !== l.rows) {
    throw new RangeError(`${name}: expected n×n and n numbers, got ${l.rows}×${l.cols} and ${b.length}`);
  }
  return l.rows;
}
