import { expect, test } from "vitest";
import { compileObjective, interpreterEngine, type Objective } from "../compile/index.ts";
import { type LossSpec, type ModelSpec, networkProblem } from "../network/index.ts";
import {
  createRng,
  identity,
  type Matrix,
  matrix,
  maxAbs,
  multiply,
  multiplyTransposed,
  norm,
  qr,
  row,
  symmetricEigenvalues,
  transpose,
} from "../numeric/index.ts";
import {
  curvatureKernel,
  denseHessian,
  hessianOperator,
  hessianSpectrum,
  ntkFactor,
  rankLocallyConstant,
  sampleCurvature,
  sharpness,
} from "./index.ts";

function normals(count: number, ...names: string[]): Float64Array {
  const rng = createRng(50, ...names);
  return Float64Array.from({ length: count }, () => rng.normal());
}

function compiled(
  model: ModelSpec,
  loss: LossSpec,
  inputs: Float64Array,
  targets: Float64Array,
  weights?: readonly number[],
): Objective {
  const sampleCount = inputs.length / model.input.reduce((a, b) => a * b, 1);
  const problem = networkProblem(model, loss, { inputs, targets, sampleCount, weights });
  return compileObjective(problem, interpreterEngine);
}

function difference(a: Matrix, b: Matrix): number {
  return maxAbs(a.data.map((x, i) => x - b.data[i]));
}

// The two-weight network of CG25 (THEORY §6): at a minimum θ₁θ₂ = 1 the one non-zero eigenvalue of H is
// (0.81p + 6.25(1 − p))·s, s = θ₁² + θ₂², and K = JJᵀ has rank 1 of 2.
const twoWeight: ModelSpec = {
  input: [1],
  layers: [
    { type: "dense", units: 1, bias: false, activation: "relu" },
    { type: "dense", units: 1, bias: false, activation: "relu" },
  ],
};

test.each([
  [0.5, 2],
  [0.58, 3.2],
])("two-weight network, p = %d: sharpness, rank and the curvature of each sample", (p, theta2) => {
  const data = Float64Array.of(0.9, 2.5);
  const objective = compiled(twoWeight, { type: "mse", scale: 0.5 }, data, data, [p, 1 - p]);
  const theta = Float64Array.of(1 / theta2, theta2);
  const s = theta[0] ** 2 + theta[1] ** 2;
  const expected = (0.81 * p + 6.25 * (1 - p)) * s;
  const found = sharpness(objective, theta, { rng: createRng(1) });
  expect(found.value / expected).toBeCloseTo(1, 13);
  expect(Math.abs(found.value - expected)).toBeLessThanOrEqual(found.residual);
  expect(Math.abs(found.vector[0] / found.vector[1])).toBeCloseTo(theta2 ** 2, 10); // along ∇f = (θ₂, θ₁)x
  const curvature = sampleCurvature(objective, theta);
  expect([curvature.rank, curvature.size, curvature.rows]).toEqual([1, 2, 1]);
  expect(curvature.factor.data[0] ** 2).toBeCloseTo(0.81 * s, 11);
  expect(curvature.factor.data[1] ** 2).toBeCloseTo(6.25 * s, 11);
});

const net: ModelSpec = {
  input: [4],
  layers: [
    { type: "dense", units: 6, activation: "tanh" },
    { type: "dense", units: 3 },
  ],
};
const n = 4 * 6 + 6 + 6 * 3 + 3;
const inputs = normals(5 * 4, "inputs");
const theta = normals(n, "theta");
const weights = [0.1, 0.15, 0.2, 0.25, 0.3];

/** The loss on targets that the network meets at θ exactly (soft labels for cross-entropy). */
function interpolating(loss: LossSpec): Objective {
  const soft = loss.type === "crossEntropy";
  const blank = soft ? new Float64Array(15).fill(1 / 3) : new Float64Array(15);
  const outputs = new Float64Array(15);
  compiled(net, loss, inputs, blank, weights).outputs(theta, outputs);
  if (soft) {
    for (let at = 0; at < 15; at += 3) {
      const e = outputs.slice(at, at + 3).map(Math.exp);
      outputs.set(
        e.map((x) => x / (e[0] + e[1] + e[2])),
        at,
      );
    }
  }
  return compiled(net, loss, inputs, outputs, weights);
}

