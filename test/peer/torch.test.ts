import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { compileObjective, interpreterEngine, wasmEngine } from "../../src/compile/index.ts";
import { type LayerSpec, type ModelSpec, networkProblem, readModel } from "../../src/network/index.ts";
import { createRng } from "../../src/numeric/index.ts";

// PyTorch in float64 (Debian: python3-torch) as an independent truth: loss, gradient, Hessian product by double
// backward, and Jacobian of every output of every sample, for the networks people train. PyTorch's own layers run.

/** Largest difference, relative to the largest number of the vector. */
const tolerance = 1e-11;

const python = process.env["PYTHON"] ?? "/usr/bin/python3";
const installed = spawnSync(python, ["-c", "import torch"]).status === 0;
if (!installed) process.stdout.write(`skipped: ${python} has no PyTorch (Debian: python3-torch)\n`);

interface Case {
  readonly model: ModelSpec;
  readonly loss: "mse" | "crossEntropy";
  readonly samples: number;
}

const attentionBlock = (causal: boolean): LayerSpec[] => [
  { type: "residual", layers: [{ type: "layerNorm" }, { type: "attention", heads: 3, causal }] },
  {
    type: "residual",
    layers: [{ type: "layerNorm" }, { type: "dense", units: 10, activation: "gelu" }, { type: "dense", units: 6 }],
  },
  { type: "layerNorm" },
  { type: "globalAvgPool", name: "tokens" },
  { type: "dense", units: 3 },
];

const cases: Readonly<Record<string, Case>> = {
  "an MLP": {
    model: {
      input: [5],
      layers: [
        { type: "dense", units: 16, activation: "tanh" },
        { type: "dense", units: 12, activation: "softplus" },
        { type: "dense", units: 2 },
      ],
    },
    loss: "mse",
    samples: 11,
  },
  "a conv net with pooling": {
    model: {
      input: [2, 12, 10],
      layers: [
        { type: "conv", filters: 6, kernel: 3, padding: 1, activation: "relu" },
        { type: "maxPool", kernel: 2 },
        { type: "conv", filters: 8, kernel: [3, 2], stride: 2, dilation: 1, groups: 2, activation: "silu" },
        { type: "avgPool", kernel: 2, stride: 1, padding: 1 },
        { type: "flatten" },
        { type: "dense", units: 4 },
      ],
    },
    loss: "crossEntropy",
    samples: 6,
  },
  "a one-dimensional conv net": {
    model: {
      input: [3, 17],
      layers: [
        { type: "conv", filters: 5, kernel: 4, dilation: 2, padding: 3, activation: "tanh" },
        { type: "maxPool", kernel: 3, stride: 2, padding: 1 },
        { type: "globalAvgPool" },
        { type: "dense", units: 3 },
      ],
    },
    loss: "mse",
    samples: 7,
  },
  "a residual net with normalisation": {
    model: {
      input: [3, 8, 8],
      layers: [
        { type: "conv", filters: 6, kernel: 3, padding: 1, bias: false },
        { type: "batchNorm" },
        { type: "activation", function: "relu" },
        {
          type: "residual",
          layers: [
            { type: "conv", filters: 6, kernel: 3, padding: 1 },
            { type: "batchNorm" },
            { type: "activation", function: "tanh" },
            { type: "conv", filters: 6, kernel: 3, padding: 1 },
            { type: "layerNorm" },
          ],
        },
        { type: "globalAvgPool" },
        { type: "dense", units: 5 },
      ],
    },
    loss: "crossEntropy",
    samples: 4,
  },
  "a transformer block": {
    model: { input: [5, 6], layers: attentionBlock(false) },
    loss: "crossEntropy",
    samples: 4,
  },
  "a causal transformer block": { model: { input: [5, 6], layers: attentionBlock(true) }, loss: "mse", samples: 4 },
};

