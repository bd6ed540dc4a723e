import type { Problem } from "../program/index.ts";
import { type ChunkRunner, createChunkRunner } from "./chunk-runner.ts";
import type { Engine } from "./engine.ts";
import { jacobianRows, layerFactors, type ParameterFactors } from "./layer-factors.ts";
import { neuralTangentKernel } from "./neural-tangent-kernel.ts";

/**
 * A loss L(θ) = Σ p_i ℓ_i(θ) over m samples, with the derivatives that everything above asks for. Every method that
 * takes `out` overwrites it. Outputs f are m·k numbers, sample by sample; a formula objective has k = 0 and none.
 * Second derivatives are exact (forward over reverse); at a kink they are those of the piece chosen by the tie rules.
 */
export interface Objective {
  /** n, the length of θ. */
  readonly dimension: number;
  /** m. */
  readonly sampleCount: number;
  /** k; 0 for a formula objective. */
  readonly outputCount: number;
  /** p_i. */
  readonly weights: Float64Array;
  /** Number of switching values, the same at every θ. */
  readonly switchCount: number;
  loss(theta: Float64Array): number;
  /** ℓ_i, length m. */
  sampleLosses(theta: Float64Array, out: Float64Array): void;
  /** ∇L, length n; returns L. */
  gradient(theta: Float64Array, out: Float64Array): number;
  /** ∇²L·v. */
  hvp(theta: Float64Array, v: Float64Array, out: Float64Array): void;
  /** Σ_j w_j ∇ℓ_{i_j} over a batch of sample numbers; returns Σ_j w_j ℓ_{i_j}. */
  batchGradient(theta: Float64Array, indices: Int32Array, weights: Float64Array, out: Float64Array): number;
  /** Σ_j w_j ∇²ℓ_{i_j}·v. */
  batchHvp(theta: Float64Array, indices: Int32Array, weights: Float64Array, v: Float64Array, out: Float64Array): void;
  /** f, length m·k. */
  outputs(theta: Float64Array, out: Float64Array): void;
  /** J v, length m·k. */
  jvp(theta: Float64Array, v: Float64Array, out: Float64Array): void;
  /** Jᵀu, length n. */
  vjp(theta: Float64Array, u: Float64Array, out: Float64Array): void;
  /** ∇_f ℓ_i, length m·k. */
  outputGradient(theta: Float64Array, out: Float64Array): void;
  /** ∇²_f ℓ_i, length m·k·k. */
  outputHessian(theta: Float64Array, out: Float64Array): void;
  /** J, (m·k)×n row-major; for a formula objective the m×n gradients ∇ℓ_i. */
  jacobian(theta: Float64Array, out: Float64Array): void;
  /** What each parameter contributes to J, in factors; see ParameterFactors. */
  layerFactors(theta: Float64Array): ParameterFactors[];
  /** K = JJᵀ, (m·k)×(m·k) row-major, assembled layer by layer without J; on `out` when given. */
  ntk(theta: Float64Array, out?: Float64Array): Float64Array;
  /** Signed distances to the kinks, in the units of the values that switch; length `switchCount`. */
  switching(theta: Float64Array, out: Float64Array): void;
  /** Gradient of switching value number `index` with respect to θ. */
  switchingGradient(theta: Float64Array, index: number, out: Float64Array): void;
  /** The selections made (0, 1, or which one is largest, mod 256): equal on one analytic piece; length `switchCount`. */
  piece(theta: Float64Array, out: Uint8Array): void;
  dispose(): void;
}

/** Up to this n a chunk of J (256 rows, 128 MiB) is computed in one piece; beyond, J is assembled from factors. */
const widestProgram = 2 ** 16;

/** Makes the derivatives of a problem executable on an engine. Programs are built at first use and kept. */
export function compileObjective(problem: Problem, engine: Engine): Objective {
  const runner = createChunkRunner(problem, engine);
  const { dimension, sampleCount, outputCount, weights } = problem;
  const all = runner.fullBatch;
  const k = outputCount;
  const needOutputs = () => {
    if (k === 0) throw new TypeError("compileObjective: a formula objective has no outputs");
  };

  return {
    dimension,
    sampleCount,
    outputCount,
    weights,
    get switchCount() {
      return runner.switchCount();
    },
    loss: (theta) => runner.sumOver("value", theta, all),
    sampleLosses: (theta, out) => runner.collect("value", "sampleLosses", theta, out, 1),
    gradient: (theta, out) => runner.sumOver("gradient", theta, all, { gradient: out }),
    hvp(theta, v, out) {
      runner.sumOver("hvp", theta, all, { gradient: out }, { direction: v });
    },
    batchGradient: (theta, indices, w, out) =>
      runner.sumOver("gradient", theta, { indices, weights: w }, { gradient: out }),
    batchHvp(theta, indices, w, v, out) {
      runner.sumOver("hvp", theta, { indices, weights: w }, { gradient: out }, { direction: v });
    },
    outputs(theta, out) {
      needOutputs();
      runner.collect("outputs", "outputs", theta, out, k);
    },
    jvp(theta, v, out) {
      needOutputs();
      runner.collect("jvp", "tangent", theta, out, k, { direction: v });
    },
    vjp(theta, u, out) {
      needOutputs();
      runner.sumOver("vjp", theta, all, { gradient: out }, {}, u);
    },
    outputGradient(theta, out) {
      needOutputs();
      runner.collect("outputGradient", "outputGradient", theta, out, k);
    },
    outputHessian(theta, out) {
      needOutputs();
      runner.collect("outputHessian", "outputHessian", theta, out, k * k);
    },
    jacobian(theta, out) {
      if (k === 0) runner.sampleGradients(theta, out);
      else if (dimension <= widestProgram) jacobianByProgram(runner, theta, out);
      else jacobianRows(layerFactors(runner, theta), dimension, sampleCount * k, k, out);
    },
    layerFactors(theta) {
      needOutputs();
      return layerFactors(runner, theta);
    },
    ntk(theta, out) {
      needOutputs();
      return neuralTangentKernel(layerFactors(runner, theta), sampleCount, k, out);
    },
    switching: (theta, out) => runner.collectSwitching("distance", theta, out),
    switchingGradient: (theta, index, out) => runner.switchingGradient(theta, index, out),
    piece: (theta, out) => runner.collectSwitching("selection", theta, out),
    dispose: runner.dispose,
  };
}

/** J by one reverse pass an output: row (i, a) is the gradient of output a of sample i. */
function jacobianByProgram(runner: ChunkRunner, theta: Float64Array, out: Float64Array): void {
  const { dimension: n, outputCount: k } = runner.problem;
  const unit = new Float64Array(k);
  for (let a = 0; a < k; a++) {
    unit.fill(0)[a] = 1;
    runner.eachChunk("jacobian", theta, unit, ({ jacobian }, start, count) => {
      if (k === 1) out.set(jacobian!, start * n);
      else for (let i = 0; i < count; i++) out.set(jacobian!.subarray(i * n, (i + 1) * n), ((start + i) * k + a) * n);
    });
  }
}
