import {
  dot,
  type Matrix,
  matrix,
  mean,
  multiplyTransposed,
  type Rng,
  row,
  studentHalfWidth,
  symmetricEigenvalues,
  transpose,
  variance,
} from "../numeric/index.ts";
import type { BatchLaw, WeightedBatch } from "../sampling/index.ts";
import type { SampleFactors } from "./sample-factors.ts";
import { signConfidence } from "./verdict.ts";

/** Non-zero eigenvalues κ of H_B = Σ_j w_j H_{i_j} for many batches: batch t owns values[starts[t] … starts[t+1] − 1]. */
export interface BatchSpectra {
  /** All distinct batches with their probabilities, or a sample of the law, each of weight 1/count. */
  readonly exact: boolean;
  readonly batches: readonly WeightedBatch[];
  readonly starts: Int32Array;
  readonly values: Float64Array;
  /** r */
  readonly rank: number;
}

/** Operations that the spectra of all distinct batches may cost before a sample is taken instead. */
const EXACT_BUDGET = 4e9;
const SAMPLE_BUDGET = 2e8;
/** Rows of Φ up to which all their products are kept. */
const MAX_KERNEL = 3000;

/** The spectra of every distinct batch when there are few (≤ 10 000, and affordable), else of batches drawn with `rng`. */
export function batchSpectra(samples: SampleFactors, law: BatchLaw, rng: Rng, mostSampled = 2000): BatchSpectra {
  const rank = samples.factor.cols;
  const rows = law.size * samples.outputs;
  const size = Math.min(rows, rank);
  const distinct = law.distinctBatches();
  const exact = distinct !== null && distinct.length * (rows * rank * size + 2 * size ** 3) <= EXACT_BUDGET;
  const wanted = Math.max(64, Math.min(mostSampled, SAMPLE_BUDGET / (size ** 3 + 100)));
  const batches = exact ? distinct : sampled(law, Math.ceil(wanted / law.epochLength) * law.epochLength, rng);
  // Many overlapping batches: their products of rows are looked up.
  const kernel = !exact && rows <= rank && samples.factor.rows <= MAX_KERNEL ? kernelOf(samples) : null;
  const starts = new Int32Array(batches.length + 1);
  const spectra = batches.map((batch, t) => {
    const values = batchSpectrum(samples, batch, kernel);
    starts[t + 1] = starts[t] + values.length;
    return values;
  });
  const values = new Float64Array(starts[batches.length]);
  spectra.forEach((own, t) => {
    values.set(own, starts[t]);
  });
  return { exact, batches, starts, values, rank };
}

/** Σ log|1 − ηκ| = log|det(I − ηH_B)| of every batch; −∞ where it is singular up to rounding (`SINGULAR`). */
export function logDeterminants(spectra: BatchSpectra, stepSize: number): Float64Array {
  const { batches, starts, values } = spectra;
  return Float64Array.from({ length: batches.length }, (_, t) => {
    let sum = 0;
    let smallest = Number.POSITIVE_INFINITY;
    let largest = 1;
    for (let i = starts[t]; i < starts[t + 1]; i++) {
      const size = Math.abs(1 - stepSize * values[i]);
      sum += Math.log(size);
      smallest = Math.min(smallest, size);
      largest = Math.max(largest, size);
    }
    return smallest <= SINGULAR * largest ? Number.NEGATIVE_INFINITY : sum;
  });
}

/** A factor with σ_min ≤ this × max(1, σ_max) counts as singular. */
const SINGULAR = 1e-12;

export interface LogDetBound {
  /** A lower bound of λ; −∞ when a batch matrix is singular. */
  readonly value: number;
  /** Whether it is the exact mean; if not, it is a sample mean minus its 99 % half-width. */
  readonly exact: boolean;
  /** What a claim about the sign may rest on: the exact mean, or the sample mean minus its half-width at 1 − 1e-5. */
  readonly safe: number;
}

