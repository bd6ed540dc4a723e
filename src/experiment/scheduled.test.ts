// Step sizes that repeat: for gradient descent, and for SGD at a minimum of rank 1, exponents are means over the period
// (the two-weight network at s = 2, THEORY §6). A schedule that comes to rest is judged there; rules that are not linear
// near a minimum are refused.
import { expect, test } from "vitest";
import { check, stability } from "./index.ts";

const twoWeights = (optimizer: object) => ({
  model: { input: [1], layers: [1, 1].map((units) => ({ type: "dense", units, bias: false, activation: "relu" })) },
  data: { inputs: [[0.9], [2.5]], targets: [[0.9], [2.5]] },
  loss: { type: "mse", scale: 0.5 },
  parameters: { values: [1, 1] },
  optimizer: { type: "sgd", ...optimizer },
  stability: { steps: 2e4, stepSizes: { count: 2 } },
});
const muAt = (eta: number) => Math.log(Math.abs(1 - 7.06 * eta));
const lambdaAt = (eta: number) => (Math.log(Math.abs(1 - 1.62 * eta)) + Math.log(Math.abs(1 - 12.5 * eta))) / 2;

test.each([[[0.1, 0.2]], [[0.3, 0.25, 0.05]]])("the exponents of %j are means over the period", async (values) => {
  const { mu, lambda, stableStepSizes } = (await stability(twoWeights({ stepSize: { values } }))).results;
  const meanOf = (f: (eta: number) => number) => values.reduce((sum, eta) => sum + f(eta), 0) / values.length;
  expect(mu!.value).toBeCloseTo(meanOf(muAt), 12);
  const [lo, hi] = lambda!.confidence95!;
  const margin = hi - lo; // the interval covers in 95 % of cases; twice as wide in nearly all
  expect(meanOf(lambdaAt)).toBeGreaterThan(lo - margin);
  expect(meanOf(lambdaAt)).toBeLessThan(hi + margin);
  expect(stableStepSizes).toBeNull();
});

test("a schedule is judged by where it rests", async () => {
  const schedule = { cosine: { from: 1, to: 0.1, steps: 10 } };
  const { results, conventions } = await stability(twoWeights({ stepSize: schedule }));
  expect(results.lambda!.value).toBeCloseTo(lambdaAt(0.1), 12);
  expect(conventions.stepSize).toBe(0.1);
  const toZero = { linear: { from: 1, to: 0, steps: 10 } };
  await expect(stability(twoWeights({ stepSize: toZero }))).rejects.toThrow(/a schedule that ends at 0/);
});

test("steps of Adam have no exponents: stability refuses, check answers the other question", async () => {
  const adam = twoWeights({ type: "adam", stepSize: 0.1 });
  await expect(stability(adam)).rejects.toThrow(/expected gd, sgd, momentum or nesterov.*found adam/);
  const { results, warnings } = await check(adam);
  expect([results.mu, results.lambda, results.nonsingularity!.verdict]).toEqual([null, null, "proved"]);
  expect(warnings.join()).toContain("stability was not asked");
});
