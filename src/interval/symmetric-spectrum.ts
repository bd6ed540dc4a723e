import { identity, type Matrix, symmetricEigen } from "../numeric/index.ts";
import { mul } from "./arithmetic.ts";
import { divUp, sqrtDown, subDown } from "./directed-rounding.ts";
import { ball } from "./interval.ts";
import { type IntervalArray, intervalArray, intervalAt, setInterval } from "./interval-array.ts";
import {
  type IntervalMatrix,
  intervalMatrix,
  isBoundedArray,
  midpointMatrix,
  pointMatrix,
  subtractIntervals,
  transposeIntervals,
} from "./interval-matrix.ts";
import { spectralNormBound } from "./matrix-norm.ts";
import { multiplyIntervals } from "./matrix-product.ts";
import { symmetricPart } from "./symmetric-part.ts";

export type SpectrumEnclosure =
  | {
      readonly status: "enclosed";
      /** The i-th interval holds the i-th largest eigenvalue. */
      readonly values: IntervalArray;
      /** Half the width of every interval, but for a rounding. */
      readonly radius: number;
    }
  | { readonly status: "undecided"; readonly reason: string };

/**
 * Encloses all n eigenvalues, with their multiplicities, of every symmetric matrix in A.
 *
 * Theorem. Let A be symmetric, D diagonal, X square, ‖XA − DX‖ ≤ δ, ‖XXᵀ − I‖ ≤ ε < 1. Then the i-th largest eigenvalue
 * of A and the i-th largest entry of D differ by at most δ/√(1 − ε).
 * Proof. X = PQ with P = (XXᵀ)^½ ⪰ √(1 − ε) I and Q orthogonal. With B = QAQᵀ, PB − DP = (XA − DX)Qᵀ =: S has
 * ‖S‖ ≤ δ, and Y = B − D satisfies PY + YP = S + Sᵀ, so Y = ∫₀^∞ e^−tP (S + Sᵀ) e^−tP dt and
 * ‖Y‖ ≤ 2δ/(2√(1 − ε)). B has the spectrum of A; Weyl's inequality finishes. ∎
 *
 * Cost: a floating-point eigendecomposition (whose quality decides the radius, about n·10⁻¹⁶·‖A‖, never the truth) and
 * four products. @throws RangeError when A is not square.
 */
export function symmetricSpectrum(a: IntervalMatrix): SpectrumEnclosure {
  const symmetric = symmetricPart(a);
  if (symmetric === null) return { status: "undecided", reason: "no symmetric matrix lies in the interval matrix" };
  if (!isBoundedArray(symmetric)) return { status: "undecided", reason: "an entry is unbounded or undefined" };
  const { values, vectors } = symmetricEigen(midpointMatrix(symmetric));
  return enclosedBy(symmetric, values, vectors);
}

function enclosedBy(a: IntervalMatrix, values: Float64Array, vectors: Matrix): SpectrumEnclosure {
  const n = a.rows;
  const x = pointMatrix(vectors);
  const gram = multiplyIntervals(x, transposeIntervals(x));
  const epsilon = spectralNormBound(subtractIntervals(gram, pointMatrix(identity(n))));
  if (!(epsilon < 1)) return { status: "undecided", reason: "the approximate eigenvectors are far from orthonormal" };
  const delta = spectralNormBound(subtractIntervals(multiplyIntervals(x, a), scaledRows(values, vectors)));
  const radius = divUp(delta, sqrtDown(subDown(1, epsilon)));
  if (!Number.isFinite(radius)) return { status: "undecided", reason: "the residual overflows" };
  const enclosures = intervalArray(n);
  const descending = values.toSorted((p, q) => q - p);
  for (let i = 0; i < n; i++) setInterval(enclosures, i, ball(descending[i], radius));
  return { status: "enclosed", values: enclosures, radius };
}

/** DX for D = diag(values). */
function scaledRows(values: Float64Array, x: Matrix): IntervalMatrix {
  const result = intervalMatrix(x.rows, x.cols);
  for (let e = 0; e < x.data.length; e++) {
    const factor = ball(values[Math.floor(e / x.cols)], 0);
    setInterval(result, e, mul(factor, intervalAt(pointMatrix(x), e)));
  }
  return result;
}