/** (1/r) E log|det(I − ηH_B)| ≤ λ: the mean of all r exponents (THEORY §3, Bounds). */
export function logDetBound(spectra: BatchSpectra, stepSize: number): LogDetBound {
  const logs = logDeterminants(spectra, stepSize);
  const { batches, rank, exact } = spectra;
  if (logs.includes(Number.NEGATIVE_INFINITY)) {
    return { value: Number.NEGATIVE_INFINITY, exact, safe: Number.NEGATIVE_INFINITY };
  }
  if (exact) {
    const value = logs.reduce((sum, log, t) => sum + batches[t].probability * log, 0) / rank;
    return { value, exact, safe: value };
  }
  const centre = mean(logs);
  const standardError = Math.sqrt(variance(logs) / logs.length);
  const below = (confidence: number) => (centre - studentHalfWidth(standardError, logs.length - 1, confidence)) / rank;
  return { value: below(0.99), exact, safe: below(signConfidence) };
}

/** min |det(I − ηH_B)| over the batches, and whether one is singular up to rounding. */
export function invertibility(spectra: BatchSpectra, stepSize: number): { smallest: number; singular: boolean } {
  const logs = logDeterminants(spectra, stepSize);
  const smallest = Math.exp(logs.reduce((least, log) => Math.min(least, log), Number.POSITIVE_INFINITY));
  return { smallest, singular: logs.includes(Number.NEGATIVE_INFINITY) };
}

/** Largest eigenvalue among the batches listed. */
export function largestBatchEigenvalue(spectra: BatchSpectra): number {
  return spectra.values.reduce((largest, value) => Math.max(largest, value), 0);
}

function sampled(law: BatchLaw, count: number, rng: Rng): WeightedBatch[] {
  const stream = law.stream(rng);
  return Array.from({ length: count }, () => {
    const { indices, weights } = stream.next();
    return { indices: indices.slice(), weights: weights.slice(), probability: 1 / count };
  });
}

function kernelOf({ factor }: SampleFactors): Matrix {
  return multiplyTransposed(factor, factor);
}

/** Eigenvalues of the smaller of ΨΨᵀ and ΨᵀΨ, Ψ = the batch's rows times √w_j; ΨΨᵀ from the kernel when there is one. */
function batchSpectrum(
  { factor, outputs }: SampleFactors,
  { indices, weights }: WeightedBatch,
  kernel: Matrix | null,
): Float64Array {
  const width = outputs * factor.cols;
  if (indices.length === 1 && outputs === 1) {
    const phi = row(factor, indices[0]);
    return Float64Array.of(weights[0] * dot(phi, phi));
  }
  if (kernel !== null) return gramEigenvalues(batchGram(kernel, outputs, indices, weights));
  const rows = matrix(indices.length * outputs, factor.cols);
  indices.forEach((i, j) => {
    const own = rows.data.subarray(j * width, (j + 1) * width);
    const root = Math.sqrt(weights[j]);
    for (let a = 0; a < width; a++) own[a] = root * factor.data[i * width + a];
  });
  const smaller = rows.rows <= rows.cols ? rows : transpose(rows);
  return gramEigenvalues(multiplyTransposed(smaller, smaller));
}

function gramEigenvalues(gram: Matrix): Float64Array {
  return symmetricEigenvalues(gram).map((value) => Math.max(value, 0));
}

/** √w_i K_ij √w_j over the rows of the batch. */
function batchGram(kernel: Matrix, outputs: number, indices: Int32Array, weights: Float64Array): Matrix {
  const size = indices.length * outputs;
  const gram = matrix(size, size);
  for (let i = 0; i < size; i++) {
    const a = Math.floor(i / outputs);
    const from = (indices[a] * outputs + (i % outputs)) * kernel.cols;
    for (let j = 0; j < size; j++) {
      const b = Math.floor(j / outputs);
      const entry = kernel.data[from + indices[b] * outputs + (j % outputs)];
      gram.data[i * size + j] = Math.sqrt(weights[a] * weights[b]) * entry;
    }
  }
  return gram;
}
