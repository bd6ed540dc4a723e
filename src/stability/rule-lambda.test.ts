import { describe, expect, test } from "vitest";
import { createRng, matrix } from "../numeric/index.ts";
import { batchLaw } from "../sampling/index.ts";
import { lambda } from "./lambda.ts";
import { meanSquare } from "./mean-square.ts";
import { mu } from "./mu.ts";
import { prepare } from "./prepared-problem.ts";
import { ruleLambda } from "./rule-lambda.ts";
import type { UpdateRule } from "./update-rule.ts";

const rng = createRng(1, "rules");
const factor = matrix(
  6,
  3,
  Float64Array.from({ length: 18 }, () => rng.normal()),
);
const sgd = prepare({ factor, law: batchLaw({ size: 2, sampleCount: 6 }), rng });
const whole = prepare({ factor, law: batchLaw({ law: "without-replacement", size: 6, sampleCount: 6 }), rng });
const options = { steps: 30_000, signSteps: 0 } as const;

const rules: readonly UpdateRule[] = [
  { type: "momentum", momentum: 0.9 },
  { type: "momentum", momentum: 0.5, dampening: 0.5, weightDecay: 0.1 },
  { type: "nesterov", momentum: 0.8 },
  { type: "nesterov", momentum: 0.8, weightDecay: 0.1, decoupled: true },
  { type: "gd", weightDecay: 0.2 },
];

// With the whole data as batch the lifted exponent is μ of the rule. The same batch, simulated: the data twice, as two
// halves of an epoch.
describe.each(rules)("%j", (rule) => {
  test("full batch: μ of the rule", () => {
    const found = ruleLambda(whole, rule, 0.1);
    expect(found.method).toBe("full-batch");
    expect(found.value).toBe(mu(whole.eigenvalues, rule, [0.1]).value);
  });

  test("simulation of a deterministic batch reproduces μ", () => {
    const twice = matrix(12, 3, Float64Array.from([...factor.data, ...factor.data]));
    const halves = prepare({ factor: twice, law: batchLaw({ law: "cyclic", size: 6, sampleCount: 12 }), rng });
    const found = ruleLambda(halves, rule, 0.1, { ...options, steps: 4000, burnIn: 2000 });
    expect(found.method).toBe("batch-means");
    // Rotating modes make the growth of one vector oscillate: O(1/steps of a chain).
    expect(Math.abs(found.value - mu(whole.eigenvalues, rule, 0.1).value!)).toBeLessThan(5e-3);
  });
});

test("momentum 0 is SGD", () => {
  const plain = lambda(sgd, 0.2, { ...options, certify: false });
  const found = ruleLambda(sgd, { type: "momentum", momentum: 0 }, 0.2, options);
  expect(Math.abs(found.value - plain.value!)).toBeLessThan(0.01);
});

// Jensen: λ ≤ ½ log ρ(Q) for the lifted map too; and λ is at least the mean of all exponents.
test.each(rules.slice(0, 3))("between the bounds, %j", (rule) => {
  for (const stepSize of [0.05, 0.2]) {
    const found = ruleLambda(sgd, rule, stepSize, options);
    const upper = meanSquare(sgd, rule)!.exponent(stepSize);
    expect(found.confidence95[0]).toBeLessThan(upper);
    if (found.lowerBound !== null) expect(found.lowerBound).toBeLessThan(found.confidence95[1]);
  }
});

test("a schedule is a composition: constant ones change nothing, alternating ones average in the commuting case", () => {
  const line = prepare({
    factor: matrix(2, 1, Float64Array.of(1, 2)),
    law: batchLaw({ size: 1, sampleCount: 2 }),
    rng,
  });
  const exact = (stepSize: number) => (Math.log(Math.abs(1 - stepSize)) + Math.log(Math.abs(1 - 4 * stepSize))) / 2;
  const found = ruleLambda(line, { type: "gd" }, [0.1, 0.4], options);
  const expected = (exact(0.1) + exact(0.4)) / 2;
  expect(Math.abs(found.value - expected)).toBeLessThan(2 * (found.confidence95[1] - found.confidence95[0]));
  expect(found.value).toBeCloseTo(expected, 1);
});

test("an exponential average converges no faster than γ", () => {
  const slow = ruleLambda(whole, { type: "gd" }, 0.1, { averaging: 0.999 });
  expect(slow.value).toBe(Math.max(Math.log(0.999), mu(whole.eigenvalues, { type: "gd" }, 0.1).value!));
  expect(slow.verdict).toBe("stable");
});

// det of a heavy-ball step is βʳ whatever the batch (THEORY §2), so the mean of the 2r exponents is ½ log β.
test("lower bound of momentum", () => {
  const found = ruleLambda(sgd, { type: "momentum", momentum: 0.9 }, 0.3, { ...options, steps: 1000 });
  expect(found.lowerBound).toBe(Math.log(0.9) / 2);
});
