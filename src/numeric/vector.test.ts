import { expect, test } from "vitest";
import { axpy, createRng, dot, maxAbs, norm, scale } from "./index.ts";

test("dot product of every length against the plain sum of integers", () => {
  for (let n = 0; n < 12; n++) {
    const x = Float64Array.from({ length: n }, (_, i) => i + 1);
    expect(dot(x, x)).toBe((n * (n + 1) * (2 * n + 1)) / 6); // 1² + … + n²
  }
});

// ‖λx‖ = |λ|‖x‖ for every power of two λ that keeps the entries normal, where λ² overflows or underflows too.
test("the norm neither overflows nor underflows", () => {
  for (const e of [-1060, -1000, -600, -470, 0, 470, 600, 1020]) {
    expect(norm(Float64Array.of(3 * 2 ** e, -4 * 2 ** e)) / 2 ** e).toBe(5);
  }
  expect(norm(Float64Array.of(5e-324, 0))).toBe(5e-324);
  expect([norm(new Float64Array(0)), norm(new Float64Array(3))]).toEqual([0, 0]);
  expect(norm(Float64Array.of(1, Number.NEGATIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
  expect(norm(Float64Array.of(1e200, Number.NaN, 1))).toBeNaN();
  expect(norm(Float64Array.of(Number.NaN))).toBeNaN();
});

test("scale, axpy and maxAbs work in place", () => {
  const x = Float64Array.of(1, -2, 3);
  const y = Float64Array.of(10, 10, 10);
  axpy(2, x, y);
  expect([...y]).toEqual([12, 6, 16]);
  scale(-1, x);
  expect([...x]).toEqual([-1, 2, -3]);
  expect(maxAbs(x)).toBe(3);
  expect(maxAbs(Float64Array.of(1, Number.NaN, 2))).toBeNaN();
});

// Cauchy–Schwarz with equality for parallel vectors; ⟨x, y⟩ is bilinear.
test("random vectors obey Cauchy–Schwarz", () => {
  const rng = createRng(4, "vector");
  for (let n = 1; n < 40; n++) {
    const x = Float64Array.from({ length: n }, () => rng.normal());
    const y = Float64Array.from({ length: n }, () => rng.normal());
    expect(Math.abs(dot(x, y))).toBeLessThanOrEqual(norm(x) * norm(y) * (1 + 1e-15));
    expect(norm(x) ** 2).toBeCloseTo(dot(x, x), 12);
  }
});
