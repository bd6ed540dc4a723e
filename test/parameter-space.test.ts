// The reduction that makes λ cheap (THEORY §3): in coordinates c of range Jᵀ a step of SGD at an interpolating minimum is
// c ← c − η Φ_Bᵀ(Φ_B c), Φ Φᵀ = 2κ JJᵀ. Held against the product of I − ηH_B in parameter space, Hessian products of
// the network itself, on nets of several kinds, with duplicate samples (rank-deficient kernels) among them.
import { describe, expect, test } from "vitest";
import { compileObjective, interpreterEngine, wasmEngine } from "../src/compile/index.ts";
import { sampleCurvature } from "../src/curvature/index.ts";
import { initialParameters, type LayerSpec, networkProblem, readModel } from "../src/network/index.ts";
import { createFactorKernel, createRng, multiplyTransposedVector, norm } from "../src/numeric/index.ts";

const perStep = 1e-12;
const steps = 200;

const nets: Record<string, { input: number[]; layers: LayerSpec[]; duplicates: boolean }> = {
  tanh: {
    input: [3],
    layers: [
      { type: "dense", units: 5, activation: "tanh" },
      { type: "dense", units: 2 },
    ],
    duplicates: false,
  },
  "tanh with duplicate samples": {
    input: [3],
    layers: [
      { type: "dense", units: 5, activation: "tanh" },
      { type: "dense", units: 2 },
    ],
    duplicates: true,
  },
  ReLU: {
    input: [3],
    layers: [
      { type: "dense", units: 8, activation: "relu" },
      { type: "dense", units: 1 },
    ],
    duplicates: false,
  },
  convolution: {
    input: [1, 5, 5],
    layers: [
      { type: "conv", filters: 3, kernel: 3, activation: "tanh" },
      { type: "globalAvgPool" },
      { type: "dense", units: 2 },
    ],
    duplicates: false,
  },
  "ReLU convolution with duplicate samples": {
    input: [1, 5, 5],
    layers: [
      { type: "conv", filters: 3, kernel: 3, activation: "relu" },
      { type: "globalAvgPool" },
      { type: "dense", units: 2 },
    ],
    duplicates: true,
  },
};

// Permuting hidden units renames parameters: K, hence Φ up to rotation and every exponent, stays.
test("the tangent kernel is that of the network with its hidden units in another order", () => {
  const [width, hidden, k, m] = [3, 5, 2, 6];
  const model = readModel({ input: [width], layers: nets["tanh"]!.layers });
  const { theta } = initialParameters(model, { normal: 0.7 }, 3);
  const order = [3, 0, 4, 1, 2];
  const [w1, b1, w2] = [0, hidden * width, hidden * (width + 1)];
  const renamed = theta.slice();
  order.forEach((from, to) => {
    renamed.set(theta.subarray(w1 + from * width, w1 + (from + 1) * width), w1 + to * width);
    renamed[b1 + to] = theta[b1 + from]!;
    for (let o = 0; o < k; o++) renamed[w2 + o * hidden + to] = theta[w2 + o * hidden + from]!;
  });
  const rng = createRng(11, "hidden units");
  const inputs = Float64Array.from({ length: m * width }, () => rng.normal());
  const targets = new Float64Array(m * k);
  const problem = networkProblem(model, { type: "mse", scale: 0.5 }, { inputs, targets, sampleCount: m });
  const objective = compileObjective(problem, wasmEngine);
  const [here, there] = [objective.ntk(theta), objective.ntk(renamed)];
  here.forEach((value, e) => {
    expect(Math.abs(there[e]! - value)).toBeLessThan(1e-13 * here[0]!);
  });
});

describe.each(Object.entries(nets))("%s", (_, { input, layers, duplicates }) => {
  test.each([interpreterEngine, wasmEngine])("growth in range Jᵀ equals growth in parameter space", (engine) => {
    const model = readModel({ input, layers });
    const { theta } = initialParameters(model, { normal: 0.7 }, 3);
    const rng = createRng(11, "parameter space");
    const [m, k] = [6, model.outputCount];
    const width = input.reduce((a, b) => a * b, 1);
    const inputs = Float64Array.from({ length: m * width }, () => rng.normal());
    if (duplicates) inputs.copyWithin(0, width, 2 * width);
    const blank = networkProblem(
      model,
      { type: "mse", scale: 0.5 },
      { inputs, targets: new Float64Array(m * k), sampleCount: m },
    );
    const targets = new Float64Array(m * k);
    compileObjective(blank, engine).outputs(theta, targets);
    const problem = networkProblem(model, { type: "mse", scale: 0.5 }, { inputs, targets, sampleCount: m });
    const objective = compileObjective(problem, engine);
    const { factor, rank } = sampleCurvature(objective, theta);
    if (duplicates) expect(rank).toBeLessThan(m * k);

    const u = Float64Array.from({ length: m * k }, () => rng.normal());
    const v = new Float64Array(model.dimension);
    objective.vjp(theta, u, v);
    const c = multiplyTransposedVector(factor, u);
    expect(Math.abs(norm(v) / norm(c) - 1)).toBeLessThan(1e-12);

    const kernel = createFactorKernel(factor, k);
    const stepSize = 0.3;
    const hv = new Float64Array(v.length);
    for (let t = 0; t < steps; t++) {
      const batch = Int32Array.of(rng.integer(m), rng.integer(m));
      const weights = Float64Array.of(0.5, 0.5);
      objective.batchHvp(theta, batch, weights, v, hv);
      const before = [norm(v), norm(c)] as const;
      v.forEach((x, i) => {
        v[i] = x - stepSize * hv[i];
      });
      kernel.apply(batch, weights, stepSize, c);
      expect(Math.abs(Math.log(norm(v) / before[0]) - Math.log(norm(c) / before[1]))).toBeLessThan(perStep * (t + 1));
    }
  });
});
