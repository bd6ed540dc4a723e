import { multiplyVector } from "../numeric/index.ts";
import { add, sub } from "./arithmetic.ts";
import { divUp, mulUp, subDown } from "./directed-rounding.ts";
import { ball, magnitude, midpoint } from "./interval.ts";
import {
  type IntervalArray,
  intervalArray,
  intervalAt,
  pointArray,
  setInterval,
  zipIntervals,
} from "./interval-array.ts";
import { type IntervalMatrix, isBoundedArray, pointMatrix } from "./interval-matrix.ts";
import { proveInvertible } from "./inverse-residual.ts";
import { multiplyIntervalVector } from "./matrix-product.ts";

export type LinearSolution =
  | { readonly status: "enclosed"; readonly solution: IntervalArray; readonly contraction: number }
  | { readonly status: "undecided"; readonly reason: string };

/**
 * Encloses the solutions x of Ax = b for all A and b of an interval matrix and an interval vector, or says why not.
 *
 * With R ≈ A⁻¹, G = I − RA, ‖G‖∞ ≤ q < 1, an approximate solution x̃ and d = R(b − Ax̃): e = x − x̃ satisfies
 * e = d + Ge, so |e_i − d_i| ≤ Σ_j|G_ij|·‖d‖∞/(1 − q) (Krawczyk 1969; Rump, Acta Numerica 2010, §10).
 * Shapes: A n×n, b of length n. Cost: `proveInvertible` and a few products with a vector.
 */
export function solveIntervals(a: IntervalMatrix, b: IntervalArray): LinearSolution {
  if (b.lo.length !== a.rows)
    throw new RangeError(`solveIntervals: ${a.rows} equations, ${b.lo.length} right-hand sides`);
  if (!isBoundedArray(b)) return { status: "undecided", reason: "the right-hand side is unbounded or undefined" };
  const proof = proveInvertible(a);
  if (proof.status === "undecided") return proof;
  const { inverse, residualRowSums, contraction } = proof;
  const r = pointMatrix(inverse);

  const approximate = multiplyVector(
    inverse,
    Float64Array.from(b.lo, (_, i) => midpoint(intervalAt(b, i))),
  );
  refine(a, b, r, approximate);
  const correction = multiplyIntervalVector(r, residual(a, b, approximate));

  let largest = 0;
  for (let i = 0; i < a.rows; i++) largest = Math.max(largest, magnitude(intervalAt(correction, i)));
  const reach = divUp(largest, subDown(1, contraction));
  const solution = intervalArray(a.rows);
  for (let i = 0; i < a.rows; i++) {
    const spread = ball(0, mulUp(residualRowSums[i], reach));
    setInterval(solution, i, add(ball(approximate[i], 0), add(intervalAt(correction, i), spread)));
  }
  if (!isBoundedArray(solution)) return { status: "undecided", reason: "the enclosure overflows" };
  return { status: "enclosed", solution, contraction };
}

/** b − Ax̃. */
function residual(a: IntervalMatrix, b: IntervalArray, x: Float64Array): IntervalArray {
  return zipIntervals(sub, b, multiplyIntervalVector(a, pointArray(x)));
}

/** Two steps of x̃ ← x̃ + mid(R(b − Ax̃)); any x̃ is allowed, a good one makes the enclosure narrow. */
function refine(a: IntervalMatrix, b: IntervalArray, r: IntervalMatrix, x: Float64Array): void {
  for (let step = 0; step < 2; step++) {
    const correction = multiplyIntervalVector(r, residual(a, b, x));
    for (let i = 0; i < x.length; i++) x[i] += midpoint(intervalAt(correction, i));
  }
}
