// Arithmetic mod p against BigInt, at the edges of what doubles hold: (p − 1)² + p − 1 < 2^52 for p < 2^26.
import { describe, expect, test } from "vitest";
import { createRng } from "../numeric/index.ts";
import { defaultPrime, isPrime, largestPrimes, nextPrime, previousPrime, primeField } from "./index.ts";

describe.each([2, 3, 5, 97, 65521, defaultPrime])("mod %d", (p) => {
  const field = primeField(p);
  const big = BigInt(p);
  const mod = (n: bigint) => Number(((n % big) + big) % big);
  const rng = createRng(p, "residues");
  const samples = [0, 1 % p, p - 1, p >> 1, ...Array.from({ length: 200 }, () => rng.integer(p))];

  test("sums, differences, products", () => {
    const wrong: number[][] = [];
    for (const a of samples) {
      for (const b of samples) {
        const right =
          field.add(a, b) === mod(BigInt(a) + BigInt(b)) &&
          field.sub(a, b) === mod(BigInt(a) - BigInt(b)) &&
          field.mul(a, b) === mod(BigInt(a) * BigInt(b)) &&
          field.reduce(a + b * (p - 1)) === mod(BigInt(a) + BigInt(b) * BigInt(p - 1));
        if (!right) wrong.push([a, b]);
      }
    }
    expect(wrong).toEqual([]);
  });

  // Fermat: a^(p−1) = 1, so a^(p−2) is the inverse.
  test("inverses and powers", () => {
    for (const a of samples) {
      expect(field.add(a, field.neg(a))).toBe(0);
      if (a === 0) expect(() => field.inverse(a)).toThrow(RangeError);
      else {
        expect(field.mul(a, field.inverse(a))).toBe(1);
        expect(field.pow(a, p - 2)).toBe(field.inverse(a));
        expect(field.pow(a, -3)).toBe(field.inverse(field.pow(a, 3)));
      }
    }
  });

  test("integers of any size", () => {
    expect(field.fromInteger(-1n)).toBe(p - 1);
    expect(field.fromInteger(big ** 5n * 12345678901234567890n + 1n)).toBe(1 % p);
  });
});

test("primes up to 1000 agree with the sieve of Eratosthenes", () => {
  const composite = new Set<number>();
  for (let i = 2; i <= 1000; i++) for (let j = 2 * i; j <= 1000; j += i) composite.add(j);
  for (let n = 0; n <= 1000; n++) expect(isPrime(n), `${n}`).toBe(n >= 2 && !composite.has(n));
});

// 2^26 − 5 is the largest prime below 2^26 (OEIS A013603: 2^26 − 5).
test("the default prime is the largest below 2^26", () => {
  expect(defaultPrime).toBe(2 ** 26 - 5);
  expect(largestPrimes(3)[0]).toBe(defaultPrime);
  expect(nextPrime(largestPrimes(2)[1])).toBe(defaultPrime);
  expect([nextPrime(7), previousPrime(7), nextPrime(-5)]).toEqual([11, 5, 2]);
  expect(() => nextPrime(defaultPrime)).toThrow(RangeError);
  expect(() => previousPrime(2)).toThrow(RangeError);
  expect(() => primeField(91)).toThrow("91 is not a prime");
  expect(() => isPrime(2 ** 26)).toThrow(RangeError);
});
