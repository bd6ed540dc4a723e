// An average θ̄ of the iterates does not act back on them, so the step of (δ, δ̄) is block triangular (averaging.ts states
// the theorem). Against dense truths: the Kronecker matrix of the lifted step, long products of lifted steps with common
// batches, and the stationary covariance of (δ, δ̄) found by iterating its own equation.
import { describe, expect, test } from "vitest";
import {
  createRng,
  generalEigenvalues,
  type Matrix,
  matrix,
  multiply,
  multiplyTransposed,
  multiplyVector,
  norm,
  symmetricEigen,
} from "../numeric/index.ts";
import { batchLaw } from "../sampling/index.ts";
import { averagedExponent, averagedTrace } from "./averaging.ts";
import { weightedSum } from "./commuting.ts";
import { lambda } from "./lambda.ts";
import { meanSquare } from "./mean-square.ts";
import { prepare } from "./prepared-problem.ts";
import { denseStep, randomFactor, samplesOf } from "./test-support/dense-steps.ts";

const law = batchLaw({ size: 1, sampleCount: 4 });
const rng = createRng(9, "averaging");
const factor = randomFactor(4, 2, rng);
const samples = samplesOf(factor, 1);
const problem = prepare({ factor, law, rng });
const [gd, decay] = [{ type: "gd" } as const, 0.95];

/** [[A, 0], [(1 − γ)A, γI]] */
function lifted(a: Matrix, gamma: number): Matrix {
  const n = a.rows;
  const both = matrix(2 * n, 2 * n);
  for (let i = 0; i < n; i++) {
    both.data[(n + i) * 2 * n + n + i] = gamma;
    for (let j = 0; j < n; j++) {
      both.data[i * 2 * n + j] = a.data[i * n + j]!;
      both.data[(n + i) * 2 * n + j] = (1 - gamma) * a.data[i * n + j]!;
    }
  }
  return both;
}

function kronecker(a: Matrix): Matrix {
  const d = a.rows;
  const square = matrix(d * d, d * d);
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++)
      for (let k = 0; k < d; k++)
        for (let l = 0; l < d; l++)
          square.data[(i * d + k) * d * d + j * d + l] = a.data[i * d + j]! * a.data[k * d + l]!;
  return square;
}

describe("exponential average", () => {
  const averaging = { type: "exponential", decay } as const;

  test.each([0.02, 0.3, 3])("mean square at step size %d: the Kronecker matrix of the lifted step", (stepSize) => {
    const mean = matrix(16, 16);
    for (const h of samples) {
      kronecker(lifted(denseStep(h, gd, stepSize), decay)).data.forEach((x, e) => {
        mean.data[e]! += x / 4;
      });
    }
    const { re, im } = generalEigenvalues(mean);
    const expected = Math.log(Math.hypot(re[0]!, im[0]!)) / 2;
    expect(averagedExponent(meanSquare(problem)!.exponent(stepSize), averaging)).toBeCloseTo(expected, 9);
  });

  test.each([0.02, 0.3, 3])("λ at step size %d: long products of lifted steps", (stepSize) => {
    const found = lambda(problem, stepSize, { certify: false });
    const stream = law.stream(createRng(3, "products"));
    const steps = samples.map((h) => lifted(denseStep(h, gd, stepSize), decay));
    let x = Float64Array.of(1, 0.3, 0.2, 1);
    let total = 0;
    const count = 200_000;
    for (let t = 0; t < count; t++) {
      x = Float64Array.from(multiplyVector(steps[stream.next().indices[0]!]!, x));
      total += Math.log(norm(x));
      x = x.map((value) => value / norm(x));
    }
    expect(Math.abs(total / count - averagedExponent(found.value!, averaging))).toBeLessThan(0.01);
  });
});

// δ̄_t = (1/t) Σ δ_s, and the sum converges: twice the steps halve the distance. Without averaging it falls by e^{λt}.
test("the uniform average closes in like 1/t where λ < 0", () => {
  const steps = samples.map((h) => denseStep(h, gd, 0.3));
  expect(lambda(problem, 0.3).verdict).toBe("stable");
  const stream = law.stream(createRng(4, "products"));
  let x = Float64Array.of(1, 0.5);
  const sum = new Float64Array(2);
  const distance: number[] = [];
  for (let t = 1; t <= 8000; t++) {
    x = Float64Array.from(multiplyVector(steps[stream.next().indices[0]!]!, x));
    x.forEach((value, i) => {
      sum[i]! += value;
    });
    if (t === 4000 || t === 8000) distance.push(norm(sum) / t);
  }
  expect(distance[0]! / distance[1]!).toBeCloseTo(2, 6);
  expect(averagedExponent(-0.1, { type: "polyak" })).toBe(0);
  expect(averagedExponent(0.1, { type: "polyak" })).toBe(0.1);
  expect(averagedExponent(Number.NEGATIVE_INFINITY, { type: "exponential", decay: 0.9 })).toBe(Math.log(0.9));
});

// Σ̃ = E[Ã Σ̃ Ãᵀ] + η² E[g̃ g̃ᵀ] for (δ, δ̄), g̃ = (g_i, (1 − γ) g_i), with noise in both the steps and the gradients.
test("variance of averages at a point with residuals", () => {
  const stepSize = 0.1;
  const { values, vectors } = symmetricEigen(weightedSum(samples, law.probabilities));
  const turned = samples.map((h) => multiplyTransposed(multiply(vectors, h), vectors));
  const gradients = [1, -0.5, 0.2, -0.7].map((x, i) => Float64Array.of(x, [0.3, 0.1, -0.6, 0.2][i]!));
  const stationary = (gamma: number) => {
    const terms = turned.map((h, i) => {
      const push = Float64Array.of(...gradients[i]!, ...gradients[i]!.map((x) => (1 - gamma) * x));
      return { step: lifted(denseStep(h, gd, stepSize), gamma), push };
    });
    let sigma = matrix(4, 4);
    for (let t = 0; t < 3000; t++) {
      const next = matrix(4, 4);
      for (const { step, push } of terms) {
        const image = multiplyTransposed(multiply(step, sigma), step);
        for (let p = 0; p < 4; p++)
          for (let q = 0; q < 4; q++)
            next.data[4 * p + q]! += (image.data[4 * p + q]! + stepSize ** 2 * push[p]! * push[q]!) / 4;
      }
      sigma = next;
    }
    return sigma;
  };
  for (const gamma of [0.5, 0.95]) {
    const sigma = stationary(gamma);
    const own = matrix(2, 2, Float64Array.of(sigma.data[0]!, sigma.data[1]!, sigma.data[4]!, sigma.data[5]!));
    const found = averagedTrace(own, values, stepSize, { type: "exponential", decay: gamma });
    expect(found / (sigma.data[10]! + sigma.data[15]!)).toBeCloseTo(1, 10);
  }
  // t Cov θ̄_t from the autocovariances Cov(δ_{s+k}, δ_s) = Dᵏ Σ: the sum over all k.
  const sigma = stationary(0.5);
  const own = matrix(2, 2, Float64Array.of(sigma.data[0]!, sigma.data[1]!, sigma.data[4]!, sigma.data[5]!));
  let long = 0;
  for (const [a, at] of [0, 3].entries()) {
    const d = 1 - stepSize * values[a]!;
    for (let k = -4000; k <= 4000; k++) long += d ** Math.abs(k) * own.data[at]!;
  }
  expect(averagedTrace(own, values, stepSize, { type: "polyak" }) / long).toBeCloseTo(1, 10);
});
