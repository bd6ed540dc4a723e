import { add, div, mul } from "./arithmetic.ts";
import { powerOfTwo } from "./binary64.ts";
import { mulDown, mulUp } from "./directed-rounding.ts";
import { type Interval, point } from "./interval.ts";

/** c₀ + x(c₁ + x(c₂ + …)). */
export function horner(coefficients: readonly Interval[], x: Interval): Interval {
  let sum = coefficients[coefficients.length - 1];
  for (let j = coefficients.length - 2; j >= 0; j--) sum = add(coefficients[j], mul(x, sum));
  return sum;
}

/** Enclosures of 1/0!, 1/1!, …, 1/last!. */
export function reciprocalFactorials(last: number): Interval[] {
  const result: Interval[] = [point(1)];
  for (let n = 1, factorial = point(1); n <= last; n++) {
    factorial = mul(factorial, point(n));
    result.push(div(point(1), factorial));
  }
  return result;
}

/** a·2^k, for any integer |k| ≤ 2046: exact unless it leaves the normal range. */
export function scaleByPowerOfTwo(a: Interval, k: number): Interval {
  const first = powerOfTwo(k >> 1);
  const second = powerOfTwo(k - (k >> 1));
  return { lo: mulDown(mulDown(a.lo, first), second), hi: mulUp(mulUp(a.hi, first), second) };
}

/** x·2^k for a double x whose product is a normal double, so that it is exact. */
export function scaleExactly(x: number, k: number): number {
  return x * powerOfTwo(k >> 1) * powerOfTwo(k - (k >> 1));
}

/** ln 2 in two parts: k·`ln2Head` is exact for |k| ≤ 2^20, `ln2Tail` encloses the rest. */
export const ln2Head = 0.6931471803691238;
export const ln2Tail: Interval = { lo: 1.9082149292705877e-10, hi: 1.908214929270588e-10 };
