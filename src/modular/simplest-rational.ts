import { decompose } from "./binary64.ts";
import { negateRational, type Rational, rational } from "./rational.ts";

/**
 * The simplest rational that rounds to the finite double x: the one with the smallest denominator, and among integers
 * x itself. 0.1 gives 1/10, 0.3333333333333333 gives 1/3, 1e23 its own exact value.
 *
 * The reals that round to x form the interval between the midpoints to its neighbours, ends included when the last bit
 * of x is 0; the simplest fraction there is found along its continued fraction (Stern–Brocot).
 * @throws RangeError when x is not finite.
 */
export function simplestRational(x: number): Rational {
  if (Number.isInteger(x)) return rational(BigInt(x));
  if (x < 0) return negateRational(simplestRational(-x));
  const { mantissa, exponent } = decompose(x);
  // x = 4m·2^(e−2); neighbours are 2^e away, but 2^(e−1) below a power of two.
  const shorter = mantissa === 1n << 52n && exponent > -1074;
  const unit = 1n << BigInt(2 - exponent); // exponent < 0: x is no integer
  const low = 4n * mantissa - (shorter ? 1n : 2n);
  const high = 4n * mantissa + 2n;
  return simplestBetween(low, high, unit, mantissa % 2n === 0n);
}

/** The fraction of smallest denominator between low/unit and high/unit, ends included when `closed`; 0 < low < high. */
function simplestBetween(low: bigint, high: bigint, unit: bigint, closed: boolean): Rational {
  // Invariant: the answer is (p1 t + p0)/(q1 t + q0) with t simplest between a/b and c/d.
  let [p0, q0, p1, q1] = [0n, 1n, 1n, 0n];
  let [a, b, c, d] = [low, unit, high, unit];
  for (;;) {
    const whole = a / b;
    const first = closed && whole * b === a ? whole : whole + 1n; // the smallest integer allowed by the lower end
    if (first * d < c || (closed && first * d === c)) return rational(p1 * first + p0, q1 * first + q0);
    [p0, q0, p1, q1] = [p1, q1, p1 * whole + p0, q1 * whole + q0];
    [a, b, c, d] = [d, c - whole * d, b, a - whole * b]; // t = whole + 1/t′
  }
}