// At an interpolating point ∇²L = Σ p_i Φ_iᵀΦ_i in an orthonormal basis of N: the non-zero spectra agree. For softmax
// each B_i has rank k − 1, so the kernel has rank m(k − 1).
test.each<[LossSpec, number]>([
  [{ type: "mse", scale: 0.7 }, 15],
  [{ type: "huber", delta: 1 }, 15],
  [{ type: "crossEntropy" }, 10],
])("Σ p_i Φ_iᵀΦ_i has the non-zero spectrum of the Hessian, %o", (loss, rank) => {
  const objective = interpolating(loss);
  const { factor, rows, eigenvalues, semidefinite, gap, ...found } = sampleCurvature(objective, theta);
  expect([found.rank, found.size, rows, semidefinite]).toEqual([rank, 15, 3, true]);
  expect(eigenvalues).toHaveLength(15);
  if (rank < 15) expect(gap).toBeGreaterThan(1e9);
  else expect(gap).toBeNull();
  const weighted = matrix(15, rank, factor.data.slice());
  for (let i = 0; i < 15; i++)
    for (let a = 0; a < rank; a++) weighted.data[i * rank + a] *= Math.sqrt(weights[Math.floor(i / 3)]);
  const reduced = symmetricEigenvalues(multiplyTransposed(transpose(weighted), transpose(weighted)));
  const full = symmetricEigenvalues(denseHessian(objective, theta));
  for (let a = 0; a < rank; a++) expect(Math.abs(reduced[a] - full[a])).toBeLessThanOrEqual(1e-12 * full[0]);
  for (let a = rank; a < n; a++) expect(Math.abs(full[a])).toBeLessThanOrEqual(1e-12 * full[0]);
});

test("the kernel is AAᵀ of its own operator", () => {
  const objective = interpolating({ type: "crossEntropy" });
  const { kernel, apply, applyTransposed } = curvatureKernel(objective, theta);
  const u = normals(15, "u");
  const back = new Float64Array(n);
  const image = new Float64Array(15);
  applyTransposed(u, back);
  apply(back, image);
  expect(difference(matrix(15, 1, image), multiply(kernel, matrix(15, 1, u)))).toBeLessThanOrEqual(1e-12 * norm(image));
});

test("a loss that is concave in an output has no factor, and says so", () => {
  const objective = interpolating({ type: "mse", scale: 0.5 });
  const bent: Objective = { ...objective, switchCount: 0, outputHessian: (_t, out) => void out.fill(0).fill(-1, 0, 1) };
  expect(sampleCurvature(bent, theta).semidefinite).toBe(false);
});

// Dense and Lanczos are two ways to one spectrum; weight decay shifts it by w.
test("both ends of the spectrum, dense and by Lanczos", () => {
  const objective = compiled(net, { type: "mse", scale: 0.5 }, inputs, normals(15, "targets"), weights);
  const rng = createRng(2);
  const dense = hessianSpectrum(objective, theta, { rng });
  expect([dense.complete, dense.values.length, dense.products]).toEqual([true, n, n]);
  let seen = 0;
  const ends = hessianSpectrum(objective, theta, { rng, denseLimit: 0, count: 3, onProgress: (p) => (seen = p) });
  expect([ends.complete, ends.converged, ends.values.length]).toEqual([false, true, 6]);
  expect(seen).toBe(ends.products);
  const expected = [...dense.values.subarray(0, 3), ...dense.values.subarray(n - 3)];
  ends.values.forEach((value, i) => {
    expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(ends.residuals[i] + dense.residuals[0]);
  });
  const shifted = sharpness(objective, theta, { rng, denseLimit: 0, weightDecay: 0.25 });
  expect(shifted.value).toBeCloseTo(dense.values[0] + 0.25, 9);
  expect(dense.values[n - 1]).toBeLessThan(0); // residuals are large here: the Hessian is indefinite
});

test("dense Hessian: symmetric, its columns are products, its quadratic form the second difference of L", () => {
  const objective = compiled(net, { type: "crossEntropy" }, inputs, Float64Array.of(0, 1, 2, 0, 1), weights);
  const hessian = denseHessian(objective, theta, { weightDecay: 0.1 });
  expect(difference(hessian, transpose(hessian))).toBe(0);
  const v = normals(n, "v");
  const image = new Float64Array(n);
  hessianOperator(objective, theta, { weightDecay: 0.1 }).apply(v, image);
  expect(difference(multiply(hessian, matrix(n, 1, v)), matrix(n, 1, image))).toBeLessThanOrEqual(1e-13 * norm(image));
  const along = (t: number) => objective.loss(theta.map((x, i) => x + t * v[i]));
  const h = 1e-3; // error h²·L⁗/12 about 1e-5
  const second = (along(h) - 2 * along(0) + along(-h)) / h ** 2;
  const quadratic = v.reduce((sum, x, i) => sum + x * image[i], 0) - 0.1 * norm(v) ** 2;
  expect(second / quadratic).toBeCloseTo(1, 3);
});

