import type { Objective } from "../compile/index.ts";
import { axpy, norm } from "../numeric/index.ts";
import type { DampedModel } from "./damped-model.ts";

/** ‖correction‖/‖δ‖ that geodesic acceleration may reach. */
const LONGEST_CORRECTION = 0.75;
/** Part of the step over which the second derivative of the outputs is differenced. */
const PROBE = 0.1;
/** Steps shorter than this times ‖θ‖ are straight: their second differences would be rounding. */
const SHORTEST_BENT_STEP = 1e-6;

/**
 * Geodesic acceleration (Transtrum, Sethna 2012): δ ← δ − ½(C + μI)⁻¹Jᵀ(pB)f″(δ, δ), which bends the step along the
 * curved valley. False, and δ unchanged, when the correction is too long to be trusted. The second derivative of the
 * outputs is differenced: it steers the search and enters no result.
 */
export function bend(objective: Objective, theta: Float64Array, model: DampedModel, step: Float64Array): boolean {
  if (!model.lift || norm(step) <= SHORTEST_BENT_STEP * norm(theta)) return true;
  const size = objective.sampleCount * objective.outputCount;
  const here = new Float64Array(size);
  const ahead = new Float64Array(size);
  const slope = new Float64Array(size);
  const probe = theta.slice();
  axpy(PROBE, step, probe);
  objective.outputs(theta, here);
  objective.outputs(probe, ahead);
  objective.jvp(theta, step, slope);
  for (let i = 0; i < size; i++) ahead[i] = (2 / PROBE) * ((ahead[i] - here[i]) / PROBE - slope[i]);
  const correction = new Float64Array(step.length);
  model.lift(ahead, correction);
  if (!(norm(correction) <= LONGEST_CORRECTION * norm(step))) return false;
  axpy(-0.5, correction, step);
  return true;
}
