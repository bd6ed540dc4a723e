import { createFactorKernel, type FactorKernel, type FactorRun, type Matrix, type Rng } from "../numeric/index.ts";
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
    path: (rng) => new FactorPath(kernel, law, stepSize, control, rng),
    ...(kernel.advanceAll && {
      growAll: (paths, vectors, steps) => growAll(kernel, paths as FactorPath[], vectors, steps),
    }),
  };
}

/** Steps handed to the kernel in one call. */
const CHUNK = 256;

class FactorPath implements CocyclePath {
  private readonly kernel: FactorKernel;
  private readonly stream: BatchStream;
  private readonly chunk: BatchChunk;
  private readonly stepSize: Float64Array;
  private readonly controls: Float64Array | null;
  private controlSum = 0;

  constructor(kernel: FactorKernel, law: BatchLaw, stepSize: number, controls: Float64Array | null, rng: Rng) {
    this.kernel = kernel;
    this.stream = law.stream(rng);
    this.chunk = batchChunk(law.size);
    this.stepSize = Float64Array.of(stepSize);
    this.controls = controls;
  }

  step(frame: Float64Array, count: number): void {
    this.chunk.fill(this.stream, 1);
    const stepSizes = new Float64Array(count).fill(this.stepSize[0]);
    this.kernel.advance({ ...this.chunk.batches(), stepSizes, vectors: frame.subarray(0, count * this.kernel.rank) });
  }

  grow(c: Float64Array, steps: number): number {
    const growth = new Float64Array(1);
    for (let t = 0; t < steps; t += CHUNK) {
      this.draw(Math.min(CHUNK, steps - t));
      this.kernel.advance(this.run(c, growth));
    }
    return finite(growth[0]);
  }

  control(): number {
    const sum = this.controlSum;
    this.controlSum = 0;
    return sum;
  }

  /** Draws the next `count` batches. */
  draw(count: number): void {
    const { chunk, controls } = this;
    chunk.fill(this.stream, count);
    if (controls === null) return;
    for (let j = 0; j < chunk.offsets[count]; j++) this.controlSum += controls[chunk.indices[j]];
  }

  /** The batches drawn, for the vector c. */
  run(c: Float64Array, growth: Float64Array): FactorRun {
    return { ...this.chunk.batches(), stepSizes: this.stepSize, vectors: c, growth };
  }
}

/** The batches of the next chunk are drawn while threads work on this one. */
function growAll(
  kernel: FactorKernel,
  paths: readonly FactorPath[],
  vectors: readonly Float64Array[],
  steps: number,
): number[] {
  const growths = paths.map(() => new Float64Array(1));
  const draw = (t: number) => {
    if (t < steps) for (const path of paths) path.draw(Math.min(CHUNK, steps - t));
  };
  draw(0);
  for (let t = 0; t < steps; t += CHUNK) {
    const runs = paths.map((path, i) => path.run(vectors[i], growths[i]));
    kernel.advanceAll!(runs, () => draw(t + CHUNK));
  }
  return growths.map(([growth]) => finite(growth));
}

function finite(growth: number): number {
  if (Number.isNaN(growth)) throw new RangeError("factorCocycle: the product left the range of doubles");
  return growth;
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
