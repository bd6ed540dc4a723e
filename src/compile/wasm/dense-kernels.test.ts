import { afterEach, describe, expect, test } from "vitest";
import {
  cholesky,
  createRng,
  householderQr,
  installDenseKernels,
  type Matrix,
  matrix,
  multiply,
  multiplyTransposed,
  pivotedCholesky,
  qr,
  symmetricEigen,
  symmetricEigenvalues,
} from "../../numeric/index.ts";
import { wasmDenseKernels } from "./dense-kernels.ts";

const kernels = wasmDenseKernels();
afterEach(() => installDenseKernels(null));

function random(rows: number, cols: number, seed = 1): Matrix {
  const rng = createRng(seed, "wasm-dense-kernels");
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => rng.normal()),
  );
}

/** Once by the plain loops, once by the kernels. */
function both<T>(compute: () => T): [T, T] {
  installDenseKernels(null);
  const plain = compute();
  installDenseKernels(kernels);
  return [plain, compute()];
}

// IEEE 754 fixes each operation, so equal order of operations is equal bits: `toEqual` on arrays tells 0 from −0.
describe("the plain loops, bit for bit", () => {
  test.each([
    [4, 300, 60],
    [33, 31, 35],
    [61, 257, 40],
    [130, 513, 127],
    [64, 64, 64],
  ])("products, %d × %d × %d", (rows, inner, columns) => {
    const a = random(rows, inner);
    const b = random(columns, inner, 2);
    expect(kernels.multiplyTransposed(a, b, new Float64Array(a.rows * b.rows))).toBe(true);
    const [plain, wasm] = both(() => [multiplyTransposed(a, b), multiplyTransposed(a, a)]);
    expect(wasm).toEqual(plain);
    const [p, w] = both(() => multiply(random(inner, rows, 3), b.rows === rows ? b : random(rows, columns, 4)));
    expect(w).toEqual(p);
  });

  test.each([32, 33, 34, 35, 61, 100, 150])("symmetric eigenproblems, n = %d", (n) => {
    const a = random(n, n);
    const [plain, wasm] = both(() => ({ full: symmetricEigen(a), values: symmetricEigenvalues(a) }));
    expect(wasm).toEqual(plain);
  });

  // Rank one: nearly every Householder vector is zero and sweeps end early.
  test("an eigenproblem that deflates", () => {
    const a = multiplyTransposed(random(70, 1), random(70, 1));
    const [plain, wasm] = both(() => symmetricEigen(a));
    expect(wasm).toEqual(plain);
  });

  test.each([49, 97, 200])("Cholesky factors, n = %d", (n) => {
    const x = random(n, n + 5);
    const a = multiplyTransposed(x, x);
    const [plain, wasm] = both(() => cholesky(a));
    expect(plain).not.toBeNull();
    expect(wasm).toEqual(plain);
  });

  test.each([
    [40, 30],
    [61, 61],
    [50, 83],
    [129, 64],
  ])("QR with and without pivoting, %d × %d", (rows, cols) => {
    const a = random(rows, cols);
    const [plain, wasm] = both(() => ({ thin: qr(a), pivoted: householderQr(a, { pivoting: true }) }));
    expect(wasm).toEqual(plain);
  });

  test.each([
    [60, 60],
    [71, 23],
    [150, 41],
  ])("pivoted Cholesky, size %d and rank %d", (n, rank) => {
    const x = random(n, rank);
    const a = multiplyTransposed(x, x);
    const [plain, wasm] = both(() => pivotedCholesky(a));
    expect(plain.rank).toBe(rank);
    expect(wasm).toEqual(plain);
  });

  test("infinities and NaN stay in their rows and columns", () => {
    const a = random(40, 50);
    a.data[7 * 50 + 3] = Number.POSITIVE_INFINITY;
    a.data[20 * 50 + 49] = Number.NaN;
    const b = random(44, 50, 5);
    const [plain, wasm] = both(() => multiplyTransposed(a, b));
    expect(wasm).toEqual(plain);
  });
});

// The residual and orthogonality, whatever the order of sums (Golub, Van Loan, §8.3).
test("‖Av − λv‖ and |⟨v_i, v_j⟩ − δ_ij| are of the size of rounding", () => {
  installDenseKernels(kernels);
  const n = 128;
  const x = random(n, n);
  const a = matrix(
    n,
    n,
    x.data.map((value, at) => value + x.data[(at % n) * n + Math.floor(at / n)]!),
  );
  const { values, vectors } = symmetricEigen(a);
  const image = multiplyTransposed(vectors, a);
  image.data.forEach((value, at) => {
    expect(Math.abs(value - values[Math.floor(at / n)]! * vectors.data[at]!)).toBeLessThan(1e-15 * n * values[0]!);
  });
  multiplyTransposed(vectors, vectors).data.forEach((value, at) => {
    expect(Math.abs(value - (at % n === Math.floor(at / n) ? 1 : 0))).toBeLessThan(1e-15 * n);
  });
});
