import { expect, test } from "vitest";
import {
  createRng,
  diagonal,
  identity,
  type Matrix,
  matrix,
  matrixOperator,
  multiply,
  multiplyTransposed,
  multiplyTransposedVector,
  multiplyVector,
  row,
  transpose,
} from "./index.ts";

/** Small integers, so that products are exact and every order of summation agrees. */
function integers(rows: number, cols: number, name: string): Matrix {
  const rng = createRng(8, name, String(rows), String(cols));
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => rng.integer(19) - 9),
  );
}

/** The definition, Σ_k a_ik b_kj. */
function slowProduct(a: Matrix, b: Matrix): Matrix {
  const c = matrix(a.rows, b.cols);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.cols; j++) {
      for (let k = 0; k < a.cols; k++) c.data[i * b.cols + j] += a.data[i * a.cols + k] * b.data[k * b.cols + j];
    }
  }
  return c;
}

// Sizes on both sides of the tiles (4 × 2) and of the panel (256 columns).
test.each([
  [0, 3, 2],
  [1, 1, 1],
  [4, 2, 8],
  [5, 7, 3],
  [9, 257, 6],
  [33, 600, 31],
])("products of %d×%d and ×%d equal the definition exactly", (m, k, n) => {
  const a = integers(m, k, "a");
  const b = integers(k, n, "b");
  expect(multiply(a, b)).toEqual(slowProduct(a, b));
  expect(multiplyTransposed(a, transpose(b))).toEqual(slowProduct(a, b));
  expect(multiplyTransposed(a, a)).toEqual(slowProduct(a, transpose(a)));
  expect(transpose(transpose(a))).toEqual(a);
});

test.each([
  [1, 1],
  [3, 5],
  [6, 4],
])("matrix times vector, and transposed, %d×%d", (m, n) => {
  const a = integers(m, n, "a");
  const x = integers(n, 1, "x");
  const y = integers(m, 1, "y");
  expect(multiplyVector(a, x.data)).toEqual(slowProduct(a, x).data);
  expect(multiplyTransposedVector(a, y.data)).toEqual(slowProduct(transpose(a), y).data);
  const out = new Float64Array(m).fill(Number.NaN);
  expect(multiplyVector(a, x.data, out)).toBe(out);
});

test("the identity, diagonals, rows and operators", () => {
  const a = integers(3, 3, "a");
  expect(multiply(identity(3), a)).toEqual(a);
  expect([...multiply(diagonal([2, 3, 5]), a).data.subarray(3, 6)]).toEqual([...row(a, 1)].map((x) => 3 * x));
  const out = new Float64Array(3);
  matrixOperator(a).apply(Float64Array.of(0, 1, 0), out);
  expect([...out]).toEqual([a.data[1], a.data[4], a.data[7]]);
});

test("shapes that do not fit are refused by name", () => {
  expect(() => multiply(matrix(2, 3), matrix(2, 3))).toThrow("multiply: 2×3 times 2×3 does not fit");
  expect(() => matrix(2, 2, new Float64Array(3))).toThrow(/needs 4 entries, got 3/);
  expect(() => multiplyVector(matrix(2, 3), new Float64Array(2))).toThrow(RangeError);
  expect(() => matrix(-1, 2)).toThrow(RangeError);
});
