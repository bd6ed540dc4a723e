// Rationals and their readings of doubles. The language itself is the oracle for rounding: a numeric literal denotes
// the double nearest to its decimal value, ties to even.
import { describe, expect, test } from "vitest";
import { biasedDouble } from "../../test/fuzz/biased-doubles.ts";
import { nextDown, nextUp } from "../interval/index.ts";
import { createRng } from "../numeric/index.ts";
import {
  addRationals,
  combineCongruences,
  compareRationals,
  defaultPrime,
  divideRationals,
  exactRational,
  largestPrimes,
  multiplyRationals,
  parseRational,
  primeField,
  rational,
  reconstructRational,
  residueOf,
  roundDown,
  roundUp,
  showRational,
  simplestRational,
  subtractRationals,
  symmetricResidue,
  toNumber,
} from "./index.ts";

test.each([
  ["0.1", "1/10"],
  ["1/3", "1/3"],
  [" -2.5e-3 ", "-1/400"],
  ["+4/-6", "-2/3"],
  ["0.5/0.25", "2"],
  [".5", "1/2"],
  ["7.", "7"],
  ["1e3", "1000"],
  ["-0", "0"],
])('"%s" is %s', (text, shown) => {
  expect(showRational(parseRational(text))).toBe(shown);
});

test.each(["", ".", "1/0", "1/2/3", "one", "0x10", "1e", "NaN", "Infinity", "1 2", "1e99999", "--1", "/2"])(
  '"%s" is refused',
  (text) => {
    expect(() => parseRational(text)).toThrow(`got "${text}"`);
  },
);

test("arithmetic: the field laws on random fractions", () => {
  const rng = createRng(12, "rationals");
  const random = () => rational(BigInt(rng.integer(201) - 100), BigInt(1 + rng.integer(60)));
  for (let i = 0; i < 300; i++) {
    const [a, b, c] = [random(), random(), random()];
    const left = multiplyRationals(a, addRationals(b, c));
    expect(left).toEqual(addRationals(multiplyRationals(a, b), multiplyRationals(a, c)));
    expect(subtractRationals(addRationals(a, b), b)).toEqual(a);
    if (b.numerator !== 0n) expect(multiplyRationals(divideRationals(a, b), b)).toEqual(a);
    expect(compareRationals(a, b)).toBe(
      Math.sign(Number(a.numerator) / Number(a.denominator) - Number(b.numerator) / Number(b.denominator)),
    );
  }
  expect(() => rational(1n, 0n)).toThrow("1/0");
});

describe("rounding to doubles", () => {
  test("agrees with the language on random decimals, subnormal and overflowing ones included", () => {
    const rng = createRng(13, "decimals");
    const wrong: string[] = [];
    for (let i = 0; i < 3000; i++) {
      const digits = Array.from({ length: 1 + rng.integer(25) }, () => rng.integer(10)).join("");
      const text = `${rng.integer(2) === 0 ? "-" : ""}${digits}e${rng.integer(680) - 350}`;
      const value = parseRational(text);
      const nearest = toNumber(value);
      const [lo, hi] = [roundDown(value), roundUp(value)];
      const bracketed = lo <= nearest && nearest <= hi && (lo === hi || nextUp(lo) === hi);
      if (nearest !== Number(text) + 0 || !bracketed) wrong.push(text);
    }
    expect(wrong).toEqual([]);
  });

  test("bounds are the neighbours: exact values stay, anything between moves outward", () => {
    const rng = createRng(14, "bounds");
    for (let i = 0; i < 2000; i++) {
      const x = biasedDouble(rng);
      const exact = exactRational(x);
      expect([roundDown(exact), roundUp(exact), toNumber(exact)]).toEqual([x + 0, x + 0, x + 0]);
      const above = addRationals(exact, rational(1n, 1n << 1200n));
      expect([roundDown(above), roundUp(above)]).toEqual([x + 0, nextUp(x) + 0]);
      const below = subtractRationals(exact, rational(1n, 1n << 1200n));
      expect([roundDown(below), roundUp(below)]).toEqual([nextDown(x) + 0, x + 0]);
    }
  });

  test("ties go to even, and 2^1024 − 2^970 to infinity", () => {
    expect(toNumber(rational(2n ** 53n + 1n))).toBe(2 ** 53);
    expect(toNumber(rational(2n ** 53n + 3n))).toBe(2 ** 53 + 4);
    expect(toNumber(rational(1n, 2n ** 1075n))).toBe(0);
    expect(toNumber(rational(3n, 2n ** 1075n))).toBe(2 * Number.MIN_VALUE);
    const edge = 2n ** 1024n - 2n ** 970n;
    expect(toNumber(rational(edge))).toBe(Number.POSITIVE_INFINITY);
    expect(toNumber(rational(-edge))).toBe(Number.NEGATIVE_INFINITY);
    expect(toNumber(rational(edge - 1n))).toBe(Number.MAX_VALUE);
    expect([roundDown(rational(2n ** 2000n)), roundUp(rational(2n ** 2000n))]).toEqual([
      Number.MAX_VALUE,
      Number.POSITIVE_INFINITY,
    ]);
  });
});

