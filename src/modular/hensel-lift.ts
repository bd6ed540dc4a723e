import { reduceModulo } from "./integer-gcd.ts";
import { type IntegerPolynomial, leading, multiplyInteger } from "./integer-polynomial.ts";
import { divideMod, inverseMod, type ModularPolynomial, mulMod } from "./modular-polynomial.ts";
import type { PrimeField } from "./prime-field.ts";
import { inverseModulo } from "./residues.ts";

/**
 * Lifts f ≡ lc·∏ g_i (mod p), g_i monic and coprime, to monic G_i ≡ g_i with f ≡ lc·∏ G_i modulo p^k > `bound`.
 *
 * Linear lifting: with ∏ G_i ≡ f/lc modulo p^k and e the error divided by p^k, G_i + p^k(a_i e mod g_i) is right modulo
 * p^(k+1), where Σ a_i ∏_{j≠i} g_j = 1 over F_p (Modern Computer Algebra, §15.4–15.5).
 */
export function henselLift(
  field: PrimeField,
  f: IntegerPolynomial,
  factors: readonly ModularPolynomial[],
  bound: bigint,
): { readonly factors: IntegerPolynomial[]; readonly modulus: bigint } {
  const p = BigInt(field.prime);
  let target = p;
  while (target <= bound) target *= p;
  const inverse = inverseModulo(leading(f), target);
  const monic = f.map((c) => modulo(c * inverse, target));

  const cofactorInverses = factors.map((g, i) => {
    const others = factors.filter((_, j) => j !== i);
    const product = others.reduce((h, other) => divideMod(field, mulMod(field, h, other), g).remainder, ONE);
    return inverseMod(field, product, g);
  });
  let lifted: IntegerPolynomial[] = factors.map((g) => Array.from(g, BigInt));
  let modulus = p;
  for (; modulus < target; modulus *= p) {
    const product = lifted.reduce((h, g) => multiplyInteger(h, g).map((c) => modulo(c, modulus * p)), [1n]);
    const error = reduceModulo(
      field,
      monic.map((c, i) => (c - product[i]) / modulus),
    );
    lifted = lifted.map((g, i) => {
      const step = divideMod(field, mulMod(field, cofactorInverses[i], error), factors[i]).remainder;
      return g.map((c, j) => c + modulus * BigInt(step[j] ?? 0));
    });
  }
  return { factors: lifted, modulus };
}

const ONE = Float64Array.of(1);

function modulo(c: bigint, m: bigint): bigint {
  const r = c % m;
  return r < 0n ? r + m : r;
}
