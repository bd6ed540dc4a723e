import type { Objective } from "../compile/index.ts";
import { axpy, dot } from "../numeric/index.ts";

/** F(θ) = L(θ) + w/2‖θ‖² of an objective, with its derivatives. */
export interface RegularizedLoss {
  readonly dimension: number;
  readonly weightDecay: number;
  /** w/2‖θ‖². */
  penalty(theta: Float64Array): number;
  value(theta: Float64Array): number;
  /** ∇F into `out`; returns F. */
  gradient(theta: Float64Array, out: Float64Array): number;
  /** ∇²F·v into `out`. */
  hvp(theta: Float64Array, v: Float64Array, out: Float64Array): void;
}

export function regularizedLoss(objective: Objective, weightDecay: number): RegularizedLoss {
  const penalty = (theta: Float64Array) => (weightDecay === 0 ? 0 : 0.5 * weightDecay * dot(theta, theta));
  return {
    dimension: objective.dimension,
    weightDecay,
    penalty,
    value: (theta) => objective.loss(theta) + penalty(theta),
    gradient(theta, out) {
      const loss = objective.gradient(theta, out);
      if (weightDecay !== 0) axpy(weightDecay, theta, out);
      return loss + penalty(theta);
    },
    hvp(theta, v, out) {
      objective.hvp(theta, v, out);
      if (weightDecay !== 0) axpy(weightDecay, v, out);
    },
  };
}
