import { add, div, mul, square, sub } from "./arithmetic.ts";
import { exponentOf } from "./binary64.ts";
import { sumError } from "./directed-rounding.ts";
import { type Interval, point, undefinedInterval, zero } from "./interval.ts";
import { horner, ln2Head, ln2Tail, scaleByPowerOfTwo, scaleExactly } from "./series.ts";

/** ln x; undefined unless a > 0. Width at a point: up to 2 units in the last place (measured). */
export function log(a: Interval): Interval {
  if (!(a.lo > 0)) return undefinedInterval;
  const low = logAt(a.lo);
  return { lo: low.lo, hi: a.hi === a.lo ? low.hi : logAt(a.hi).hi };
}

/**
 * ln(1 + x), to relative accuracy also near 0; undefined unless a > −1.
 * Width at a point: up to 3 units in the last place (measured).
 */
export function log1p(a: Interval): Interval {
  if (!(a.lo > -1)) return undefinedInterval;
  const low = log1pAt(a.lo);
  return { lo: low.lo, hi: a.hi === a.lo ? low.hi : log1pAt(a.hi).hi };
}

const unbounded: Interval = { lo: Number.MAX_VALUE, hi: Number.POSITIVE_INFINITY };

function logAt(x: number): Interval {
  if (x === Number.POSITIVE_INFINITY) return unbounded;
  const k = binaryOrder(x);
  return logOfScaled(k, scaleExactly(x, -k) - 1, zero);
}

function log1pAt(x: number): Interval {
  if (x === Number.POSITIVE_INFINITY) return unbounded;
  if (x > ROOT_HALF - 1 && x < 2 * ROOT_HALF - 1) return logOfScaled(0, x, zero);
  const s = 1 + x;
  const k = binaryOrder(s);
  return logOfScaled(k, scaleExactly(s, -k) - 1, scaleByPowerOfTwo(point(sumError(1, x, s)), -k));
}

const ROOT_HALF = Math.SQRT1_2;

/** The integer k that brings x/2^k near [√½, √2], so that x/2^k − 1 is exact. */
function binaryOrder(x: number): number {
  const e = exponentOf(x);
  return scaleExactly(x, -e) > 2 * ROOT_HALF ? e + 1 : e;
}

/**
 * ln(2^k(1 + f)) for f = head + tail, |f| ≤ 0.42, tail tiny. With s = f/(2 + f) and R = 2s²/3 + 2s⁴/5 + …,
 * ln(1 + f) = 2 artanh s = 2s + sR = f − s(f − R): a small correction of a number that is known exactly.
 */
function logOfScaled(k: number, head: number, tail: Interval): Interval {
  const f = add(point(head), tail);
  const s = div(f, add(two, f));
  const z = square(s);
  const correction = sub(mul(s, sub(f, mul(z, horner(coefficients, z)))), add(mul(point(k), ln2Tail), tail));
  const kLn2 = k * ln2Head;
  const sum = kLn2 + head;
  return sub(point(sum), sub(correction, point(sumError(kLn2, head, sum))));
}

const two = point(2);
// R/z = 2/3 + 2z/5 + … + 2z^11/25 + remainder, 0 ≤ remainder ≤ (2/27) z^12/(1 − z) < 4e−20 for z ≤ 0.0295.
const coefficients = Array.from({ length: 12 }, (_, j) => div(two, point(2 * j + 3)));
coefficients[0] = add(coefficients[0], { lo: 0, hi: 4e-20 });
