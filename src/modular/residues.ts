import type { PrimeField } from "./prime-field.ts";
import { gcd, type Rational, rational } from "./rational.ts";

/** An integer known modulo another: 0 ≤ residue < modulus. */
export interface Congruence {
  readonly residue: bigint;
  readonly modulus: bigint;
}

/** The residue of a rational number, or null when p divides its denominator: it then has none. */
export function residueOf(field: PrimeField, a: Rational): number | null {
  const denominator = field.fromInteger(a.denominator);
  return denominator === 0 ? null : field.mul(field.fromInteger(a.numerator), field.inverse(denominator));
}

/** What is known modulo coprime moduli, modulo their product (Chinese remainders). @throws RangeError otherwise. */
export function combineCongruences(a: Congruence, b: Congruence): Congruence {
  const modulus = a.modulus * b.modulus;
  const steps = ((b.residue - a.residue) * inverseModulo(a.modulus, b.modulus)) % b.modulus;
  const residue = (a.residue + a.modulus * steps) % modulus;
  return { residue: residue < 0n ? residue + modulus : residue, modulus };
}

/** The residue nearest to 0. */
export function symmetricResidue({ residue, modulus }: Congruence): bigint {
  return 2n * residue > modulus ? residue - modulus : residue;
}

/**
 * The rational n/d ≡ residue with |n| ≤ numeratorBound, 0 < d ≤ denominatorBound, which is unique when
 * 2·numeratorBound·denominatorBound < modulus; null when there is none (Wang 1981; Modern Computer Algebra, §5.10).
 * Default bounds: both ⌊√((modulus − 1)/2)⌋.
 */
export function reconstructRational(
  { residue, modulus }: Congruence,
  bounds?: { readonly numerator: bigint; readonly denominator: bigint },
): Rational | null {
  const root = integerRoot((modulus - 1n) / 2n);
  const { numerator, denominator } = bounds ?? { numerator: root, denominator: root };
  if (2n * numerator * denominator >= modulus) {
    throw new RangeError("reconstructRational: the bounds are too large for the modulus");
  }
  let [r0, r1] = [modulus, residue];
  let [t0, t1] = [0n, 1n];
  while (r1 > numerator) {
    const q = r0 / r1;
    [r0, r1] = [r1, r0 - q * r1];
    [t0, t1] = [t1, t0 - q * t1];
  }
  if (t1 === 0n || t1 > denominator || -t1 > denominator || gcd(t1, modulus) !== 1n) return null;
  return rational(r1, t1);
}

/** s with s·a ≡ 1 (mod m). @throws RangeError when a and m have a common factor. */
export function inverseModulo(a: bigint, m: bigint): bigint {
  let [r0, r1] = [m, ((a % m) + m) % m];
  let [s0, s1] = [0n, 1n];
  while (r1 !== 0n) {
    const q = r0 / r1;
    [r0, r1] = [r1, r0 - q * r1];
    [s0, s1] = [s1, s0 - q * s1];
  }
  if (r0 !== 1n) throw new RangeError("inverseModulo: the numbers have a common factor");
  return ((s0 % m) + m) % m;
}

/** ⌊√n⌋ for n ≥ 0, by Newton's iteration from above. */
export function integerRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}
