import { div, mul, powInteger, sqrt } from "./arithmetic.ts";
import { exp } from "./exponential.ts";
import { type Interval, isDefined, one, point, undefinedInterval } from "./interval.ts";
import { log } from "./logarithm.ts";

/**
 * x^exponent for a fixed real exponent. Integers are taken as repeated products, for every x (x⁰ = 1); multiples of ½
 * through the square root; the rest as e^(exponent·ln x), about 4·|exponent·ln x| units in the last place wide.
 * Undefined where a leaves the domain: x ≥ 0 for fractional exponents, x ≠ 0 (x > 0) for negative ones.
 */
export function pow(a: Interval, exponent: number): Interval {
  if (!isDefined(a)) return undefinedInterval;
  if (Number.isInteger(exponent)) return powInteger(a, exponent);
  if (!(a.lo >= 0)) return undefinedInterval;
  if (exponent < 0) return a.lo > 0 ? div(one, pow(a, -exponent)) : undefinedInterval;
  if (Number.isInteger(2 * exponent) && exponent < 64) return powInteger(sqrt(a), 2 * exponent);
  return { lo: positivePower(a.lo, exponent).lo, hi: positivePower(a.hi, exponent).hi };
}

function positivePower(x: number, exponent: number): Interval {
  if (x === 0) return { lo: 0, hi: 0 };
  return exp(mul(point(exponent), log({ lo: x, hi: x })));
}
