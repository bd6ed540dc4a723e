import { add, mul, square, sub } from "./arithmetic.ts";
import { subDown, subUp } from "./directed-rounding.ts";
import { type Interval, isDefined, one, point, undefinedInterval } from "./interval.ts";
import { horner, ln2Head, ln2Tail, reciprocalFactorials, scaleByPowerOfTwo } from "./series.ts";

/** e^x. Width at a point: up to 3 units in the last place (measured). */
export function exp(a: Interval): Interval {
  if (!isDefined(a)) return undefinedInterval;
  const low = expAt(a.lo);
  return { lo: low.lo, hi: a.hi === a.lo ? low.hi : expAt(a.hi).hi };
}

/** e^x − 1, to relative accuracy also near 0. Width at a point: up to 8 units in the last place (measured). */
export function expm1(a: Interval): Interval {
  if (!isDefined(a)) return undefinedInterval;
  const low = expm1At(a.lo);
  return { lo: low.lo, hi: a.hi === a.lo ? low.hi : expm1At(a.hi).hi };
}

// e^709.8 > 2^1024 and e^−745.2 < 2^−1074.
const OVERFLOW = 709.8;
const UNDERFLOW = -745.2;
const huge: Interval = { lo: Number.MAX_VALUE, hi: Number.POSITIVE_INFINITY };

function expAt(x: number): Interval {
  if (x > OVERFLOW) return huge;
  if (x < UNDERFLOW) return { lo: 0, hi: Number.MIN_VALUE };
  const { k, fraction } = reduce(x);
  return scaleByPowerOfTwo(add(one, fraction), k);
}

function expm1At(x: number): Interval {
  if (x > OVERFLOW) return huge;
  if (x < -40) return { lo: -1, hi: -1 + Number.EPSILON / 2 }; // e^−40 < 2^−53
  const { k, fraction } = reduce(x);
  if (k === 0) return fraction;
  if (k > 100) return sub(scaleByPowerOfTwo(add(one, fraction), k), one);
  return add(sub(scaleByPowerOfTwo(one, k), one), scaleByPowerOfTwo(fraction, k));
}

/** x = k ln 2 + r with |r| ≤ 0.347, and an enclosure of e^r − 1. */
function reduce(x: number): { readonly k: number; readonly fraction: Interval } {
  const k = Math.round(x / Math.LN2);
  const head = k * ln2Head;
  const r = sub({ lo: subDown(x, head), hi: subUp(x, head) }, mul(point(k), ln2Tail));
  return { k, fraction: add(r, mul(square(r), horner(coefficients, r))) };
}

// (e^r − 1 − r)/r² = 1/2! + r/3! + … + r^14/16! + remainder, |remainder| ≤ 2·0.35^15/17! < 1e−21 for |r| ≤ 0.35.
const LAST = 16;
const coefficients = reciprocalFactorials(LAST).slice(2);
coefficients[0] = add(coefficients[0], { lo: -1e-21, hi: 1e-21 });
