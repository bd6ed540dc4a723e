// Determinants, ranks and characteristic polynomials mod p against exact integers (Bareiss; Faddeev and LeVerrier).
import { describe, expect, test } from "vitest";
import { createRng, matrix, type Rng } from "../numeric/index.ts";
import {
  characteristicPolynomial,
  characteristicPolynomialMod,
  defaultPrime,
  determinantMod,
  exactCharacteristicPolynomial,
  exactDeterminant,
  primeField,
  primitivePart,
  rankMod,
  rational,
} from "./index.ts";

/** Integer matrices with zeros, repeated rows and blocks, so that pivots go missing. */
function randomIntegers(rng: Rng, n: number, zeros: number): bigint[][] {
  const a = Array.from({ length: n }, () =>
    Array.from({ length: n }, () => (rng.uniform() < zeros ? 0n : BigInt(rng.integer(2001) - 1000))),
  );
  if (n > 2 && rng.integer(4) === 0) a[n - 1] = a[0].map((x, j) => x + a[1][j]);
  return a;
}

const residues = (a: bigint[][], field = primeField()) =>
  matrix(a.length, a.length, Float64Array.from(a.flat(), field.fromInteger));

describe.each([101, defaultPrime])("mod %d", (p) => {
  const field = primeField(p);

  test("determinant and characteristic polynomial reduce the exact ones", () => {
    const rng = createRng(p, "matrices");
    for (let trial = 0; trial < 150; trial++) {
      const a = randomIntegers(rng, 1 + rng.integer(8), [0, 0.5, 0.8][rng.integer(3)]);
      const reduced = residues(a, field);
      const before = reduced.data.slice();
      expect(determinantMod(field, reduced)).toBe(field.fromInteger(exactDeterminant(a)));
      expect([...characteristicPolynomialMod(field, reduced)]).toEqual(
        exactCharacteristicPolynomial(a).map(field.fromInteger),
      );
      expect(reduced.data).toEqual(before);
    }
  });

  test("the rank of U Vᵀ is that of its inner dimension", () => {
    const rng = createRng(p, "rank");
    for (let trial = 0; trial < 30; trial++) {
      const [m, n, r] = [3 + rng.integer(5), 3 + rng.integer(5), rng.integer(3)];
      const u = Array.from({ length: m * r }, (_, e) => (e % (r + 1) === 0 ? 1 : rng.integer(2))); // unit leading block
      const v = Array.from({ length: n * r }, (_, e) => (e % (r + 1) === 0 ? 1 : 0));
      const a = matrix(m, n);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) for (let k = 0; k < r; k++) a.data[i * n + j] += u[i * r + k] * v[j * r + k];
      }
      const rank = rankMod(field, a);
      expect(rank).toBeLessThanOrEqual(r);
      expect(rankMod(field, { rows: n, cols: m, data: transposed(a.data, m, n) })).toBe(rank);
    }
  });
});

function transposed(data: Float64Array, m: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, e) => data[(e % m) * n + Math.floor(e / m)]);
}

test("known ranks", () => {
  const field = primeField(7);
  expect(rankMod(field, matrix(2, 3, Float64Array.of(1, 2, 3, 2, 4, 6)))).toBe(1);
  expect(rankMod(field, matrix(2, 3, Float64Array.of(0, 0, 3, 0, 4, 6)))).toBe(2);
  expect(rankMod(field, matrix(2, 2))).toBe(0);
  expect(rankMod(field, matrix(3, 2, Float64Array.of(0, 1, 1, 0, 1, 1)))).toBe(2);
});

// Leibniz for 2×2 and 3×3; a Vandermonde determinant; the companion matrix.
test("the exact routines on textbook matrices", () => {
  expect(
    exactDeterminant([
      [3n, 8n],
      [4n, 6n],
    ]),
  ).toBe(-14n);
  expect(
    exactDeterminant([
      [0n, 1n],
      [1n, 0n],
    ]),
  ).toBe(-1n);
  expect(
    exactDeterminant([
      [6n, 1n, 1n],
      [4n, -2n, 5n],
      [2n, 8n, 7n],
    ]),
  ).toBe(-306n);
  const nodes = [1n, 2n, 4n, 7n, 11n];
  let vandermonde = 1n;
  nodes.forEach((x, i) => {
    for (const y of nodes.slice(i + 1)) vandermonde *= y - x;
  });
  expect(exactDeterminant(nodes.map((x) => nodes.map((_, k) => x ** BigInt(k))))).toBe(vandermonde);
  expect(
    exactCharacteristicPolynomial([
      [0n, 0n, -5n],
      [1n, 0n, 7n],
      [0n, 1n, 2n],
    ]),
  ).toEqual([5n, -7n, -2n, 1n]);
  expect(exactDeterminant([])).toBe(1n);
});

test("the rational characteristic polynomial is χ_B(qλ) for A = B/q, entries of any size", () => {
  const rng = createRng(9, "rational matrices");
  for (let trial = 0; trial < 20; trial++) {
    const n = 1 + rng.integer(6);
    const scale = 10n ** BigInt(rng.integer(30));
    const b = randomIntegers(rng, n, 0.2).map((row) => row.map((x) => x * scale + 1n));
    const q = BigInt(1 + rng.integer(1000));
    const expected = primitivePart(exactCharacteristicPolynomial(b).map((c, i) => c * q ** BigInt(i)));
    expect(characteristicPolynomial(b.map((row) => row.map((x) => rational(x, q))))).toEqual(expected);
  }
  expect(characteristicPolynomial([])).toEqual([1n]);
});