test("factors of a kernel: ΦΦᵀ = K with orthogonal columns, rank and gap", () => {
  const g = matrix(9, 4, normals(36, "g"));
  const kernel = multiplyTransposed(g, g);
  const { factor, rank, size, eigenvalues, gap } = ntkFactor(kernel);
  expect([rank, size]).toEqual([4, 9]);
  expect(difference(multiplyTransposed(factor, factor), kernel)).toBeLessThanOrEqual(1e-13);
  const columns = transpose(factor);
  const products = multiplyTransposed(columns, columns);
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < 4; b++) expect(products.data[a * 4 + b]).toBeCloseTo(a === b ? eigenvalues[a] : 0, 12);
  }
  expect(gap).toBeGreaterThan(1e10);
  expect(ntkFactor(identity(3))).toMatchObject({ rank: 3, gap: null });
  expect(ntkFactor(matrix(3, 3))).toMatchObject({ rank: 0, gap: null });
  expect(ntkFactor(kernel, { rtol: 0.5 }).rank).toBe(eigenvalues.filter((x) => x > 0.5 * eigenvalues[0]).length);
});

// Planted: K = Σ λ_j q_j q_jᵀ with orthonormal q_j, so ΦᵀΦ = diag(λ) and ΦΦᵀ = K; through pivoted Cholesky, as the rank
// is below half the size, and through the whole eigenproblem when a small remainder fills the rank.
test.each(["thin", "full"])("ntkFactor of a large kernel of %s rank", (kind) => {
  const size = 240;
  const planted = Float64Array.from({ length: 40 }, (_, j) => 10 ** (-j / 6));
  const rank = planted.length;
  const q = transpose(qr(matrix(size, rank, normals(size * rank, "planted"))).q);
  const scaled = matrix(
    rank,
    size,
    q.data.map((x, at) => Math.sqrt(planted[Math.floor(at / size)]) * x),
  );
  const kernel = multiply(transpose(scaled), scaled);
  if (kind === "full") for (let i = 0; i < size; i++) kernel.data[i * size + i] += 1e-11;
  const found = ntkFactor(kernel);
  expect(found.rank).toBe(rank);
  planted.forEach((value, j) => {
    expect(Math.abs(found.eigenvalues[j] - value)).toBeLessThan(kind === "full" ? 1.1e-11 : 2e-14);
  });
  expect(difference(multiplyTransposed(found.factor, found.factor), kernel)).toBeLessThan(2e-11);
  const gram = multiply(transpose(found.factor), found.factor);
  gram.data.forEach((value, at) => {
    const [i, j] = [Math.floor(at / rank), at % rank];
    expect(Math.abs(value - (i === j ? found.eigenvalues[i] : 0))).toBeLessThan(2e-14);
  });
});

// f = θ₁θ₂ on (x, y) = (1, 0): the minima are the two axes. On an axis the rank is 1; at the origin, where they cross,
// it is 0, and every minimum nearby has rank 1.
test("the rank is constant along an axis and not where two sheets of minima cross", () => {
  const layers = [
    { type: "dense", units: 1, bias: false },
    { type: "dense", units: 1, bias: false },
  ] as const;
  const objective = compiled(
    { input: [1], layers },
    { type: "mse", scale: 0.5 },
    Float64Array.of(1),
    Float64Array.of(0),
  );
  const rng = createRng(3);
  const axis = rankLocallyConstant(objective, Float64Array.of(1, 0), { rng });
  expect(axis).toMatchObject({ constant: true, ranks: [1, 1, 1, 1], lost: 0 });
  expect(maxAbs(Float64Array.from(axis.corrections))).toBeLessThan(1e-6);
  const crossing = rankLocallyConstant(objective, Float64Array.of(0, 0), { rng });
  expect(crossing.constant).toBe(false);
  expect(crossing.ranks[0]).toBe(0);
  expect(Math.max(...crossing.corrections)).toBeGreaterThan(0.05); // the ways back are not second order
});

test("an interpolating tanh network has constant rank, with small corrections; an isolated minimum counts as constant", () => {
  const objective = interpolating({ type: "mse", scale: 0.5 });
  const check = rankLocallyConstant(objective, theta, { rng: createRng(4) });
  expect(check).toMatchObject({ constant: true, ranks: [15, 15, 15, 15], lost: 0 });
  for (const correction of check.corrections) expect(correction).toBeLessThan(0.1);
  const line: ModelSpec = { input: [1], layers: [{ type: "dense", units: 1, bias: false }] };
  const isolated = compiled(line, { type: "mse", scale: 0.5 }, Float64Array.of(2), Float64Array.of(6));
  expect(rankLocallyConstant(isolated, Float64Array.of(3), { rng: createRng(5) })).toMatchObject({
    constant: true,
    ranks: [1],
  });
});

test("the vector of the sharpness is a unit eigenvector", () => {
  const objective = compiled(net, { type: "mse", scale: 0.5 }, inputs, normals(15, "targets"));
  const { value, vector } = sharpness(objective, theta, { rng: createRng(6), denseLimit: 0 });
  const hessian = denseHessian(objective, theta);
  const image = multiply(hessian, matrix(n, 1, vector)).data;
  expect(norm(vector)).toBeCloseTo(1, 13);
  expect(maxAbs(image.map((x, i) => x - value * vector[i]))).toBeLessThanOrEqual(1e-9 * value);
  expect(row(hessian, 0)).toHaveLength(n);
});
