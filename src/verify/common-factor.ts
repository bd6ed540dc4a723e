import {
  type Congruence,
  characteristicPolynomialMod,
  combineCongruences,
  degree,
  divideMod,
  fromRationals,
  gcdMod,
  type IntegerPolynomial,
  type ModularPolynomial,
  reconstructRational,
  reduceModulo,
} from "../modular/index.ts";
import { type Piece, residueHessian } from "./piece-spectrum.ts";

/** What the characteristic polynomials of a piece's Hessian at two points have in common. */
export interface CommonFactor {
  /** An upper bound of the number of constant eigenvalues with multiplicity, proved by the first prime. */
  readonly degree: number;
  /** The order to which the common factor vanishes at λ = 0, modulo the first prime. */
  readonly nullity: number;
  /**
   * The common factor over Q, an estimate: put together from all primes but the last and confirmed by the last, where it
   * divides the characteristic polynomial at a third point too. Null when it is not settled.
   */
  readonly polynomial: IntegerPolynomial | null;
}

/**
 * The greatest common divisor of the characteristic polynomials of H at the integer points θ₁, θ₂, modulo primes and
 * put together over Q. Every constant eigenvalue is a root of the true one, so its degree modulo any prime that divides no
 * denominator bounds their number. Null when the program is not rational or a prime divides a denominator.
 */
export function commonFactor(
  piece: Piece,
  [first, second, third]: readonly (readonly number[])[],
  primes: readonly number[],
): CommonFactor | null {
  if (!first || !second || primes.length === 0) return null;
  const images: { readonly polynomial: ModularPolynomial; readonly prime: number }[] = [];
  for (const prime of primes) {
    const [a, b] = [first, second].map((theta) => residueHessian(piece, theta, prime));
    if (a?.field.prime !== prime || b?.field.prime !== prime) return null;
    const [f, g] = [a, b].map(({ field, matrix }) => characteristicPolynomialMod(field, matrix));
    images.push({ polynomial: gcdMod(a.field, f!, g!), prime });
  }
  const { polynomial } = images[0]!;
  const bound = { degree: polynomial.length - 1, nullity: polynomial.findIndex((c) => c !== 0) };
  const least = Math.min(...images.map((image) => image.polynomial.length));
  const lucky = images.filter((image) => image.polynomial.length === least);
  const before = combined(lucky.slice(0, -1));
  const after = combined(lucky);
  if (!third || !before || before.join() !== after?.join()) return { ...bound, polynomial: null };
  return { ...bound, polynomial: dividesAt(piece, after, third, primes.at(-1)!) ? after : null };
}

/** The primitive polynomial over Q with these monic images; null when its coefficients are too long for the primes. */
function combined(
  images: readonly { readonly polynomial: ModularPolynomial; readonly prime: number }[],
): IntegerPolynomial | null {
  if (images.length === 0) return null;
  const coefficients = Array.from(images[0]!.polynomial, (_, i) => {
    const congruences = images.map(
      ({ polynomial, prime }): Congruence => ({ residue: BigInt(polynomial[i]!), modulus: BigInt(prime) }),
    );
    return reconstructRational(congruences.reduce(combineCongruences));
  });
  return coefficients.every((c) => c !== null) ? fromRationals(coefficients) : null;
}

/** Whether a polynomial divides the characteristic polynomial of H at a point modulo a prime. */
function dividesAt(piece: Piece, polynomial: IntegerPolynomial, theta: readonly number[], prime: number): boolean {
  const read = residueHessian(piece, theta, prime);
  if (!read) return false;
  const { field, matrix } = read;
  const divisor = reduceModulo(field, polynomial);
  if (divisor.length - 1 !== degree(polynomial)) return false;
  return divideMod(field, characteristicPolynomialMod(field, matrix), divisor).remainder.length === 0;
}
