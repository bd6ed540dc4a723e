import { describe, expect, test } from "vitest";
import {
  createRng,
  type Matrix,
  matrix,
  multiply,
  multiplyTransposed,
  qr,
  type Rng,
  symmetricEigen,
} from "../numeric/index.ts";
import { type BatchLaw, batchLaw } from "../sampling/index.ts";
import { exactExponent } from "./exact-exponent.ts";
import { estimateExponent } from "./exponent.ts";
import { factorCocycle } from "./factor-cocycle.ts";
import { lambda } from "./lambda.ts";
import { prepare } from "./prepared-problem.ts";
import { projectiveExponent } from "./projective-line.ts";

const gaussian = (rows: number, cols: number, rng: Rng): Matrix =>
  matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => rng.normal()),
  );
const problem = (factor: Matrix, law: BatchLaw, outputs = 1, seed = 0) =>
  prepare({ factor, outputs, law, rng: createRng(seed, "lambda") });
const roots = (...curvatures: number[]) => matrix(curvatures.length, 1, Float64Array.from(curvatures, Math.sqrt));

// THEORY §6: λ = p log|1 − 0.81ηs| + (1−p) log|1 − 6.25ηs| (the printed −1.2876625316294 at η = .3 is off by 2e-11).
test.each([
  [0.15, 0.5, 2, -0.20596170908461, "stable"],
  [0.3, 0.58, 4, -1.2876625316294, "stable"],
  [0.15, 0.5, 4, Math.log(1 - 0.15 * 0.81 * 4) / 2 + Math.log(0.15 * 6.25 * 4 - 1) / 2, "unstable"],
])("two-weight network, η = %d, p = %d, s = %d", (stepSize, p, s, expected, verdict) => {
  const law = batchLaw({ size: 1, sampleCount: 2, weights: [p, 1 - p] });
  const found = lambda(problem(roots(0.81 * s, 6.25 * s), law), stepSize);
  expect(Math.abs(found.value! - expected)).toBeLessThan(3e-11);
  expect(found).toMatchObject({ method: "rank-one", verdict, steps: null, confidence95: [found.value, found.value] });
  expect(found.lowerBound).toBeCloseTo(found.value!, 14); // equality for r = 1
});

// WME18 (THEORY §6): f₁ = min(x², .1(x−1)²), f₂ = min(x², 1.9(x−1)²), η = .7; second derivatives 2, 2 at 0 and .2, 3.8 at 1.
test.each([
  [[2, 2], -0.9162907318741553, "stable"],
  [[0.2, 3.8], 0.17799735631693397, "unstable"],
] as const)("WME18, curvatures %j", (curvatures, expected, verdict) => {
  const found = lambda(problem(roots(...curvatures), batchLaw({ size: 1, sampleCount: 2 })), 0.7);
  expect(found.value).toBeCloseTo(expected, 14);
  expect(found.verdict).toBe(verdict);
});

// THEORY §6, G2: features (1,0), (1,1), κ = ½, b = 1.
describe("G2", () => {
  const g2 = problem(matrix(2, 2, Float64Array.of(1, 0, 1, 1)), batchLaw({ size: 1, sampleCount: 2 }));
  test.each([
    [0.2, -0.039184466],
    [0.6, -0.128455784],
    [0.8, -0.196500178],
  ])("λ(%d)", (stepSize, expected) => {
    const found = lambda(g2, stepSize);
    expect(Math.abs(found.value! - expected)).toBeLessThan(6e-10);
    expect(found).toMatchObject({ method: "value-iteration", verdict: "stable", upperProof: "collatz-wielandt" });
  });
  test("bounds at 0.2", () => {
    const { lowerBound, upperBound } = lambda(g2, 0.2);
    expect(Math.abs(lowerBound! + 0.183492294)).toBeLessThan(6e-10);
    expect(Math.abs(upperBound! + 0.03868455)).toBeLessThan(1e-9);
  });
  test("a singular batch makes the lower bound −∞, not the exponent", () => {
    const found = lambda(g2, 0.5); // 1 − η‖(1,1)‖² = 0
    expect(found.lowerBound).toBeNull();
    expect(found.value).toBeLessThan(0);
    expect(found.superstable).toBe(false);
  });
  test("the simulation agrees with value iteration", () => {
    const { samples, spectra } = g2.blocks[0];
    for (const stepSize of [0.2, 0.6, 0.8]) {
      const cocycle = factorCocycle(samples, g2.law, { stepSize, spectra });
      const estimate = estimateExponent(cocycle, { rng: createRng(5), steps: 50_000 });
      const exact = exactExponent(g2.blocks[0], g2.law, stepSize)!.value;
      expect(Math.abs(estimate.value - exact)).toBeLessThan(4 * estimate.standardError);
    }
  });
});

