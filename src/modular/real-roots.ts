import { factorInteger } from "./factor-integer.ts";
import {
  degree,
  derivativeInteger,
  type IntegerPolynomial,
  leading,
  positivePseudoRemainder,
  signAt,
} from "./integer-polynomial.ts";
import {
  addRationals,
  compareRationals,
  gcd,
  multiplyRationals,
  type Rational,
  rational,
  subtractRationals,
} from "./rational.ts";

/** One real root in [lo, hi]; lo = hi when the root is known to be that rational number. */
export interface RootInterval {
  readonly lo: Rational;
  readonly hi: Rational;
}

/** A real algebraic number: the only root of `polynomial` in [lo, hi]. */
export interface RealAlgebraic extends RootInterval {
  readonly polynomial: IntegerPolynomial;
  readonly multiplicity: number;
  /** Whether `polynomial` is proved irreducible, so the minimal polynomial of the root. */
  readonly irreducible: boolean;
}

/**
 * All real roots of f ≠ 0, in increasing order, with their multiplicities and (where the factorisation was not cut off)
 * minimal polynomials. Rational roots are exact; the others lie in intervals of relative width 2^−bits.
 */
export function realRoots(f: IntegerPolynomial, options: { readonly bits?: number } = {}): RealAlgebraic[] {
  const roots: RealAlgebraic[] = [];
  for (const factor of factorInteger(f)) {
    for (const root of isolateRealRoots(factor.polynomial, options)) roots.push({ ...factor, ...root });
  }
  return roots.sort((a, b) => compareRationals(addRationals(a.lo, a.hi), addRationals(b.lo, b.hi)));
}

/**
 * Disjoint intervals around all real roots of a squarefree f ≠ 0, in increasing order, each of relative width at most
 * 2^−bits (default 60) or exact. Sturm's theorem counts the roots, bisection separates and narrows them.
 */
export function isolateRealRoots(f: IntegerPolynomial, options: { readonly bits?: number } = {}): RootInterval[] {
  const { bits = 60 } = options;
  if (degree(f) < 1) return [];
  if (degree(f) === 1) {
    const root = rational(-f[0], f[1]);
    return [{ lo: root, hi: root }];
  }
  const chain = sturmChain(f);
  const bound = rational(rootBound(f));
  const roots: RootInterval[] = [];
  const visit = (lo: Rational, hi: Rational, below: number, above: number): void => {
    if (below === above) return; // variations fall by the number of roots in (lo, hi]
    if (below - above === 1) {
      roots.push(narrow(f, lo, hi, bits));
      return;
    }
    const middle = half(lo, hi);
    const between = variations(chain, middle);
    visit(lo, middle, below, between);
    visit(middle, hi, between, above);
  };
  const least = rational(-bound.numerator);
  visit(least, bound, variations(chain, least), variations(chain, bound));
  return roots;
}

/** The number of real roots of a squarefree f in (lo, hi], or of all of them. */
export function countRealRoots(f: IntegerPolynomial, lo?: Rational, hi?: Rational): number {
  if (degree(f) < 1) return 0;
  const bound = rational(rootBound(f));
  const chain = sturmChain(f);
  return variations(chain, lo ?? rational(-bound.numerator)) - variations(chain, hi ?? bound);
}

/** f, f′, −rem(f, f′), …: every member up to a positive factor. @throws RangeError when f has a repeated root. */
function sturmChain(f: IntegerPolynomial): IntegerPolynomial[] {
  const chain = [f, derivativeInteger(f)];
  for (;;) {
    const [a, b] = chain.slice(-2);
    const rest = positivePseudoRemainder(a, b);
    if (rest.length === 0) {
      if (degree(b) > 0) throw new RangeError("isolateRealRoots: the polynomial has a repeated root");
      return chain;
    }
    const content = rest.reduce((g, c) => gcd(g, c), leading(rest));
    chain.push(rest.map((c) => -c / content));
  }
}

/** Sign changes along the chain at x, zeros left out. */
function variations(chain: readonly IntegerPolynomial[], x: Rational): number {
  let count = 0;
  let last = 0;
  for (const f of chain) {
    const sign = signAt(f, x);
    if (sign === 0) continue;
    if (last !== 0 && sign !== last) count++;
    last = sign;
  }
  return count;
}

/** A power of two above the size of every root: 1 + max|c_i/c_n| (Cauchy). */
function rootBound(f: IntegerPolynomial): bigint {
  const lead = leading(f) < 0n ? -leading(f) : leading(f);
  let bound = 2n;
  while (f.some((c) => (c < 0n ? -c : c) >= (bound - 1n) * lead)) bound *= 2n;
  return bound;
}

/** Bisects (lo, hi], which holds one simple root, until it is narrow and leaves out 0, or the root is met. */
function narrow(f: IntegerPolynomial, lower: Rational, upper: Rational, bits: number): RootInterval {
  if (signAt(f, upper) === 0) return { lo: upper, hi: upper };
  // A root at the lower end belongs to the neighbour; just above it f has the sign of f′.
  const before = signAt(f, lower) || signAt(derivativeInteger(f), lower);
  let [lo, hi] = [lower, upper];
  for (;;) {
    if (isNarrow(lo, hi, bits) && signAt(f, lo) !== 0) return { lo, hi };
    const middle = half(lo, hi);
    const sign = signAt(f, middle);
    if (sign === 0) return { lo: middle, hi: middle };
    if (sign === before) lo = middle;
    else hi = middle;
  }
}

function isNarrow(lo: Rational, hi: Rational, bits: number): boolean {
  if (lo.numerator < 0n !== hi.numerator < 0n || lo.numerator === 0n) return false;
  const smaller = lo.numerator < 0n ? rational(-hi.numerator, hi.denominator) : lo;
  return compareRationals(multiplyRationals(subtractRationals(hi, lo), rational(1n << BigInt(bits))), smaller) <= 0;
}

function half(lo: Rational, hi: Rational): Rational {
  return multiplyRationals(addRationals(lo, hi), rational(1n, 2n));
}
