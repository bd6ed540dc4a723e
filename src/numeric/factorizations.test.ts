import { expect, test } from "vitest";
import {
  cholesky,
  choleskyInPlace,
  choleskySolve,
  createRng,
  diagonal,
  identity,
  leastSquares,
  lu,
  type Matrix,
  matrix,
  maxAbs,
  multiply,
  multiplyTransposed,
  multiplyTransposedVector,
  multiplyVector,
  norm,
  pivotedCholesky,
  qr,
  singularValues,
  solveLower,
  solveLowerTransposed,
  symmetricEigenvalues,
  transpose,
} from "./index.ts";

function random(rows: number, cols: number, name = "factor"): Matrix {
  const rng = createRng(12, name, String(rows), String(cols));
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => rng.normal()),
  );
}

function maxDifference(a: Matrix, b: Matrix): number {
  return maxAbs(a.data.map((x, i) => x - b.data[i]));
}

function hilbert(n: number): Matrix {
  return matrix(
    n,
    n,
    Float64Array.from({ length: n * n }, (_, at) => 1 / (Math.floor(at / n) + (at % n) + 1)),
  );
}

// Sizes on both sides of the panel of 48 columns and of the tiles of 4 × 2.
test.each([1, 2, 7, 47, 48, 49, 50, 99, 147])("L Lᵀ = A and A x = b, n = %d", (n) => {
  const g = random(n, n + 3);
  const a = multiplyTransposed(g, g);
  const l = cholesky(a);
  if (!l) throw new Error("expected a factor");
  expect(maxDifference(multiplyTransposed(l, l), a)).toBeLessThanOrEqual(1e-15 * n * maxAbs(a.data));
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(l.data[i * n + j]).toBe(0);
  const b = random(n, 1, "b").data;
  const x = choleskySolve(l, b);
  const residual = multiplyVector(a, x).map((y, i) => y - b[i]);
  expect(norm(residual)).toBeLessThanOrEqual(1e-14 * n * maxAbs(a.data) * norm(x));
  const spoilt = matrix(n, n, a.data.slice());
  expect(choleskyInPlace(spoilt)).toBe(true);
  expect(choleskySolve(spoilt, b)).toEqual(choleskySolve(l, b)); // whatever stands above the diagonal
  const inPlace = b.slice();
  expect(choleskySolve(l, inPlace, inPlace)).toEqual(x);
  expect(norm(multiplyVector(l, solveLower(l, b)).map((y, i) => y - b[i]))).toBeLessThan(1e-9);
  expect(norm(multiplyTransposedVector(l, solveLowerTransposed(l, b)).map((y, i) => y - b[i]))).toBeLessThan(1e-9);
});

test("Cholesky says no to what is not positive definite", () => {
  expect(cholesky(diagonal([1, -1e-300, 1]))).toBeNull();
  expect(cholesky(diagonal([1, 0]))).toBeNull();
  expect(cholesky(matrix(2, 2, Float64Array.of(1, 2, 2, 1)))).toBeNull();
  expect(cholesky(matrix(1, 1, Float64Array.of(Number.NaN)))).toBeNull();
  const g = random(60, 59); // the last Schur complement of GGᵀ is 0, then −1, beyond the first panel
  const a = multiplyTransposed(g, g);
  a.data[a.data.length - 1] -= 1;
  expect(cholesky(a)).toBeNull();
});

test.each([
  [6, 2],
  [30, 11],
  [30, 30],
])("pivoted Cholesky of a %d×%d Gram matrix finds rank %d", (n, r) => {
  const g = random(n, r);
  const a = multiplyTransposed(g, g);
  const { factor, pivots, rank, remainder } = pivotedCholesky(a, { rtol: 1e-10 });
  expect(rank).toBe(r);
  expect(new Set(pivots).size).toBe(r);
  expect(maxDifference(multiplyTransposed(factor, factor), a)).toBeLessThanOrEqual(1e-12 * maxAbs(a.data));
  expect(remainder).toBeLessThanOrEqual(1e-12 * n * maxAbs(a.data));
});

// 0 ⪯ A − FFᵀ: the remainder is its trace, the pivots decrease.
test("pivoted Cholesky stopped early leaves a positive semidefinite rest of the stated trace", () => {
  const a = hilbert(9);
  const { factor, rank, remainder } = pivotedCholesky(a, { rtol: 1e-4 });
  const f = multiplyTransposed(factor, factor);
  const rest = matrix(
    9,
    9,
    a.data.map((x, i) => x - f.data[i]),
  );
  const values = symmetricEigenvalues(rest);
  expect(rank).toBeLessThan(9);
  expect(values[8]).toBeGreaterThan(-1e-15);
  expect(values.reduce((s, x) => s + x, 0)).toBeCloseTo(remainder, 14);
  expect(pivotedCholesky(matrix(3, 3)).rank).toBe(0);
});