// Rank 2 by simulation against the projective line: several outputs, weights, importance, b > 1, without replacement.
test.each<[string, number, BatchLaw]>([
  ["two outputs", 2, batchLaw({ size: 1, sampleCount: 4 })],
  ["weights, b = 2", 1, batchLaw({ size: 2, sampleCount: 4, weights: [0.4, 0.3, 0.2, 0.1] })],
  ["importance", 1, batchLaw({ size: 1, sampleCount: 4, importance: [0.4, 0.3, 0.2, 0.1] })],
  ["without replacement", 1, batchLaw({ law: "without-replacement", size: 3, sampleCount: 4 })],
  ["antithetic", 1, batchLaw({ law: "antithetic", size: 2, sampleCount: 4 })],
])("simulation and value iteration agree: %s", (_, outputs, law) => {
  const prepared = problem(gaussian(4 * outputs, 2, createRng(7, "rank 2")), law, outputs);
  const stepSize = 0.3 * prepared.contractionLimit;
  const exact = exactExponent(prepared.blocks[0], law, stepSize)!;
  expect(exact.method).toBe("value-iteration");
  const cocycle = factorCocycle(prepared.blocks[0].samples, law, { stepSize });
  const estimate = estimateExponent(cocycle, { rng: createRng(1, "agree"), steps: 60_000, signSteps: 0 });
  expect(Math.abs(estimate.value - exact.value)).toBeLessThan(4 * estimate.standardError);
});

// Reshuffling: exponent of epoch products per step; for m = 3, b = 1 there are six epochs, independent of each other.
test("reshuffling equals the projective line of its epochs", () => {
  const factor = gaussian(3, 2, createRng(11, "reshuffle"));
  const prepared = problem(factor, batchLaw({ law: "reshuffle", size: 1, sampleCount: 3 }));
  const stepSize = 0.8 / prepared.eigenvalues[0];
  const step = (i: number) => {
    const [x, y] = [factor.data[2 * i], factor.data[2 * i + 1]];
    return matrix(
      2,
      2,
      Float64Array.of(1 - stepSize * x * x, -stepSize * x * y, -stepSize * x * y, 1 - stepSize * y * y),
    );
  };
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const epochs = orders.map(([a, b, c]) => ({
    entries: multiply(multiply(step(c), step(b)), step(a)).data,
    probability: 1 / 6,
  }));
  const exact = projectiveExponent(epochs, 1e-9)!.value / 3;
  const found = lambda(prepared, stepSize, { steps: 60_000, signSteps: 0 });
  expect(found.method).toBe("batch-means");
  expect(Math.abs(found.value! - exact)).toBeLessThan(found.confidence95![1] - found.confidence95![0]);
  expect(found.upperBound).toBeNull(); // no Q of one step
});

// Deterministic products: λ is the log spectral radius of one epoch, per step, from the dense product.
test.each(["cyclic", "shuffle-once"] as const)("%s is exact", (name) => {
  const factor = gaussian(7, 4, createRng(2, "cyclic"));
  const law = batchLaw({ law: name, size: 3, sampleCount: 7, rng: createRng(3) });
  const prepared = problem(factor, law);
  const stepSize = 1.3 / prepared.eigenvalues[0];
  let product = matrix(
    4,
    4,
    Float64Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
  );
  for (const { indices } of law.fixedEpoch!) {
    const a = matrix(
      4,
      4,
      Float64Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
    );
    for (const i of indices)
      for (let p = 0; p < 4; p++)
        for (let q = 0; q < 4; q++)
          a.data[4 * p + q] -= (stepSize / indices.length) * factor.data[4 * i + p] * factor.data[4 * i + q];
    product = multiply(a, product);
  }
  // ‖P^(2^k)‖ by repeated squaring: log ρ(P) = lim 2^{-k} log‖P^(2^k)‖.
  let log = 0;
  for (let k = 0; k < 40; k++) {
    product = multiply(product, product);
    const size = Math.hypot(...product.data);
    log += Math.log(size) / 2 ** (k + 1);
    product = matrix(
      4,
      4,
      product.data.map((x) => x / size),
    );
  }
  const found = lambda(prepared, stepSize);
  expect(found.method).toBe("periodic-product");
  expect(found.value).toBeCloseTo(log / law.epochLength, 11);
  expect(found.confidence95).toEqual([found.value, found.value]);
});

test("the whole data as batch: λ = μ", () => {
  const prepared = problem(
    gaussian(6, 3, createRng(4)),
    batchLaw({ law: "without-replacement", size: 6, sampleCount: 6 }),
  );
  const found = lambda(prepared, 0.1);
  expect(found.method).toBe("full-batch");
  expect(found.value).toBe(Math.max(...prepared.eigenvalues.map((x) => Math.log(Math.abs(1 - 0.1 * x)))));
});