describe("simplestRational", () => {
  test.each<[number, string]>([
    [0.1, "1/10"],
    [0.3333333333333333, "1/3"],
    [-2.5e-3, "-1/400"],
    [1 / 49, "1/49"],
    [0.15, "3/20"],
    [Math.PI, "245850922/78256779"],
    [1e23, "99999999999999991611392"],
    [0, "0"],
    [-0, "0"],
  ])("%d is %s", (x, shown) => {
    expect(showRational(simplestRational(x))).toBe(shown);
    expect(toNumber(simplestRational(x))).toBe(x + 0);
  });

  test("rounds back to the double it reads, everywhere", () => {
    const rng = createRng(15, "simplest");
    const wrong: number[] = [];
    for (let i = 0; i < 4000; i++) {
      const x = biasedDouble(rng);
      if (toNumber(simplestRational(x)) !== x + 0) wrong.push(x);
    }
    expect(wrong).toEqual([]);
  });

  // n/d with d ≤ 2^25 differ by more than 2^−51, so at most one of them rounds to a double below 1.
  test("recovers every fraction that was written; no smaller denominator rounds to the double", () => {
    const rng = createRng(16, "fractions");
    for (let i = 0; i < 400; i++) {
      const d = 1 + rng.integer(3000);
      const n = 1 + rng.integer(5 * d);
      const x = n / d;
      expect(simplestRational(x)).toEqual(rational(BigInt(n), BigInt(d)));
    }
    for (const x of [Math.SQRT1_2, 0.1234567, Math.E - 2]) {
      const found = Number(simplestRational(x).denominator);
      for (let d = 1; d < Math.min(found, 1_000_000); d++) {
        const n = Math.round(x * d);
        if (n / d === x) throw new Error(`${n}/${d} is simpler than 1/${found} for ${x}`);
      }
    }
  });

  test("integers stand for themselves, and what is not finite is refused", () => {
    expect(showRational(simplestRational(2 ** 53 + 2))).toBe("9007199254740994");
    expect(() => simplestRational(Number.NaN)).toThrow(RangeError);
    expect(() => simplestRational(Number.POSITIVE_INFINITY)).toThrow(RangeError);
  });
});

describe("residues of rationals", () => {
  test("a denominator that the prime divides has no residue, and the next prime helps", () => {
    const field = primeField();
    expect(residueOf(field, rational(1n, BigInt(defaultPrime) * 3n))).toBeNull();
    expect(residueOf(primeField(largestPrimes(2)[1]), rational(1n, BigInt(defaultPrime) * 3n))).not.toBeNull();
    expect(field.mul(residueOf(field, rational(-2n, 7n)) ?? 0, 7)).toBe(defaultPrime - 2);
  });

  test("several primes and reconstruction give the fraction back", () => {
    const rng = createRng(17, "reconstruction");
    const primes = largestPrimes(4);
    for (let i = 0; i < 200; i++) {
      const a = rational(BigInt(rng.integer(2 ** 50)) - 2n ** 49n, BigInt(1 + rng.integer(2 ** 49)));
      const congruences = primes.map((p) => ({
        residue: BigInt(residueOf(primeField(p), a) ?? Number.NaN),
        modulus: BigInt(p),
      }));
      expect(reconstructRational(congruences.reduce(combineCongruences))).toEqual(a);
    }
  });

  test("what no small fraction explains is null", () => {
    expect(reconstructRational({ residue: 5n, modulus: 11n }, { numerator: 1n, denominator: 1n })).toBeNull();
    expect(reconstructRational({ residue: 0n, modulus: 101n })).toEqual(rational(0n));
    expect(() => reconstructRational({ residue: 5n, modulus: 11n }, { numerator: 5n, denominator: 5n })).toThrow(
      RangeError,
    );
    expect(symmetricResidue({ residue: 9n, modulus: 11n })).toBe(-2n);
    expect(() => combineCongruences({ residue: 1n, modulus: 6n }, { residue: 1n, modulus: 4n })).toThrow(RangeError);
  });
});
