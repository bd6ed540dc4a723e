import type { Objective } from "../compile/index.ts";
import { curvatureKernel } from "./curvature-kernel.ts";
import { type NtkFactor, ntkFactor } from "./ntk-factor.ts";

/** Φ of every sample, with what its rank rests on: H_i = Σ φφᵀ over the `rows` rows of sample i, in coordinates of N. */
export interface SampleCurvature extends NtkFactor {
  /** Rows a sample: k of a network, n of a formula objective. */
  readonly rows: number;
  /** False when some ∇²_fℓ_i (∇²ℓ_i of a formula) has a negative eigenvalue, so that no factor exists. */
  readonly semidefinite: boolean;
}

/**
 * Factors the samples' curvature at an interpolating point, ∇²ℓ_i = A_iᵀA_i, through the kernel K_B = AAᵀ = ΦΦᵀ. Rows of
 * Φ are those of A in an orthonormal basis of N = range Aᵀ, so H = Σ p_i Φ_iᵀΦ_i there; the weights p_i stay outside.
 * An eigenvalue of K_B counts towards the rank above `rtol` times the largest.
 *
 * Cost: the kernel (see `curvatureKernel`) and an eigenproblem of size m·k.
 */
export function sampleCurvature(objective: Objective, theta: Float64Array, rtol = 1e-9): SampleCurvature {
  const { kernel, rows, semidefinite } = curvatureKernel(objective, theta);
  return { ...ntkFactor(kernel, { rtol }), rows, semidefinite };
}
