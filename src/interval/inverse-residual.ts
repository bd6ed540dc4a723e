import { identity, lu, type Matrix, matrix } from "../numeric/index.ts";
import {
  type IntervalMatrix,
  isBoundedArray,
  midpointMatrix,
  pointMatrix,
  rowSums,
  subtractIntervals,
} from "./interval-matrix.ts";
import { multiplyIntervals } from "./matrix-product.ts";

/** R and G = I − RA with ‖G‖∞ < 1: every matrix A in the interval matrix, and R, is invertible. */
export interface InverseResidual {
  readonly status: "invertible";
  /** An approximate inverse R of the middle of A. */
  readonly inverse: Matrix;
  /** Upper bounds of Σ_j |G_ij|, row by row. */
  readonly residualRowSums: Float64Array;
  /** An upper bound q < 1 of ‖G‖∞. */
  readonly contraction: number;
}

/** "undecided" says nothing about A: it may be singular, too wide, or too badly conditioned. */
export type InvertibilityProof = InverseResidual | { readonly status: "undecided"; readonly reason: string };

/**
 * Tries to prove that every matrix in A is invertible: with R ≈ A⁻¹ from a floating-point factorisation, ‖I − RA‖∞ < 1
 * in interval arithmetic makes RA, hence A, invertible (Rump, Acta Numerica 2010, §10), and ‖A⁻¹‖∞ ≤ ‖R‖∞/(1 − q).
 * Works up to condition numbers of about 10^15/n. Cost: about 2n³ for R and three products.
 *
 * @param inverse an R to use instead of computing one; any matrix is allowed.
 * @throws RangeError when A is not square.
 */
export function proveInvertible(a: IntervalMatrix, inverse?: Matrix): InvertibilityProof {
  if (a.rows !== a.cols) throw new RangeError(`proveInvertible: expected a square matrix, got ${a.rows}×${a.cols}`);
  if (!isBoundedArray(a)) return { status: "undecided", reason: "an entry of the matrix is unbounded or undefined" };
  const r = inverse ?? approximateInverse(midpointMatrix(a));
  if (r === null) return { status: "undecided", reason: "the middle of the matrix is numerically singular" };
  const g = subtractIntervals(pointMatrix(identity(a.rows)), multiplyIntervals(pointMatrix(r), a));
  const residualRowSums = rowSums(g);
  const contraction = residualRowSums.reduce((largest, sum) => Math.max(largest, sum), 0);
  if (contraction < 1) return { status: "invertible", inverse: r, residualRowSums, contraction };
  return {
    status: "undecided",
    reason: `the bound of ‖I − RA‖ is ${Number(contraction.toPrecision(3))}, which is not below 1`,
  };
}

function approximateInverse(a: Matrix): Matrix | null {
  const n = a.rows;
  const factors = lu(a);
  if (factors.sign === 0) return null;
  const inverse = matrix(n, n);
  for (let j = 0; j < n; j++) {
    const column = factors.solve(Float64Array.from({ length: n }, (_, i) => (i === j ? 1 : 0)));
    for (let i = 0; i < n; i++) inverse.data[i * n + j] = column[i];
  }
  return inverse.data.every(Number.isFinite) ? inverse : null;
}
