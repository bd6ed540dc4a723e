import { expect, test } from "vitest";
import { createRng, matrix, multiplyTransposed, transpose } from "../numeric/index.ts";
import { batchLaw } from "../sampling/index.ts";
import { denseLambda, denseStableStepSizes, prepareDense } from "./dense-problem.ts";
import { lambda } from "./lambda.ts";
import { prepare } from "./prepared-problem.ts";

const scalar = (...values: number[]) => values.map((value) => matrix(1, 1, Float64Array.of(value)));

// In dimension 1, λ(η) = Σ p_i log|1 − ηh_i| also for h_i < 0: ℓ₁ = 3x²/2, ℓ₂ = −x²/2 has mean h = 1, so GD is stable
// below 2, and SGD where |1 − 3η|(1 + η) < 1; (3η − 1)(1 + η) = 1 at η = (√7 − 1)/3.
test("an indefinite sample in dimension 1", () => {
  const problem = prepareDense({
    hessians: scalar(3, -1),
    law: batchLaw({ size: 1, sampleCount: 2 }),
    rng: createRng(0),
  });
  const found = denseLambda(problem, 0.2);
  expect(found.value).toBeCloseTo((Math.log(0.4) + Math.log(1.2)) / 2, 14);
  expect(found).toMatchObject({ method: "rank-one", verdict: "stable", upperBound: null });
  const sets = denseStableStepSizes(problem, { count: 20 });
  expect(sets.complete).toBe(true);
  expect(sets.sgd).toHaveLength(1);
  expect(sets.sgd[0][0]).toBe(0);
  expect(sets.sgd[0][1]).toBeCloseTo((Math.sqrt(7) - 1) / 3, 13);
  expect(sets.gd).toEqual([[0, 2]]);
});

// With a negative mean SGD can still be stable on an island: h = 2, −3: |1 − 2η|(1 + 3η) < 1 around η = ½ only.
test("a saddle of the mean may have an island, which does not begin at 0", () => {
  const problem = prepareDense({
    hessians: scalar(2, -3),
    law: batchLaw({ size: 1, sampleCount: 2 }),
    rng: createRng(0),
  });
  const sets = denseStableStepSizes(problem, { count: 50 });
  expect(sets.gd).toEqual([]);
  expect(sets.meanSquare).toEqual([]);
  expect(sets.sgd).toHaveLength(1);
  // (1 − 2η)(1 + 3η) = 1 → η = 1/6; (2η − 1)(1 + 3η) = 1 → η = (1 + √49)/12.
  expect(sets.sgd[0][0]).toBeCloseTo(1 / 6, 13);
  expect(sets.sgd[0][1]).toBeCloseTo(8 / 12, 13);
});

// Where the Hessians are semidefinite both roads must give the same numbers.
test("agrees with the factor cocycle on semidefinite samples", () => {
  const rng = createRng(1, "dense");
  const factor = matrix(
    5,
    3,
    Float64Array.from({ length: 15 }, () => rng.normal()),
  );
  const hessians = Array.from({ length: 5 }, (_, i) => {
    const own = transpose(matrix(1, 3, factor.data.slice(3 * i, 3 * i + 3)));
    return multiplyTransposed(own, own);
  });
  for (const law of [
    batchLaw({ size: 2, sampleCount: 5 }),
    batchLaw({ law: "without-replacement", size: 5, sampleCount: 5 }),
    batchLaw({ law: "cyclic", size: 2, sampleCount: 5 }),
  ]) {
    const byFactor = prepare({ factor, law, rng: createRng(0) });
    const dense = prepareDense({ hessians, law, rng: createRng(0) });
    const options = { steps: 20_000, signSteps: 0, certify: false } as const;
    const [a, b] = [lambda(byFactor, 0.1, options), denseLambda(dense, 0.1, options)];
    expect(b.lowerBound).toBeCloseTo(a.lowerBound!, 10);
    expect(Math.abs(b.value! - a.value!)).toBeLessThan(3e-3);
    dense.eigenvalues.forEach((value, i) => {
      expect(value).toBeCloseTo(byFactor.eigenvalues[i], 12);
    });
  }
});

test("directions that no sample sees are dropped; a scanned set starts where stability is shown", () => {
  const hessians = [
    matrix(3, 3, Float64Array.of(1, 0.5, 0, 0.5, 1, 0, 0, 0, 0)),
    matrix(3, 3, Float64Array.of(2, -0.3, 0, -0.3, -0.1, 0, 0, 0, 0)),
  ];
  const problem = prepareDense({ hessians, law: batchLaw({ size: 1, sampleCount: 2 }), rng: createRng(0) });
  expect(problem.eigenvalues).toHaveLength(2);
  const sets = denseStableStepSizes(problem, { count: 60, steps: 20_000 });
  expect(sets.complete).toBe(false);
  expect(sets.meanSquare![0][1]).toBeLessThanOrEqual(sets.sgd[0][1]);
  expect(sets.sgd[0][0]).toBe(0);
});

test("flat samples move nothing; one Hessian a sample", () => {
  const law = batchLaw({ size: 1, sampleCount: 2 });
  expect(denseLambda(prepareDense({ hessians: scalar(0, 0), law, rng: createRng(0) }), 1).verdict).toBe(
    "not-applicable",
  );
  expect(() => prepareDense({ hessians: scalar(1), law, rng: createRng(0) })).toThrow("2 samples, got 1");
});
