import { add, div } from "./arithmetic.ts";
import { addDown, addUp } from "./directed-rounding.ts";
import { exp } from "./exponential.ts";
import { type Interval, isDefined, one, undefinedInterval } from "./interval.ts";
import { log1p } from "./logarithm.ts";

/** 1/(1 + e^−x). Width at a point: up to 8 units in the last place (measured). */
export function sigmoid(a: Interval): Interval {
  if (!isDefined(a)) return undefinedInterval;
  const low = sigmoidAt(a.lo);
  return { lo: low.lo, hi: a.hi === a.lo ? low.hi : sigmoidAt(a.hi).hi };
}

/** ln(1 + e^x). Width at a point: up to 6 units in the last place (measured). */
export function softplus(a: Interval): Interval {
  if (!isDefined(a)) return undefinedInterval;
  const low = softplusAt(a.lo);
  return { lo: low.lo, hi: a.hi === a.lo ? low.hi : softplusAt(a.hi).hi };
}

/** The exponential of a number ≤ 0 is what both need, so nothing overflows. */
function sigmoidAt(x: number): Interval {
  const e = exp({ lo: -Math.abs(x), hi: -Math.abs(x) });
  if (x >= 0) return div(one, add(one, e));
  const low = div({ lo: e.lo, hi: e.lo }, add(one, { lo: e.lo, hi: e.lo })); // e/(1 + e) grows with e
  const high = div({ lo: e.hi, hi: e.hi }, add(one, { lo: e.hi, hi: e.hi }));
  return { lo: low.lo, hi: high.hi };
}

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|). */
function softplusAt(x: number): Interval {
  const rest = log1p(exp({ lo: -Math.abs(x), hi: -Math.abs(x) }));
  return x > 0 ? { lo: addDown(x, rest.lo), hi: addUp(x, rest.hi) } : rest;
}
