import { describe, expect, test } from "vitest";
import {
  createRng,
  dot,
  generalEigenvalues,
  type Matrix,
  matrix,
  multiply,
  multiplyTransposed,
  type Rng,
  row,
  symmetricEigenvalues,
  transpose,
} from "../numeric/index.ts";
import { type BatchLaw, batchLaw } from "../sampling/index.ts";
import { lambda } from "./lambda.ts";
import { meanSquare } from "./mean-square.ts";
import { prepare, type StabilityProblem } from "./prepared-problem.ts";
import { stepSizeLimit, type UpdateRule } from "./update-rule.ts";

const gd: UpdateRule = { type: "gd" };

/** The batch Hessians, and E[A⊗A] entry by entry: the slow truth. */
function denseRadius({ factor, outputs = 1, law }: StabilityProblem, stepSize: number, rule: UpdateRule): number {
  const r = factor.cols;
  const d = rule.type === "gd" ? r : 2 * r;
  const { momentum: beta = 0, dampening = 0 } = rule;
  const q = matrix(d * d, d * d);
  for (const { indices, weights, probability } of law.distinctBatches()!) {
    const a = matrix(d, d);
    for (let i = 0; i < r; i++) {
      for (let j = 0; j < r; j++) {
        let h = 0;
        indices.forEach((sample, s) => {
          for (let o = 0; o < outputs; o++) {
            const row = (sample * outputs + o) * r;
            h += weights[s] * factor.data[row + i] * factor.data[row + j];
          }
        });
        const same = i === j ? 1 : 0;
        if (rule.type === "gd") a.data[i * d + j] = same - stepSize * h;
        else {
          const damp = 1 - dampening;
          const [position, carried] = rule.type === "momentum" ? [damp, beta] : [1 + beta, beta * beta];
          a.data[i * d + j] = same - stepSize * position * h;
          a.data[i * d + r + j] = -same * stepSize * carried;
          a.data[(r + i) * d + j] = (rule.type === "momentum" ? damp : 1) * h;
          a.data[(r + i) * d + r + j] = same * beta;
        }
      }
    }
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++)
        for (let k = 0; k < d; k++)
          for (let l = 0; l < d; l++)
            q.data[(i * d + k) * d * d + j * d + l] += probability * a.data[i * d + j] * a.data[k * d + l];
  }
  if (rule.type === "gd") return symmetricEigenvalues(q)[0];
  const { re, im } = generalEigenvalues(q);
  return Math.hypot(re[0], im[0]);
}

function gaussianFactor(rows: number, rank: number, rng: Rng): Matrix {
  return matrix(
    rows,
    rank,
    Float64Array.from({ length: rows * rank }, () => rng.normal()),
  );
}

/** A random problem: law, batch size, weights, outputs, rank all vary with the seed. */
function randomProblem(seed: number): StabilityProblem {
  const rng = createRng(seed, "mean-square");
  const m = 2 + rng.integer(5);
  const outputs = 1 + rng.integer(3);
  const rank = 1 + rng.integer(Math.min(4, m * outputs));
  const uniform = () => normalized(Float64Array.from({ length: m }, () => 0.2 + rng.uniform()));
  const laws: (() => BatchLaw)[] = [
    () => batchLaw({ size: 1, sampleCount: m }),
    () => batchLaw({ size: 1 + rng.integer(3), sampleCount: m }),
    () => batchLaw({ size: 1 + rng.integer(3), sampleCount: m, weights: uniform() }),
    () => batchLaw({ size: 1 + rng.integer(2), sampleCount: m, weights: uniform(), importance: uniform() }),
    () => batchLaw({ law: "without-replacement", size: 1 + rng.integer(m), sampleCount: m }),
    () => batchLaw({ law: "antithetic", size: 2 * (1 + rng.integer(2)), sampleCount: m }),
    () =>
      batchLaw({ law: "label-balanced", size: 2, sampleCount: m, labels: Array.from({ length: m }, (_, i) => i % 2) }),
  ];
  return { factor: gaussianFactor(m * outputs, rank, rng), outputs, law: laws[seed % laws.length](), rng };
}

