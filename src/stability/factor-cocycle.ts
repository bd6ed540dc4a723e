import { createFactorKernel, type FactorKernel, type Matrix, type Rng } from "../numeric/index.ts";
import type { BatchLaw, BatchStream } from "../sampling/index.ts";
import { type BatchSpectra, logDeterminants } from "./batch-spectra.ts";
import type { Cocycle, CocyclePath } from "./cocycle.ts";
import type { SampleFactors } from "./sample-factors.ts";

/** Makes the kernel that multiplies by many factors at once; a faster one may be injected. */
export type KernelMaker = (factor: Matrix, outputs: number) => FactorKernel;

export interface FactorCocycleOptions {
  readonly stepSize: number;
  readonly kernel?: KernelMaker;
  /** Spectra of the single samples; with independent batches of one they give a control variable. */
  readonly spectra?: BatchSpectra;
}

/**
 * SGD's linearisation at an interpolating minimum, A_B = I − η Σ_j w_j H_{i_j} on N, with batches drawn by `law`.
 * One step costs 4·b·k·r whatever the number of parameters (THEORY §3, the reduction).
 */
export function factorCocycle(samples: SampleFactors, law: BatchLaw, options: FactorCocycleOptions): Cocycle {
  const { stepSize, kernel: makeKernel = createFactorKernel, spectra } = options;
  const kernel = makeKernel(samples.factor, samples.outputs);
  const control = spectra && law.size === 1 && law.epochLength === 1 ? centredLogDets(spectra, stepSize) : null;
  return {
    dimension: samples.factor.cols,
    period: law.epochLength,
    path: (rng) => factorPath(kernel, law, stepSize, control, rng),
  };
}

/** Steps handed to the kernel in one call. */
const CHUNK = 256;

function factorPath(
  kernel: FactorKernel,
  law: BatchLaw,
  stepSize: number,
  control: Float64Array | null,
  rng: Rng,
): CocyclePath {
  const stream = law.stream(rng);
  const chunk = batchChunk(law.size);
  const growth = new Float64Array(1);
  const single = Float64Array.of(stepSize);
  let controlSum = 0;
  const follow = (from: number) => {
    if (control === null) return;
    for (let j = from; j < chunk.offsets[chunk.count]; j++) controlSum += control[chunk.indices[j]];
  };
  return {
    step(frame, count) {
      chunk.fill(stream, 1);
      const stepSizes = new Float64Array(count).fill(stepSize);
      kernel.advance({ ...chunk.batches(), stepSizes, vectors: frame.subarray(0, count * kernel.rank) });
    },
    grow(c, steps) {
      growth[0] = 0;
      for (let t = 0; t < steps; t += CHUNK) {
        chunk.fill(stream, Math.min(CHUNK, steps - t));
        follow(0);
        kernel.advance({ ...chunk.batches(), stepSizes: single, vectors: c, growth });
      }
      if (Number.isNaN(growth[0])) throw new RangeError("factorCocycle: the product left the range of doubles");
      return growth[0];
    },
    control() {
      const sum = controlSum;
      controlSum = 0;
      return sum;
    },
  };
}

interface BatchChunk {
  readonly indices: Int32Array;
  readonly weights: Float64Array;
  readonly offsets: Int32Array;
  count: number;
  fill(stream: BatchStream, count: number): void;
  batches(): { readonly indices: Int32Array; readonly weights: Float64Array; readonly offsets: Int32Array };
}

/** Room for `CHUNK` batches one behind the other, as the kernel reads them. */
function batchChunk(size: number): BatchChunk {
  const indices = new Int32Array(CHUNK * size);
  const weights = new Float64Array(CHUNK * size);
  const offsets = new Int32Array(CHUNK + 1);
  const chunk: BatchChunk = {
    indices,
    weights,
    offsets,
    count: 0,
    fill(stream, count) {
      for (let t = 0; t < count; t++) {
        const batch = stream.next();
        indices.set(batch.indices, offsets[t]);
        weights.set(batch.weights, offsets[t]);
        offsets[t + 1] = offsets[t] + batch.indices.length;
      }
      chunk.count = count;
    },
    batches: () => ({ indices, weights, offsets: offsets.subarray(0, chunk.count + 1) }),
  };
  return chunk;
}

/** log|det A_i| minus its mean, by sample; null when a factor is singular or nothing varies. */
function centredLogDets(spectra: BatchSpectra, stepSize: number): Float64Array | null {
  if (!spectra.exact) return null;
  const logs = logDeterminants(spectra, stepSize);
  const mean = logs.reduce((sum, value, b) => sum + spectra.batches[b].probability * value, 0);
  if (!Number.isFinite(mean)) return null;
  const control = new Float64Array(Math.max(...spectra.batches.map((batch) => batch.indices[0])) + 1);
  logs.forEach((value, b) => {
    control[spectra.batches[b].indices[0]] = value - mean;
  });
  return control;
}
