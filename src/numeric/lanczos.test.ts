import { expect, test } from "vitest";
import {
  createRng,
  diagonal,
  dot,
  identity,
  lanczos,
  matrix,
  matrixOperator,
  multiplyTransposed,
  multiplyVector,
  norm,
  row,
  symmetricEigenvalues,
} from "./index.ts";

const rng = createRng(33, "lanczos");

function gram(n: number) {
  const g = matrix(
    n,
    n,
    Float64Array.from({ length: n * n }, () => rng.normal()),
  );
  return multiplyTransposed(g, g);
}

test("extreme eigenvalues of a random matrix against the dense solver, residuals as stated", () => {
  const a = gram(120);
  const dense = symmetricEigenvalues(a);
  const top = lanczos(matrixOperator(a), { count: 5, rng });
  expect(top.converged).toBe(true);
  top.values.forEach((value, i) => {
    expect(value / dense[i]).toBeCloseTo(1, 12);
    const v = row(top.vectors, i);
    expect(norm(v)).toBeCloseTo(1, 13);
    const residual = norm(multiplyVector(a, v).map((y, j) => y - value * v[j]));
    expect(residual).toBeCloseTo(top.residuals[i], 10);
    expect(residual).toBeLessThanOrEqual(1e-10 * dense[0]);
    for (let j = 0; j < i; j++) expect(Math.abs(dot(v, row(top.vectors, j)))).toBeLessThan(1e-9);
  });
});

test("both ends, largest first", () => {
  const d = Array.from({ length: 90 }, (_, i) => Math.sin(i) * 5);
  const sorted = d.toSorted((x, y) => y - x);
  const { values } = lanczos(matrixOperator(diagonal(d)), { count: 2, which: "both", rng });
  expect([...values]).toEqual([sorted[0], sorted[1], sorted[88], sorted[89]].map((x) => expect.closeTo(x, 9)));
  const low = lanczos(matrixOperator(diagonal(d)), { count: 1, which: "smallest", rng });
  expect(low.values[0]).toBeCloseTo(sorted[89], 9);
});

// One Krylov space contains one vector of each eigenspace: without the search of the complement the copies are missed.
test.each([
  ["largest", [10, 10, 10, 9, 9, 8]],
  ["smallest", [-6, -7, -7, -7, -7, -7]],
] as const)("copies of multiple eigenvalues are found (%s)", (which, expected) => {
  const d = [10, 10, 10, 9, 9, 8, ...Array.from({ length: 150 }, (_, i) => 6 - i / 14), -6, -7, -7, -7, -7, -7];
  const { values, converged } = lanczos(matrixOperator(diagonal(d)), { count: 6, which, rng });
  expect([...values]).toEqual(expected.map((x) => expect.closeTo(x, 10)));
  expect(converged).toBe(true);
});

test("invariant subspaces: identity, zero, rank one, and fewer dimensions than asked", () => {
  expect([...lanczos(matrixOperator(identity(5)), { count: 3, rng }).values]).toEqual([1, 1, 1].map(near));
  expect([...lanczos(matrixOperator(matrix(4, 4)), { count: 9, rng }).values]).toEqual([0, 0, 0, 0]);
  const rankOne = lanczos(matrixOperator(diagonal([0, 0, 7, 0])), { count: 2, rng });
  expect([...rankOne.values]).toEqual([7, 0].map(near));
  expect([...lanczos(matrixOperator(diagonal([-2, 3])), { count: 4, which: "both", rng }).values]).toEqual(
    [3, -2].map(near),
  );
});

function near(x: number) {
  return expect.closeTo(x, 12);
}

test("too few steps are reported as not converged, with residuals that bound the error", () => {
  const d = Float64Array.from({ length: 400 }, (_, i) => 1 - (i / 400) ** 2);
  const result = lanczos(matrixOperator(diagonal(d)), { count: 1, maxSteps: 8, rng });
  expect(result.converged).toBe(false);
  const distance = Math.min(...d.map((x) => Math.abs(x - result.values[0])));
  expect(distance).toBeLessThanOrEqual(result.residuals[0]);
});

test("the same stream gives the same answer; a count below 1 is refused", () => {
  const a = matrixOperator(gram(30));
  const run = () => lanczos(a, { count: 2, rng: createRng(1, "again") }).values;
  expect(run()).toEqual(run());
  expect(() => lanczos(a, { count: 0, rng })).toThrow("lanczos: count must be an integer ≥ 1, got 0");
});

// A start that *is* an eigenvector, but no longer the first one, must not hide the one that has overtaken it.
test("warm starts: right near by, nothing hidden by a start at the former first eigenvector", () => {
  const n = 400;
  const d = Array.from({ length: n }, (_, i) => Math.sin(i) ** 2);
  const before = lanczos(matrixOperator(diagonal(d.with(7, 5))), { count: 1, rng, rtol: 1e-8 });
  const near = matrixOperator(diagonal(d.with(7, 5.01)));
  const warm = lanczos(near, { count: 1, rng, rtol: 1e-8, start: row(before.vectors, 0) });
  expect(warm.values[0]).toBeCloseTo(5.01, 12);
  const former = Float64Array.from({ length: n }, (_, i) => (i === 7 ? 1 : 0));
  const overtaken = lanczos(matrixOperator(diagonal(d.with(7, 5).with(300, 5.2))), { count: 1, rng, start: former });
  expect(overtaken.values[0]).toBeCloseTo(5.2, 10);
  expect(overtaken.converged).toBe(true);
  const dense = gram(300);
  const cold = lanczos(matrixOperator(dense), { count: 1, rng, rtol: 1e-8 });
  const again = lanczos(matrixOperator(dense), { count: 1, rng, rtol: 1e-8, start: row(cold.vectors, 0) });
  expect(again.values[0] / cold.values[0]).toBeCloseTo(1, 12);
});
