import type { RowsWorkspace } from "./dense-kernels.ts";
import { type Matrix, matrix, transpose } from "./matrix.ts";
import { rowsWorkspace } from "./rows-workspace.ts";

/** A ≈ F Fᵀ with F = `factor` (n×r, rows in the order of A); `pivots[j]` is the row eliminated by column j. */
export interface PivotedCholesky {
  readonly factor: Matrix;
  readonly pivots: Int32Array;
  readonly rank: number;
  /** The trace of what was left out, A − F Fᵀ ⪰ 0. */
  readonly remainder: number;
}

export interface PivotedCholeskyOptions {
  /** A pivot at most this times the first ends it (default 1e-12). */
  readonly rtol?: number;
  /** So many columns end it too (default: the size). */
  readonly maxRank?: number;
}

/**
 * Cholesky with complete (diagonal) pivoting of a positive semidefinite matrix. Cost size·rank². Error:
 * 0 ⪯ A − FFᵀ with trace `remainder` (Higham, Accuracy and Stability, §10.3).
 * @throws RangeError when the matrix is not square.
 */
export function pivotedCholesky(a: Matrix, options: PivotedCholeskyOptions = {}): PivotedCholesky {
  const { rtol = 1e-12 } = options;
  if (a.rows !== a.cols) throw new RangeError(`pivotedCholesky: expected a square matrix, got ${a.rows}×${a.cols}`);
  const n = a.rows;
  const limit = Math.min(n, options.maxRank ?? n);
  const remaining = new Float64Array(n);
  for (let i = 0; i < n; i++) remaining[i] = a.data[i * n + i];
  const threshold = rtol * remaining.reduce((x, y) => Math.max(x, y), 0);
  const work = rowsWorkspace(limit, n);
  const pivots: number[] = [];
  while (pivots.length < limit) {
    const p = indexOfLargest(remaining);
    const pivot = remaining[p];
    if (!(pivot > threshold)) break;
    const column = nextColumn(a, work, pivots, p, pivot);
    pivots.push(p);
    for (let i = 0; i < n; i++) remaining[i] -= column[i] * column[i];
    for (const done of pivots) remaining[done] = 0;
  }
  const rank = pivots.length;
  const factor = transpose(matrix(rank, n, work.a.slice(0, rank * n)));
  const remainder = remaining.reduce((sum, x) => sum + Math.max(0, x), 0);
  return { factor, pivots: Int32Array.from(pivots), rank, remainder };
}

function indexOfLargest(x: Float64Array): number {
  let best = 0;
  for (let i = 1; i < x.length; i++) if (x[i] > x[best]) best = i;
  return best;
}

/**
 * Column p of A minus the columns so far (rows of the workspace) times their p-th entries, over the square root of the
 * pivot; exactly 0 in the rows eliminated before.
 */
function nextColumn(a: Matrix, work: RowsWorkspace, pivots: readonly number[], p: number, pivot: number): Float64Array {
  const n = a.rows;
  const rank = pivots.length;
  const column = work.a.subarray(rank * n, (rank + 1) * n);
  for (let i = 0; i < n; i++) column[i] = i >= p ? a.data[i * n + p] : a.data[p * n + i];
  work.subtractRows(
    rank,
    pivots.map((_, k) => work.a[k * n + p]),
  );
  const root = Math.sqrt(pivot);
  for (let i = 0; i < n; i++) column[i] /= root;
  column[p] = root;
  for (const done of pivots) column[done] = 0;
  return column;
}
