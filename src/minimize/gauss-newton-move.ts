import type { Objective } from "../compile/index.ts";
import { dot } from "../numeric/index.ts";
import { bend } from "./bend.ts";
import type { DampedModel } from "./damped-model.ts";
import { adapt, type Damping, isExhausted, raise } from "./damping.ts";
import type { RegularizedLoss } from "./regularized-loss.ts";
import { trial } from "./trial.ts";
import type { Walk } from "./walk.ts";

/** A tiny gradient ends the walk at once when the model promises less than this, relative to F. */
const NEGLIGIBLE_GAIN = 1e-6;
export type Outcome = "moved" | "at a minimum" | "stuck";

/** Raises the damping until the step of the model helps, takes it and lowers the damping. */
export function gaussNewtonMove(
  objective: Objective,
  loss: RegularizedLoss,
  walk: Walk,
  model: DampedModel,
  damping: Damping,
): Outcome {
  const step = new Float64Array(walk.theta.length);
  for (; !isExhausted(damping, model.scale); raise(damping)) {
    if (!model.damp(damping.mu) || !model.step(step)) continue;
    const predicted = 0.5 * (damping.mu * dot(step, step) - dot(step, walk.gradient));
    if (walk.gradientIsSmall() && predicted <= NEGLIGIBLE_GAIN * Math.abs(walk.value)) return "at a minimum";
    if (!bend(objective, walk.theta, model, step)) continue;
    const gain = trial(loss, walk, step, predicted);
    if (gain === null) continue;
    adapt(damping, gain);
    return "moved";
  }
  return "stuck";
}
