// Formulas whose samples pull apart: ℓ₁ = x², ℓ₂ = −x²/4 have H₁ = 2, H₂ = −½, so μ = log|1 − ¾η|,
// λ = ½ log|1 − 2η| + ½ log(1 + η/2), E(1 − ηH_i)² < 1 below η = 12/17, λ < 0 below (√41 − 3)/4.
import { expect, test } from "vitest";
import { stability } from "./index.ts";

const pulling = (stepSize: number, more = {}) => ({
  objective: { parameters: ["x"], samples: ["x^2", "-0.25*x^2"] },
  parameters: { values: [0] },
  optimizer: { type: "sgd", stepSize },
  ...more,
});

test.each([0.1, 0.4, 0.75, 0.9])("closed forms at η = %d", async (eta) => {
  const { mu, lambda, meanSquare, stableStepSizes } = (await stability(pulling(eta))).results;
  const exponent = (Math.log(Math.abs(1 - 2 * eta)) + Math.log(1 + eta / 2)) / 2;
  expect(mu!.value).toBeCloseTo(Math.log(Math.abs(1 - 0.75 * eta)), 12);
  expect(lambda!.value).toBeCloseTo(exponent, 12);
  expect(lambda!.verdict).toBe(exponent < 0 ? "stable" : "unstable");
  expect(meanSquare!.verdict).toBe(eta < 12 / 17 ? "stable" : "unstable");
  expect(stableStepSizes!.gd![0]![1]).toBeCloseTo(8 / 3, 12);
  expect(stableStepSizes!.meanSquare![0]![1]).toBeCloseTo(12 / 17, 9);
  expect(stableStepSizes!.sgd!.map(([lo, hi]) => [lo, hi])).toEqual([[0, expect.closeTo((Math.sqrt(41) - 3) / 4, 12)]]);
});

test("a saddle is kept by no step size", async () => {
  const objective = { parameters: ["x", "y"], samples: ["x^2 - y^2", "x^2 - 2*y^2"] };
  const { mu, meanSquare } = (await stability(pulling(0.1, { objective, parameters: { values: [0, 0] } }))).results;
  expect([mu!.verdict, mu!.cause, meanSquare!.verdict]).toEqual(["unstable", "saddle", "unstable"]);
});

test("a flat direction beside indefinite samples leaves every verdict undetermined", async () => {
  const objective = { parameters: ["x", "y"], samples: ["x^2", "-0.25*x^2"] };
  const { mu, lambda } = (await stability(pulling(0.1, { objective, parameters: { values: [0, 1] } }))).results;
  expect([mu!.verdict, lambda!.verdict]).toEqual(["undetermined", "undetermined"]);
});
