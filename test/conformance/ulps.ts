import { type Dyadic, dyadic, negate, plus } from "../oracle/high-precision.ts";

const size = (n: bigint) => (n < 0n ? -n : n).toString(2).length;

/** How far the double `y` is from the exact value, in units of the last place of that value. */
export function ulpsBetween(y: number, exact: Dyadic): number {
  const largest = 1.7976931348623157e308;
  if (Number.isNaN(y)) return Number.POSITIVE_INFINITY;
  const order = exact.mantissa === 0n ? -2000 : exact.exponent + size(exact.mantissa) - 1;
  if (order >= 1024) return Math.abs(y) === Number.POSITIVE_INFINITY && y > 0 === exact.mantissa > 0n ? 0 : Infinity;
  const unit = Math.max(order, -1022) - 52;
  const finite = Number.isFinite(y) ? y : Math.sign(y) * largest;
  const difference = plus(dyadic(finite), negate(exact));
  const drop = Math.max(0, size(difference.mantissa) - 60);
  const error = Math.abs(Number(difference.mantissa >> BigInt(drop))) * 2 ** (difference.exponent + drop - unit);
  return Number.isFinite(y) ? error : error + 1;
}
