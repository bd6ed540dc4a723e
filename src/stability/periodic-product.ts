import { type FactorKernel, generalEigenvalues, identity, matrix, maxAbs, type Rng, scale } from "../numeric/index.ts";
import type { Batch } from "../sampling/index.ts";
import type { Cocycle } from "./cocycle.ts";

/**
 * λ of batches that repeat every epoch: log of the spectral radius of the product over one epoch, per step. Exact but
 * for rounding; null when the product is so far from normal that its small spectral radius is not to be trusted
 * (below 1e-9 of its largest entry). Cost O(mk·r² + 25r³).
 */
export function periodicExponent(kernel: FactorKernel, epoch: readonly Batch[], stepSize: number): number | null {
  const r = kernel.rank;
  const columns = identity(r); // row a becomes the image of e_a: the transposed product
  const stepSizes = new Float64Array(r).fill(stepSize);
  let logScale = 0;
  for (const { indices, weights } of epoch) {
    kernel.advance({ indices, weights, offsets: Int32Array.of(0, indices.length), stepSizes, vectors: columns.data });
    const size = maxAbs(columns.data);
    if (size === 0) return Number.NEGATIVE_INFINITY;
    scale(1 / size, columns.data);
    logScale += Math.log(size);
  }
  return spectralRadiusExponent(columns.data, r, logScale, epoch.length);
}

/** Dimensions of a lifted map up to which the product over a period is written out. */
const MOST = 512;

/**
 * The same for any cocycle whose factors repeat with its period, such as those of a rule with velocity or of a schedule:
 * log of the spectral radius of the product of one period, per step. Null when it is too large, or not to be trusted.
 */
export function periodicCocycleExponent(cocycle: Cocycle, rng: Rng): number | null {
  const { dimension: d, period } = cocycle;
  if (d > MOST) return null;
  const columns = identity(d);
  const path = cocycle.path(rng);
  let logScale = 0;
  for (let t = 0; t < period; t++) {
    path.step(columns.data, d);
    const size = maxAbs(columns.data);
    if (size === 0) return Number.NEGATIVE_INFINITY;
    scale(1 / size, columns.data);
    logScale += Math.log(size);
  }
  return spectralRadiusExponent(columns.data, d, logScale, period);
}

function spectralRadiusExponent(product: Float64Array, d: number, logScale: number, steps: number): number | null {
  const { re, im } = generalEigenvalues(matrix(d, d, product));
  const radius = Math.hypot(re[0], im[0]);
  return radius < 1e-9 ? null : (logScale + Math.log(radius)) / steps;
}
