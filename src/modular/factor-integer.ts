import { factorMod } from "./factor-mod.ts";
import { henselLift } from "./hensel-lift.ts";
import { reduceModulo, squarefreeFactors } from "./integer-gcd.ts";
import {
  degree,
  divideExactly,
  type IntegerPolynomial,
  leading,
  multiplyInteger,
  primitivePart,
} from "./integer-polynomial.ts";
import type { ModularPolynomial } from "./modular-polynomial.ts";
import { defaultPrime, previousPrime } from "./prime.ts";
import { type PrimeField, primeField } from "./prime-field.ts";
import { integerRoot, symmetricResidue } from "./residues.ts";

export interface IrreducibleFactor {
  /** Primitive, leading coefficient positive. */
  readonly polynomial: IntegerPolynomial;
  readonly multiplicity: number;
  /** False when the search for a finer factorisation was cut off; the factor may then split further. */
  readonly irreducible: boolean;
}

/**
 * The factorisation of f ≠ 0 over Q, up to a rational constant.
 *
 * Squarefree parts (Yun), factors modulo a prime, Hensel lifting beyond twice Mignotte's bound, recombination
 * (Zassenhaus; Modern Computer Algebra, §15.6). Factors found are verified by division. Cost: exponential in the number
 * of factors modulo p, so after `maxTrials` combinations the rest is returned unsplit.
 * @throws RangeError for f = 0.
 */
export function factorInteger(
  f: IntegerPolynomial,
  options: { readonly maxTrials?: number } = {},
): IrreducibleFactor[] {
  const { maxTrials = 100_000 } = options;
  const factors: IrreducibleFactor[] = [];
  for (const { polynomial, multiplicity } of squarefreeFactors(f)) {
    for (const part of splitSquarefree(polynomial, maxTrials)) factors.push({ ...part, multiplicity });
  }
  return factors.sort((a, b) => degree(a.polynomial) - degree(b.polynomial));
}

type Part = Omit<IrreducibleFactor, "multiplicity">;

function splitSquarefree(f: IntegerPolynomial, maxTrials: number): Part[] {
  if (degree(f) === 1) return [{ polynomial: f, irreducible: true }];
  const { field, factors } = bestPrime(f);
  if (factors.length === 1) return [{ polynomial: f, irreducible: true }];
  const lifted = henselLift(field, f, factors, 2n * abs(leading(f)) * mignotteBound(f));
  return recombine(f, lifted.factors, lifted.modulus, maxTrials);
}

/** Of five primes that keep f squarefree and its degree, the one with the fewest factors. */
function bestPrime(f: IntegerPolynomial): {
  readonly field: PrimeField;
  readonly factors: readonly ModularPolynomial[];
} {
  let best: { field: PrimeField; factors: ModularPolynomial[] } | null = null;
  for (let prime = defaultPrime, tried = 0; best === null || tried < 5; prime = previousPrime(prime)) {
    const field = primeField(prime);
    const image = reduceModulo(field, f);
    if (degree(f) !== image.length - 1) continue;
    const factors = factorMod(field, image);
    if (factors.some(({ multiplicity }) => multiplicity > 1)) continue;
    tried++;
    if (best === null || factors.length < best.factors.length) {
      best = { field, factors: factors.map(({ polynomial }) => polynomial) };
    }
  }
  return best;
}

/** Every factor of f has coefficients of size at most 2^deg f · ‖f‖₂ (Mignotte 1974). */
function mignotteBound(f: IntegerPolynomial): bigint {
  return (1n << BigInt(degree(f))) * (integerRoot(f.reduce((sum, c) => sum + c * c, 0n)) + 1n);
}

/** Finds the true factors as products of few lifted ones. */
function recombine(
  f: IntegerPolynomial,
  lifted: readonly IntegerPolynomial[],
  modulus: bigint,
  maxTrials: number,
): Part[] {
  const parts: Part[] = [];
  let rest = f;
  let remaining = [...lifted];
  let trials = 0;
  for (let size = 1; 2 * size <= remaining.length; ) {
    let found = false;
    for (const subset of subsets(remaining.length, size)) {
      if (++trials > maxTrials) return [...parts, { polynomial: rest, irreducible: false }];
      const candidate = combination(
        rest,
        subset.map((i) => remaining[i]),
        modulus,
      );
      const other = divideExactly(rest, candidate);
      if (other === null) continue;
      parts.push({ polynomial: candidate, irreducible: true });
      rest = other;
      remaining = remaining.filter((_, i) => !subset.includes(i));
      found = true;
      break;
    }
    if (!found) size++;
  }
  return degree(rest) > 0 ? [...parts, { polynomial: rest, irreducible: true }] : parts;
}

/** The primitive part of lc(f)·∏ G_i, coefficients nearest to 0 modulo p^k: a factor of f if the product is one. */
function combination(f: IntegerPolynomial, factors: readonly IntegerPolynomial[], modulus: bigint): IntegerPolynomial {
  const product = factors.reduce((h, g) => multiplyInteger(h, g).map((c) => c % modulus), [
    leading(f),
  ] as IntegerPolynomial);
  return primitivePart(
    product.map((c) => {
      const residue = c % modulus;
      return symmetricResidue({ residue: residue < 0n ? residue + modulus : residue, modulus });
    }),
  );
}

/** The increasing sequences of `size` numbers below n. */
function* subsets(n: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let i = from; i + size <= n; i++) {
    for (const others of subsets(n, size - 1, i + 1)) yield [i, ...others];
  }
}

const abs = (n: bigint): bigint => (n < 0n ? -n : n);
