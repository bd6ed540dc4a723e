import { describe, expect, test } from "vitest";
import { createRng, matrix } from "../numeric/index.ts";
import { batchLaw } from "../sampling/index.ts";
import { exactExponent } from "./exact-exponent.ts";
import { lambda } from "./lambda.ts";
import { prepare } from "./prepared-problem.ts";
import { stableStepSizes } from "./stable-step-sizes.ts";
import { stepSizeGrid } from "./step-size-grid.ts";

const gaussian = (rows: number, cols: number, seed: number) => {
  const rng = createRng(seed, "stable sets");
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => rng.normal()),
  );
};

// THEORY §6, balanced minimum s = 2, p = ½: GD below .28328611898017; SGD on (0, .19769233188957) ∪ (.49959161872772,
// .69728395061728); mean square below .17775047458873.
test("the two-weight network: complete sets, island included", () => {
  const factor = matrix(2, 1, Float64Array.of(Math.sqrt(1.62), Math.sqrt(12.5)));
  const sets = stableStepSizes(prepare({ factor, law: batchLaw({ size: 1, sampleCount: 2 }), rng: createRng(0) }));
  expect(sets.gd[0][1]).toBeCloseTo(0.28328611898017, 13);
  expect(sets.meanSquare![0][1]).toBeCloseTo(0.17775047458873, 13);
  expect(sets.sgd.flat()[1]).toBeCloseTo(0.19769233188957, 13);
  expect(sets.sgd.flat()[2]).toBeCloseTo(0.49959161872772, 13);
  expect(sets.sgd.flat()[3]).toBeCloseTo(0.69728395061728, 13);
  expect(sets.sgdError).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(sets).toMatchObject({ complete: true, warnings: [] });
  expect(sets.scanned[1]).toBeCloseTo(8 * 0.28328611898017, 12);
});

// The complete set does not depend on what was scanned.
test("a closed form is complete whatever the range", () => {
  const factor = matrix(2, 1, Float64Array.of(Math.sqrt(1.62), Math.sqrt(12.5)));
  const prepared = prepare({ factor, law: batchLaw({ size: 1, sampleCount: 2 }), rng: createRng(0) });
  const sets = stableStepSizes(prepared, { range: [0.01, 0.1], count: 10 });
  expect(sets.sgd).toHaveLength(2);
  expect(sets.scanned).toEqual([0.01, 0.1]);
  expect(sets.curve.map(({ stepSize }) => stepSize)).toContain(0.01);
});

