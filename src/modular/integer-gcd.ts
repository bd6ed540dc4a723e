import {
  derivativeInteger,
  divideExactly,
  type IntegerPolynomial,
  leading,
  primitivePart,
} from "./integer-polynomial.ts";
import { gcdMod, type ModularPolynomial, trim } from "./modular-polynomial.ts";
import { defaultPrime, previousPrime } from "./prime.ts";
import { type PrimeField, primeField } from "./prime-field.ts";
import { gcd } from "./rational.ts";
import { type Congruence, combineCongruences, symmetricResidue } from "./residues.ts";

/** f mod p; its degree falls when p divides the leading coefficient. */
export function reduceModulo(field: PrimeField, f: IntegerPolynomial): ModularPolynomial {
  return trim(Float64Array.from(f, field.fromInteger));
}

/**
 * The greatest common divisor over Q, as a primitive integer polynomial with a positive leading coefficient.
 *
 * Computed modulo primes and combined until it divides both (Brown 1971). The divisor found is right for sure: no gcd
 * modulo a prime that spares the leading coefficients has a smaller degree than the true one.
 */
export function gcdInteger(f: IntegerPolynomial, g: IntegerPolynomial): IntegerPolynomial {
  const [a, b] = [primitivePart(f), primitivePart(g)];
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const lead = gcd(leading(a), leading(b)); // a multiple of the leading coefficient we look for
  let known: Congruence[] = [];
  for (let prime = defaultPrime; ; prime = previousPrime(prime)) {
    const field = primeField(prime);
    const scale = field.fromInteger(lead);
    if (scale === 0) continue;
    const image = gcdMod(field, reduceModulo(field, a), reduceModulo(field, b));
    if (image.length === 1) return [1n];
    if (known.length > 0 && image.length > known.length) continue; // an unlucky prime
    if (known.length > 0 && image.length < known.length) known = []; // all primes before were unlucky
    known = Array.from(image, (c, i) => {
      const next = { residue: BigInt(field.mul(c, scale)), modulus: BigInt(prime) };
      return known.length > 0 ? combineCongruences(known[i], next) : next;
    });
    const candidate = primitivePart(known.map(symmetricResidue));
    if (divideExactly(a, candidate) && divideExactly(b, candidate)) return candidate;
  }
}

export interface IntegerFactor {
  readonly polynomial: IntegerPolynomial;
  readonly multiplicity: number;
}

/** f = c·∏ g_k^k with squarefree, coprime, primitive g_k; those of degree 0 are left out (Yun). @throws for f = 0. */
export function squarefreeFactors(f: IntegerPolynomial): IntegerFactor[] {
  const whole = primitivePart(f);
  if (whole.length === 0) throw new RangeError("squarefreeFactors: the zero polynomial has no factors");
  const factors: IntegerFactor[] = [];
  const derivative = derivativeInteger(whole);
  const repeated = gcdInteger(whole, derivative);
  let w = quotient(whole, repeated);
  let y = quotient(derivative, repeated);
  for (let multiplicity = 1; w.length > 1; multiplicity++) {
    const z = subtract(y, derivativeInteger(w));
    const polynomial = gcdInteger(w, z);
    if (polynomial.length > 1) factors.push({ polynomial, multiplicity });
    w = quotient(w, polynomial);
    y = quotient(z, polynomial);
  }
  return factors;
}

/** f/g, where g is known to divide f. */
function quotient(f: IntegerPolynomial, g: IntegerPolynomial): IntegerPolynomial {
  const result = divideExactly(f, g);
  if (result === null) throw new Error("squarefreeFactors: a divisor does not divide");
  return result;
}

function subtract(f: IntegerPolynomial, g: IntegerPolynomial): IntegerPolynomial {
  const difference = Array.from({ length: Math.max(f.length, g.length) }, (_, i) => (f[i] ?? 0n) - (g[i] ?? 0n));
  while (difference.length > 0 && difference[difference.length - 1] === 0n) difference.pop();
  return difference;
}
