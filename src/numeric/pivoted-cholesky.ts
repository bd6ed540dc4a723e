import { type Matrix, matrix } from "./matrix.ts";

/** A ≈ F Fᵀ with F = `factor` (n×r, rows in the order of A); `pivots[j]` is the row eliminated by column j. */
export interface PivotedCholesky {
  readonly factor: Matrix;
  readonly pivots: Int32Array;
  readonly rank: number;
  /** The trace of what was left out, A − F Fᵀ ⪰ 0. */
  readonly remainder: number;
}

/**
 * Cholesky with complete (diagonal) pivoting of a positive semidefinite matrix, stopped at the first pivot
 * ≤ rtol × the first (default 1e-12). Cost n·r². Error: 0 ⪯ A − FFᵀ with trace `remainder`
 * (Higham, Accuracy and Stability, §10.3).
 * @throws RangeError when the matrix is not square.
 */
export function pivotedCholesky(a: Matrix, options: { readonly rtol?: number } = {}): PivotedCholesky {
  const { rtol = 1e-12 } = options;
  if (a.rows !== a.cols) throw new RangeError(`pivotedCholesky: expected a square matrix, got ${a.rows}×${a.cols}`);
  const n = a.rows;
  const remaining = new Float64Array(n);
  for (let i = 0; i < n; i++) remaining[i] = a.data[i * n + i];
  const threshold = rtol * remaining.reduce((x, y) => Math.max(x, y), 0);
  const columns: Float64Array[] = [];
  const pivots: number[] = [];
  while (columns.length < n) {
    const p = indexOfLargest(remaining);
    const pivot = remaining[p];
    if (!(pivot > threshold)) break;
    columns.push(nextColumn(a, columns, p, pivot));
    pivots.push(p);
    subtractSquares(remaining, columns[columns.length - 1], pivots);
  }
  const rank = columns.length;
  const factor = matrix(n, rank);
  columns.forEach((column, j) => {
    for (let i = 0; i < n; i++) factor.data[i * rank + j] = column[i];
  });
  const remainder = remaining.reduce((sum, x) => sum + Math.max(0, x), 0);
  return { factor, pivots: Int32Array.from(pivots), rank, remainder };
}

function indexOfLargest(x: Float64Array): number {
  let best = 0;
  for (let i = 1; i < x.length; i++) if (x[i] > x[best]) best = i;
  return best;
}

/** Column p of A minus the columns so far times their p-th entries, over the square root of the pivot. */
function nextColumn(a: Matrix, columns: readonly Float64Array[], p: number, pivot: number): Float64Array {
  const n = a.rows;
  const column = new Float64Array(n);
  for (let i = 0; i < n; i++) column[i] = i >= p ? a.data[i * n + p] : a.data[p * n + i];
  for (const earlier of columns) {
    const t = earlier[p];
    if (t !== 0) for (let i = 0; i < n; i++) column[i] -= t * earlier[i];
  }
  const root = Math.sqrt(pivot);
  for (let i = 0; i < n; i++) column[i] /= root;
  column[p] = root;
  return column;
}

/** Diagonal of what remains; rows already eliminated are exactly 0 from then on, in the columns too. */
function subtractSquares(remaining: Float64Array, column: Float64Array, pivots: readonly number[]): void {
  for (let i = 0; i < pivots.length - 1; i++) column[pivots[i]] = 0;
  for (let i = 0; i < remaining.length; i++) remaining[i] -= column[i] * column[i];
  for (const p of pivots) remaining[p] = 0;
}
