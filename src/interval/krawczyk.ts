import { identity } from "../numeric/index.ts";
import { add, sub } from "./arithmetic.ts";
import { enclosesStrictly, intersect, midpoint, point } from "./interval.ts";
import { type IntervalArray, intervalArray, intervalAt, setInterval, zipIntervals } from "./interval-array.ts";
import { type IntervalMatrix, isBoundedArray, pointMatrix, subtractIntervals } from "./interval-matrix.ts";
import { proveInvertible } from "./inverse-residual.ts";
import { multiplyIntervals, multiplyIntervalVector } from "./matrix-product.ts";

export type ZeroSearch =
  /** Exactly one zero in the box; it lies in `box`, which is no larger. */
  | { readonly status: "unique"; readonly box: IntervalArray }
  /** No zero in the box. */
  | { readonly status: "none" }
  /** Every zero of the box lies in `box`, which is no larger. */
  | { readonly status: "undecided"; readonly box: IntervalArray; readonly reason: string };

/** The middle of a box, where `krawczyk` wants the value of f. */
export function boxMidpoint(box: IntervalArray): Float64Array {
  return Float64Array.from(box.lo, (_, i) => midpoint(intervalAt(box, i)));
}

/**
 * One step of Krawczyk's test for zeros of a C¹ map f on a box X with middle m.
 *
 * K(X) = m − R f(m) + (I − R F′(X))(X − m), R ≈ F′(m)⁻¹: every zero in X lies in K(X) (mean value form); K(X) ⊂ int X
 * proves that X holds exactly one (Krawczyk 1969; Moore 1977; Neumaier, Interval Methods, theorem 5.1.8).
 *
 * Shapes: box of length n, `value` encloses f(boxMidpoint(box)), `jacobian` n×n encloses f′ on all of the box.
 */
export function krawczyk(box: IntervalArray, value: IntervalArray, jacobian: IntervalMatrix): ZeroSearch {
  if (!isBoundedArray(value)) return { status: "undecided", box, reason: "the value of f is unbounded or undefined" };
  const proof = proveInvertible(jacobian);
  if (proof.status === "undecided") return { ...proof, box };
  const n = jacobian.rows;
  const middle = boxMidpoint(box);
  const r = pointMatrix(proof.inverse);
  const offset = intervalArray(n);
  for (let i = 0; i < n; i++) setInterval(offset, i, sub(intervalAt(box, i), point(middle[i])));
  const g = subtractIntervals(pointMatrix(identity(n)), multiplyIntervals(r, jacobian));
  const correction = zipIntervals(sub, multiplyIntervalVector(g, offset), multiplyIntervalVector(r, value));

  const next = intervalArray(n);
  let inside = true;
  for (let i = 0; i < n; i++) {
    const k = add(point(middle[i]), intervalAt(correction, i));
    const both = intersect(k, intervalAt(box, i));
    if (both === null) return { status: "none" };
    inside &&= enclosesStrictly(intervalAt(box, i), k);
    setInterval(next, i, both);
  }
  if (inside) return { status: "unique", box: next };
  return { status: "undecided", box: next, reason: "the image of the box reaches out of it" };
}
