import { expect, test } from "vitest";
import {
  createRng,
  type Matrix,
  matrix,
  multiplyTransposed,
  type Rng,
  symmetricEigenvalues,
} from "../numeric/index.ts";
import { type BatchLaw, batchLaw } from "../sampling/index.ts";
import { linearized } from "./linearized.ts";

/** Symmetric, of any sign, around a positive definite mean. */
function hessians(m: number, n: number, spread: number, rng: Rng): Matrix[] {
  return Array.from({ length: m }, () => {
    const h = matrix(n, n);
    for (let a = 0; a < n; a++)
      for (let b = 0; b <= a; b++) {
        const entry = (a === b ? 1 + a / n : 0) + spread * rng.normal();
        h.data[a * n + b] = entry;
        h.data[b * n + a] = entry;
      }
    return h;
  });
}

/** ρ(E[A⊗A]) from the Kronecker matrix. */
function denseRadius(all: readonly Matrix[], law: BatchLaw, stepSize: number): number {
  const n = all[0].rows;
  const q = matrix(n * n, n * n);
  for (const { indices, weights, probability } of law.distinctBatches()!) {
    const a = batchStep(all, indices, weights, stepSize);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < n; k++)
          for (let l = 0; l < n; l++)
            q.data[(i * n + k) * n * n + j * n + l] += probability * a[i * n + j] * a[k * n + l];
  }
  return symmetricEigenvalues(q)[0];
}

function batchStep(all: readonly Matrix[], indices: Int32Array, weights: Float64Array, stepSize: number): Float64Array {
  const n = all[0].rows;
  const a = Float64Array.from({ length: n * n }, (_, e) => (e % (n + 1) === 0 ? 1 : 0));
  indices.forEach((i, j) => {
    all[i].data.forEach((x, e) => {
      a[e] -= stepSize * weights[j] * x;
    });
  });
  return a;
}

// ρ(E[(I − ηH_B)⊗(I − ηH_B)]) = 1 at the mean-square step size, for Hessians that are not semidefinite.
test.each<BatchLaw>([
  batchLaw({ size: 1, sampleCount: 4 }),
  batchLaw({ size: 2, sampleCount: 4, weights: [0.4, 0.3, 0.2, 0.1] }),
  batchLaw({ law: "without-replacement", size: 2, sampleCount: 4 }),
  batchLaw({ law: "label-balanced", size: 2, sampleCount: 4, labels: [0, 1, 0, 1] }),
])("mean-square step size against the Kronecker matrix (%#)", (law) => {
  const all = hessians(4, 3, 0.3, createRng(1, "linearized"));
  const { meanSquareStepSize } = linearized(
    { law, stepSize: 0.1, rng: createRng(0), hessians: all },
    { steps: 1000, signSteps: 0, tolerance: 1 },
  );
  expect(Math.abs(denseRadius(all, law, meanSquareStepSize!) - 1)).toBeLessThan(1e-9);
});

// MM24: Σ = E[(I − ηH_B) Σ (I − ηH_B)] + η² E[g_B g_Bᵀ]; the fixed point found by iterating the equation.
test("stationary covariance solves its equation", () => {
  const rng = createRng(2, "covariance");
  const all = hessians(5, 3, 0.3, rng);
  const gradients = matrix(
    5,
    3,
    Float64Array.from({ length: 15 }, () => rng.normal()),
  );
  for (let a = 0; a < 3; a++) {
    let mean = 0;
    for (let i = 0; i < 5; i++) mean += gradients.data[3 * i + a] / 5;
    for (let i = 0; i < 5; i++) gradients.data[3 * i + a] -= mean;
  }
  for (const law of [
    batchLaw({ size: 2, sampleCount: 5 }),
    batchLaw({ law: "without-replacement", size: 3, sampleCount: 5 }),
  ]) {
    const { covarianceTrace } = linearized(
      { law, stepSize: 0.2, rng, hessians: all, gradients },
      { steps: 1000, signSteps: 0, tolerance: 1 },
    );
    let sigma = matrix(3, 3);
    for (let t = 0; t < 400; t++) {
      const next = matrix(3, 3);
      for (const { indices, weights, probability } of law.distinctBatches()!) {
        const a = matrix(3, 3, batchStep(all, indices, weights, 0.2));
        const spread = multiplyTransposed(multiplyTransposed(a, sigma), a);
        const g = new Float64Array(3);
        indices.forEach((i, j) => {
          for (let p = 0; p < 3; p++) g[p] += 0.2 * weights[j] * gradients.data[3 * i + p];
        });
        for (let p = 0; p < 3; p++)
          for (let q = 0; q < 3; q++) next.data[3 * p + q] += probability * (spread.data[3 * p + q] + g[p] * g[q]);
      }
      sigma = next;
    }
    expect(covarianceTrace! / (sigma.data[0] + sigma.data[4] + sigma.data[8])).toBeCloseTo(1, 10);
  }
});

