import {
  compileDescentEnsemble,
  compileObjective,
  wasmDenseKernels,
  wasmEngine,
  wasmFactorKernel,
} from "../../src/compile/index.ts";
import { createRng, installDenseKernels, matrix, symmetricEigen } from "../../src/numeric/index.ts";
import type { Curve } from "../contender.ts";
import { type BenchNetwork, mlp } from "../networks.ts";

/** Products of one gradient of an MLP: forward, signals but the first, weights. */
function gradientFlops(sizes: readonly number[], samples: number): number {
  const products = sizes.slice(1).map((units, i) => units * sizes[i]!);
  return 2 * samples * (3 * products.reduce((a, b) => a + b) - products[0]!);
}

function gradient({ problem, theta }: BenchNetwork): () => void {
  const objective = compileObjective(problem, wasmEngine);
  const out = new Float64Array(theta.length);
  return () => objective.gradient(theta, out);
}

function hvp({ problem, theta, direction }: BenchNetwork): () => void {
  const objective = compileObjective(problem, wasmEngine);
  const out = new Float64Array(theta.length);
  return () => objective.hvp(theta, direction, out);
}

/** How our own cost grows with each size that matters, on one thread. */
export const curves: readonly Curve[] = [
  {
    ...{ name: "gradient of MLP 784-128-64-10 relu", variable: "samples m", values: [16, 64, 256, 1024, 4096] },
    at: (m) => ({
      run: gradient(mlp([784, 128, 64, 10], m, "relu")),
      flops: gradientFlops([784, 128, 64, 10], m),
    }),
  },
  {
    ...{ name: "gradient of MLP w-w-w-1 tanh, 64 samples", variable: "width w", values: [8, 32, 128, 512] },
    at: (w) => ({ run: gradient(mlp([w, w, w, 1], 64, "tanh")), flops: gradientFlops([w, w, w, 1], 64) }),
  },
  {
    ...{ name: "HVP of MLP w-w-w-1 tanh, 64 samples", variable: "width w", values: [8, 32, 128, 512] },
    at: (w) => ({ run: hvp(mlp([w, w, w, 1], 64, "tanh")) }),
  },
  {
    ...{
      name: "per-sample Jacobian of MLP 8-32-32-k tanh, 64 samples",
      variable: "outputs k",
      values: [1, 2, 4, 8, 16],
    },
    at(k) {
      const { problem, theta } = mlp([8, 32, 32, k], 64, "tanh");
      const objective = compileObjective(problem, wasmEngine);
      const out = new Float64Array(64 * k * theta.length);
      return { run: () => objective.jacobian(theta, out) };
    },
  },
  {
    ...{ name: "GD step of 64 copies of MLP 2-w-w-1 tanh, 32 samples, in lanes", variable: "width w" },
    values: [4, 8, 16, 32, 64],
    at(w) {
      const { problem, theta } = mlp([2, w, w, 1], 32, "tanh");
      const ensemble = compileDescentEnsemble(problem, { type: "gd" }, wasmEngine, { stepSize: 0.01 })!;
      const states = Float64Array.from({ length: 64 * theta.length }, (_, i) => theta[i % theta.length]!);
      return { run: () => ensemble.advance(states, 1, states), flops: 64 * gradientFlops([2, w, w, 1], 32) };
    },
  },
  {
    ...{ name: "tangent kernel of MLP 784-128-64-10 relu", variable: "samples m", values: [25, 50, 100, 200] },
    at(m) {
      const { problem, theta } = mlp([784, 128, 64, 10], m, "relu");
      const objective = compileObjective(problem, wasmEngine);
      return { run: () => objective.ntk(theta) };
    },
  },
  {
    ...{ name: "1000 steps of λ, b = 16", variable: "rank r = m", values: [32, 64, 128, 256, 512] },
    at: (r) => ({ run: cocycleSteps(r, 16), flops: 1000 * 4 * 16 * r }),
  },
  {
    ...{ name: "1000 steps of λ, r = 256", variable: "batch b", values: [1, 4, 16, 64] },
    at: (b) => ({ run: cocycleSteps(256, b), flops: 1000 * 4 * b * 256 }),
  },
  {
    ...{ name: "symmetric eigenproblem with vectors", variable: "n", values: [50, 100, 200, 400] },
    at(n) {
      installDenseKernels(wasmDenseKernels());
      const rng = createRng(3, "eigen");
      const a = matrix(n, n);
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a.data[i * n + j] = a.data[j * n + i] = rng.normal();
      return { run: () => symmetricEigen(a) };
    },
  },
];

function cocycleSteps(r: number, b: number): () => void {
  const rng = createRng(5, "steps");
  const phi = matrix(
    r,
    r,
    Float64Array.from({ length: r * r }, () => rng.normal() / Math.sqrt(r)),
  );
  const kernel = wasmFactorKernel(phi, 1);
  const steps = 1000;
  const indices = Int32Array.from({ length: steps * b }, () => rng.integer(r));
  const weights = new Float64Array(steps * b).fill(1 / b);
  const offsets = Int32Array.from({ length: steps + 1 }, (_, t) => t * b);
  const vectors = new Float64Array(r).fill(1);
  const growth = new Float64Array(1);
  return () => kernel.advance({ indices, weights, offsets, stepSizes: Float64Array.of(1), vectors, growth });
}
