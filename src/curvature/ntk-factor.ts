import { type Matrix, matrix, symmetricEigen } from "../numeric/index.ts";

/** K ≈ ΦΦᵀ with orthogonal columns: ΦᵀΦ = diag(λ_1 … λ_r). */
export interface NtkFactor {
  /** Φ, (rows of K) × r. */
  readonly factor: Matrix;
  readonly rank: number;
  readonly size: number;
  /** All eigenvalues of K, largest first; the first `rank` were kept. */
  readonly eigenvalues: Float64Array;
  /** Smallest kept over largest dropped |eigenvalue|; null when none was dropped, or only exact zeros. */
  readonly gap: number | null;
}

/**
 * Factors a positive semidefinite kernel, keeping the eigenvalues above `rtol` times the largest. (Iterating on K
 * itself would be wrong for stability: on ker K the cocycle is the identity, THEORY §3.)
 *
 * Cost: an eigenproblem, 9·size³. Error: ‖K − ΦΦᵀ‖ is the largest dropped eigenvalue, plus 1e-15·size·‖K‖.
 */
export function ntkFactor(kernel: Matrix, options: { readonly rtol?: number } = {}): NtkFactor {
  const { rtol = 1e-9 } = options;
  const { values, vectors } = symmetricEigen(kernel);
  const size = kernel.rows;
  const rank = rankOf(values, rtol);
  const factor = matrix(size, rank);
  for (let a = 0; a < rank; a++) {
    const s = Math.sqrt(values[a]);
    for (let i = 0; i < size; i++) factor.data[i * rank + a] = s * vectors.data[a * size + i];
  }
  return { factor, rank, size, eigenvalues: values, gap: gapAt(values, rank) };
}

/** How many eigenvalues (largest first) lie above `rtol` times the largest; 0 for a kernel that is 0. */
export function rankOf(values: Float64Array, rtol: number): number {
  if (!(values[0] > 0)) return 0;
  return values.reduce((count, value) => (value > rtol * values[0] ? count + 1 : count), 0);
}

function gapAt(values: Float64Array, rank: number): number | null {
  if (rank === 0 || rank === values.length) return null;
  let dropped = 0;
  for (let i = rank; i < values.length; i++) dropped = Math.max(dropped, Math.abs(values[i]));
  const gap = values[rank - 1] / dropped;
  return Number.isFinite(gap) ? gap : null;
}
