import { expect, test } from "vitest";
import { createRng, diagonal, matrixOperator } from "../numeric/index.ts";
import { eigenvalueCount, smoothedDensity, spectralQuadrature, spectralSum } from "./index.ts";

// 300 eigenvalues: a bulk on [0, 1] with the arcsine density, ten at 4, two at −1.
const eigenvalues = Array.from({ length: 300 }, (_, i) => {
  return i < 10 ? 4 : i < 12 ? -1 : 0.5 - 0.5 * Math.cos(((i - 11.5) * Math.PI) / 288);
});
const op = matrixOperator(diagonal(eigenvalues));
const quadrature = spectralQuadrature(op, { probes: 20, steps: 60, rng: createRng(60) });

function sumOf(f: (x: number) => number): number {
  return eigenvalues.reduce((sum, x) => sum + f(x), 0);
}

test("weights are positive and sum to 1, nodes lie within the spectrum, largest first", () => {
  for (const { nodes, weights } of quadrature.probes) {
    expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
    expect(nodes[0]).toBeCloseTo(4, 10);
    expect(nodes[nodes.length - 1]).toBeCloseTo(-1, 10);
    expect(nodes).toEqual(nodes.toSorted().reverse());
  }
});

// The Gauss rule of k nodes integrates polynomials of degree 2k − 1 exactly: with k = n nodes and one probe v, Σ w f(node)
// = ⟨v, f(A)v⟩ for every f; with few nodes for low powers. Three nodes and thirty must agree on λ⁵.
test("low moments do not depend on the number of steps", () => {
  const few = spectralQuadrature(op, { probes: 4, steps: 3, rng: createRng(61) });
  const many = spectralQuadrature(op, { probes: 4, steps: 30, rng: createRng(61) });
  for (const power of [0, 1, 2, 3, 4, 5]) {
    const a = spectralSum(few, (x) => x ** power).value;
    const b = spectralSum(many, (x) => x ** power).value;
    expect(a / b).toBeCloseTo(1, 11);
  }
  expect(spectralSum(few, (x) => x ** 6).value / spectralSum(many, (x) => x ** 6).value).not.toBeCloseTo(1, 6);
});

test.each([
  ["trace", (x: number) => x],
  ["trace of the exponential", Math.exp],
  ["trace of the square", (x: number) => x * x],
] as const)("%s within five standard errors", (_name, f) => {
  const { value, standardError } = spectralSum(quadrature, f);
  expect(standardError).toBeGreaterThan(0);
  expect(Math.abs(value - sumOf(f))).toBeLessThanOrEqual(5 * standardError);
});

test("counts of separated groups", () => {
  for (const [low, high, count] of [
    [3, 5, 10],
    [-2, -0.5, 2],
    [-0.1, 1.1, 288],
  ]) {
    const { value, standardError } = eigenvalueCount(quadrature, low, high);
    expect(Math.abs(value - count)).toBeLessThanOrEqual(5 * standardError);
  }
});

test("the density has mass 1 and is that of the eigenvalues, smoothed", () => {
  const width = 0.1;
  const step = 0.02;
  const points = Float64Array.from({ length: 350 }, (_, i) => -2 + i * step);
  const { density, standardError } = smoothedDensity(quadrature, points, width);
  expect(density.reduce((a, b) => a + b, 0) * step).toBeCloseTo(1, 6);
  points.forEach((x, i) => {
    const truth = sumOf((y) => Math.exp(-0.5 * ((x - y) / width) ** 2)) / (300 * width * Math.sqrt(2 * Math.PI));
    expect(Math.abs(density[i] - truth)).toBeLessThanOrEqual(6 * standardError[i] + 1e-3);
  });
  expect(() => smoothedDensity(quadrature, points, 0)).toThrow(/width must be > 0/);
});

test("a space smaller than the steps is exhausted exactly", () => {
  const small = spectralQuadrature(matrixOperator(diagonal([2, 2, 5])), { probes: 3, steps: 50, rng: createRng(62) });
  for (const { nodes, weights } of small.probes) {
    nodes.forEach((node, j) => {
      if (weights[j] > 1e-12) expect(Math.min(Math.abs(node - 2), Math.abs(node - 5))).toBeLessThan(1e-12);
    });
  }
});
