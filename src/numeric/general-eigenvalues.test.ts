import { expect, test } from "vitest";
import { createRng, generalEigenvalues, lu, type Matrix, matrix, multiply, symmetricEigenvalues } from "./index.ts";

/** The companion matrix of z^n + c_{n−1}z^{n−1} + … + c_0, whose eigenvalues are the roots. */
function companion(c: readonly number[]): Matrix {
  const n = c.length;
  const a = matrix(n, n);
  for (let i = 1; i < n; i++) a.data[i * n + i - 1] = 1;
  for (let i = 0; i < n; i++) a.data[i * n + n - 1] = -c[i];
  return a;
}

test("roots of unity, in conjugate pairs with the positive imaginary part first", () => {
  const n = 8;
  const { re, im } = generalEigenvalues(companion([-1, 0, 0, 0, 0, 0, 0, 0]));
  const angles = Array.from(re, (x, i) => Math.atan2(im[i], x)).sort((a, b) => a - b);
  angles.forEach((angle, j) => {
    expect(angle).toBeCloseTo(((j - n / 2 + 1) * 2 * Math.PI) / n, 13);
  });
  re.forEach((x, i) => {
    expect(Math.hypot(x, im[i])).toBeCloseTo(1, 13);
    if (im[i] > 0) expect([re[i + 1], im[i + 1]]).toEqual([x, -im[i]]);
  });
});

test("largest modulus first: a rotation by 2, then −1.5, then 0.5", () => {
  const c = 2 * Math.cos(1);
  const s = 2 * Math.sin(1);
  const { re, im } = generalEigenvalues(
    matrix(4, 4, Float64Array.of(0.5, 7, 0, 0, 0, c, 0, -s, 0, 0, -1.5, 0, 0, s, 0, c)),
  );
  expect([...re]).toEqual([c, c, -1.5, 0.5].map((x) => expect.closeTo(x, 13)));
  expect([...im]).toEqual([s, -s, 0, 0].map((x) => expect.closeTo(x, 13)));
});

// Σλ = tr A, Σλ² = tr A², Σ log|λ| = log|det A|.
test.each([1, 2, 3, 10, 61])("random matrix, n = %d: power sums and determinant", (n) => {
  const rng = createRng(21, "general", String(n));
  const a = matrix(
    n,
    n,
    Float64Array.from({ length: n * n }, () => rng.normal()),
  );
  const { re, im } = generalEigenvalues(a);
  const squared = multiply(a, a);
  let trace = 0;
  let traceOfSquare = 0;
  for (let i = 0; i < n; i++) {
    trace += a.data[i * n + i];
    traceOfSquare += squared.data[i * n + i];
  }
  expect(re.reduce((sum, x) => sum + x, 0)).toBeCloseTo(trace, 11);
  expect(im.reduce((sum, y) => sum + y, 0)).toBe(0);
  expect(re.reduce((sum, x, i) => sum + x * x - im[i] * im[i], 0)).toBeCloseTo(traceOfSquare, 10);
  expect(re.reduce((sum, x, i) => sum + Math.log(Math.hypot(x, im[i])), 0)).toBeCloseTo(lu(a).logAbsDet, 10);
});

test("a symmetric matrix has the values of the symmetric solver", () => {
  const rng = createRng(21, "symmetric");
  const n = 24;
  const a = matrix(n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a.data[i * n + j] = a.data[j * n + i] = rng.normal();
  const { re, im } = generalEigenvalues(a);
  expect(im).toEqual(new Float64Array(n));
  const expected = symmetricEigenvalues(a);
  re.toSorted()
    .reverse()
    .forEach((x, i) => {
      expect(x).toBeCloseTo(expected[i], 12);
    });
});

// The fourfold defective eigenvalue 2 moves by at most the fourth root of the rounding, about 1e-4.
test("a Jordan block, a nilpotent one, zeros, a single number, none", () => {
  const jordan = matrix(4, 4, Float64Array.of(2, 1, 0, 0, 0, 2, 1, 0, 0, 0, 2, 1, 1e-16, 0, 0, 2));
  for (const x of generalEigenvalues(jordan).re) expect(Math.abs(x - 2)).toBeLessThan(2e-4);
  expect([...generalEigenvalues(companion([0, 0, 0, 0, 0])).re]).toEqual([0, 0, 0, 0, 0]);
  expect([...generalEigenvalues(matrix(1, 1, Float64Array.of(-4))).re]).toEqual([-4]);
  expect(generalEigenvalues(matrix(0, 0)).re).toHaveLength(0);
});

// Balancing: D A D⁻¹ has the same eigenvalues for D = diag(10^{0, 8, −8}).
test("badly scaled similar matrices have the same eigenvalues", () => {
  const a = [1, 2, 3, 4, 5, 6, 7, 8, 10];
  const d = [1, 1e8, 1e-8];
  const scaled = Float64Array.from(a, (x, at) => (x * d[Math.floor(at / 3)]) / d[at % 3]);
  const plain = generalEigenvalues(matrix(3, 3, Float64Array.from(a))).re;
  generalEigenvalues(matrix(3, 3, scaled)).re.forEach((x, i) => {
    expect(x).toBeCloseTo(plain[i], 12);
  });
});

test("extreme sizes do not overflow", () => {
  for (const size of [1e300, 1e-300]) {
    const { re, im } = generalEigenvalues(matrix(2, 2, Float64Array.of(0, -size, size, 0)));
    expect([re[0], im[0] / size]).toEqual([0, expect.closeTo(1, 14)]);
  }
  expect(() => generalEigenvalues(matrix(1, 1, Float64Array.of(Number.NaN)))).toThrow(/not finite/);
});