// The reduction of THEORY §3: c ← c − ηΦ_Bᵀ(Φ_B c) on N is δ ← δ − ηJ_Bᵀ(J_B δ) in parameter space, whatever n is.
test("the factor cocycle is the parameter-space product to 1e-12 per step", () => {
  const rng = createRng(6, "reduction");
  const [m, outputs, n, rank] = [5, 2, 23, 6];
  const jacobian = multiply(gaussian(m * outputs, rank, rng), gaussian(rank, n, rng)); // K has rank 6 of 10
  const { values, vectors } = symmetricEigen(multiplyTransposed(jacobian, jacobian));
  const factor = matrix(m * outputs, rank);
  for (let i = 0; i < m * outputs; i++)
    for (let a = 0; a < rank; a++) factor.data[i * rank + a] = Math.sqrt(values[a]) * vectors.data[a * m * outputs + i];
  const law = batchLaw({ size: 2, sampleCount: m });
  const stepSize = 1 / values[0];
  const c = Float64Array.from({ length: rank }, () => rng.normal());
  // δ = Jᵀ U Λ^{-½} c has the same coordinates.
  const delta = new Float64Array(n);
  for (let a = 0; a < rank; a++)
    for (let i = 0; i < m * outputs; i++)
      for (let j = 0; j < n; j++)
        delta[j] += (c[a] * vectors.data[a * m * outputs + i] * jacobian.data[i * n + j]) / Math.sqrt(values[a]);
  const path = factorCocycle({ factor, outputs }, law, { stepSize }).path(createRng(8));
  const stream = law.stream(createRng(8));
  for (let t = 0; t < 100; t++) {
    path.step(c, 1);
    const { indices, weights } = stream.next();
    const update = new Float64Array(n);
    indices.forEach((i, s) => {
      for (let o = 0; o < outputs; o++) {
        const row = jacobian.data.subarray((i * outputs + o) * n, (i * outputs + o + 1) * n);
        const product = row.reduce((sum, x, j) => sum + x * delta[j], 0);
        row.forEach((x, j) => {
          update[j] += weights[s] * product * x;
        });
      }
    });
    for (let j = 0; j < n; j++) delta[j] -= stepSize * update[j];
    expect(Math.abs(Math.hypot(...c) / Math.hypot(...delta) - 1)).toBeLessThan(1e-12 * (t + 1));
  }
});

// ΦR with R orthogonal is another choice of coordinates of the same N; permuting samples relabels equal batches.
test("λ is invariant under rotations of Φ and permutations of samples", () => {
  const factor = gaussian(6, 3, createRng(9));
  const rotation = qr(gaussian(3, 3, createRng(10))).q;
  const law = batchLaw({ size: 2, sampleCount: 6 });
  const options = { steps: 20_000, signSteps: 0 } as const;
  const here = lambda(problem(factor, law), 0.2, options);
  const rotated = lambda(problem(multiply(factor, rotation), law), 0.2, options);
  expect(rotated.value).toBeCloseTo(here.value!, 3);
  expect(rotated.upperBound).toBeCloseTo(here.upperBound!, 8);
  expect(rotated.lowerBound).toBeCloseTo(here.lowerBound!, 12);
  const cyclicOrder = [3, 4, 5, 0, 1, 2]; // batches {0,1,2}, {3,4,5} change places: the same cycle
  const permuted = matrix(
    6,
    3,
    Float64Array.from({ length: 18 }, (_, i) => factor.data[3 * cyclicOrder[Math.floor(i / 3)] + (i % 3)]),
  );
  const cyclic = batchLaw({ law: "cyclic", size: 3, sampleCount: 6 });
  expect(lambda(problem(permuted, cyclic), 0.2).value).toBeCloseTo(lambda(problem(factor, cyclic), 0.2).value!, 11);
});

