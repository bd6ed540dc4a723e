import { createRng, type Rng } from "../numeric/index.ts";
import {
  addMod,
  checkDegree,
  derivativeMod,
  divideMod,
  gcdMod,
  type ModularPolynomial,
  monicMod,
  mulMod,
  powMod,
  subMod,
} from "./modular-polynomial.ts";
import type { PrimeField } from "./prime-field.ts";

export interface ModularFactor {
  /** Monic and irreducible over F_p. */
  readonly polynomial: ModularPolynomial;
  readonly multiplicity: number;
}

/**
 * The factorisation of f ≠ 0 over F_p, p odd, up to its leading coefficient; sorted by degree, then coefficients.
 *
 * Squarefree decomposition (Yun), distinct degrees by gcd(x^(p^d) − x, f), equal degrees by Cantor and Zassenhaus
 * (von zur Gathen, Gerhard, Modern Computer Algebra, §14). Random choices come from a fixed seed and decide only the
 * time. @throws RangeError when deg f ≥ p or p = 2.
 */
export function factorMod(field: PrimeField, f: ModularPolynomial): ModularFactor[] {
  checkDegree(field, f);
  if (field.prime === 2) throw new RangeError("factorMod: the prime must be odd");
  const rng = createRng(field.prime, "equal-degree factorisation");
  const factors: ModularFactor[] = [];
  for (const { polynomial, multiplicity } of squarefreeFactorsMod(field, f)) {
    for (const { product, degree } of splitByDegree(field, polynomial)) {
      for (const factor of splitEqualDegree(field, product, degree, rng))
        factors.push({ polynomial: factor, multiplicity });
    }
  }
  return factors.sort((a, b) => comparePolynomials(a.polynomial, b.polynomial));
}

/** f = c·∏ g_k^k with squarefree, coprime, monic g_k; those of degree 0 are left out (Yun's algorithm). */
export function squarefreeFactorsMod(field: PrimeField, f: ModularPolynomial): ModularFactor[] {
  checkDegree(field, f);
  const factors: ModularFactor[] = [];
  const derivative = derivativeMod(field, f);
  const repeated = gcdMod(field, f, derivative);
  let w = divideMod(field, f, repeated).quotient;
  let y = divideMod(field, derivative, repeated).quotient;
  for (let multiplicity = 1; w.length > 1; multiplicity++) {
    const z = subMod(field, y, derivativeMod(field, w));
    const polynomial = gcdMod(field, w, z);
    if (polynomial.length > 1) factors.push({ polynomial, multiplicity });
    w = divideMod(field, w, polynomial).quotient;
    y = divideMod(field, z, polynomial).quotient;
  }
  return factors;
}

const x = Float64Array.of(0, 1);

/** Groups the irreducible factors of a squarefree f by degree: those of degree d divide x^(p^d) − x. */
function splitByDegree(
  field: PrimeField,
  f: ModularPolynomial,
): { readonly product: ModularPolynomial; readonly degree: number }[] {
  const groups: { product: ModularPolynomial; degree: number }[] = [];
  let rest = monicMod(field, f);
  let power: ModularPolynomial = x;
  for (let degree = 1; 2 * degree < rest.length; degree++) {
    power = powMod(field, power, BigInt(field.prime), rest);
    const product = gcdMod(field, rest, subMod(field, power, x));
    if (product.length > 1) {
      groups.push({ product, degree });
      rest = divideMod(field, rest, product).quotient;
      power = divideMod(field, power, rest).remainder;
    }
  }
  if (rest.length > 1) groups.push({ product: rest, degree: rest.length - 1 });
  return groups;
}

/** Splits a product of irreducible factors of degree d: modulo each, a random t has t^((p^d−1)/2) = 1 or −1, evenly. */
function splitEqualDegree(field: PrimeField, f: ModularPolynomial, degree: number, rng: Rng): ModularPolynomial[] {
  if (f.length - 1 === degree) return [f];
  const exponent = (BigInt(field.prime) ** BigInt(degree) - 1n) / 2n;
  for (;;) {
    const t = Float64Array.from({ length: 2 * degree }, () => rng.integer(field.prime));
    t[2 * degree - 1] = 1;
    const g = gcdMod(field, f, addMod(field, powMod(field, t, exponent, f), Float64Array.of(field.prime - 1)));
    if (g.length > 1 && g.length < f.length) {
      const other = divideMod(field, f, g).quotient;
      return [...splitEqualDegree(field, g, degree, rng), ...splitEqualDegree(field, other, degree, rng)];
    }
  }
}

function comparePolynomials(f: ModularPolynomial, g: ModularPolynomial): number {
  if (f.length !== g.length) return f.length - g.length;
  for (let i = f.length - 1; i >= 0; i--) if (f[i] !== g[i]) return f[i] - g[i];
  return 0;
}

/** ∏ factor^multiplicity. */
export function expandMod(field: PrimeField, factors: readonly ModularFactor[]): ModularPolynomial {
  let product: ModularPolynomial = Float64Array.of(1);
  for (const { polynomial, multiplicity } of factors) {
    for (let k = 0; k < multiplicity; k++) product = mulMod(field, product, polynomial);
  }
  return product;
}