// In one dimension the exponent is E log|1 − ηh|; dense and operator form must both find it.
test("exponent of one dimension, dense and by operator", () => {
  const law = batchLaw({ size: 1, sampleCount: 2 });
  const all = [matrix(1, 1, Float64Array.of(3)), matrix(1, 1, Float64Array.of(-0.5))];
  const expected = (Math.log(Math.abs(1 - 0.4 * 3)) + Math.log(1 + 0.4 * 0.5)) / 2;
  const options = { steps: 20_000, signSteps: 0 } as const;
  const dense = linearized({ law, stepSize: 0.4, rng: createRng(0), hessians: all }, options);
  const operator = {
    dimension: 1,
    apply: (indices: Int32Array, weights: Float64Array, v: Float64Array, out: Float64Array) => {
      out[0] = weights[0] * all[indices[0]].data[0] * v[0];
    },
  };
  const byOperator = linearized({ law, stepSize: 0.4, rng: createRng(0), operator }, options);
  expect(Math.abs(dense.exponent! - expected)).toBeLessThan(0.05);
  expect(byOperator.exponent).toBe(dense.exponent);
  expect(byOperator.meanSquareStepSize).toBeNull();
  expect(byOperator.notes.join()).toContain("not computed");
});

test("ker H is projected out, and said", () => {
  const law = batchLaw({ size: 1, sampleCount: 2 });
  // H = diag(1.5, 0): the second direction moves under single batches, but has no mean curvature.
  const all = [matrix(2, 2, Float64Array.of(1, 0.2, 0.2, 0.3)), matrix(2, 2, Float64Array.of(2, -0.2, -0.2, -0.3))];
  const found = linearized({ law, stepSize: 0.3, rng: createRng(0), hessians: all }, { steps: 5000, signSteps: 0 });
  expect(found).toMatchObject({ dimension: 1, projected: 1, level: "estimate" });
  expect(found.exponent).toBeCloseTo((Math.log(0.7) + Math.log(0.4)) / 2, 1);
  expect(found.notes.join()).toContain("1 directions of ker H");
  const kernel = [Float64Array.of(0, 1)];
  const operator = {
    dimension: 2,
    apply: (indices: Int32Array, weights: Float64Array, v: Float64Array, out: Float64Array) => {
      const h = all[indices[0]].data;
      out[0] = weights[0] * (h[0] * v[0] + h[1] * v[1]);
      out[1] = weights[0] * (h[2] * v[0] + h[3] * v[1]);
    },
  };
  const projected = linearized(
    { law, stepSize: 0.3, rng: createRng(0), operator, kernel },
    { steps: 5000, signSteps: 0 },
  );
  expect(projected.exponent).toBeCloseTo(found.exponent!, 1);
});

test("a saddle has no mean-square step size; no curvature, no exponent", () => {
  const law = batchLaw({ size: 1, sampleCount: 1 });
  const at = (h: number) =>
    linearized({ law, stepSize: 0.1, rng: createRng(0), hessians: [matrix(1, 1, Float64Array.of(h))] }, { steps: 500 });
  expect(at(-1).meanSquareStepSize).toBeNull();
  expect(at(-1).exponent).toBeGreaterThan(0);
  expect(at(0)).toMatchObject({ exponent: null, dimension: 0, projected: 1 });
});

// Kesten's regime: mean-square unstable, exponent negative: heavy tails.
test("between the two thresholds the law has heavy tails", () => {
  const law = batchLaw({ size: 1, sampleCount: 2 });
  const all = [matrix(1, 1, Float64Array.of(0.5)), matrix(1, 1, Float64Array.of(4))];
  const found = linearized({ law, stepSize: 0.57, rng: createRng(0), hessians: all }, { steps: 5000 });
  expect(found.exponent).toBeLessThan(0);
  expect(found.meanSquareStepSize).toBeLessThan(0.57);
  expect(found.covarianceTrace).toBeNull();
  expect(found.notes[0]).toContain("heavy tails");
});
