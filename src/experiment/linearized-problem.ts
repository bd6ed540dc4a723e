import type { Objective } from "../compile/index.ts";
import { type HessianSpectrum, sampleHessian } from "../curvature/index.ts";
import { createRng, type Matrix, matrix } from "../numeric/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import type { RunSpec } from "../spec/index.ts";
import type { BatchOperator, LinearizedProblem } from "../stability/index.ts";
import type { FoundMinimum } from "./minimum.ts";
import type { Tick } from "./progress.ts";

/** Per-sample Hessians are stored up to this many numbers in all. */
export const hessianBudget = 2e7;
/** An eigenvalue of H below this times the largest modulus counts as 0. */
export const kernelTolerance = 1e-9;

/**
 * SGD linearised at a point, its Hessians holding the weight decay: by the samples' Hessians where they can be kept, else
 * by Hessian products of batches, starting from the ends of the spectrum.
 */
export function linearizedProblem(
  point: {
    readonly spec: RunSpec;
    readonly objective: Objective;
    readonly minimum: FoundMinimum;
    readonly tick: Tick;
  },
  law: BatchLaw,
  spectrum: HessianSpectrum,
): { readonly problem: LinearizedProblem; readonly isDense: boolean } {
  const { spec, objective, minimum, tick } = point;
  const { weightDecay } = spec.optimizer;
  const { sampleCount: m, dimension: n } = objective;
  const rng = createRng(spec.seed, "linearized");
  if (m * n * n <= hessianBudget) {
    const hessians = sampleHessians(objective, minimum.theta, weightDecay, tick);
    const gradients = sampleGradients(objective, minimum.theta, weightDecay);
    return { problem: { law, rng, hessians, gradients, rankTolerance: kernelTolerance }, isDense: true };
  }
  return { problem: { law, rng, ...batchProducts(objective, minimum.theta, weightDecay, spectrum) }, isDense: false };
}

/** The Hessian of a batch by its products, with directions of ker H and those at both ends of the spectrum. */
export function batchProducts(
  objective: Objective,
  theta: Float64Array,
  weightDecay: number,
  spectrum: HessianSpectrum,
): Required<Pick<LinearizedProblem, "operator" | "kernel" | "start">> {
  const n = objective.dimension;
  const operator: BatchOperator = {
    dimension: n,
    apply(indices, weights, v, out) {
      objective.batchHvp(theta, indices, weights, v, out);
      for (let i = 0; i < n; i++) out[i] += weightDecay * v[i];
    },
  };
  const vector = (i: number) => spectrum.vectors.data.slice(i * n, (i + 1) * n);
  const found = Array.from(spectrum.values.keys());
  const top = Math.abs(spectrum.values[0]);
  const kernel = found.filter((i) => Math.abs(spectrum.values[i]) <= kernelTolerance * top).map(vector);
  return { operator, kernel, start: [vector(0), vector(found.length - 1)] };
}

/** ∇²ℓ_i + wI of every sample. */
export function sampleHessians(objective: Objective, theta: Float64Array, weightDecay: number, tick: Tick): Matrix[] {
  return Array.from({ length: objective.sampleCount }, (_, i) => {
    tick("samples' Hessians", i / objective.sampleCount);
    return addDecay(sampleHessian(objective, theta, i), weightDecay);
  });
}

function addDecay(hessian: Matrix, weightDecay: number): Matrix {
  for (let i = 0; i < hessian.rows; i++) hessian.data[i * (hessian.rows + 1)] += weightDecay;
  return hessian;
}

/** ∇ℓ_i with the decay's wθ, m × n. */
function sampleGradients(objective: Objective, theta: Float64Array, weightDecay: number): Matrix {
  const { sampleCount: m, dimension: n } = objective;
  const gradients = matrix(m, n);
  for (let i = 0; i < m; i++) {
    const row = gradients.data.subarray(i * n, (i + 1) * n);
    objective.batchGradient(theta, Int32Array.of(i), Float64Array.of(1), row);
    for (let j = 0; j < n; j++) row[j] += weightDecay * theta[j];
  }
  return gradients;
}
