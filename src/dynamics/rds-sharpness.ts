import { krylov, type LinearOperator, quadrature, type Rng, singularValues } from "../numeric/index.ts";
import { kaplanYorkeDimension } from "./dimension.ts";
import { type DiscreteMap, denseTangent } from "./discrete-map.ts";

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
 * map or one with an adjoint, and gives σ_k up to the error of the probes.
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
  const orders = new Float64Array(n);
  const total = maps.reduce((sum, { probability }) => sum + probability, 0);
  let smallest = Number.POSITIVE_INFINITY;
  for (const [b, { map, probability }] of maps.entries()) {
    options.progress?.(b, maps.length);
    const largest = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
    for (const x of iterates) {
      const values =
        spectrum.method === "dense" ? denseValues(map, x) : quadratureValues(map, x, spectrum.probes, options);
      smallest = Math.min(smallest, values[n - 1]);
      values.forEach((value, k) => {
        largest[k] = Math.max(largest[k], Math.log(value));
      });
    }
    for (let k = 0; k < n; k++) orders[k] += (probability / total) * largest[k];
  }
  return { orders, smallestSingularValue: smallest, method: spectrum.method };
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

function denseValues(map: DiscreteMap, x: Float64Array): Float64Array {
  return singularValues(denseTangent(map, x));
}

/** σ_1 … σ_n as the quantiles of the density that the probes give. */
function quadratureValues(
  map: DiscreteMap,
  x: Float64Array,
  probes: number,
  { lanczosSteps = 80, rng }: RdsSharpnessOptions,
): Float64Array {
  const n = map.dimension;
  const isSymmetric = map.symmetric === true;
  const op = isSymmetric ? tangentOperator(map, x) : gramOperator(map, x);
  const parts = Array.from({ length: probes }, (_, i) => {
    const space = krylov(op, { maxSteps: Math.min(lanczosSteps, n), rng: rng.fork(`probe ${i}`) });
    const { nodes, weights } = quadrature(space);
    return Array.from(nodes, (node, j) => ({
      value: isSymmetric ? Math.abs(node) : Math.sqrt(Math.max(0, node)),
      count: (n * weights[j]) / probes,
    }));
  })
    .flat()
    .sort((a, b) => b.value - a.value);
  let [at, reached] = [0, parts[0].count];
  return Float64Array.from({ length: n }, (_, k) => {
    while (reached < k + 0.5 && at < parts.length - 1) reached += parts[++at].count;
    return parts[at].value;
  });
}

function tangentOperator(map: DiscreteMap, x: Float64Array): LinearOperator {
  return { dimension: map.dimension, apply: (v, out) => map.tangent(x, v, out) };
}

function gramOperator(map: DiscreteMap, x: Float64Array): LinearOperator {
  if (!map.adjoint) throw new RangeError("rdsSharpness: quadrature needs a symmetric map or one with an adjoint");
  const image = new Float64Array(map.dimension);
  return {
    dimension: map.dimension,
    apply(v, out) {
      map.tangent(x, v, image);
      map.adjoint!(x, image, out);
    },
  };
}
