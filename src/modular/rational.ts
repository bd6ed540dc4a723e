/** numerator/denominator in lowest terms, denominator > 0. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** n/d in lowest terms. @throws RangeError for d = 0. */
export function rational(n: bigint, d = 1n): Rational {
  if (d === 0n) throw new RangeError(`rational: ${n}/0 is not a number`);
  const g = gcd(n, d);
  const sign = d < 0n ? -1n : 1n;
  return { numerator: (sign * n) / g, denominator: (sign * d) / g };
}

export function addRationals(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function subtractRationals(a: Rational, b: Rational): Rational {
  return addRationals(a, negateRational(b));
}

export function multiplyRationals(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** @throws RangeError for b = 0. */
export function divideRationals(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

export function negateRational(a: Rational): Rational {
  return { numerator: -a.numerator, denominator: a.denominator };
}

/** −1, 0 or 1: the sign of a − b. */
export function compareRationals(a: Rational, b: Rational): -1 | 0 | 1 {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function equalRationals(a: Rational, b: Rational): boolean {
  return a.numerator === b.numerator && a.denominator === b.denominator;
}

/** "1/3", "-2". */
export function showRational(a: Rational): string {
  return a.denominator === 1n ? `${a.numerator}` : `${a.numerator}/${a.denominator}`;
}

const decimal = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * The rational number that a text denotes: a decimal such as "0.1" (which is 1/10) or "-2.5e-3", or a quotient of two,
 * such as "1/3". @throws RangeError when it is neither, or divides by 0.
 */
export function parseRational(text: string): Rational {
  const parts = text.split("/").map((part) => parseDecimal(part.trim()));
  const [a, b] = parts;
  if (parts.length === 1 && a) return a;
  if (parts.length === 2 && a && b && b.numerator !== 0n) return divideRationals(a, b);
  throw new RangeError(`parseRational: expected a number such as 0.1, 2.5e-3 or 1/3, got "${text}"`);
}

function parseDecimal(text: string): Rational | null {
  const found = decimal.exec(text);
  if (!found) return null;
  const [, sign, whole = "", fraction = "", exponent = "0"] = found;
  if (whole.length + fraction.length === 0) return null;
  const digits = BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n);
  const tens = Number(exponent) - fraction.length;
  return tens >= 0 ? rational(digits * 10n ** BigInt(tens)) : rational(digits, 10n ** BigInt(-tens));
}

/** The greatest common divisor, ≥ 0; 1 when both are 0, so that one may always divide by it. */
export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}
