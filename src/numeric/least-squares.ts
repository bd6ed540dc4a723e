import { applyQ, applyQTransposed, householderQr } from "./householder-qr.ts";
import { type Matrix, matrix } from "./matrix.ts";
import { norm } from "./vector.ts";

/** A minimiser of ‖Ax − b‖, the rank it was computed with, and ‖Ax − b‖. */
export interface LeastSquares {
  readonly x: Float64Array;
  readonly rank: number;
  readonly residualNorm: number;
}

/**
 * The x of least norm among the minimisers of ‖Ax − b‖, for any shape and rank of A (m×n).
 *
 * QR with column pivoting, A P = Q R; the rank counts |R_jj| > rtol·|R_00| (default max(m, n)·2⁻⁵²); when it is below
 * n, a second QR of the leading rows of R gives the least norm (complete orthogonal factorisation; Golub, Van Loan,
 * §5.5). Cost 2n²(m − n/3) and up to 4n·rank² more. Backward stable for the numerical rank found.
 * @throws RangeError when b does not have m entries.
 */
export function leastSquares(a: Matrix, b: Float64Array, options: { readonly rtol?: number } = {}): LeastSquares {
  const { rows: m, cols: n } = a;
  const { rtol = Math.max(m, n) * 2 ** -52 } = options;
  if (b.length !== m) throw new RangeError(`leastSquares: A is ${m}×${n}, b has ${b.length} entries`);
  const f = householderQr(a, { pivoting: true });
  const rhs = b.slice();
  applyQTransposed(f, rhs);
  const r = f.columns.data; // R_ij = r[j·m + i]
  const rank = numericalRank(r, m, f.taus.length, rtol);
  const permuted = rank === n ? solveUpper(r, m, n, rhs) : leastNorm(r, m, n, rank, rhs);
  const x = new Float64Array(n);
  for (let j = 0; j < n; j++) x[f.pivots[j]] = permuted[j];
  return { x, rank, residualNorm: norm(rhs.subarray(rank)) };
}

function numericalRank(r: Float64Array, m: number, steps: number, rtol: number): number {
  let rank = 0;
  while (rank < steps && Math.abs(r[rank * m + rank]) > rtol * Math.abs(r[0])) rank++;
  return rank;
}

/** R x = rhs for the leading n×n triangle R_ij = r[j·m + i]. */
function solveUpper(r: Float64Array, m: number, n: number, rhs: Float64Array): Float64Array {
  const x = rhs.slice(0, n);
  for (let j = n - 1; j >= 0; j--) {
    const t = x[j] / r[j * m + j];
    x[j] = t;
    for (let i = 0; i < j; i++) x[i] -= t * r[j * m + i];
  }
  return x;
}

/** The least-norm y with [R₁₁ R₁₂] y = rhs (first `rank` rows): [R₁₁ R₁₂]ᵀ = Z T, Tᵀ s = rhs, y = Z s. */
function leastNorm(r: Float64Array, m: number, n: number, rank: number, rhs: Float64Array): Float64Array {
  const lead = matrix(n, rank);
  for (let j = 0; j < n; j++) for (let i = 0; i <= Math.min(j, rank - 1); i++) lead.data[j * rank + i] = r[j * m + i];
  const f = householderQr(lead);
  const t = f.columns.data; // T_ij = t[j·n + i]
  const y = new Float64Array(n);
  for (let i = 0; i < rank; i++) {
    let sum = rhs[i];
    for (let k = 0; k < i; k++) sum -= t[i * n + k] * y[k];
    y[i] = sum / t[i * n + i];
  }
  applyQ(f, y);
  return y;
}
