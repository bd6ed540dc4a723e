import { mul } from "./arithmetic.ts";
import { addDown, addUp } from "./directed-rounding.ts";
import { type Interval, zero } from "./interval.ts";

/** Many intervals, their lower and their upper ends in two flat arrays of one length. */
export interface IntervalArray {
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

/** `length` intervals [0, 0]. */
export function intervalArray(length: number): IntervalArray {
  return { lo: new Float64Array(length), hi: new Float64Array(length) };
}

/** The points [x_i, x_i] (the values are shared, not copied). */
export function pointArray(values: Float64Array): IntervalArray {
  return { lo: values, hi: values };
}

export function intervalAt(x: IntervalArray, i: number): Interval {
  return { lo: x.lo[i], hi: x.hi[i] };
}

export function setInterval(x: IntervalArray, i: number, a: Interval): void {
  x.lo[i] = a.lo;
  x.hi[i] = a.hi;
}

/** f(x_i) for every i, into `out` (which may be `x`) or a new array. */
export function mapIntervals(
  f: (a: Interval) => Interval,
  x: IntervalArray,
  out: IntervalArray = intervalArray(x.lo.length),
): IntervalArray {
  for (let i = 0; i < x.lo.length; i++) setInterval(out, i, f(intervalAt(x, i)));
  return out;
}

/** f(x_i, y_i) for every i, into `out` (which may be an operand) or a new array. */
export function zipIntervals(
  f: (a: Interval, b: Interval) => Interval,
  x: IntervalArray,
  y: IntervalArray,
  out: IntervalArray = intervalArray(x.lo.length),
): IntervalArray {
  if (x.lo.length !== y.lo.length)
    throw new RangeError(`zipIntervals: lengths ${x.lo.length} and ${y.lo.length} differ`);
  for (let i = 0; i < x.lo.length; i++) setInterval(out, i, f(intervalAt(x, i), intervalAt(y, i)));
  return out;
}

/** Σ x_i. Error: one rounding outward for each term. */
export function sumIntervals(x: IntervalArray): Interval {
  let lo = 0;
  let hi = 0;
  for (let i = 0; i < x.lo.length; i++) {
    lo = addDown(lo, x.lo[i]);
    hi = addUp(hi, x.hi[i]);
  }
  return { lo, hi };
}

/** Σ x_i y_i. Error: two roundings outward for each term. */
export function dotIntervals(x: IntervalArray, y: IntervalArray): Interval {
  if (x.lo.length !== y.lo.length)
    throw new RangeError(`dotIntervals: lengths ${x.lo.length} and ${y.lo.length} differ`);
  let { lo, hi } = zero;
  for (let i = 0; i < x.lo.length; i++) {
    const term = mul(intervalAt(x, i), intervalAt(y, i));
    lo = addDown(lo, term.lo);
    hi = addUp(hi, term.hi);
  }
  return { lo, hi };
}
