import {
  addDown,
  addUp,
  divDown,
  divUp,
  mulDown,
  mulUp,
  sqrtDown,
  sqrtUp,
  subDown,
  subUp,
} from "./directed-rounding.ts";
import { type Interval, isDefined, one, undefinedInterval } from "./interval.ts";

// The ends are the best doubles possible, for each operation alone.

export function add(a: Interval, b: Interval): Interval {
  return { lo: addDown(a.lo, b.lo), hi: addUp(a.hi, b.hi) };
}

export function sub(a: Interval, b: Interval): Interval {
  return { lo: subDown(a.lo, b.hi), hi: subUp(a.hi, b.lo) };
}

export function neg(a: Interval): Interval {
  return { lo: -a.hi, hi: -a.lo };
}

export function mul(a: Interval, b: Interval): Interval {
  if (a.lo >= 0) return mulPositive(a, b);
  if (a.hi <= 0) return neg(mulPositive(neg(a), b));
  if (b.lo >= 0) return mulPositive(b, a);
  if (b.hi <= 0) return neg(mulPositive(neg(b), a));
  return {
    lo: Math.min(mulDown(a.lo, b.hi), mulDown(a.hi, b.lo)),
    hi: Math.max(mulUp(a.lo, b.lo), mulUp(a.hi, b.hi)),
  };
}

/** ab for a ≥ 0. */
function mulPositive(a: Interval, b: Interval): Interval {
  return { lo: mulDown(b.lo < 0 ? a.hi : a.lo, b.lo), hi: mulUp(b.hi < 0 ? a.lo : a.hi, b.hi) };
}

/** a/b; undefined when b contains 0. */
export function div(a: Interval, b: Interval): Interval {
  if (b.lo > 0) return divPositive(a, b);
  if (b.hi < 0) return neg(divPositive(a, neg(b)));
  return undefinedInterval;
}

/** a/b for b > 0. */
function divPositive(a: Interval, b: Interval): Interval {
  return { lo: divDown(a.lo, a.lo < 0 ? b.lo : b.hi), hi: divUp(a.hi, a.hi < 0 ? b.hi : b.lo) };
}

export function square(a: Interval): Interval {
  const b = abs(a);
  return { lo: mulDown(b.lo, b.lo), hi: mulUp(b.hi, b.hi) };
}

/** √a; undefined when a reaches below 0. */
export function sqrt(a: Interval): Interval {
  return a.lo >= 0 ? { lo: sqrtDown(a.lo), hi: sqrtUp(a.hi) } : undefinedInterval;
}

export function abs(a: Interval): Interval {
  if (a.lo >= 0) return a;
  if (a.hi <= 0) return neg(a);
  return { lo: isDefined(a) ? 0 : Number.NaN, hi: Math.max(-a.lo, a.hi) };
}

export function min(a: Interval, b: Interval): Interval {
  return { lo: Math.min(a.lo, b.lo), hi: Math.min(a.hi, b.hi) };
}

export function max(a: Interval, b: Interval): Interval {
  return { lo: Math.max(a.lo, b.lo), hi: Math.max(a.hi, b.hi) };
}

/**
 * aⁿ for an integer n; a⁰ = 1. Undefined when n < 0 and a contains 0.
 * Error: about |n| units in the last place, by repeated squaring of the ends.
 */
export function powInteger(a: Interval, n: number): Interval {
  if (!Number.isInteger(n)) throw new RangeError(`powInteger: exponent must be an integer, got ${n}`);
  if (!isDefined(a)) return undefinedInterval;
  if (n < 0) return powInteger(div(one, a), -n);
  if (n % 2 === 0) {
    const b = abs(a);
    return { lo: powerDown(b.lo, n), hi: powerUp(b.hi, n) };
  }
  return { lo: oddPowerDown(a.lo, n), hi: -oddPowerDown(-a.hi, n) };
}

const oddPowerDown = (x: number, n: number): number => (x < 0 ? -powerUp(-x, n) : powerDown(x, n));

/** A double ≤ xⁿ, for x ≥ 0 and n ≥ 0. */
function powerDown(x: number, n: number): number {
  let result = 1;
  for (let base = x, rest = n; rest > 0; base = mulDown(base, base), rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = mulDown(result, base);
  }
  return result;
}

/** A double ≥ xⁿ, for x ≥ 0 and n ≥ 0. */
function powerUp(x: number, n: number): number {
  let result = 1;
  for (let base = x, rest = n; rest > 0; base = mulUp(base, base), rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = mulUp(result, base);
  }
  return result;
}
