import type { Objective } from "../compile/index.ts";
import { type LinearOperator, lanczos, type Matrix, type Rng, row, symmetricEigen } from "../numeric/index.ts";
import { denseMatrix, hessianOperator } from "./hessian-operator.ts";

export interface SpectrumOptions {
  /** Eigenvalues wanted at each end. Default 1. */
  readonly count?: number;
  /** Which end when not all are computed. Default "both". */
  readonly which?: "largest" | "smallest" | "both";
  /** w of H = ∇²L + wI. Default 0. */
  readonly weightDecay?: number;
  /** Residual wanted, relative to the largest |eigenvalue|. Default 1e-10. */
  readonly rtol?: number;
  /** Hessians up to this size are formed and diagonalised. Default 400. */
  readonly denseLimit?: number;
  readonly maxSteps?: number;
  readonly rng: Rng;
  /** Called after every Hessian product; what it throws ends the search. */
  readonly onProgress?: (products: number) => void;
}

/** Eigenvalues of a Hessian, largest first. */
export interface HessianSpectrum {
  readonly values: Float64Array;
  /** Some eigenvalue lies within `residuals[i]` of `values[i]`. */
  readonly residuals: Float64Array;
  /** Row i is the unit eigenvector of `values[i]`. */
  readonly vectors: Matrix;
  /** Whether all n are there; if not, `count` at each end asked for. */
  readonly complete: boolean;
  /** Whether every residual met `rtol`. */
  readonly converged: boolean;
  readonly products: number;
}

/**
 * Eigenvalues of H = ∇²L(θ) + wI: all of them from the dense matrix when n ≤ `denseLimit`, else the ends of the spectrum
 * by Lanczos on exact Hessian products.
 *
 * Cost: n products and 9n³, or some tens to hundreds of products. Error: `residuals`, for dense matrices 1e-15·n·‖H‖
 * (the error of `symmetricEigen`), for Lanczos ‖Hv − λv‖ as computed.
 */
export function hessianSpectrum(objective: Objective, theta: Float64Array, options: SpectrumOptions): HessianSpectrum {
  const { weightDecay = 0, denseLimit = 400, onProgress = () => {} } = options;
  const op = hessianOperator(objective, theta, { weightDecay });
  let products = 0;
  const counted: LinearOperator = {
    dimension: op.dimension,
    apply(v, out) {
      op.apply(v, out);
      onProgress(++products);
    },
  };
  if (op.dimension <= denseLimit) {
    const { values, vectors } = symmetricEigen(denseMatrix(counted));
    const rounding = 1e-15 * values.length * Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1]));
    const residuals = new Float64Array(values.length).fill(rounding);
    return { values, residuals, vectors, complete: true, converged: true, products };
  }
  const { count = 1, which = "both", rtol = 1e-10, maxSteps, rng } = options;
  const found = lanczos(counted, { count, which, rtol, rng, ...(maxSteps === undefined ? {} : { maxSteps }) });
  const complete = found.values.length === op.dimension;
  return { ...found, complete, products };
}

export interface Sharpness {
  /** The largest eigenvalue of the Hessian (not the largest modulus). */
  readonly value: number;
  /** ‖Hv − λv‖: an eigenvalue lies this near. It bounds the distance to *an* eigenvalue; see `lanczos`. */
  readonly residual: number;
  /** The unit eigenvector. */
  readonly vector: Float64Array;
  readonly converged: boolean;
  readonly products: number;
}

/**
 * The sharpness λ_max(∇²L(θ) + wI), to compare with 2/η.
 *
 * @example Half-MSE of the two-weight network θ₂θ₁x at a minimum on one sample x: H = x²[θ₂, θ₁]ᵀ[θ₂, θ₁].
 * sharpness(objective, Float64Array.of(1, 1), { rng }).value; // 2x²
 */
export function sharpness(objective: Objective, theta: Float64Array, options: SpectrumOptions): Sharpness {
  const { values, residuals, vectors, converged, products } = hessianSpectrum(objective, theta, {
    ...{ which: "largest", count: 1 },
    ...options,
  });
  return { value: values[0], residual: residuals[0], vector: row(vectors, 0).slice(), converged, products };
}
