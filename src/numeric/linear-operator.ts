import { type Matrix, multiplyVector } from "./matrix.ts";

/** A linear map R^n → R^n known by its action: `apply` writes the image of `x` into `out` (never the same array). */
export interface LinearOperator {
  readonly dimension: number;
  apply(x: Float64Array, out: Float64Array): void;
}

/** A square matrix as an operator. */
export function matrixOperator(a: Matrix): LinearOperator {
  if (a.rows !== a.cols) throw new RangeError(`matrixOperator: expected a square matrix, got ${a.rows}×${a.cols}`);
  return { dimension: a.rows, apply: (x, out) => void multiplyVector(a, x, out) };
}
