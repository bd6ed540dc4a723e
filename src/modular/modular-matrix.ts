import type { Matrix } from "../numeric/index.ts";
import type { PrimeField } from "./prime-field.ts";

// Matrices of residues, row-major, by Gaussian elimination. All of them are O(n³) and leave their argument alone.

/** det A mod p. @throws RangeError when A is not square. */
export function determinantMod(field: PrimeField, a: Matrix): number {
  if (a.rows !== a.cols) throw new RangeError(`determinantMod: expected a square matrix, got ${a.rows}×${a.cols}`);
  const { pivots, sign } = eliminate(field, { ...a, data: a.data.slice() });
  if (pivots.length < a.rows) return 0;
  const product = pivots.reduce((result, pivot) => field.mul(result, pivot), 1);
  return sign < 0 ? field.neg(product) : product;
}

/** rank A over F_p: never more than the rank over Q of a matrix that A reduces. */
export function rankMod(field: PrimeField, a: Matrix): number {
  return eliminate(field, { ...a, data: a.data.slice() }).pivots.length;
}

/**
 * The coefficients c₀ … c_n = 1 of det(λI − A) mod p, by reduction to Hessenberg form, which similarity keeps
 * (Cohen, A Course in Computational Algebraic Number Theory, algorithm 2.2.9).
 */
export function characteristicPolynomialMod(field: PrimeField, a: Matrix): Float64Array {
  if (a.rows !== a.cols) {
    throw new RangeError(`characteristicPolynomialMod: expected a square matrix, got ${a.rows}×${a.cols}`);
  }
  const n = a.rows;
  const h = a.data.slice();
  reduceToHessenberg(field, h, n);

  // χ_m = (λ − h_mm) χ_{m−1} − Σ_{i ≥ 1} h_{m−i,m} (h_{m,m−1} … h_{m−i+1,m−i}) χ_{m−i−1}, for the leading m×m block.
  const chi: Float64Array[] = [Float64Array.of(1)];
  for (let m = 0; m < n; m++) {
    const next = new Float64Array(m + 2);
    next.set(chi[m], 1);
    let factor = 1;
    for (let i = m; i >= 0; i--) {
      if (i < m) factor = field.mul(factor, h[(i + 1) * n + i]);
      subtractMultiple(field, next, field.mul(factor, h[i * n + m]), chi[i]);
    }
    chi.push(next);
  }
  return chi[n];
}

interface Echelon {
  readonly pivots: readonly number[];
  /** The sign of the row exchanges. */
  readonly sign: number;
}

/** Brings A to row echelon form in place. */
function eliminate(field: PrimeField, a: Matrix): Echelon {
  const { rows, cols, data } = a;
  const pivots: number[] = [];
  let sign = 1;
  for (let col = 0; col < cols && pivots.length < rows; col++) {
    const top = pivots.length;
    let found = top;
    while (found < rows && data[found * cols + col] === 0) found++;
    if (found === rows) continue;
    if (found !== top) {
      swapRows(data, cols, found, top);
      sign = -sign;
    }
    const pivotRow = data.subarray(top * cols + col, (top + 1) * cols);
    const inverse = field.inverse(pivotRow[0]);
    for (let i = top + 1; i < rows; i++) {
      const row = data.subarray(i * cols + col, (i + 1) * cols);
      subtractMultiple(field, row, field.mul(row[0], inverse), pivotRow);
    }
    pivots.push(pivotRow[0]);
  }
  return { pivots, sign };
}

/** Makes h_ij = 0 for i > j + 1 by row operations and their inverse column operations. */
function reduceToHessenberg(field: PrimeField, h: Float64Array, n: number): void {
  for (let m = 1; m < n - 1; m++) {
    let found = m;
    while (found < n && h[found * n + m - 1] === 0) found++;
    if (found === n) continue;
    if (found !== m) {
      swapRows(h, n, found, m);
      for (let i = 0; i < n; i++) [h[i * n + found], h[i * n + m]] = [h[i * n + m], h[i * n + found]];
    }
    const inverse = field.inverse(h[m * n + m - 1]);
    for (let i = m + 1; i < n; i++) {
      const factor = field.mul(h[i * n + m - 1], inverse);
      if (factor === 0) continue;
      subtractMultiple(field, h.subarray(i * n, (i + 1) * n), factor, h.subarray(m * n, (m + 1) * n));
      for (let k = 0; k < n; k++) h[k * n + m] = field.reduce(h[k * n + m] + factor * h[k * n + i]);
    }
  }
}

/** y ← y − factor·x for as many entries as x has. */
function subtractMultiple(field: PrimeField, y: Float64Array, factor: number, x: Float64Array): void {
  if (factor === 0) return;
  const minus = field.neg(factor);
  for (let i = 0; i < x.length; i++) y[i] = field.reduce(y[i] + minus * x[i]);
}

function swapRows(data: Float64Array, cols: number, i: number, j: number): void {
  for (let k = 0; k < cols; k++) [data[i * cols + k], data[j * cols + k]] = [data[j * cols + k], data[i * cols + k]];
}
