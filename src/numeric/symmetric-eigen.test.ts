import { expect, test } from "vitest";
import {
  createRng,
  diagonal,
  identity,
  type Matrix,
  matrix,
  maxAbs,
  multiply,
  multiplyTransposed,
  symmetricEigen,
  symmetricEigenvalues,
} from "./index.ts";

function maxDifference(a: Matrix, b: Matrix): number {
  return maxAbs(a.data.map((x, i) => x - b.data[i]));
}

/** ‖VA − ΛV‖, ‖VVᵀ − I‖ (entrywise maxima), both to 1e-13·n, order of the values, agreement without vectors. */
function check(a: Matrix): Float64Array {
  const n = a.rows;
  const { values, vectors } = symmetricEigen(a);
  const size = maxAbs(a.data) || 1;
  expect(maxDifference(multiply(vectors, a), multiply(diagonal(values), vectors))).toBeLessThanOrEqual(
    1e-13 * n * size,
  );
  expect(maxDifference(multiplyTransposed(vectors, vectors), identity(n))).toBeLessThanOrEqual(1e-13 * n);
  expect(values).toEqual(values.slice().sort((x, y) => y - x));
  expect(symmetricEigenvalues(a)).toEqual(values);
  return values;
}

function symmetric(n: number, entry: (i: number, j: number) => number): Matrix {
  const a = matrix(n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a.data[i * n + j] = a.data[j * n + i] = entry(i, j);
  return a;
}

// The second difference matrix has eigenvalues 2 − 2cos(jπ/(n+1)) (Golub, Van Loan, §4.8.4).
test.each([1, 2, 3, 17, 64])("second differences, n = %d", (n) => {
  const values = check(symmetric(n, (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0)));
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(2 - 2 * Math.cos(((n - i) * Math.PI) / (n + 1)), 13);
  });
});

// Wilkinson's W21⁺: the two largest eigenvalues agree to 14 digits, 10.746194182903393 and 10.746194182903322
// (Wilkinson, The Algebraic Eigenvalue Problem, p. 309).
test("Wilkinson's matrix W21+", () => {
  const values = check(symmetric(21, (i, j) => (i === j ? Math.abs(i - 10) : i - j === 1 ? 1 : 0)));
  expect(values[0]).toBeCloseTo(10.746194182903393, 13);
  expect(values[1]).toBeCloseTo(10.746194182903322, 13);
  expect(values[20]).toBeCloseTo(-1.1254415221199847, 13);
});

test.each([5, 40, 101])("random symmetric, n = %d: trace and sum of squares", (n) => {
  const rng = createRng(6, "symmetric", String(n));
  const a = symmetric(n, () => rng.normal());
  const values = check(a);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a.data[i * n + i];
  expect(values.reduce((s, x) => s + x, 0)).toBeCloseTo(trace, 11);
  expect(values.reduce((s, x) => s + x * x, 0) / a.data.reduce((s, x) => s + x * x, 0)).toBeCloseTo(1, 13);
});

/** Q diag(d) Qᵀ with Q the eigenvectors of a random matrix. */
function withSpectrum(d: readonly number[]): Matrix {
  const rng = createRng(6, "spectrum");
  const q = symmetricEigen(symmetric(d.length, () => rng.normal())).vectors;
  const a = multiplyTransposed(multiply(q, diagonal(d)), q);
  return symmetric(d.length, (i, j) => a.data[i * d.length + j]);
}

test.each([
  ["clustered", Array.from({ length: 30 }, (_, i) => (i < 10 ? 1 : 1 + 1e-14 * i))],
  ["multiple", Array.from({ length: 30 }, (_, i) => (i < 12 ? 3 : i < 20 ? -2 : 0))],
  ["graded over 300 orders", Array.from({ length: 30 }, (_, i) => 10 ** (-10 * i))],
  ["rank one", Array.from({ length: 30 }, (_, i) => (i === 0 ? 5 : 0))],
])("%s spectrum comes back", (_name, d) => {
  const values = check(withSpectrum(d));
  const sorted = d.toSorted((x, y) => y - x);
  values.forEach((value, i) => {
    expect(Math.abs(value - sorted[i])).toBeLessThanOrEqual(1e-13 * Math.abs(sorted[0]));
  });
});

test("zero, 1×1, empty, huge and tiny matrices", () => {
  expect([...check(matrix(7, 7))]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect([...check(matrix(1, 1, Float64Array.of(-3)))]).toEqual([-3]);
  expect(symmetricEigen(matrix(0, 0)).values).toHaveLength(0);
  for (const size of [1e300, 1e-300, 5e-324]) {
    const [high, low] = symmetricEigenvalues(matrix(2, 2, Float64Array.of(0, size, size, 0)));
    expect([high / size, low / size]).toEqual([expect.closeTo(1, 14), expect.closeTo(-1, 14)]);
  }
});

test("only the lower triangle is read", () => {
  const a = matrix(2, 2, Float64Array.of(1, Number.MAX_VALUE / 4, 2, 1));
  a.data[1] = 99;
  expect([...symmetricEigenvalues(a)]).toEqual([expect.closeTo(3, 12), expect.closeTo(-1, 12)]);
});

test("what is not a finite square matrix is refused", () => {
  expect(() => symmetricEigen(matrix(2, 3))).toThrow("symmetricEigen: expected a square matrix, got 2×3");
  expect(() => symmetricEigenvalues(matrix(1, 1, Float64Array.of(Number.NaN)))).toThrow(/not finite/);
});
