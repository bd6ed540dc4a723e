import { negateRational, type Rational, rational } from "./rational.ts";

const view = new DataView(new ArrayBuffer(8));

/** A finite double as an integer times a power of two: mantissa·2^exponent, |mantissa| < 2^53, exponent ≥ −1074. */
export function decompose(x: number): { readonly mantissa: bigint; readonly exponent: number } {
  if (!Number.isFinite(x)) throw new RangeError(`expected a finite number, got ${x}`);
  view.setFloat64(0, Math.abs(x));
  const raw = view.getBigUint64(0);
  const field = Number(raw >> 52n);
  const fraction = raw & (IMPLICIT - 1n);
  const size = field === 0 ? fraction : fraction + IMPLICIT;
  return { mantissa: x < 0 ? -size : size, exponent: Math.max(field, 1) - 1075 };
}

/** The exact value of a finite double. */
export function exactRational(x: number): Rational {
  const { mantissa, exponent } = decompose(x);
  return exponent >= 0 ? rational(mantissa << BigInt(exponent)) : rational(mantissa, 1n << BigInt(-exponent));
}

/** The largest double ≤ a (−∞ below all finite doubles). */
export function roundDown(a: Rational): number {
  return a.numerator >= 0n ? truncated(a, false) : -truncated(negateRational(a), true);
}

/** The smallest double ≥ a (∞ above all finite doubles). */
export function roundUp(a: Rational): number {
  return 0 - roundDown(negateRational(a)); // +0, never −0
}

/** The double nearest to a, ties to even, ±∞ beyond the range: what IEEE 754 makes of a. */
export function toNumber(a: Rational): number {
  const [lo, hi] = [roundDown(a), roundUp(a)];
  if (lo === hi) return lo;
  const below = lo === Number.NEGATIVE_INFINITY ? rational(-OVERFLOW) : exactRational(lo);
  const above = hi === Number.POSITIVE_INFINITY ? rational(OVERFLOW) : exactRational(hi);
  const twice = 2n * a.numerator * below.denominator * above.denominator;
  const sum = (below.numerator * above.denominator + above.numerator * below.denominator) * a.denominator;
  if (twice !== sum) return twice < sum ? lo : hi;
  return isEven(lo) ? lo : hi;
}

/** Whether the last bit is 0, as it is one step beyond the largest double. */
function isEven(x: number): boolean {
  return !Number.isFinite(x) || decompose(x).mantissa % 2n === 0n;
}

const IMPLICIT = 1n << 52n;
const OVERFLOW = 1n << 1024n;

/** The double next to a ≥ 0 towards 0, or away from 0 when a is none. */
function truncated(a: Rational, away: boolean): number {
  if (a.numerator === 0n) return 0;
  const order = bitLength(a.numerator) - bitLength(a.denominator); // 2^(order−1) < a < 2^(order+1)
  const atLeast =
    order >= 0 ? a.numerator >= a.denominator << BigInt(order) : a.numerator << BigInt(-order) >= a.denominator;
  const exponent = Math.max((atLeast ? order : order - 1) - 52, -1074);
  if (exponent > 971) return away ? Number.POSITIVE_INFINITY : Number.MAX_VALUE;
  const n = exponent >= 0 ? a.numerator : a.numerator << BigInt(-exponent);
  const d = exponent >= 0 ? a.denominator << BigInt(exponent) : a.denominator;
  const quotient = n / d;
  return compose(away && quotient * d !== n ? quotient + 1n : quotient, exponent);
}

/** mantissa·2^exponent for mantissa in 2^52 … 2^53, or less if exponent = −1074: a full mantissa carries over. */
function compose(mantissa: bigint, exponent: number): number {
  view.setBigUint64(0, (BigInt(exponent + 1074) << 52n) + mantissa);
  return view.getFloat64(0);
}

function bitLength(n: bigint): number {
  return n.toString(2).length;
}
