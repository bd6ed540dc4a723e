// Factorisations over F_p and over Q, against planted factors and classical polynomials.
import { describe, expect, test } from "vitest";
import { createRng, type Rng } from "../numeric/index.ts";
import {
  defaultPrime,
  degree,
  divideMod,
  evaluateMod,
  expandMod,
  factorInteger,
  factorMod,
  gcdInteger,
  gcdMod,
  type IntegerPolynomial,
  inverseMod,
  monicMod,
  mulMod,
  multiplyInteger,
  powMod,
  primeField,
  primitivePart,
  showPolynomial,
  squarefreeFactors,
  squarefreePartMod,
  subMod,
  trim,
} from "./index.ts";

const x = Float64Array.of(0, 1);

describe.each([3, 13, 10007, defaultPrime])("over F_%d", (p) => {
  const field = primeField(p);
  const random = (rng: Rng, d: number) =>
    trim(Float64Array.from({ length: d + 1 }, (_, i) => (i === d ? 1 : rng.integer(p))));

  test("division, gcd and inverse fulfil their defining equations", () => {
    const rng = createRng(p, "polynomials");
    for (let trial = 0; trial < 60; trial++) {
      const [f, g, h] = [random(rng, 6), random(rng, 3), random(rng, 2)];
      const { quotient, remainder } = divideMod(field, f, g);
      expect(remainder.length).toBeLessThan(g.length);
      expect(subMod(field, subMod(field, f, mulMod(field, quotient, g)), remainder)).toHaveLength(0);
      const common = gcdMod(field, mulMod(field, f, h), mulMod(field, g, h));
      expect(divideMod(field, common, monicMod(field, h)).remainder).toHaveLength(0);
      if (gcdMod(field, f, g).length === 1) {
        expect(divideMod(field, mulMod(field, f, inverseMod(field, f, g)), g).remainder).toEqual(Float64Array.of(1));
      } else expect(() => inverseMod(field, f, g)).toThrow(RangeError);
    }
  });

  // Rabin: a monic g of degree d is irreducible iff g | x^(p^d) − x and g has no factor of degree below d, that is
  // gcd(x^(p^k) − x, g) = 1 for k < d.
  test("factors are irreducible and multiply to f, repeated ones included", () => {
    const rng = createRng(p, "factors");
    for (let trial = 0; trial < 25; trial++) {
      let f = mulMod(field, random(rng, 1 + rng.integer(4)), random(rng, 1 + rng.integer(3)));
      if (p > 13) f = mulMod(field, f, mulMod(field, random(rng, 1), random(rng, 2)));
      if (p > 13) f = mulMod(field, f, f);
      if (f.length > p) continue;
      const factors = factorMod(field, f);
      expect(expandMod(field, factors)).toEqual(monicMod(field, f));
      for (const { polynomial } of factors) {
        let power = powMod(field, x, BigInt(p), polynomial);
        for (let k = 1; k < polynomial.length - 1; k++, power = powMod(field, power, BigInt(p), polynomial)) {
          expect(gcdMod(field, subMod(field, power, x), polynomial)).toEqual(Float64Array.of(1));
        }
        expect(divideMod(field, subMod(field, power, x), polynomial).remainder).toHaveLength(0);
      }
      const squarefree = factors.map(({ polynomial }) => ({ polynomial, multiplicity: 1 }));
      expect(squarefreePartMod(field, f)).toEqual(expandMod(field, squarefree));
    }
  });
});

// x^4 + 1 splits modulo every prime, into four linear factors exactly when p ≡ 1 (mod 8).
test.each([
  [17, 4],
  [41, 4],
  [7, 2],
  [13, 2],
  [defaultPrime, 2],
])("x⁴ + 1 over F_%d has %d factors", (p, count) => {
  const field = primeField(p);
  const factors = factorMod(field, Float64Array.of(1, 0, 0, 0, 1));
  expect(factors).toHaveLength(count);
  for (const { polynomial } of factors) {
    if (polynomial.length === 2)
      expect(evaluateMod(field, Float64Array.of(1, 0, 0, 0, 1), field.neg(polynomial[0]))).toBe(0);
  }
});

test("degrees that the prime cannot carry are refused", () => {
  expect(() => factorMod(primeField(3), Float64Array.of(1, 0, 0, 1))).toThrow("degree 3 is not below the prime 3");
  expect(() => factorMod(primeField(2), Float64Array.of(1, 1))).toThrow("odd");
});

const text = (factors: readonly { polynomial: IntegerPolynomial; multiplicity: number }[]) =>
  factors.map(({ polynomial, multiplicity }) => `(${showPolynomial(polynomial)})^${multiplicity}`).sort();