describe("reducible kernels", () => {
  // Three orthogonal pairs of samples: one of rank 2 (G2 again), two parallel pairs of rank 1.
  const factor = matrix(6, 4);
  const put = (row: number, values: readonly number[], at: number) => factor.data.set(values, row * 4 + at);
  put(0, [1, 0], 0);
  put(1, [1, 1], 0);
  put(2, [0.5], 2);
  put(3, [1.5], 2);
  put(4, [2], 3);
  put(5, [1], 3);
  const law = batchLaw({ size: 1, sampleCount: 6 });
  const rankOne = (stepSize: number, ...curvatures: number[]) =>
    curvatures.reduce((sum, x) => sum + Math.log(Math.abs(1 - stepSize * x)), 0) / 6;

  test("the largest exponent of the blocks, with its block", () => {
    const prepared = problem(factor, law);
    expect(prepared.blocks.map(({ eigenvalues }) => eigenvalues.length)).toEqual([2, 1, 1]);
    const blocks = prepared.blocks.map((block) => exactExponent(block, law, 0.6)!);
    expect(blocks[1].value).toBeCloseTo(rankOne(0.6, 0.25, 2.25), 13);
    expect(blocks[2].value).toBeCloseTo(rankOne(0.6, 4, 1), 13);
    const found = lambda(prepared, 0.6);
    const best = blocks.reduce((a, b, i) => (b.value > blocks[a].value ? i : a), 0);
    expect(found.value).toBe(blocks[best].value);
    expect(found.block).toMatchObject({ index: best, count: 3 });
  });

  // K ⊗ I_k, a linear model with k outputs: k copies of one block, computed once.
  test("copies of a block count once", () => {
    const features = gaussian(5, 3, createRng(12));
    const copies = matrix(10, 6);
    for (let i = 0; i < 5; i++)
      for (let o = 0; o < 2; o++) copies.data.set(features.data.subarray(3 * i, 3 * i + 3), (2 * i + o) * 6 + 3 * o);
    const prepared = problem(copies, batchLaw({ size: 2, sampleCount: 5 }), 2);
    expect(prepared.blocks).toHaveLength(1);
    expect(prepared.blocks[0]).toMatchObject({ copies: 2 });
    expect(prepared.eigenvalues).toHaveLength(6);
    const single = problem(features, batchLaw({ size: 2, sampleCount: 5 }));
    prepared.eigenvalues.forEach((value, a) => {
      expect(value).toBeCloseTo(single.eigenvalues[Math.floor(a / 2)], 12);
    });
  });
});

test("annihilation is superstable: value null, never NaN", () => {
  const found = lambda(problem(roots(1, 2), batchLaw({ size: 1, sampleCount: 2 })), 0.5);
  expect(found).toMatchObject({
    value: null,
    superstable: true,
    lowerBound: null,
    confidence95: null,
    verdict: "stable",
  });
});

test("a flat loss moves nothing", () => {
  const found = lambda(problem(matrix(3, 1), batchLaw({ size: 1, sampleCount: 3 })), 0.5);
  expect(found).toMatchObject({ value: null, verdict: "not-applicable" });
});

// G2 beyond the first edge, where factors nearly annihilate and the projective line has no smooth answer: Poisson's equation
// on a grid takes the noise out of the simulation (controlled-cocycle.test.ts has the independent value, −0.10812).
test("rank 2 where value iteration gives up: an interval of 1e-5", () => {
  const g2 = problem(matrix(2, 2, Float64Array.of(1, 0, 1, 1)), batchLaw({ size: 1, sampleCount: 2 }));
  const { value, confidence95, method, verdict } = lambda(g2, 1.2);
  expect([method, verdict]).toEqual(["controlled-means", "stable"]);
  expect(confidence95![1] - confidence95![0]).toBeLessThan(2e-5);
  expect(Math.abs(value! + 0.10812)).toBeLessThan(1e-5);
});

test("too few steps leave the sign open and say how many more would do", () => {
  const four = problem(gaussian(4, 4, createRng(3, "open sign")), batchLaw({ size: 1, sampleCount: 4 }));
  const found = lambda(four, 0.39, { steps: 500, signSteps: 0, tolerance: 1 }); // λ changes sign near 0.388
  expect(found).toMatchObject({ verdict: "undetermined", cause: "interval-contains-zero", method: "batch-means" });
  expect(found.moreSteps).toBeGreaterThan(1);
});

// λ ≤ E log‖A_T⋯A_1‖_F / T at every T; with reshuffling this is the only upper bound.
test("finite-sample upper bound", () => {
  const prepared = problem(gaussian(4, 2, createRng(13)), batchLaw({ law: "reshuffle", size: 1, sampleCount: 4 }));
  const stepSize = 0.5 / prepared.eigenvalues[0];
  const found = lambda(prepared, stepSize, { steps: 40_000, finiteSample: { length: 200, blocks: 1000 } });
  expect(found.upperProof).toBe("finite-sample");
  expect(found.upperBound).toBeGreaterThan(found.value!);
  expect(found.upperBound! - found.value!).toBeLessThan(0.1);
});

test("the factor must fit the law", () => {
  expect(() => problem(matrix(3, 2), batchLaw({ size: 1, sampleCount: 2 }))).toThrow("2 samples of 1 outputs");
  expect(() => problem(matrix(2, 1, Float64Array.of(1, Number.NaN)), batchLaw({ size: 1, sampleCount: 2 }))).toThrow(
    "not finite",
  );
});
