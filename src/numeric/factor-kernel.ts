import type { Matrix } from "./matrix.ts";
import { portableLog } from "./portable-log.ts";
import { norm } from "./vector.ts";

/**
 * Many steps of the cocycle c ← A_B c, A_B = I − s Σ_j w_j Φ_{i_j}ᵀΦ_{i_j}, where Φ_i are the k rows of Φ that belong
 * to sample i. All products of a step are taken at the old c; a sample may occur more than once in a batch.
 */
export interface FactorKernel {
  /** m, k, r: Φ is (m·k)×r, rows i·k … i·k + k − 1 belong to sample i. */
  readonly sampleCount: number;
  readonly outputsPerSample: number;
  readonly rank: number;
  /** c ← c − stepSize Σ_j weights[j] Φ_{i_j}ᵀ(Φ_{i_j} c), in place; c has length r. Cost 4·b·k·r. */
  apply(indices: Int32Array, weights: Float64Array, stepSize: number, c: Float64Array): void;
  /** Many batches, several vectors; see `FactorRun`. */
  advance(run: FactorRun): void;
  /**
   * Several independent runs, as `advance` does each; where there are threads, at once. The batches of all runs have
   * been read when `meanwhile` is called, once, to prepare what comes next.
   */
  advanceAll?(runs: readonly FactorRun[], meanwhile: () => void): void;
}

/**
 * What `advance` does: for t = 0 … T−1 with batch t = entries offsets[t] … offsets[t+1] − 1 of `indices` and `weights`,
 * every lane l steps its vector with its own step size, c_l ← A_{B_t}(stepSizes[l]) c_l. All lanes see the same batches
 * (common random numbers); independent chains are separate calls.
 */
export interface FactorRun {
  readonly indices: Int32Array;
  readonly weights: Float64Array;
  /** T + 1 increasing offsets, so that batches may differ in size. */
  readonly offsets: Int32Array;
  /** One step size per lane; equal ones advance a frame. */
  readonly stepSizes: Float64Array;
  /** Lane l is vectors[l·r … (l+1)·r); overwritten. */
  readonly vectors: Float64Array;
  /**
   * When present: after each step lane l is scaled back to norm 1 and the logarithm of its norm before that (the same
   * bits on every engine) is added to growth[l], in nats; so start from unit vectors. A vector that falls to norm
   * ≤ 1e-12 in one step was annihilated up to rounding: growth[l] becomes −∞, the vector 0, and the lane rests. When
   * absent nothing is rescaled.
   */
  readonly growth?: Float64Array;
}

/** A unit vector shrunk below this in one step was annihilated up to rounding. */
export const ANNIHILATED = 1e-12;

/**
 * The plain implementation, any sizes.
 * @throws RangeError when Φ's rows are not a multiple of `outputsPerSample`.
 */
export function createFactorKernel(phi: Matrix, outputsPerSample: number): FactorKernel {
  const k = outputsPerSample;
  if (!Number.isInteger(k) || k < 1 || phi.rows % k !== 0) {
    throw new RangeError(`createFactorKernel: ${phi.rows} rows do not divide into samples of ${k} outputs`);
  }
  const r = phi.cols;
  let products = new Float64Array(64);
  const step: Step = (indices, weights, from, to, stepSize, c, at) => {
    if (products.length < (to - from) * k) products = new Float64Array(2 * (to - from) * k);
    takeProducts(phi.data, r, k, { indices, weights, from, to }, stepSize, c, at, products);
    subtractRows(phi.data, r, k, { indices, weights, from, to }, c, at, products);
  };
  return {
    sampleCount: phi.rows / k,
    outputsPerSample: k,
    rank: r,
    apply: (indices, weights, stepSize, c) => step(indices, weights, 0, indices.length, stepSize, c, 0),
    advance: (run) => advance(run, r, step),
  };
}

type Step = (
  indices: Int32Array,
  weights: Float64Array,
  from: number,
  to: number,
  stepSize: number,
  c: Float64Array,
  at: number,
) => void;

function advance(run: FactorRun, r: number, step: Step): void {
  const { indices, weights, offsets, stepSizes, vectors, growth } = run;
  for (let lane = 0; lane < stepSizes.length; lane++) {
    const at = lane * r;
    const c = vectors.subarray(at, at + r);
    for (let t = 0; t + 1 < offsets.length; t++) {
      if (growth && growth[lane] === Number.NEGATIVE_INFINITY) break;
      step(indices, weights, offsets[t], offsets[t + 1], stepSizes[lane], vectors, at);
      if (growth) growth[lane] += normalize(c);
    }
  }
}

/** Scales c to norm 1 and returns the logarithm of the norm it had; −∞ (and c = 0) when annihilated. */
function normalize(c: Float64Array): number {
  const length = norm(c);
  if (length <= ANNIHILATED) {
    c.fill(0);
    return Number.NEGATIVE_INFINITY;
  }
  const inverse = 1 / length;
  for (let i = 0; i < c.length; i++) c[i] *= inverse;
  return portableLog(length);
}

interface Batch {
  readonly indices: Int32Array;
  readonly weights: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** products[j·k + q] = stepSize · w_j · ⟨row q of Φ_{i_j}, c⟩. */
function takeProducts(
  phi: Float64Array,
  r: number,
  k: number,
  batch: Batch,
  stepSize: number,
  c: Float64Array,
  at: number,
  products: Float64Array,
): void {
  let p = 0;
  for (let j = batch.from; j < batch.to; j++) {
    const factor = stepSize * batch.weights[j];
    let base = batch.indices[j] * k * r;
    for (let q = 0; q < k; q++, base += r) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let i = 0;
      for (; i + 4 <= r; i += 4) {
        s0 += phi[base + i] * c[at + i];
        s1 += phi[base + i + 1] * c[at + i + 1];
        s2 += phi[base + i + 2] * c[at + i + 2];
        s3 += phi[base + i + 3] * c[at + i + 3];
      }
      for (; i < r; i++) s0 += phi[base + i] * c[at + i];
      products[p++] = factor * (s0 + s1 + (s2 + s3));
    }
  }
}

/** c ← c − Σ products · rows, four rows at a time where a sample has them, else pairs of samples. */
function subtractRows(
  phi: Float64Array,
  r: number,
  k: number,
  batch: Batch,
  c: Float64Array,
  at: number,
  products: Float64Array,
): void {
  const total = (batch.to - batch.from) * k;
  const base = (p: number) => (batch.indices[batch.from + Math.floor(p / k)] * k + (p % k)) * r;
  let p = 0;
  for (; p + 4 <= total; p += 4) {
    const b0 = base(p);
    const b1 = base(p + 1);
    const b2 = base(p + 2);
    const b3 = base(p + 3);
    const t0 = products[p];
    const t1 = products[p + 1];
    const t2 = products[p + 2];
    const t3 = products[p + 3];
    for (let i = 0; i < r; i++) {
      c[at + i] -= t0 * phi[b0 + i] + t1 * phi[b1 + i] + (t2 * phi[b2 + i] + t3 * phi[b3 + i]);
    }
  }
  for (; p < total; p++) {
    const b0 = base(p);
    const t0 = products[p];
    for (let i = 0; i < r; i++) c[at + i] -= t0 * phi[b0 + i];
  }
}