test.each([1, 2, 5, 40])("LU solves, with the determinant of a product of triangles, n = %d", (n) => {
  const a = random(n, n);
  const f = lu(a);
  const b = random(n, 1, "b").data;
  const residual = multiplyVector(a, f.solve(b)).map((y, i) => y - b[i]);
  expect(maxAbs(residual)).toBeLessThanOrEqual(1e-11);
  const gram = lu(multiplyTransposed(a, a));
  expect(gram.sign).toBe(1);
  expect(gram.logAbsDet).toBeCloseTo(2 * f.logAbsDet, 9); // det AAᵀ = (det A)²
});

test("determinants with signs; a singular matrix", () => {
  const swapped = lu(matrix(2, 2, Float64Array.of(0, 2, 3, 0)));
  expect([swapped.sign, swapped.logAbsDet]).toEqual([-1, expect.closeTo(Math.log(6), 15)]);
  const singular = lu(matrix(2, 2, Float64Array.of(1, 2, 2, 4)));
  expect([singular.sign, singular.logAbsDet]).toEqual([0, Number.NEGATIVE_INFINITY]);
  expect(() => singular.solve(Float64Array.of(1, 0))).toThrow(/singular/);
  expect(lu(matrix(0, 0)).logAbsDet).toBe(0);
});

test.each([
  [1, 1],
  [5, 5],
  [20, 7],
  [7, 20],
])("A = QR with orthonormal Q, %d×%d", (m, n) => {
  const a = random(m, n);
  const { q, r } = qr(a);
  const p = Math.min(m, n);
  expect([q.rows, q.cols, r.rows, r.cols]).toEqual([m, p, p, n]);
  expect(maxDifference(multiply(q, r), a)).toBeLessThanOrEqual(1e-14);
  expect(maxDifference(multiply(transpose(q), q), identity(p))).toBeLessThanOrEqual(1e-14);
  for (let i = 0; i < p; i++) {
    expect(r.data[i * n + i]).toBeGreaterThanOrEqual(0);
    for (let j = 0; j < i; j++) expect(r.data[i * n + j]).toBe(0);
  }
});

// Q stays orthonormal however ill-conditioned A is (Higham, §19.3): cond of Hilbert's matrix of order 12 is 1.7e16.
test("QR of Hilbert's matrix", () => {
  const { q, r } = qr(hilbert(12));
  expect(maxDifference(multiply(transpose(q), q), identity(12))).toBeLessThanOrEqual(1e-14);
  expect(maxDifference(multiply(q, r), hilbert(12))).toBeLessThanOrEqual(1e-15);
});

// Normal equations Aᵀ(Ax − b) = 0; the least-norm solution lies in the range of Aᵀ.
test.each([
  [20, 7, 7],
  [7, 20, 7],
  [20, 12, 5],
  [12, 20, 5],
  [6, 6, 6],
])("least squares %d×%d of rank %d: residual normal to the columns, x of least norm", (m, n, rank) => {
  const a = multiply(random(m, rank, "left"), random(rank, n, "right"));
  const b = random(m, 1, "b").data;
  const solution = leastSquares(a, b, { rtol: 1e-10 });
  expect(solution.rank).toBe(rank);
  const residual = multiplyVector(a, solution.x).map((y, i) => y - b[i]);
  expect(norm(residual)).toBeCloseTo(solution.residualNorm, 10);
  expect(maxAbs(multiplyTransposedVector(a, residual))).toBeLessThanOrEqual(1e-11);
  const back = leastSquares(transpose(a), solution.x, { rtol: 1e-10 });
  expect(back.residualNorm).toBeLessThanOrEqual(1e-12); // x ∈ range Aᵀ
});

test("least squares with A = 0 answers 0", () => {
  const { x, rank, residualNorm } = leastSquares(matrix(3, 2), Float64Array.of(3, 0, 4));
  expect([[...x], rank, residualNorm]).toEqual([[0, 0], 0, 5]);
});

test.each([
  [9, 9],
  [30, 12],
  [12, 30],
])("singular values of a %d×%d matrix: squares are the eigenvalues of the Gram matrix", (m, n) => {
  const a = random(m, n);
  const values = singularValues(a);
  const gram = symmetricEigenvalues(m < n ? multiplyTransposed(a, a) : multiplyTransposed(transpose(a), transpose(a)));
  expect(values).toHaveLength(Math.min(m, n));
  values.forEach((s, i) => {
    expect(s * s).toBeCloseTo(gram[i], 11);
  });
});

// The smallest singular value of Hilbert's matrix of order 10, 1.0931538193796657e-13 (mpmath, 60 digits): the Gram
// matrix knows nothing of it, Jacobi rotations give it to the accuracy of the data, ε‖A‖.
test("small singular values survive", () => {
  expect(Math.abs(singularValues(hilbert(10))[9] - 1.0931538193796657e-13)).toBeLessThan(2e-16);
  const scaled = singularValues(diagonal([1e-100, 1, 1e100]));
  expect([...scaled]).toEqual([1e100, 1, 1e-100]);
  expect([...singularValues(matrix(2, 3))]).toEqual([0, 0]);
  expect([...singularValues(matrix(1, 2, Float64Array.of(3, 4)))]).toEqual([5]);
});
