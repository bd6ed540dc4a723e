// E[x xᵀ] after a period of a schedule is Q_p(⋯Q_1(S)), Q_j(S) = E[A S Aᵀ] with step size η_j (independent batches): the
// exponent per step is log ρ(Q_p ⋯ Q_1)/(2p). Truth: the product of the Kronecker matrices E[A_j ⊗ A_j], summed over all
// batches entry by entry, and its eigenvalues by QR.
import { describe, expect, test } from "vitest";
import { createRng, generalEigenvalues, type Matrix, matrix, multiply, type Rng } from "../numeric/index.ts";
import { type BatchLaw, batchLaw } from "../sampling/index.ts";
import { composedMoment } from "./composed-moment.ts";
import { meanSquare } from "./mean-square.ts";
import { factorNoise, hessianNoise } from "./moment-step.ts";
import { prepare } from "./prepared-problem.ts";
import { kroneckerStep, randomFactor, samplesOf, symmetricFrame } from "./test-support/dense-steps.ts";
import type { UpdateRule } from "./update-rule.ts";

const relative = 1e-9;

const rules: readonly UpdateRule[] = [
  { type: "gd" },
  { type: "gd", weightDecay: 0.2 },
  { type: "momentum", momentum: 0.9 },
  { type: "momentum", momentum: 0.5, dampening: 0.3 },
  { type: "nesterov", momentum: 0.8 },
];
const m = 5;
const laws: readonly BatchLaw[] = [
  batchLaw({ size: 1, sampleCount: m }),
  batchLaw({ size: 2, sampleCount: m, weights: [0.4, 0.3, 0.1, 0.1, 0.1] }),
  batchLaw({ size: 1, sampleCount: m, weights: [0.4, 0.3, 0.1, 0.1, 0.1], importance: [0.2, 0.2, 0.2, 0.2, 0.2] }),
  batchLaw({ law: "without-replacement", size: 3, sampleCount: m }),
  batchLaw({ law: "antithetic", size: 2, sampleCount: m }),
  batchLaw({ law: "label-balanced", size: 2, sampleCount: m, labels: [0, 1, 0, 1, 1] }),
];

/** log ρ(Q_p ⋯ Q_1)/(2p) by Kronecker products. */
function truth(hessians: readonly Matrix[], law: BatchLaw, rule: UpdateRule, stepSizes: readonly number[]): number {
  const product = stepSizes
    .map((stepSize) => kroneckerStep(hessians, law, rule, stepSize))
    .reduce((all, next) => multiply(next, all));
  const { re, im } = generalEigenvalues(product);
  return Math.log(Math.hypot(re[0], im[0])) / (2 * stepSizes.length);
}

const schedules = [[0.1], [0.05, 0.4], [0.3, 0.02, 0.9]];

describe.each(rules)("%j", (rule) => {
  test("equals the product of Kronecker matrices, for factors of one and two outputs", () => {
    const rng = createRng(5, "composed moment");
    for (const law of laws) {
      for (const outputs of [1, 2]) {
        const factor = randomFactor(m * outputs, 3, rng);
        const { blocks } = prepare({ factor, outputs, law, rng });
        const noisy = blocks.map(({ samples, eigenvalues }) => factorNoise(samples, eigenvalues, law.secondMoment!));
        for (const stepSizes of schedules) {
          const found = composedMoment(noisy, rule, stepSizes)!;
          const expected = truth(samplesOf(factor, outputs), law, rule, stepSizes);
          const where = `${law.name} ${law.size}, k = ${outputs}, ${stepSizes}`;
          expect(Math.abs(found.exponent - expected), where).toBeLessThan(relative);
          expect(found.sign, where).toBe(Math.sign(expected));
        }
      }
    }
  });

  test("equals it for Hessians of any sign", () => {
    const rng = createRng(6, "composed moment");
    for (const law of laws) {
      const { hessians, eigenvalues, all } = symmetricFrame(m, 3, law, rng);
      for (const stepSizes of schedules) {
        const found = composedMoment([hessianNoise(hessians, eigenvalues, law.secondMoment!)], rule, stepSizes)!;
        expect(Math.abs(found.exponent - truth(all, law, rule, stepSizes))).toBeLessThan(relative);
      }
    }
  });
});

// One step size is the mean square of the matrix-free theory; rank 24 takes Arnoldi's method here.
test("one step size: the exponent of meanSquare, and 0 at its threshold", () => {
  const rng = createRng(7, "composed moment");
  const law = batchLaw({ size: 4, sampleCount: 40 });
  const problem = prepare({ factor: randomFactor(40, 24, rng), law, rng });
  const noisy = problem.blocks.map(({ samples, eigenvalues }) => factorNoise(samples, eigenvalues, law.secondMoment!));
  const moments = meanSquare(problem)!;
  const threshold = moments.threshold();
  for (const share of [0.3, 0.9, 1.1, 2]) {
    const found = composedMoment(noisy, { type: "gd" }, [share * threshold])!;
    expect(Math.abs(found.exponent - moments.exponent(share * threshold))).toBeLessThan(relative);
    expect(found.sign).toBe(share < 1 ? -1 : 1);
  }
  expect(Math.abs(composedMoment(noisy, { type: "gd" }, [threshold])!.exponent)).toBeLessThan(relative);
  // The same step written three times is the same rule.
  const thrice = composedMoment(noisy, { type: "gd" }, [0.1, 0.1, 0.1])!;
  expect(Math.abs(thrice.exponent - moments.exponent(0.1))).toBeLessThan(relative);
});

test("a long period neither overflows nor underflows, and what annihilates everything is −∞", () => {
  const rng: Rng = createRng(8, "composed moment");
  const law = batchLaw({ size: 1, sampleCount: 1 });
  const block = prepare({ factor: matrix(1, 1, Float64Array.of(1)), law, rng }).blocks[0]!;
  const noisy = [factorNoise(block.samples, block.eigenvalues, law.secondMoment!)];
  const long = Array.from({ length: 3000 }, (_, t) => (t % 2 === 0 ? 0.9 : 30));
  const expected = (Math.log(0.1) + Math.log(29)) / 2;
  expect(composedMoment(noisy, { type: "gd" }, long)!.exponent).toBeCloseTo(expected, 10);
  expect(composedMoment(noisy, { type: "gd" }, [0.5, 1])!.exponent).toBe(Number.NEGATIVE_INFINITY);
});
