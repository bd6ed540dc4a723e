import type { Objective } from "../compile/index.ts";
import { gradientDescent } from "./gradient-descent.ts";
import { lBfgs } from "./l-bfgs.ts";
import { levenbergMarquardt } from "./levenberg-marquardt.ts";
import type { Minimization, Progress } from "./minimization.ts";
import { regularizedLoss } from "./regularized-loss.ts";

export interface MinimizeOptions {
  /** Default "levenberg-marquardt". */
  readonly method?: "levenberg-marquardt" | "l-bfgs" | "gd";
  /** The value that counts as zero: a point with F ≤ tolerance has converged. Default 1e-24. */
  readonly tolerance?: number;
  /** A point with ‖∇F‖ ≤ gradientTolerance · max(1, ‖θ‖) has converged. Default 1e-12. */
  readonly gradientTolerance?: number;
  /** Default 1000. */
  readonly maxSteps?: number;
  /**
   * μ of the first Levenberg–Marquardt step, relative to the largest diagonal entry of the curvature. Default 0.1; next
   * to nothing (1e-12) for the short way back to minima near by.
   */
  readonly initialDamping?: number;
  /** Of "gd", which needs it. */
  readonly stepSize?: number;
  /** w ≥ 0 in F = L + w/2‖θ‖². Default 0. */
  readonly weightDecay?: number;
  /** Called at every point, the start included. What it throws ends the search. */
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Walks from `theta0` (not overwritten) towards a minimum of F(θ) = L(θ) + w/2‖θ‖².
 *
 * - "levenberg-marquardt": damped Gauss–Newton, (G + wI + μI)δ = −∇F with G = Σ p_i J_iᵀB_iJ_i, B_i = ∇²_fℓ_i (for
 *   squared losses G = 2κ Σ p_i J_iᵀJ_i), steps bent by geodesic acceleration (Transtrum, Sethna 2012). Solved in the space of
 *   outputs, on the kernel of size m·k, when m·k < n; in parameter space otherwise; by conjugate gradients when that is
 *   too large. Where residuals keep G away from the Hessian and progress becomes slow, Newton steps take over (conjugate
 *   gradients on exact Hessian products, preconditioned by G). A formula objective uses its Hessian in the place of G.
 * - "l-bfgs": two-loop recursion with 20 pairs, line search of Hager and Zhang.
 * - "gd": θ ← θ − stepSize·∇F.
 *
 * Cost per step: L-BFGS and GD one or a few gradients; LM one kernel or Jacobian and one Cholesky of its smaller side
 * (another after each step that failed). Memory: 3·min(mk, n)² numbers, and mk·n in parameter space.
 *
 * @returns "converged" at the loss or gradient tolerance; "stalled" when no step helps any more or the steps are spent;
 * "diverged" when numbers stop being finite or ‖θ‖ passes 1e12. `reason` says which, with the numbers.
 * @throws RangeError for options outside their range or a `theta0` of the wrong length.
 */
export function minimize(objective: Objective, theta0: Float64Array, options: MinimizeOptions = {}): Minimization {
  const { method = "levenberg-marquardt", weightDecay = 0, stepSize = Number.NaN, initialDamping = 0.1 } = options;
  const { tolerance = 1e-24, gradientTolerance = 1e-12, maxSteps = 1000, onProgress = () => {} } = options;
  const { dimension } = objective;
  if (theta0.length !== dimension) {
    throw new RangeError(`minimize: theta0 has ${theta0.length} numbers, the objective ${dimension} parameters`);
  }
  if (!(tolerance >= 0)) throw new RangeError(`minimize: tolerance must be ≥ 0, got ${tolerance}`);
  if (!(gradientTolerance >= 0))
    throw new RangeError(`minimize: gradientTolerance must be ≥ 0, got ${gradientTolerance}`);
  if (!(maxSteps >= 0)) throw new RangeError(`minimize: maxSteps must be ≥ 0, got ${maxSteps}`);
  if (!(weightDecay >= 0)) throw new RangeError(`minimize: weightDecay must be ≥ 0, got ${weightDecay}`);
  if (!(initialDamping > 0)) throw new RangeError(`minimize: initialDamping must be > 0, got ${initialDamping}`);
  const settings = { tolerance, gradientTolerance, maxSteps, initialDamping, onProgress };
  const loss = regularizedLoss(objective, weightDecay);
  const start = theta0.slice();
  switch (method) {
    case "levenberg-marquardt":
      return levenbergMarquardt(objective, loss, start, settings);
    case "l-bfgs":
      return lBfgs(loss, start, settings);
    case "gd":
      if (!(stepSize > 0)) throw new RangeError(`minimize: gd needs a stepSize > 0, got ${stepSize}`);
      return gradientDescent(loss, start, stepSize, settings);
  }
}
