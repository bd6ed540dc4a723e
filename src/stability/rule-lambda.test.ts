import { describe, expect, test } from "vitest";
import { createRng, generalEigenvalues, matrix, multiply } from "../numeric/index.ts";
import { batchLaw } from "../sampling/index.ts";
import { factorOperator } from "./batch-operator.ts";
import { weightedSum } from "./commuting.ts";
import { composedMoment } from "./composed-moment.ts";
import { prepareDense } from "./dense-problem.ts";
import { estimateExponent } from "./exponent.ts";
import { lambda } from "./lambda.ts";
import { meanSquare } from "./mean-square.ts";
import { hessianNoise } from "./moment-step.ts";
import { mu } from "./mu.ts";
import { prepare } from "./prepared-problem.ts";
import { ruleCocycle } from "./rule-cocycle.ts";
import { denseRuleLambda, ruleLambda } from "./rule-lambda.ts";
import { denseStep, samplesOf } from "./test-support/dense-steps.ts";
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
    const { kernel } = whole.blocks[0]!;
    const cocycle = ruleCocycle(factorOperator(kernel), whole.law, { rule, stepSizes: [0.1] });
    const found = estimateExponent(cocycle, { ...options, rng, steps: 4000, burnIn: 2000 });
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

// In one direction the steps commute, so the exponent of a schedule is the mean of those of its steps (independent batches).
test("a schedule in one direction: the mean of closed forms, exactly", () => {
  const line = prepare({
    factor: matrix(2, 1, Float64Array.of(1, 2)),
    law: batchLaw({ size: 1, sampleCount: 2 }),
    rng,
  });
  const exact = (stepSize: number) => (Math.log(Math.abs(1 - stepSize)) + Math.log(Math.abs(1 - 4 * stepSize))) / 2;
  const found = ruleLambda(line, { type: "gd" }, [0.1, 0.4], options);
  expect(found.method).toBe("commuting");
  expect(found.value).toBeCloseTo((exact(0.1) + exact(0.4)) / 2, 13);
  expect(ruleLambda(line, { type: "gd" }, [0.1, 0.25], options).value).toBe(Number.NEGATIVE_INFINITY);
});

// Two step sizes over an epoch of three batches repeat after six steps: the spectral radius of that product, by hand.
test.each(rules)("batches and step sizes that repeat, %j: the product of their common period", (rule) => {
  const cyclic = prepare({ factor, law: batchLaw({ law: "cyclic", size: 2, sampleCount: 6 }), rng });
  const sizes = [0.1, 0.3];
  const found = ruleLambda(cyclic, rule, sizes);
  const product = Array.from({ length: 6 }, (_, t) => {
    const batch = weightedSum(samplesOf(factor, 1).slice(2 * (t % 3), 2 * (t % 3) + 2), Float64Array.of(0.5, 0.5));
    const { weightDecay: w = 0, ...plain } = rule;
    const step = denseStep(batch, rule.decoupled ? plain : rule, sizes[t % 2]!);
    if (rule.decoupled) for (let i = 0; i < 3; i++) step.data[i * 7]! -= sizes[t % 2]! * w; // δ first times 1 − ηw
    return step;
  }).reduce((all, next) => multiply(next, all));
  const { re, im } = generalEigenvalues(product);
  expect(found.method).toBe("periodic-product");
  expect(found.value).toBeCloseTo(Math.log(Math.hypot(re[0]!, im[0]!)) / 6, 11);
});

// Two Hessians with eigenvalues 2 and −1 that swap places: no factor Φ exists. With the whole data as batch the exponent is
// μ of the rule; a simulation of both in a fixed order must agree with the product of the two lifted steps.
test("indefinite Hessians: a rule with velocity", () => {
  const hessians = [Float64Array.of(2, 0.5, 0.5, -1), Float64Array.of(-1, 0.2, 0.2, 2)].map((h) => matrix(2, 2, h));
  const rule: UpdateRule = { type: "momentum", momentum: 0.5 };
  const all = prepareDense({ hessians, law: batchLaw({ law: "cyclic", size: 2, sampleCount: 2 }), rng });
  expect(denseRuleLambda(all, rule, 0.2).value).toBe(mu(all.eigenvalues, rule, [0.2]).value);
  const turns = prepareDense({ hessians, law: batchLaw({ law: "cyclic", size: 1, sampleCount: 2 }), rng });
  const product = hessians.map((h) => denseStep(h, rule, 0.2)).reduce((a, b) => multiply(b, a));
  const { re, im } = generalEigenvalues(product);
  expect(denseRuleLambda(turns, rule, 0.2).value).toBeCloseTo(Math.log(Math.hypot(re[0]!, im[0]!)) / 2, 12);
  const random = prepareDense({ hessians, law: batchLaw({ size: 1, sampleCount: 2 }), rng });
  const found = denseRuleLambda(random, rule, 0.2, options);
  expect(found.method).toBe("batch-means");
  expect(found.value).toBeLessThan(
    composedMoment([hessianNoise(random.hessians, random.eigenvalues, random.law.secondMoment!)], rule, [0.2])!
      .exponent,
  );
});

// det of a heavy-ball step is βʳ whatever the batch (THEORY §2), so the mean of the 2r exponents is ½ log β.
test("lower bound of momentum", () => {
  const found = ruleLambda(sgd, { type: "momentum", momentum: 0.9 }, 0.3, { ...options, steps: 1000 });
  expect(found.lowerBound).toBe(Math.log(0.9) / 2);
});
