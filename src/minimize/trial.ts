import { axpy, norm } from "../numeric/index.ts";
import type { RegularizedLoss } from "./regularized-loss.ts";
import type { Walk } from "./walk.ts";

/** Relative changes of F below this are noise; the gradient then decides whether a step helped. */
const NOISE = 1e-13;
/** Part of the predicted decrease that a step must bring. */
const SUFFICIENT = 1e-4;

/**
 * Takes the step if it helps: if F falls by a fair part of the `predicted` decrease, or, where such a decrease drowns in
 * the rounding of F, if the gradient becomes smaller. Returns decrease/predicted (1 when drowned), null when not taken.
 */
export function trial(loss: RegularizedLoss, walk: Walk, step: Float64Array, predicted: number): number | null {
  if (!(predicted > 0)) return null;
  const next = walk.theta.slice();
  axpy(1, step, next);
  const noise = NOISE * Math.abs(walk.value);
  const gain = (walk.value - loss.value(next)) / predicted;
  const drowned = predicted <= noise && Math.abs(gain * predicted) <= noise;
  if (!(gain > SUFFICIENT) && !drowned) return null;
  const gradient = new Float64Array(step.length);
  const value = loss.gradient(next, gradient);
  const length = norm(gradient);
  if (!Number.isFinite(length) || (drowned && !(length < walk.gradientNorm))) return null;
  walk.move(step, value, gradient);
  return drowned ? 1 : gain;
}