// η_MS is the step size at which ρ(E[A⊗A]) = 1, and ½ log ρ(Q) is exact at any other (THEORY §3, MM24): against the
// dense Kronecker matrix on 200 random cases over laws, batch sizes, weights, importance, outputs and ranks.
test("200 random thresholds and exponents equal the dense ones to 1e-9", () => {
  for (let seed = 0; seed < 200; seed++) {
    const problem = randomProblem(seed);
    const { threshold, exponent } = meanSquare(prepare(problem))!;
    const where = `seed ${seed}, ${problem.law.name}, b = ${problem.law.size}`;
    expect(Math.abs(denseRadius(problem, threshold(), gd) - 1), where).toBeLessThan(1e-9);
    for (const factor of [0.3, 1.7]) {
      const dense = denseRadius(problem, factor * threshold(), gd);
      if (dense > 1e-6)
        expect(Math.abs(Math.exp(2 * exponent(factor * threshold())) / dense - 1), where).toBeLessThan(1e-9);
    }
  }
});

describe.each<UpdateRule>([
  { type: "momentum", momentum: 0.9 },
  { type: "momentum", momentum: 0.5, dampening: 0.3 },
  { type: "nesterov", momentum: 0.8 },
])("with velocity, %j", (rule) => {
  // The lifted map has the same second-moment theory on (δ, v); dense truth of size (2r)².
  test("thresholds and exponents equal the dense lifted ones", () => {
    for (let seed = 0; seed < 42; seed++) {
      const problem = randomProblem(seed);
      if (problem.factor.cols > 3 || problem.law.name === "label-balanced") continue;
      const where = `seed ${seed}, ${problem.law.name}, b = ${problem.law.size}`;
      const { threshold, exponent } = meanSquare(prepare(problem), rule)!;
      expect(Math.abs(denseRadius(problem, threshold(), rule) - 1), where).toBeLessThan(1e-7);
      for (const factor of [0.05, 0.4, 0.99, 1.5]) {
        const dense = denseRadius(problem, factor * threshold(), rule);
        expect(Math.abs(Math.exp(2 * exponent(factor * threshold())) / dense - 1), where).toBeLessThan(1e-7);
      }
      for (let j = 1; j < 20; j++) expect(denseRadius(problem, (j / 20) * threshold(), rule), where).toBeLessThan(1);
    }
  });
});

// THEORY §6, G2: features (1,0), (1,1), κ = ½, b = 1.
describe("G2", () => {
  const factor = matrix(2, 2, Float64Array.of(1, 0, 1, 1));
  const threshold = (law: BatchLaw) => meanSquare(prepare({ factor, law, rng: createRng(0) }))!.threshold();
  test("uniform sampling", () => {
    expect(Math.abs(threshold(batchLaw({ size: 1, sampleCount: 2 })) - 1.131482908179)).toBeLessThan(5e-13);
  });
  test("importance by the NTK diagonal gives 2/tr H = 4/3", () => {
    const law = batchLaw({ size: 1, sampleCount: 2, importance: [1 / 3, 2 / 3] });
    expect(Math.abs(threshold(law) - 4 / 3)).toBeLessThan(1e-12);
  });
  test("the whole batch gives the threshold of GD", () => {
    const law = batchLaw({ law: "without-replacement", size: 2, sampleCount: 2 });
    expect(Math.abs(threshold(law) - 1.5278640450004)).toBeLessThan(5e-13);
  });
  test("upper bound of λ at η = 0.2", () => {
    const { exponent } = meanSquare(
      prepare({ factor, law: batchLaw({ size: 1, sampleCount: 2 }), rng: createRng(0) }),
    )!;
    expect(Math.abs(exponent(0.2) + 0.03868455)).toBeLessThan(5e-10);
  });
});

// THEORY §6: balanced minimum s = 2 of the two-weight network, p = ½: mean-square stable below .17775047458873.
test("the two-weight network", () => {
  const factor = matrix(2, 1, Float64Array.of(Math.sqrt(1.62), Math.sqrt(12.5)));
  const { threshold, exponent } = meanSquare(
    prepare({ factor, law: batchLaw({ size: 1, sampleCount: 2 }), rng: createRng(0) }),
  )!;
  expect(Math.abs(threshold() - 0.17775047458873)).toBeLessThan(5e-15);
  expect(exponent(0.1)).toBeCloseTo(Math.log(((1 - 0.162) ** 2 + (1 - 1.25) ** 2) / 2) / 2, 13);
});

