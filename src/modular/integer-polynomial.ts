import { gcd, type Rational } from "./rational.ts";

/** c₀ + c₁x + … with integer coefficients, lowest degree first, last one not 0. The zero polynomial is empty. */
export type IntegerPolynomial = readonly bigint[];

export const degree = (f: IntegerPolynomial): number => f.length - 1;
export const leading = (f: IntegerPolynomial): bigint => f[f.length - 1] ?? 0n;

/** Drops leading zeros. */
export function trimInteger(f: readonly bigint[]): IntegerPolynomial {
  let length = f.length;
  while (length > 0 && f[length - 1] === 0n) length--;
  return f.slice(0, length);
}

/** The primitive integer polynomial, leading coefficient positive, with the roots of one with rational coefficients. */
export function fromRationals(coefficients: readonly Rational[]): IntegerPolynomial {
  const common = coefficients.reduce((m, { denominator }) => (m / gcd(m, denominator)) * denominator, 1n);
  return primitivePart(coefficients.map(({ numerator, denominator }) => numerator * (common / denominator)));
}

/** f divided by the greatest common divisor of its coefficients, the leading one made positive. */
export function primitivePart(f: readonly bigint[]): IntegerPolynomial {
  const trimmed = trimInteger(f);
  const content = trimmed.reduce((g, c) => (g === 1n ? g : gcd(g, c)), leading(trimmed));
  const unit = leading(trimmed) < 0n ? -abs(content) : abs(content);
  return unit === 1n || trimmed.length === 0 ? trimmed : trimmed.map((c) => c / unit);
}

export function multiplyInteger(f: IntegerPolynomial, g: IntegerPolynomial): IntegerPolynomial {
  if (f.length === 0 || g.length === 0) return [];
  const product = new Array<bigint>(f.length + g.length - 1).fill(0n);
  f.forEach((a, i) => {
    g.forEach((b, j) => {
      product[i + j] += a * b;
    });
  });
  return product;
}

/** f/g when g divides f over the integers, else null. */
export function divideExactly(f: IntegerPolynomial, g: IntegerPolynomial): IntegerPolynomial | null {
  if (g.length === 0) throw new RangeError("divideExactly: division by the zero polynomial");
  const rest = [...f];
  const quotient = new Array<bigint>(Math.max(0, f.length - g.length + 1)).fill(0n);
  for (let k = quotient.length - 1; k >= 0; k--) {
    const top = rest[k + g.length - 1];
    if (top % leading(g) !== 0n) return null;
    const factor = top / leading(g);
    quotient[k] = factor;
    for (let i = 0; i < g.length; i++) rest[k + i] -= factor * g[i];
  }
  return rest.every((c) => c === 0n) ? quotient : null;
}

/** A positive multiple of the remainder of f by g, in integers. */
export function positivePseudoRemainder(f: IntegerPolynomial, g: IntegerPolynomial): IntegerPolynomial {
  const scale = abs(leading(g));
  const sign = leading(g) < 0n ? -1n : 1n;
  let rest = [...f];
  while (rest.length >= g.length) {
    const top = rest[rest.length - 1] * sign;
    const shift = rest.length - g.length;
    rest = rest.map((c, i) => c * scale - (i >= shift ? top * g[i - shift] : 0n));
    rest.pop();
    while (rest.length > 0 && rest[rest.length - 1] === 0n) rest.pop();
  }
  return rest;
}

export function derivativeInteger(f: IntegerPolynomial): IntegerPolynomial {
  return f.slice(1).map((c, i) => c * BigInt(i + 1));
}

/** The sign of f(x) for a rational x, exactly. */
export function signAt(f: IntegerPolynomial, { numerator, denominator }: Rational): -1 | 0 | 1 {
  const value = numeratorAt(f, numerator, denominator);
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}

/** denominator^deg f · f(numerator/denominator), an integer. */
function numeratorAt(f: IntegerPolynomial, numerator: bigint, denominator: bigint): bigint {
  let value = 0n;
  let scale = 1n;
  for (let i = f.length - 1; i >= 0; i--) {
    value = value * numerator + f[i] * scale;
    scale *= denominator;
  }
  return value;
}

const abs = (n: bigint): bigint => (n < 0n ? -n : n);

/** "3x^2 - x + 1" in the given variable. */
export function showPolynomial(f: IntegerPolynomial, variable = "x"): string {
  const terms: string[] = [];
  for (let i = f.length - 1; i >= 0; i--) {
    if (f[i] === 0n) continue;
    const size = abs(f[i]) === 1n && i > 0 ? "" : `${abs(f[i])}`;
    const power = i === 0 ? "" : i === 1 ? variable : `${variable}^${i}`;
    const sign = f[i] < 0n ? (terms.length === 0 ? "-" : " - ") : terms.length === 0 ? "" : " + ";
    terms.push(`${sign}${size}${power}`);
  }
  return terms.length === 0 ? "0" : terms.join("");
}