describe("over Q", () => {
  test.each<[string, bigint[], string[]]>([
    ["x⁴ + 1 (reducible modulo every prime)", [1n, 0n, 0n, 0n, 1n], ["(x^4 + 1)^1"]],
    ["x⁴ + 4 (Sophie Germain)", [4n, 0n, 0n, 0n, 1n], ["(x^2 + 2x + 2)^1", "(x^2 - 2x + 2)^1"]],
    [
      "x¹² − 1 (cyclotomic)",
      [-1n, ...new Array(11).fill(0n), 1n],
      ["(x + 1)^1", "(x - 1)^1", "(x^2 + 1)^1", "(x^2 + x + 1)^1", "(x^2 - x + 1)^1", "(x^4 - x^2 + 1)^1"],
    ],
    ["6x³ − 11x² + 6x − 1", [-1n, 6n, -11n, 6n], ["(2x - 1)^1", "(3x - 1)^1", "(x - 1)^1"]],
    ["x³(x − 1)²", [0n, 0n, 0n, 1n, -2n, 1n], ["(x - 1)^2", "(x)^3"]],
    ["−4x² + 2", [2n, 0n, -4n], ["(2x^2 - 1)^1"]],
    // Swinnerton-Dyer: the minimal polynomial of √2 + √3 + √5 has only factors of degree ≤ 2 modulo every prime.
    [
      "the minimal polynomial of √2 + √3 + √5",
      [576n, 0n, -960n, 0n, 352n, 0n, -40n, 0n, 1n],
      ["(x^8 - 40x^6 + 352x^4 - 960x^2 + 576)^1"],
    ],
  ])("%s", (_, f, expected) => {
    const factors = factorInteger(f);
    expect(text(factors)).toEqual([...expected].sort());
    expect(factors.every(({ irreducible }) => irreducible)).toBe(true);
  });

  const randomInteger = (rng: Rng, d: number, size: number): IntegerPolynomial =>
    primitivePart(
      Array.from({ length: d + 1 }, (_, i) => BigInt(rng.integer(2 * size + 1) - size) || (i === d ? 1n : 0n)),
    );

  test("planted factors come back, with their multiplicities", () => {
    const rng = createRng(10, "planted");
    for (let trial = 0; trial < 40; trial++) {
      const parts = Array.from({ length: 1 + rng.integer(4) }, () => ({
        polynomial: randomInteger(rng, 1 + rng.integer(4), 10 ** (1 + rng.integer(6))),
        multiplicity: 1 + rng.integer(3),
      }));
      let f: IntegerPolynomial = [BigInt(1 + rng.integer(100))];
      for (const { polynomial, multiplicity } of parts) {
        for (let k = 0; k < multiplicity; k++) f = multiplyInteger(f, polynomial);
      }
      const factors = factorInteger(f);
      let product: IntegerPolynomial = [1n];
      for (const { polynomial, multiplicity } of factors) {
        for (let k = 0; k < multiplicity; k++) product = multiplyInteger(product, polynomial);
      }
      expect(product).toEqual(primitivePart(f));
      // Every planted part is a product of factors found: it divides into them completely.
      const planted = parts.flatMap(({ polynomial }) =>
        factorInteger(polynomial).map((g) => showPolynomial(g.polynomial)),
      );
      expect(new Set(factors.map((g) => showPolynomial(g.polynomial)))).toEqual(new Set(planted));
    }
  });

  // Coefficients far beyond p² need the full lift.
  test("factors with large coefficients", () => {
    const [a, b]: IntegerPolynomial[] = [
      [10n ** 60n + 57n, 3n, 10n ** 25n],
      [-(10n ** 48n) - 1n, 0n, 0n, 7n],
    ];
    expect(factorInteger(multiplyInteger(a, b)).map(({ polynomial }) => polynomial)).toEqual([a, b]);
  });

  test("a search that is cut off says so", () => {
    const f = [576n, 0n, -960n, 0n, 352n, 0n, -40n, 0n, 1n];
    expect(factorInteger(f, { maxTrials: 2 })).toEqual([{ polynomial: f, multiplicity: 1, irreducible: false }]);
  });

  test("gcd of products with a planted common part", () => {
    const rng = createRng(11, "gcd");
    for (let trial = 0; trial < 60; trial++) {
      const common = randomInteger(rng, rng.integer(5), 10 ** (1 + rng.integer(9)));
      const [a, b] = [randomInteger(rng, 4, 1000), randomInteger(rng, 5, 1000)];
      const cofactors = gcdInteger(a, b);
      const g = gcdInteger(multiplyInteger(common, a), multiplyInteger(common, b));
      expect(g).toEqual(primitivePart(multiplyInteger(common, cofactors)));
    }
    expect(gcdInteger([], [2n, -4n])).toEqual([-1n, 2n]);
    expect(gcdInteger([6n, 4n], [])).toEqual([3n, 2n]);
  });

  // p | coefficients: mod p = 67108859 the two polynomials share a factor that they do not share over Q.
  test("a prime that invents a common factor is found out", () => {
    const p = BigInt(defaultPrime);
    expect(gcdInteger([1n, 1n], [1n + p, 1n])).toEqual([1n]);
    expect(gcdInteger([p, 1n], [0n, 1n])).toEqual([1n]);
    const common: IntegerPolynomial = [3n, 0n, 1n];
    expect(gcdInteger(multiplyInteger([1n, 1n], common), multiplyInteger([1n + p, 1n], common))).toEqual(common);
    expect(gcdInteger(multiplyInteger([1n, p], [3n, 1n]), multiplyInteger([1n, p], [5n, 1n]))).toEqual([1n, p]);
  });

  test("squarefree parts", () => {
    const f = multiplyInteger(multiplyInteger([1n, 2n], [1n, 2n]), [-3n, 0n, 1n]);
    expect(text(squarefreeFactors(f))).toEqual(["(2x + 1)^2", "(x^2 - 3)^1"]);
    expect(squarefreeFactors([7n])).toEqual([]);
    expect(() => squarefreeFactors([])).toThrow(RangeError);
    expect(degree([])).toBe(-1);
  });
});