/** A case with all its numbers drawn. */
function drawn(name: string, { model: spec, loss, samples }: Case) {
  const model = readModel(spec);
  const rng = createRng(5, name);
  const normal = (count: number, scale = 1) => Float64Array.from({ length: count }, () => scale * rng.normal());
  const theta = normal(model.dimension, 0.5);
  const frozen = normal(model.frozenSize);
  for (const { role, buffer, offset, size } of model.tensors) {
    const part = (buffer === "theta" ? theta : frozen).subarray(offset, offset + size);
    if (role === "variance") part.set(part.map((v) => 0.3 + v * v));
    if (role === "gain") part.set(part.map((v) => 1 + v));
  }
  const drawnWeights = Float64Array.from({ length: samples }, () => 0.2 + rng.uniform());
  const total = drawnWeights.reduce((a, b) => a + b);
  const weights = drawnWeights.map((w) => w / total);
  const k = model.outputCount;
  const targets = normal(samples * k);
  if (loss === "crossEntropy") {
    targets.fill(0);
    for (let i = 0; i < samples; i++) targets[i * k + rng.integer(k)] = 1;
  }
  const inputs = normal(samples * spec.input.reduce((a, b) => a * b));
  const direction = normal(model.dimension);
  const numbers = { theta, frozen, inputs, targets, weights, direction };
  return { spec, model, loss, samples, ...numbers };
}

interface Derivatives {
  readonly loss: number;
  readonly gradient: ArrayLike<number>;
  readonly hvp: ArrayLike<number>;
  readonly jacobian: ArrayLike<number>;
}

function ask(all: readonly ReturnType<typeof drawn>[]): Derivatives[] {
  const script = fileURLToPath(new URL("derivatives.py", import.meta.url));
  const given = all.map(({ spec, model, loss, samples: _, ...numbers }) => ({
    ...{ model: spec, loss, tensors: model.tensors },
    ...Object.fromEntries(Object.entries(numbers).map(([name, values]) => [name, [...values]])),
  }));
  const options = { input: JSON.stringify(given), encoding: "utf8" as const, maxBuffer: 2 ** 28 };
  const { status, stdout, stderr } = spawnSync(python, [script], options);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Derivatives[];
}

function distance(found: ArrayLike<number>, truth: ArrayLike<number>): number {
  expect(found.length).toBe(truth.length);
  let scale = 0;
  let far = 0;
  for (let i = 0; i < truth.length; i++) {
    scale = Math.max(scale, Math.abs(truth[i]!));
    far = Math.max(far, Math.abs(found[i]! - truth[i]!));
  }
  expect(scale).toBeGreaterThan(0);
  return far / scale;
}

describe.skipIf(!installed)("against PyTorch", () => {
  const all = Object.entries(cases).map(([name, given]) => drawn(name, given));
  const answers = installed ? ask(all) : [];
  const farthest = { loss: 0, gradient: 0, hvp: 0, jacobian: 0 };

  afterAll(() => {
    const text = Object.entries(farthest).map(([name, far]) => `${name} ${far.toExponential(1)}`);
    process.stdout.write(`largest relative difference from PyTorch: ${text.join(", ")}\n`);
  });

  describe.each(Object.keys(cases).map((name, i) => [name, i] as const))("%s", (_, i) => {
    test.each([interpreterEngine, wasmEngine].map((engine) => [engine.name, engine] as const))("%s", (_, engine) => {
      const { model, loss, theta, frozen, inputs, targets, weights, direction, samples } = all[i]!;
      const truth = answers[i]!;
      const spec = loss === "mse" ? ({ type: "mse", scale: 0.5 } as const) : ({ type: "crossEntropy" } as const);
      const data = { inputs, targets, weights, sampleCount: samples };
      const objective = compileObjective(networkProblem(model, spec, data, { frozen }), engine);
      const n = model.dimension;
      const found = {
        gradient: new Float64Array(n),
        hvp: new Float64Array(n),
        jacobian: new Float64Array(samples * model.outputCount * n),
      };
      const value = objective.gradient(theta, found.gradient);
      objective.hvp(theta, direction, found.hvp);
      objective.jacobian(theta, found.jacobian);
      const far = {
        loss: Math.abs(value - truth.loss) / Math.abs(truth.loss),
        gradient: distance(found.gradient, truth.gradient),
        hvp: distance(found.hvp, truth.hvp),
        jacobian: distance(found.jacobian, truth.jacobian),
      };
      for (const name of ["loss", "gradient", "hvp", "jacobian"] as const) {
        farthest[name] = Math.max(farthest[name], far[name]);
        expect(far[name], name).toBeLessThan(tolerance);
      }
      objective.dispose();
    });
  });
});
