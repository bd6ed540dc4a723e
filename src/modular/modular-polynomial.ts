import type { PrimeField } from "./prime-field.ts";

/** c₀ + c₁x + … over F_p: residues, lowest degree first, last one not 0. The zero polynomial is empty. */
export type ModularPolynomial = Float64Array;

export interface Division {
  readonly quotient: ModularPolynomial;
  readonly remainder: ModularPolynomial;
}

/** Drops leading zeros. */
export function trim(f: ModularPolynomial): ModularPolynomial {
  let length = f.length;
  while (length > 0 && f[length - 1] === 0) length--;
  return length === f.length ? f : f.slice(0, length);
}

export function addMod(field: PrimeField, f: ModularPolynomial, g: ModularPolynomial): ModularPolynomial {
  const [long, short] = f.length >= g.length ? [f, g] : [g, f];
  const sum = long.slice();
  for (let i = 0; i < short.length; i++) sum[i] = field.add(sum[i], short[i]);
  return trim(sum);
}

export function subMod(field: PrimeField, f: ModularPolynomial, g: ModularPolynomial): ModularPolynomial {
  return addMod(field, f, g.map(field.neg));
}

export function mulMod(field: PrimeField, f: ModularPolynomial, g: ModularPolynomial): ModularPolynomial {
  if (f.length === 0 || g.length === 0) return new Float64Array(0);
  const product = new Float64Array(f.length + g.length - 1);
  for (let i = 0; i < f.length; i++) {
    for (let j = 0; j < g.length; j++) product[i + j] = field.reduce(product[i + j] + f[i] * g[j]);
  }
  return product;
}

/** f = quotient·g + remainder. @throws RangeError for g = 0. */
export function divideMod(field: PrimeField, f: ModularPolynomial, g: ModularPolynomial): Division {
  if (g.length === 0) throw new RangeError("divideMod: division by the zero polynomial");
  const inverse = field.inverse(g[g.length - 1]);
  const rest = f.slice();
  const quotient = new Float64Array(Math.max(0, f.length - g.length + 1));
  for (let k = quotient.length - 1; k >= 0; k--) {
    const factor = field.mul(rest[k + g.length - 1], inverse);
    quotient[k] = factor;
    const minus = field.neg(factor);
    for (let i = 0; i < g.length; i++) rest[k + i] = field.reduce(rest[k + i] + minus * g[i]);
  }
  return { quotient, remainder: trim(rest) };
}

/** f divided by its leading coefficient. */
export function monicMod(field: PrimeField, f: ModularPolynomial): ModularPolynomial {
  if (f.length === 0) return f;
  const inverse = field.inverse(f[f.length - 1]);
  return f.map((c) => field.mul(c, inverse));
}

/** The monic greatest common divisor; empty when both are 0. */
export function gcdMod(field: PrimeField, f: ModularPolynomial, g: ModularPolynomial): ModularPolynomial {
  let [a, b] = [f, g];
  while (b.length > 0) [a, b] = [b, divideMod(field, a, b).remainder];
  return monicMod(field, a);
}

/** s with s·f ≡ 1 modulo m. @throws RangeError when f and m have a common factor. */
export function inverseMod(field: PrimeField, f: ModularPolynomial, m: ModularPolynomial): ModularPolynomial {
  let [r0, r1] = [m, divideMod(field, f, m).remainder];
  let [s0, s1]: [ModularPolynomial, ModularPolynomial] = [new Float64Array(0), Float64Array.of(1)];
  while (r1.length > 0) {
    const { quotient, remainder } = divideMod(field, r0, r1);
    [r0, r1] = [r1, remainder];
    [s0, s1] = [s1, subMod(field, s0, mulMod(field, quotient, s1))];
  }
  if (r0.length !== 1) throw new RangeError("inverseMod: the polynomials have a common factor");
  const scale = field.inverse(r0[0]);
  return s0.map((c) => field.mul(c, scale));
}

export function derivativeMod(field: PrimeField, f: ModularPolynomial): ModularPolynomial {
  return trim(
    Float64Array.from({ length: Math.max(0, f.length - 1) }, (_, i) => field.mul(f[i + 1], (i + 1) % field.prime)),
  );
}

/** f(x). */
export function evaluateMod(field: PrimeField, f: ModularPolynomial, x: number): number {
  let value = 0;
  for (let i = f.length - 1; i >= 0; i--) value = field.reduce(f[i] + value * x);
  return value;
}

/** f^n modulo m, for n ≥ 0. */
export function powMod(field: PrimeField, f: ModularPolynomial, n: bigint, m: ModularPolynomial): ModularPolynomial {
  let result: ModularPolynomial = divideMod(field, Float64Array.of(1), m).remainder;
  const base = divideMod(field, f, m).remainder;
  for (const bit of n.toString(2)) {
    result = divideMod(field, mulMod(field, result, result), m).remainder;
    if (bit === "1") result = divideMod(field, mulMod(field, result, base), m).remainder;
  }
  return result;
}

/** The monic product of the different irreducible factors of f ≠ 0. @throws RangeError when deg f ≥ p. */
export function squarefreePartMod(field: PrimeField, f: ModularPolynomial): ModularPolynomial {
  checkDegree(field, f);
  const repeated = gcdMod(field, f, derivativeMod(field, f));
  return monicMod(field, divideMod(field, f, repeated).quotient);
}

/** Below degree p no derivative vanishes by accident: repeated factors are exactly those of gcd(f, f′). */
export function checkDegree(field: PrimeField, f: ModularPolynomial): void {
  if (f.length === 0) throw new RangeError("the zero polynomial has no factors");
  if (f.length > field.prime) throw new RangeError(`degree ${f.length - 1} is not below the prime ${field.prime}`);
}