// Importance q_i ∝ tr K_ii, b = 1: η_MS ≥ 2/tr H, with equality for one output (THEORY §3).
test.each([1, 2, 3])("importance by the NTK diagonal, k = %d", (outputs) => {
  const rng = createRng(outputs, "importance");
  const factor = gaussianFactor(6 * outputs, 4, rng);
  const traces = Float64Array.from({ length: 6 }, (_, i) =>
    factor.data.subarray(i * outputs * 4, (i + 1) * outputs * 4).reduce((sum, x) => sum + x * x, 0),
  );
  const law = batchLaw({ size: 1, sampleCount: 6, importance: normalized(traces) });
  const bound = 2 / (traces.reduce((sum, x) => sum + x, 0) / 6);
  const threshold = meanSquare(prepare({ factor, outputs, law, rng }))!.threshold();
  if (outputs === 1) expect(Math.abs(threshold / bound - 1)).toBeLessThan(1e-10);
  else expect(threshold).toBeGreaterThan(bound);
});

// The large-rank path starts from the stiffest eighth of the modes and must end at the same root.
test("rank 200, against a plain power iteration at the root", () => {
  const rng = createRng(5, "large");
  const factor = gaussianFactor(200, 200, rng);
  for (let i = 0; i < 200; i++) for (let a = 0; a < 200; a++) factor.data[i * 200 + a] /= 1 + a / 10;
  const law = batchLaw({ size: 4, sampleCount: 200 });
  const problem = prepare({ factor, law, rng });
  const stepSize = meanSquare(problem)!.threshold();
  const { samples, eigenvalues } = problem.blocks[0];
  const columns = transpose(samples.factor);
  let v = new Float64Array(200).fill(1);
  let growth = 0;
  for (let t = 0; t < 60; t++) {
    const weighted = matrix(
      200,
      200,
      columns.data.map((x, e) => x * v[e % 200]),
    );
    const s = multiplyTransposed(weighted, columns);
    for (let a = 0; a < 200; a++)
      for (let b = 0; b < 200; b++) {
        const [x, y] = [eigenvalues[a], eigenvalues[b]];
        s.data[a * 200 + b] *= (stepSize * 0.25) / (200 * (x + y - stepSize * 0.75 * x * y));
      }
    const half = multiply(samples.factor, s);
    const image = Float64Array.from({ length: 200 }, (_, j) => dot(row(half, j), row(samples.factor, j)));
    growth = Math.max(...image) / Math.max(...v);
    v = image.map((x) => x / Math.max(...image));
  }
  expect(Math.abs(growth - 1)).toBeLessThan(1e-9);
});

// Features (1, 0), (1, ε): the slow direction contracts by ηε²/4 a step, far below rounding of ρ(Q) = 1 − …, yet the mean
// square is stable exactly below the threshold, near that of two equal samples (E(1 − η)² < 1 below η = 2).
test.each([1e-4, 1e-6])("with a nearly singular H the side of the threshold gives the sign (ε = %d)", (epsilon) => {
  const factor = matrix(2, 2, Float64Array.of(1, 0, 1, epsilon));
  const problem = prepare({ factor, law: batchLaw({ size: 1, sampleCount: 2 }), rng: createRng(0) });
  const moments = meanSquare(problem)!;
  const threshold = moments.threshold();
  expect(threshold).toBeCloseTo(2, 3);
  for (const share of [1e-3, 0.5, 1 - 1e-7]) expect(moments.sign(share * threshold)).toBe(-1);
  for (const share of [1 + 1e-7, 1.5, 10]) expect(moments.sign(share * threshold)).toBe(1);
  expect(moments.sign(threshold)).toBe(0);
  expect(lambda(problem, 0.5, { moments, steps: 2000, maxSteps: 2000 }).verdict).toBe("stable");
  // To first order in ε² the slow direction follows the mean: both exponents are −ηλ_min.
  const slow = problem.eigenvalues[1];
  expect(Math.abs(moments.exponent(0.5) / (-0.5 * slow) - 1)).toBeLessThan(1e-3);
});

test("laws whose steps depend on each other have no Q of one step", () => {
  const law = batchLaw({ law: "reshuffle", size: 1, sampleCount: 2 });
  expect(meanSquare(prepare({ factor: gaussianFactor(2, 2, createRng(1)), law, rng: createRng(0) }))).toBeNull();
});

test("stable in the mean square implies stable in the mean", () => {
  for (let seed = 0; seed < 21; seed++) {
    const problem = prepare(randomProblem(seed));
    const limit = stepSizeLimit(gd, problem.eigenvalues[0]);
    expect(meanSquare(problem)!.threshold()).toBeLessThanOrEqual(limit * (1 + 1e-12));
  }
});

function normalized(values: Float64Array): Float64Array {
  const sum = values.reduce((total, x) => total + x, 0);
  return values.map((x) => x / sum);
}
