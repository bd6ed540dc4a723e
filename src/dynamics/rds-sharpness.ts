import { type Rng, singularValues } from "../numeric/index.ts";
import { kaplanYorkeDimension } from "./dimension.ts";
import { type DiscreteMap, denseTangent } from "./discrete-map.ts";
import { probedSpectra, type StepSpectra } from "./probed-spectra.ts";

/** How singular values are had: all from the matrix, or by stochastic Lanczos quadrature with so many random directions. */
export type SpectrumMethod = { readonly method: "dense" } | { readonly method: "quadrature"; readonly probes: number };

export interface RdsSharpnessOptions {
  /** Default: dense up to 128 dimensions, else quadrature with 8 probes. */
  readonly spectrum?: SpectrumMethod;
  /** Lanczos steps of a probe. Default 80. */
  readonly lanczosSteps?: number;
  readonly rng: Rng;
  readonly progress?: (done: number, total: number) => void;
}

export interface RdsSharpness {
  /** s_1 ≥ s_2 ≥ … ≥ s_n, nats. */
  readonly orders: Float64Array;
  /** From quadrature, the orders that remain without each of the probes in turn; empty for one probe and for dense spectra. */
  readonly leftOut: readonly Float64Array[];
  /** min σ_n(DG_B) over batches and iterates; from quadrature an upper bound. */
  readonly smallestSingularValue: number;
  readonly method: SpectrumMethod["method"];
}

/** Numbers this close to 0 are rounding when the dimension is asked for again; the last is coarse on purpose. */
export const sharpnessCuts = [0, 1e-8, 1e-4] as const;

const denseDimension = 128;

/**
 * RDS sharpness of every order: s_k = E_B max_θ ln σ_k(DG_B(θ)) over the batches and iterates given. With late iterates in
 * place of the whole attractor it is a lower estimate (arXiv 2604.19740, where the maximum is a supremum).
 *
 * Dense: n tangents and O(n³) a pair of batch and iterate. Quadrature: probes × Lanczos steps tangents; needs a symmetric
 * map or one with an adjoint, and gives σ_k up to the error of the probes: see `leftOut` and `jackknifeError`. All pairs
 * see the same probes, so one left out is left out everywhere.
 * @throws RangeError without batches or iterates, or when quadrature cannot be had.
 */
export function rdsSharpness(
  maps: readonly { readonly map: DiscreteMap; readonly probability: number }[],
  iterates: readonly Float64Array[],
  options: RdsSharpnessOptions,
): RdsSharpness {
  if (maps.length === 0 || iterates.length === 0) throw new RangeError("rdsSharpness: needs batches and iterates");
  const n = maps[0].map.dimension;
  const spectrum =
    options.spectrum ?? (n <= denseDimension ? { method: "dense" } : { method: "quadrature", probes: 8 });
  const read =
    spectrum.method === "dense"
      ? denseReader
      : (map: DiscreteMap, x: Float64Array) => probedSpectra(map, x, { ...options, probes: spectrum.probes });
  const total = maps.reduce((sum, { probability }) => sum + probability, 0);
  const sums: Float64Array[] = [];
  let smallest = Number.POSITIVE_INFINITY;
  for (const [b, { map, probability }] of maps.entries()) {
    options.progress?.(b, maps.length);
    const largest: Float64Array[] = [];
    for (const x of iterates) {
      const { spectra, bound } = read(map, x);
      smallest = Math.min(smallest, bound);
      for (const [i, values] of spectra.entries()) raise((largest[i] ??= new Float64Array(n)), values);
    }
    for (const [i, values] of largest.entries()) {
      const sum = (sums[i] ??= new Float64Array(n));
      for (let k = 0; k < n; k++) sum[k] += (probability / total) * Math.log(values[k]);
    }
  }
  const [orders, ...leftOut] = sums;
  return { orders, leftOut, smallestSingularValue: smallest, method: spectrum.method };
}

function raise(largest: Float64Array, values: Float64Array): void {
  for (let k = 0; k < values.length; k++) largest[k] = Math.max(largest[k], values[k]);
}

/**
 * The sharpness dimension j + (s_1 + ⋯ + s_j)/|s_{j+1}|, j the largest index with s_1 + ⋯ + s_j ≥ 0. Orders closer to 0
 * than `cut` count as 0: with far more parameters than data most σ_k are 1 up to rounding, and their logarithms add up
 * to noise; how the dimension changes with the cut tells how much of it is that.
 */
export function sharpnessDimension(orders: Float64Array, cut = 0): number {
  return kaplanYorkeDimension(
    orders.map((s) => (Math.abs(s) <= cut ? 0 : s)),
    orders.length,
  )!;
}

function denseReader(map: DiscreteMap, x: Float64Array): StepSpectra {
  const values = singularValues(denseTangent(map, x));
  return { spectra: [values], bound: values[values.length - 1] };
}
