import { expect, test } from "vitest";
import { createRng, matrix, multiply, qr } from "../numeric/index.ts";
import { batchLaw } from "../sampling/index.ts";
import { commonEigenvalues, poleSumExponent, poleSums } from "./commuting.ts";

// H_i = Q diag(κ_i) Qᵀ commute by construction; their factors are diag(√κ_i) Qᵀ times any rotation from the left.
test("common eigenvalues of commuting samples, whatever the basis", () => {
  const rng = createRng(1);
  const random = () =>
    matrix(
      3,
      3,
      Float64Array.from({ length: 9 }, () => rng.normal()),
    );
  const basis = qr(random()).q;
  const kappa = [
    [1, 2, 0],
    [3, 0.5, 1],
    [0.1, 0.2, 4],
    [2, 2, 2],
  ];
  const factor = matrix(12, 3);
  kappa.forEach((own, i) => {
    const root = matrix(3, 3);
    for (let a = 0; a < 3; a++)
      for (let j = 0; j < 3; j++) root.data[a * 3 + j] = Math.sqrt(own[a]) * basis.data[j * 3 + a];
    factor.data.set(multiply(qr(random()).q, root).data, i * 9);
  });
  const found = commonEigenvalues({ factor, outputs: 3 })!;
  const columns = (rows: readonly (readonly number[])[]) =>
    [0, 1, 2].map((a) => rows.map((row) => row[a].toFixed(10).replace("-0.", "0.")).join()).sort();
  expect(columns(kappa.map((_, i) => [...found.data.subarray(3 * i, 3 * i + 3)]))).toEqual(columns(kappa));
  factor.data[5] += 1e-6;
  expect(commonEigenvalues({ factor, outputs: 3 })).toBeNull();
});

// THEORY §6: λ = p log|1 − 0.81ηs| + (1−p) log|1 − 6.25ηs| in dimension 1.
test.each([
  [0.15, 0.5, 2, -0.20596170908461],
  [0.3, 0.58, 4, -1.2876625316294],
])("λ of the two-weight network, η = %d, p = %d, s = %d", (stepSize, p, s, expected) => {
  const factor = matrix(2, 1, Float64Array.of(Math.sqrt(0.81 * s), Math.sqrt(6.25 * s)));
  const kappa = commonEigenvalues({ factor, outputs: 1 })!;
  const law = batchLaw({ size: 1, sampleCount: 2, weights: [p, 1 - p] });
  const [sum] = poleSums(kappa, law.distinctBatches()!);
  expect(Math.abs(poleSumExponent(sum, stepSize).value - expected)).toBeLessThan(5e-11);
});

test("on a pole the exponent is −∞, beside it finite with an honest error", () => {
  const sum = { values: Float64Array.of(1, 2), probabilities: Float64Array.of(0.5, 0.5) };
  expect(poleSumExponent(sum, 0.5).value).toBe(Number.NEGATIVE_INFINITY);
  const near = poleSumExponent(sum, 0.5 * (1 + 1e-12));
  expect(near.value).toBeCloseTo((Math.log(0.5) + Math.log(1e-12)) / 2, 3);
  expect(near.error).toBeGreaterThan(1e-4);
  expect(near.error).toBeLessThan(1e-2);
});

test("directions with the same law count once, equal values are merged", () => {
  const kappa = matrix(3, 2, Float64Array.of(1, 1, 1, 1, 0, 0));
  const sums = poleSums(kappa, batchLaw({ size: 1, sampleCount: 3 }).distinctBatches()!);
  expect(sums).toHaveLength(1);
  expect([...sums[0].values]).toEqual([1]);
  expect(sums[0].probabilities[0]).toBeCloseTo(2 / 3, 15);
});
