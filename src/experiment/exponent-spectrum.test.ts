// `stability.spectrum`: with samples in orthogonal directions the exponents are closed forms, log|1 − ηk_i| with probability
// 1/m each, and their sum is E log|det|. Random reshuffling has no second moment of a step: λ is bounded by a finite sample.
import { expect, test } from "vitest";
import { stability } from "./index.ts";

const axes = (more: object = {}) => ({
  objective: { parameters: ["x", "y", "z"], samples: ["0.5*x^2", "y^2", "1.5*z^2 + 0.1*(x + y)^2"] },
  parameters: { values: [0, 0, 0] },
  optimizer: { type: "sgd", stepSize: 0.3 },
  ...more,
});

test("the exponents, and the exact sum of all of them", async () => {
  const { results } = await stability(axes({ stability: { spectrum: 3, stepSizes: { count: 3 } } }));
  const [exact, found] = results.measures!.map(({ value }) => value!);
  const [eta, third] = [0.3, 1 / 3];
  // det(I − ηH₃) with H₃ = diag(0, 0, 3) + 0.2·11ᵀ on (x, y).
  const expected =
    third * (Math.log(1 - eta) + Math.log(1 - 2 * eta) + Math.log(1 - 3 * eta) + Math.log(1 - 0.4 * eta));
  expect(exact).toBeCloseTo(expected, 12);
  expect(found).toBeCloseTo(expected, 9); // the deviation of the sum is regressed out
  expect(results.exponents).toHaveLength(3);
  const [top] = results.exponents!;
  expect(Math.abs(top!.value! - results.lambda!.value!)).toBeLessThan(0.01);
  const some = await stability(axes({ stability: { spectrum: 1, stepSizes: { count: 3 } } }));
  expect(some.results.exponents).toHaveLength(1);
  expect(some.results.measures!.map(({ name }) => name)).toEqual(["sum of all exponents, exactly"]);
});

test("a rule with velocity has no spectrum, and says so", async () => {
  const heavy = axes({
    optimizer: { type: "momentum", stepSize: 0.1 },
    stability: { spectrum: 2, stepSizes: { count: 3 } },
  });
  const { results, warnings } = await stability(heavy);
  expect(results.exponents).toBeNull();
  expect(warnings.join()).toContain("of a rule with velocity only the largest exponent");
});

test("random reshuffling: bounded from above by a finite sample", async () => {
  const { lambda } = (await stability(axes({ batch: { law: "reshuffle" }, stability: { stepSizes: { count: 3 } } })))
    .results;
  expect(lambda!.upperProof).toBe("finite-sample");
  expect(lambda!.upperBound).toBeGreaterThan(lambda!.value!);
  expect(lambda!.upperBound! - lambda!.value!).toBeLessThan(0.05);
});