describe("scanned sets", () => {
  // A block of rank 2 and an orthogonal sample: rank 3 in two blocks, no closed form for the whole.
  test("every edge is where λ changes sign, within its half-width", () => {
    for (const seed of [1, 2]) {
      const prepared = prepare({
        factor: gaussian(5, 3, seed),
        law: batchLaw({ size: 2, sampleCount: 5 }),
        rng: createRng(0),
      });
      const sets = stableStepSizes(prepared, { count: 60, steps: 20_000 });
      expect(sets.complete).toBe(false);
      expect(sets.warnings[0]).toContain("may hide between them");
      expect(sets.sgd[0][0]).toBe(0);
      expect(sets.sgd[0][1]).toBeGreaterThanOrEqual(sets.meanSquare![0][1] * (1 - 1e-9));
      const [edge, error] = [sets.sgd[0][1], sets.sgdError[0][1]];
      const fresh = prepare({
        factor: gaussian(5, 3, seed),
        law: batchLaw({ size: 2, sampleCount: 5 }),
        rng: createRng(99),
      });
      const at = (stepSize: number) => lambda(fresh, stepSize, { steps: 40_000, signSteps: 0, certify: false });
      expect(at(edge - 3 * error).confidence95![0]).toBeLessThan(0);
      expect(at(edge + 3 * error).confidence95![1]).toBeGreaterThan(0);
      expect(error).toBeLessThan(0.2 * edge);
    }
  });

  // The two-weight network's curvatures 1.62 and 12.5 along almost the same direction (2 outputs, turned by 0.02) and a
  // well-contracted second one: the factors do not commute, yet the island must still be there, near [0.50, 0.70]. No
  // bisection from the left would see it.
  test("an island beyond the first edge is found", () => {
    const [c, s] = [Math.cos(0.02), Math.sin(0.02)];
    const [a, b] = [Math.sqrt(12.5), Math.sqrt(1.7)];
    const factor = matrix(4, 2, Float64Array.of(Math.sqrt(1.62), 0, 0, Math.sqrt(1.5), a * c, a * s, -b * s, b * c));
    const law = batchLaw({ size: 1, sampleCount: 2 });
    const sets = stableStepSizes(prepare({ factor, outputs: 2, law, rng: createRng(0) }), {
      count: 100,
      steps: 20_000,
    });
    expect(sets.sgd).toHaveLength(2);
    const [[, first], [lo, hi]] = sets.sgd;
    expect(Math.abs(first - 0.198)).toBeLessThan(0.02);
    expect(Math.abs(lo - 0.4996)).toBeLessThan(0.02);
    expect(Math.abs(hi - 0.6973)).toBeLessThan(0.02);
  });

  test("deterministic products have sharp edges, and their mean square is the same set", () => {
    const law = batchLaw({ law: "cyclic", size: 2, sampleCount: 6 });
    const prepared = prepare({ factor: gaussian(6, 3, 4), law, rng: createRng(0) });
    const sets = stableStepSizes(prepared, { count: 200 });
    expect(sets.meanSquare).toEqual(sets.sgd);
    expect(sets.sgd[0][0]).toBe(0);
    for (const [lo, hi] of sets.sgd) {
      const value = (stepSize: number) => exactExponent(prepared.blocks[0], law, stepSize)!.value;
      if (lo > 0) expect(value(lo * (1 - 1e-8)) > 0 && value(lo * (1 + 1e-8)) < 0).toBe(true);
      expect(value(hi * (1 - 1e-8)) < 0 && value(hi * (1 + 1e-8)) > 0).toBe(true);
    }
    expect(sets.sgdError.flat().every((error) => error === 0)).toBe(true);
  });
});

test("the whole data as batch: the set of GD, complete", () => {
  const law = batchLaw({ law: "without-replacement", size: 5, sampleCount: 5 });
  const sets = stableStepSizes(prepare({ factor: gaussian(5, 3, 5), law, rng: createRng(0) }));
  expect(sets.sgd).toEqual(sets.gd);
  expect(sets.meanSquare![0][1]).toBeCloseTo(sets.gd[0][1], 12);
  expect(sets.complete).toBe(true);
});

test("gd is the set of the user's rule", () => {
  const law = batchLaw({ law: "without-replacement", size: 5, sampleCount: 5 });
  const prepared = prepare({ factor: gaussian(5, 3, 5), law, rng: createRng(0) });
  const [[, end]] = stableStepSizes(prepared, { rule: { type: "momentum", momentum: 0.9 }, count: 10 }).gd;
  expect(end).toBeCloseTo(3.8 / prepared.eigenvalues[0], 12);
});

test("the curve carries μ, λ with its interval, and both bounds", () => {
  const prepared = prepare({
    factor: gaussian(5, 3, 1),
    law: batchLaw({ size: 2, sampleCount: 5 }),
    rng: createRng(0),
  });
  const { curve } = stableStepSizes(prepared, { count: 40, steps: 20_000 });
  for (const point of curve) {
    expect(point.confidence95[0]).toBeLessThanOrEqual(point.value);
    if (point.lowerBound !== null) expect(point.lowerBound).toBeLessThanOrEqual(point.confidence95[1] + 0.02);
    if (point.upperBound !== null) expect(point.upperBound).toBeGreaterThanOrEqual(point.confidence95[0] - 1e-9);
  }
  expect(new Set(curve.map(({ by }) => by))).toContain("contraction");
  expect(new Set(curve.map(({ by }) => by))).toContain("log-det");
});

test("grid: logarithmic below 0.01 of the scale, even above, ends included", () => {
  const { points, resolution } = stepSizeGrid([0, 8], { count: 100, scale: 1, smallest: 1e-4 });
  expect(points[0]).toBeCloseTo(1e-4, 15);
  expect(points[19]).toBeCloseTo(0.01, 12);
  expect(points[points.length - 1]).toBe(8);
  expect(points.length).toBe(100);
  expect(resolution).toBeCloseTo(7.99 / 80, 12);
  for (let i = 1; i < points.length; i++) expect(points[i]).toBeGreaterThan(points[i - 1]);
});
