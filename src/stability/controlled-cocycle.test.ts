// For any h the mean of g + Ph − h over stationary directions is λ (Poisson's equation as a control). Known exponents:
// random Fibonacci (Viswanath 2000: ln 1.13198824…), Pollicott's pair of positive matrices, random rotations, and in
// dimension 3 triangular factors, whose exponents are those of their diagonal, and products of the same factor.
import { describe, expect, test } from "vitest";
import { createRng, studentHalfWidth } from "../numeric/index.ts";
import { cocycle } from "./cocycle.ts";
import { controlledCocycle } from "./controlled-cocycle.ts";
import { estimateExponent } from "./exponent.ts";
import { projectiveGrid } from "./projective-grid.ts";

const half = (entries: readonly number[]) => ({ entries, probability: 0.5 });
/** I − η φφᵀ */
const contraction = (stepSize: number, phi: readonly number[]) =>
  half(phi.flatMap((x, i) => phi.map((y, j) => (i === j ? 1 : 0) - stepSize * x * y)));

function estimate(factors: Parameters<typeof controlledCocycle>[0], dimension: number, seed = 1, steps = 20_000) {
  return estimateExponent(controlledCocycle(factors, dimension), {
    ...{ rng: createRng(seed, "controlled"), steps, signSteps: 0, burnIn: 200 },
  });
}

describe("known exponents, with a thousandth of the noise", () => {
  test.each([
    ["random Fibonacci", [half([0, 1, 1, 1]), half([0, 1, 1, -1])], Math.log(1.1319882487943)],
    ["Pollicott's pair", [half([2, 1, 1, 1]), half([3, 1, 2, 1])], 1.1433110351029492],
    ["G2 at η = 0.2", [contraction(0.2, [1, 0]), contraction(0.2, [1, 1])], -0.039184466],
  ])("%s", (_, factors, expected) => {
    const { value, standardError } = estimate(factors, 2);
    expect(standardError).toBeLessThan(1e-5);
    expect(Math.abs(value - expected)).toBeLessThan(4 * standardError + 1e-9);
  });

  // Triangular factors: the largest mean of log of a diagonal entry. Rotated, so that no axis is special.
  test("triangular factors in space", () => {
    const turn = (a: readonly number[]) => {
      const q = [0.36, 0.48, -0.8, -0.8, 0.6, 0, 0.48, 0.64, 0.6];
      const product = (x: readonly number[], y: readonly number[]) =>
        x.map((_, e) => [0, 1, 2].reduce((s, k) => s + x[3 * Math.floor(e / 3) + k]! * y[3 * k + (e % 3)]!, 0));
      const transposed = q.map((_, e) => q[3 * (e % 3) + Math.floor(e / 3)]!);
      return product(product(q, a), transposed);
    };
    const factors = [
      half(turn([0.5, 0.3, -0.2, 0, 1.5, 0.7, 0, 0, 0.9])),
      half(turn([2, -0.4, 0.1, 0, 0.8, 0.2, 0, 0, 0.7])),
    ];
    const { value, standardError } = estimate(factors, 3, 2, 40_000); // invariant subspaces: little is gained here
    expect(standardError).toBeLessThan(4e-3);
    expect(Math.abs(value - Math.log(1.5 * 0.8) / 2)).toBeLessThan(4 * standardError);
  });
});

// THEORY §6, G2 beyond the first edge: factors that nearly annihilate, where no smooth solution exists. NumPy: 2e8 plain
// steps give −0.10816 ± 0.00003, and the control on grids of 2048 nodes −0.108120 under interpolation of any order.
test("G2 at η = 1.2: an interval narrower than 1e-5", () => {
  const { value, standardError } = estimate([contraction(1.2, [1, 0]), contraction(1.2, [1, 1])], 2, 3, 100_000);
  expect(standardError).toBeLessThan(3e-6);
  expect(Math.abs(value + 0.10812)).toBeLessThan(1e-5);
});

// SGD in three dimensions: the same exponent as plain products of the same factors, with a hundredth of their error.
test.each([0.1, 0.8])("four samples in space at η = %d", (stepSize) => {
  const rng = createRng(4, "space");
  const factors = Array.from({ length: 4 }, () => {
    const phi = [rng.normal(), rng.normal(), rng.normal()];
    return { ...contraction(stepSize, phi), probability: 0.25 };
  });
  const plain = cocycle({
    dimension: 3,
    factors: (own) => (frame, count) => {
      const { entries } = factors[own.integer(4)]!;
      for (let row = 0; row < count; row++) {
        const x = frame.subarray(3 * row, 3 * row + 3);
        x.set(
          [0, 1, 2].map((i) => entries[3 * i]! * x[0]! + entries[3 * i + 1]! * x[1]! + entries[3 * i + 2]! * x[2]!),
        );
      }
    },
  });
  const slow = estimateExponent(plain, { rng: createRng(5, "plain"), steps: 100_000, signSteps: 0, burnIn: 200 });
  const { value, standardError } = estimate(factors, 3);
  expect(standardError).toBeLessThan(slow.standardError / 20);
  expect(Math.abs(value - slow.value)).toBeLessThan(4 * slow.standardError);
});

// Coverage on a grid so coarse that its error is all noise: 300 seeds, 95 % nominal (binomial: 92–98 % in all but 1e-2).
test("the 95 % interval covers", () => {
  const cocycle = controlledCocycle([half([0, 1, 1, 1]), half([0, 1, 1, -1])], 2, { nodes: 8 });
  const truth = Math.log(1.1319882487943);
  let covered = 0;
  for (let seed = 0; seed < 300; seed++) {
    const found = estimateExponent(cocycle, {
      ...{ rng: createRng(seed, "coverage"), steps: 4000, signSteps: 0, tolerance: 1, burnIn: 50 },
    });
    const width = studentHalfWidth(found.standardError, found.degreesOfFreedom, 0.95);
    if (Math.abs(found.value - truth) <= width) covered++;
  }
  expect(covered / 300).toBeGreaterThan(0.92);
  expect(covered / 300).toBeLessThan(0.985);
});

test("a cocycle with exponent 0 gets no sign: diag(σ, 1/σ) with a quarter turn", () => {
  const factors = [half([3, 0, 0, 1 / 3]), half([0, -1, 1, 0])];
  const { signInterval } = estimate(factors, 2, 5, 100_000);
  expect(signInterval[0]).toBeLessThan(0);
  expect(signInterval[1]).toBeGreaterThan(0);
});

test("what annihilates everything is superstable", () => {
  expect(estimate([half([1, 0, 0, 0]), half([0, 0, 0, 1])], 2).superstable).toBe(true);
});

test("interpolation on the grid is exact at nodes and for linear functions of a face", () => {
  for (const r of [2, 3]) {
    const grid = projectiveGrid(r, 9);
    const x = new Float64Array(r);
    const [nodes, weights] = [new Int32Array(4), new Float64Array(4)];
    for (let i = 0; i < grid.nodes; i++) {
      grid.direction(i, x);
      grid.locate(
        x.map((v) => -3 * v),
        nodes,
        weights,
        0,
      ); // x and −x are the same direction
      let sum = 0;
      const y = new Float64Array(r);
      for (let c = 0; c < grid.corners; c++) {
        grid.direction(nodes[c]!, y);
        sum += weights[c]!;
        if (weights[c]! > 1e-9)
          expect(Math.abs(y[0]! / Math.hypot(...y))).toBeCloseTo(Math.abs(x[0]! / Math.hypot(...x)), 12);
      }
      expect(sum).toBeCloseTo(1, 14);
    }
  }
});
