import { matrix } from "../numeric/index.ts";
import { type IntegerPolynomial, primitivePart } from "./integer-polynomial.ts";
import { characteristicPolynomialMod } from "./modular-matrix.ts";
import { defaultPrime, previousPrime } from "./prime.ts";
import { primeField } from "./prime-field.ts";
import { gcd, type Rational } from "./rational.ts";
import { type Congruence, combineCongruences, symmetricResidue } from "./residues.ts";

/**
 * det(λI − A) of a rational n×n matrix, times the positive constant that makes it a primitive integer polynomial.
 *
 * With A = B/q, B of integers: χ_B modulo primes, combined beyond twice the bound (1 + ‖B‖∞)^n of its coefficients
 * (they are symmetric functions of eigenvalues of size at most ‖B‖∞), then χ_A(λ) ∝ χ_B(qλ). Exact.
 * Cost: one Hessenberg reduction, n³, for every 26 bits of the bound.
 */
export function characteristicPolynomial(a: readonly (readonly Rational[])[]): IntegerPolynomial {
  const n = a.length;
  if (a.some((row) => row.length !== n)) throw new RangeError("characteristicPolynomial: expected a square matrix");
  const q = a.flat().reduce((m, { denominator }) => (m / gcd(m, denominator)) * denominator, 1n);
  const b = a.flat().map(({ numerator, denominator }) => numerator * (q / denominator));
  const bound = (1n + infinityNorm(b, n)) ** BigInt(n);
  let known: Congruence[] = [];
  for (let prime = defaultPrime; known.length === 0 || known[0].modulus <= 2n * bound; prime = previousPrime(prime)) {
    const field = primeField(prime);
    const image = characteristicPolynomialMod(field, matrix(n, n, Float64Array.from(b, field.fromInteger)));
    known = Array.from(image, (c, i) => {
      const next = { residue: BigInt(c), modulus: BigInt(prime) };
      return known.length > 0 ? combineCongruences(known[i], next) : next;
    });
  }
  return primitivePart(known.map((c, i) => symmetricResidue(c) * q ** BigInt(i)));
}

function infinityNorm(b: readonly bigint[], n: number): bigint {
  let largest = 0n;
  for (let i = 0; i < n; i++) {
    const sum = b.slice(i * n, (i + 1) * n).reduce((total, c) => total + (c < 0n ? -c : c), 0n);
    if (sum > largest) largest = sum;
  }
  return largest;
}
