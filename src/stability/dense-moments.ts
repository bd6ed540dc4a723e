import { axpy, dot, lanczos, type Matrix, matrix, multiply, type Rng, scale } from "../numeric/index.ts";
import type { SecondMoment } from "../sampling/index.ts";
import { momentWeights } from "./moment-weights.ts";
import { findRoot } from "./root.ts";

/** Dense symmetric Hessians h_g of the groups of a second moment, in the eigenbasis of H. */
export interface DenseMoments {
  /** Eigenvalues of H, all positive, descending. */
  readonly eigenvalues: Float64Array;
  readonly alpha: number;
  readonly coefficients: Float64Array;
  readonly groups: readonly Matrix[];
}

/** h_g = Σ weights[s] H_{indices[s]} for every group with a coefficient. */
export function denseMoments(
  eigenvalues: Float64Array,
  hessians: readonly Matrix[],
  moment: SecondMoment,
): DenseMoments {
  const kept = Int32Array.from(moment.coefficients.keys()).filter((g) => moment.coefficients[g] !== 0);
  const n = eigenvalues.length;
  const groups = Array.from(kept, (g) => {
    const h = matrix(n, n);
    for (let s = moment.starts[g]; s < moment.starts[g + 1]; s++) {
      axpy(moment.weights[s], hessians[moment.indices[s]].data, h.data);
    }
    return h;
  });
  return {
    eigenvalues,
    alpha: moment.alpha,
    coefficients: Float64Array.from(kept, (g) => moment.coefficients[g]),
    groups,
  };
}

/**
 * The step size below which E[(I − ηH_B)⊗(I − ηH_B)] has spectral radius < 1, for H ≻ 0 and H_i of any sign: the root
 * of ρ(√D ∘ V(√D ∘ ·)) = 1 below 2/λ_max. Cost: some ten Lanczos runs of Σ_g 4n³ an application.
 */
export function denseThreshold(moments: DenseMoments, rng: Rng): number {
  const { eigenvalues, alpha } = moments;
  const limit = 2 / eigenvalues[0];
  if (moments.groups.length === 0) return limit;
  const excess = (x: number) => {
    const roots = responseRoots(eigenvalues, alpha, Math.exp(x));
    const operator = {
      dimension: roots.length,
      apply: (s: Float64Array, out: Float64Array) => out.set(noiseBetween(moments, roots, s)),
    };
    const { values } = lanczos(operator, { count: 1, rtol: 1e-9, rng: rng.fork("second moment") });
    return Math.log(Math.max(values[0], Number.MIN_VALUE));
  };
  const [lo, hi] = [Math.log(limit) - 35, Math.log(limit)];
  const values = [excess(lo), excess(hi)] as const;
  if (values[1] <= 0) return limit;
  return Math.exp(findRoot(excess, lo, hi, { values, rtol: 1e-12 }));
}

/**
 * The stationary covariance Σ = E[(I − ηH_B) Σ (I − ηH_B)] + η²G, G = E[g_B g_Bᵀ] (MM24), by conjugate gradients
 * on (I − √D V √D) X = √D ∘ G, Σ = √D ∘ X. Needs a mean-square stable step size. Null when it does not converge.
 */
export function stationaryCovariance(moments: DenseMoments, stepSize: number, noise: Matrix): Matrix | null {
  const { eigenvalues, alpha } = moments;
  const n = eigenvalues.length;
  const roots = responseRoots(eigenvalues, alpha, stepSize);
  const apply = (x: Float64Array) => {
    const image = noiseBetween(moments, roots, x);
    return x.map((value, i) => value - image[i]);
  };
  const x = new Float64Array(n * n);
  const residual = noise.data.map((value, i) => roots[i] * value);
  const direction = residual.slice();
  const start = dot(residual, residual);
  let square = start;
  for (let step = 0; square > 1e-24 * start; step++) {
    const image = apply(direction);
    const curvature = dot(direction, image);
    if (step >= 1000 || !(curvature > 0)) return null;
    axpy(square / curvature, direction, x);
    axpy(-square / curvature, image, residual);
    const next = dot(residual, residual);
    scale(next / square, direction);
    axpy(1, residual, direction);
    square = next;
  }
  return matrix(
    n,
    n,
    x.map((value, i) => roots[i] * value),
  );
}

/** √D at z = 1. */
function responseRoots(eigenvalues: Float64Array, alpha: number, stepSize: number): Float64Array {
  return momentWeights(eigenvalues, alpha, { type: "gd" }, stepSize, { base: 0, excess: 0 }).map(Math.sqrt);
}

/** V(S) = Σ_g c_g h_g S h_g. */
export function denseNoise({ groups, coefficients }: DenseMoments, s: Matrix): Matrix {
  const total = matrix(s.rows, s.cols);
  groups.forEach((h, g) => {
    axpy(coefficients[g], multiply(multiply(h, s), h).data, total.data);
  });
  return total;
}

/** √D ∘ V(√D ∘ S) */
function noiseBetween(moments: DenseMoments, roots: Float64Array, s: Float64Array): Float64Array {
  const n = moments.groups[0].rows;
  const inner = s.map((value, i) => value * roots[i]);
  return denseNoise(moments, matrix(n, n, inner)).data.map((value, i) => value * roots[i]);
}
