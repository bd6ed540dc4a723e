import type { Objective } from "../compile/index.ts";
import { type OutputRoots, outputRoots } from "./output-roots.ts";

/** The weighted outputs' side of a Gauss–Newton matrix G = AᵀA, A = RJ, at one θ. */
export interface GaussNewtonParts {
  /** R_iᵀR_i = p_iB_i, positive part. */
  readonly roots: OutputRoots;
  /** p_i∇_fℓ_i, so that ∇L = Jᵀu. */
  readonly pull: Float64Array;
}

export function gaussNewtonParts(objective: Objective, theta: Float64Array): GaussNewtonParts {
  const { sampleCount: m, outputCount: k, weights } = objective;
  const pull = new Float64Array(m * k);
  const hessians = new Float64Array(m * k * k);
  objective.outputGradient(theta, pull);
  objective.outputHessian(theta, hessians);
  for (let i = 0; i < m * k; i++) pull[i] *= weights[Math.floor(i / k)];
  for (let i = 0; i < m * k * k; i++) hessians[i] *= weights[Math.floor(i / (k * k))];
  return { roots: outputRoots(hessians, k), pull };
}
