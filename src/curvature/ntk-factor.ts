import {
  type Matrix,
  matrix,
  maxAbs,
  multiplyTransposed,
  pivotedCholesky,
  symmetricEigen,
  transpose,
} from "../numeric/index.ts";

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

/** Below this size a whole eigenproblem costs nothing that anyone would notice. */
const SMALL = 96;

/**
 * Factors a positive semidefinite kernel, keeping the eigenvalues above `rtol` times the largest. (Iterating on K
 * itself would be wrong for stability: on ker K the cocycle is the identity, THEORY §3.)
 *
 * Cost: an eigenproblem, 9·size³; for a large kernel of rank r below half its size, 4·size·r² + 9r³: then K is first
 * written FFᵀ by pivoted Cholesky, and eigenvalues that this leaves out, all below its rounding, count as 0.
 * Error: ‖K − ΦΦᵀ‖ is the largest dropped eigenvalue, plus 1e-15·size·‖K‖.
 */
export function ntkFactor(kernel: Matrix, options: { readonly rtol?: number } = {}): NtkFactor {
  const { rtol = 1e-9 } = options;
  const { values, rowsOf } =
    kernel.rows < SMALL ? wholeSpectrum(kernel) : (lowRankSpectrum(kernel) ?? wholeSpectrum(kernel));
  const rank = rankOf(values, rtol);
  return { factor: rowsOf(rank), rank, size: kernel.rows, eigenvalues: values, gap: gapAt(values, rank) };
}

interface KernelSpectrum {
  readonly values: Float64Array;
  /** Φ for the first eigenvalues. */
  rowsOf(rank: number): Matrix;
}

function wholeSpectrum(kernel: Matrix): KernelSpectrum {
  const { values, vectors } = symmetricEigen(kernel);
  const size = kernel.rows;
  return {
    values,
    rowsOf(rank) {
      const factor = matrix(size, rank);
      for (let a = 0; a < rank; a++) {
        const s = Math.sqrt(values[a]);
        for (let i = 0; i < size; i++) factor.data[i * rank + a] = s * vectors.data[a * size + i];
      }
      return factor;
    },
  };
}

/** From K = FFᵀ with few columns: FᵀF = V diag(λ) Vᵀ has K's nonzero eigenvalues, and Φ = FV. Null when F is not thin. */
function lowRankSpectrum(kernel: Matrix): KernelSpectrum | null {
  if (!Number.isFinite(maxAbs(kernel.data))) return null;
  const size = kernel.rows;
  const maxRank = Math.floor(size / 2);
  const { factor, rank } = pivotedCholesky(kernel, { rtol: size * Number.EPSILON, maxRank });
  if (rank === maxRank) return null;
  const columns = transpose(factor);
  const { values, vectors } = symmetricEigen(multiplyTransposed(columns, columns));
  const all = new Float64Array(size);
  all.set(values);
  return {
    values: all,
    rowsOf: (kept) => multiplyTransposed(factor, matrix(kept, rank, vectors.data.slice(0, kept * rank))),
  };
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
