import { expect, test } from "vitest";
import {
  createFactorKernel,
  createRng,
  identity,
  type Matrix,
  matrix,
  maxAbs,
  multiplyVector,
  norm,
  row,
} from "./index.ts";

const rng = createRng(17, "factor-kernel");

function random(rows: number, cols: number): Matrix {
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => rng.normal()),
  );
}

/** The dense factor I − s Σ_j w_j Φ_{i_j}ᵀΦ_{i_j}. */
function denseFactor(phi: Matrix, k: number, indices: Int32Array, weights: Float64Array, s: number): Matrix {
  const r = phi.cols;
  const a = identity(r);
  indices.forEach((sample, j) => {
    for (let q = 0; q < k; q++) {
      const f = row(phi, sample * k + q);
      for (let x = 0; x < r; x++) for (let y = 0; y < r; y++) a.data[x * r + y] -= s * weights[j] * f[x] * f[y];
    }
  });
  return a;
}

test.each([
  [1, 1, 1],
  [1, 5, 3],
  [2, 7, 1],
  [3, 10, 4],
  [1, 13, 70],
])("apply equals the dense factor: k = %d, r = %d, batch of %d with repeats", (k, r, b) => {
  const phi = random(6 * k, r);
  const kernel = createFactorKernel(phi, k);
  expect([kernel.sampleCount, kernel.outputsPerSample, kernel.rank]).toEqual([6, k, r]);
  const indices = Int32Array.from({ length: b }, () => rng.integer(6));
  const weights = Float64Array.from({ length: b }, () => rng.uniform());
  const c = Float64Array.from({ length: r }, () => rng.normal());
  const expected = multiplyVector(denseFactor(phi, k, indices, weights, 0.3), c);
  kernel.apply(indices, weights, 0.3, c);
  expect(maxAbs(c.map((x, i) => x - expected[i]))).toBeLessThanOrEqual(1e-13 * b * k * r);
});

/** Batches of sizes 2, 1, 3, … over 5 samples. */
function batches(steps: number) {
  const offsets = new Int32Array(steps + 1);
  for (let t = 0; t < steps; t++) offsets[t + 1] = offsets[t] + [2, 1, 3][t % 3];
  const total = offsets[steps];
  const indices = Int32Array.from({ length: total }, () => rng.integer(5));
  return { offsets, indices, weights: new Float64Array(total).fill(0.5) };
}

// Without rescaling log‖c_T‖ grows by what the rescaled run adds up, lane by lane.
test("advance with growth equals advance without, and apply step by step", () => {
  const phi = random(5 * 2, 6);
  const kernel = createFactorKernel(phi, 2);
  const { offsets, indices, weights } = batches(40);
  const stepSizes = Float64Array.of(0.05, 0.05, 0.4);
  const start = random(3, 6);
  for (let lane = 0; lane < 3; lane++) {
    const v = row(start, lane);
    const length = norm(v);
    for (let i = 0; i < 6; i++) v[i] /= length;
  }
  const growth = new Float64Array(3);
  const scaled = start.data.slice();
  kernel.advance({ indices, weights, offsets, stepSizes, vectors: scaled, growth });
  const free = start.data.slice();
  kernel.advance({ indices, weights, offsets, stepSizes, vectors: free });
  for (let lane = 0; lane < 3; lane++) {
    const c = row(start, lane).slice();
    for (let t = 0; t < 40; t++) {
      kernel.apply(
        indices.subarray(offsets[t], offsets[t + 1]),
        weights.subarray(offsets[t], offsets[t + 1]),
        stepSizes[lane],
        c,
      );
    }
    expect(free.subarray(lane * 6, lane * 6 + 6)).toEqual(c);
    expect(growth[lane]).toBeCloseTo(Math.log(norm(c)), 10);
    expect(norm(scaled.subarray(lane * 6, lane * 6 + 6))).toBeCloseTo(1, 14);
  }
});

// I − sφφᵀ with s‖φ‖² = 1 sends φ to 0: the exponent is −∞, never NaN, and stays so.
test("an annihilated vector has growth −∞ and rests", () => {
  const kernel = createFactorKernel(matrix(1, 2, Float64Array.of(0.6, 0.8)), 1);
  const vectors = Float64Array.of(0.6, 0.8, 0.8, -0.6);
  const growth = new Float64Array(2);
  const run = { indices: Int32Array.of(0, 0), weights: Float64Array.of(1, 1), offsets: Int32Array.of(0, 1, 2) };
  kernel.advance({ ...run, stepSizes: Float64Array.of(1, 1), vectors, growth });
  expect(growth[0]).toBe(Number.NEGATIVE_INFINITY);
  expect([vectors[0], vectors[1]]).toEqual([0, 0]);
  expect(growth[1]).toBeCloseTo(0, 14); // orthogonal to φ: left alone
});

test("rows that do not divide into samples are refused", () => {
  expect(() => createFactorKernel(matrix(5, 2), 2)).toThrow(/5 rows do not divide into samples of 2/);
});
