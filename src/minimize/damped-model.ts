import type { Objective } from "../compile/index.ts";
import { dualModel } from "./dual-model.ts";
import { iterativeModel } from "./iterative-model.ts";
import { ModelRoom } from "./model-room.ts";
import { hessianModel, primalModel } from "./primal-model.ts";
import type { RegularizedLoss } from "./regularized-loss.ts";

/**
 * The quadratic model of F at a point: curvature C (Gauss–Newton matrix plus weight decay, or the Hessian) with a
 * damping μ added to its diagonal.
 */
export interface DampedModel {
  /** The largest diagonal entry of the undamped curvature, the scale of μ; 1 when the curvature is 0. */
  readonly scale: number;
  /** Prepares (C + μI)⁻¹; false when it is not positive definite. */
  damp(mu: number): boolean;
  /** δ = −(C + μI)⁻¹∇F into `out`; false when it could not be found. */
  step(out: Float64Array): boolean;
  /** (C + μI)⁻¹ x into `out`. */
  solve(x: Float64Array, out: Float64Array): void;
  /** (C + μI)⁻¹ Jᵀ(pB)y into `out`: the parameters' answer to a change y of the outputs. Absent without outputs. */
  readonly lift?: (y: Float64Array, out: Float64Array) => void;
}

/** Beyond this the smaller side of the curvature is not factored but iterated on. */
const DIRECT_LIMIT = 4000;
/** Jacobians up to this many numbers (240 MB) are stored. */
const JACOBIAN_LIMIT = 3e7;

/** The model that fits the sizes of the objective, at θ with gradient ∇F. It is valid until the room is used again. */
export function dampedModel(
  objective: Objective,
  loss: RegularizedLoss,
  theta: Float64Array,
  gradient: Float64Array,
  room = new ModelRoom(),
): DampedModel {
  const n = objective.dimension;
  const outputs = objective.sampleCount * objective.outputCount;
  if (outputs === 0) {
    return n <= DIRECT_LIMIT
      ? hessianModel(loss, theta, gradient, room)
      : iterativeModel(objective, loss, theta, gradient);
  }
  if (outputs < n && outputs <= DIRECT_LIMIT) return dualModel(objective, loss.weightDecay, theta, gradient, room);
  if (n <= DIRECT_LIMIT && outputs * n <= JACOBIAN_LIMIT)
    return primalModel(objective, loss.weightDecay, theta, gradient, room);
  return iterativeModel(objective, loss, theta, gradient);
}
