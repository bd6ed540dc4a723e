import { expect, test } from "vitest";
import { createRng, diagonal, lu, matrix, maxAbs, multiplyTransposed, multiplyVector } from "../numeric/index.ts";
import { conjugateGradients } from "./conjugate-gradients.ts";

const rng = createRng(43, "cg");
const n = 20;
const g = matrix(
  n,
  n,
  Float64Array.from({ length: n * n }, () => rng.normal()),
);
const a = multiplyTransposed(g, g);
const b = Float64Array.from({ length: n }, () => rng.normal());
const copy = (x: Float64Array, out: Float64Array) => out.set(x);

test("solves what LU solves, with a preconditioner too", () => {
  const exact = lu(a).solve(b);
  const jacobi = (x: Float64Array, out: Float64Array) => out.set(x.map((t, i) => t / a.data[i * n + i]));
  for (const precondition of [copy, jacobi]) {
    const x = new Float64Array(n);
    const apply = (v: Float64Array, out: Float64Array) => void multiplyVector(a, v, out);
    expect(conjugateGradients(apply, precondition, b, x, { rtol: 1e-12, maxSteps: 200 })).toBe(true);
    expect(maxAbs(x.map((t, i) => t - exact[i]))).toBeLessThanOrEqual(1e-8 * maxAbs(exact));
  }
});

// With the exact inverse as preconditioner one step is enough.
test("one step with a perfect preconditioner", () => {
  const solver = lu(a);
  let applications = 0;
  const apply = (v: Float64Array, out: Float64Array) => {
    applications++;
    multiplyVector(a, v, out);
  };
  const x = new Float64Array(n);
  conjugateGradients(apply, (v, out) => out.set(solver.solve(v)), b, x, { rtol: 1e-8, maxSteps: 50 });
  expect(applications).toBe(1);
});

test("negative curvature is noticed; zero is solved at once", () => {
  const saddle = diagonal([1, 2, -1]);
  const apply = (v: Float64Array, out: Float64Array) => void multiplyVector(saddle, v, out);
  expect(
    conjugateGradients(apply, copy, Float64Array.of(1, 1, 1), new Float64Array(3), { rtol: 1e-9, maxSteps: 9 }),
  ).toBe(false);
  const x = new Float64Array(3);
  expect(conjugateGradients(apply, copy, new Float64Array(3), x, { rtol: 1e-9, maxSteps: 9 })).toBe(true);
  expect([...x]).toEqual([0, 0, 0]);
});
