import { cholesky, diagonal, type Matrix, matrix } from "../numeric/index.ts";
import { subDown } from "./directed-rounding.ts";
import {
  type IntervalMatrix,
  isBoundedArray,
  midpointMatrix,
  pointMatrix,
  subtractIntervals,
  transposeIntervals,
} from "./interval-matrix.ts";
import { infinityNormBound } from "./matrix-norm.ts";
import { multiplyIntervals } from "./matrix-product.ts";
import { symmetricPart } from "./symmetric-part.ts";

export type PositivityProof =
  | { readonly status: "positive" /** Every eigenvalue is at least this. */; readonly smallestEigenvalue: number }
  | { readonly status: "undecided"; readonly reason: string };

/**
 * Tries to prove that every symmetric matrix in A is positive definite.
 *
 * Takes a floating-point Cholesky factor L of M − cI, M the middle of A, c a little above the rounding errors, and
 * encloses E = A − cI − LLᵀ in interval arithmetic. LLᵀ is positive semidefinite whatever L is, so the smallest
 * eigenvalue of A is at least c − ‖E‖. Nothing about the factorisation need be trusted (Rump, BIT 46, 2006, bounds its
 * error beforehand instead, at the same order n·u·trace A).
 * Cost: n³/3 and two products. @throws RangeError when A is not square.
 */
export function provePositiveDefinite(a: IntervalMatrix): PositivityProof {
  const symmetric = symmetricPart(a);
  if (symmetric === null) return { status: "undecided", reason: "no symmetric matrix lies in the interval matrix" };
  if (!isBoundedArray(symmetric)) return { status: "undecided", reason: "an entry is unbounded or undefined" };
  const n = a.rows;
  const middle = midpointMatrix(symmetric);
  const shift = shiftFor(symmetric, middle);
  const factor = cholesky(shiftDiagonal(middle, shift));
  if (factor === null || !factor.data.every(Number.isFinite)) {
    return { status: "undecided", reason: `a smallest eigenvalue above ${shift} cannot be shown` };
  }
  const l = pointMatrix(factor);
  const shifted = subtractIntervals(symmetric, pointMatrix(diagonal(new Float64Array(n).fill(shift))));
  const error = infinityNormBound(subtractIntervals(shifted, multiplyIntervals(l, transposeIntervals(l))));
  const smallestEigenvalue = subDown(shift, error);
  if (smallestEigenvalue > 0) return { status: "positive", smallestEigenvalue };
  return { status: "undecided", reason: `the Cholesky residual ${error} exceeds the shift ${shift}` };
}

/** Above the residual to be expected: the radius of A and the rounding errors of the factor and of its product. */
function shiftFor(a: IntervalMatrix, middle: Matrix): number {
  const n = a.rows;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += Math.abs(middle.data[i * n + i]);
  const radius = infinityNormBound(subtractIntervals(a, pointMatrix(middle)));
  return 1.01 * radius + 3 * (n + 4) * Number.EPSILON * trace + Number.MIN_VALUE;
}

function shiftDiagonal(a: Matrix, shift: number): Matrix {
  const shifted = matrix(a.rows, a.cols, a.data.slice());
  for (let i = 0; i < a.rows; i++) shifted.data[i * a.cols + i] -= shift;
  return shifted;
}
