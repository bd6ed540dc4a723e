import type { Objective } from "../compile/index.ts";
import { norm } from "../numeric/index.ts";

export interface KinkDistance {
  /** First-order distance in parameter space, |z|/‖∇z‖, to the nearest kink; null when there is none. */
  readonly distance: number | null;
  /** Whether a switching value is exactly 0 at θ without vanishing identically nearby. */
  readonly on: boolean;
  readonly kinks: number;
}

/** How many of the smallest switching values have their gradient computed. */
const examined = 32;

/** How far θ is from the nearest point where an activation switches. */
export function kinkDistance(objective: Objective, theta: Float64Array): KinkDistance {
  const count = objective.switchCount;
  if (count === 0) return { distance: null, on: false, kinks: 0 };
  const values = new Float64Array(count);
  objective.switching(theta, values);
  const order = Uint32Array.from(values, (_, i) => i).sort((i, j) => Math.abs(values[i]) - Math.abs(values[j]));
  const gradient = new Float64Array(theta.length);
  let distance = Number.POSITIVE_INFINITY;
  for (const i of order.subarray(0, examined)) {
    objective.switchingGradient(theta, i, gradient);
    const slope = norm(gradient);
    if (slope > 0) distance = Math.min(distance, Math.abs(values[i]) / slope);
  }
  return { distance: Number.isFinite(distance) ? distance : null, on: distance === 0, kinks: count };
}
