import type { Objective } from "../compile/index.ts";
import { axpy, dot } from "../numeric/index.ts";
import { bend } from "./bend.ts";
import { conjugateGradients } from "./conjugate-gradients.ts";
import type { DampedModel } from "./damped-model.ts";
import { adapt, type Damping, isExhausted, raise } from "./damping.ts";
import type { RegularizedLoss } from "./regularized-loss.ts";
import { trial } from "./trial.ts";
import type { Walk } from "./walk.ts";

const RTOL = 1e-4;
const STEPS = 200;

/**
 * A damped Newton step, (∇²F + μI)δ = −∇F, by conjugate gradients on exact Hessian products with the Gauss–Newton model
 * as preconditioner. The damping rises until the damped Hessian is positive definite on what is seen of it and the step
 * helps. False when no damping does.
 */
export function newtonMove(
  objective: Objective,
  loss: RegularizedLoss,
  walk: Walk,
  model: DampedModel,
  damping: Damping,
): boolean {
  const step = new Float64Array(walk.theta.length);
  const image = new Float64Array(step.length);
  const downhill = walk.gradient.map((x) => -x);
  const hessian = (x: Float64Array, out: Float64Array) => {
    loss.hvp(walk.theta, x, out);
    axpy(damping.mu, x, out);
  };
  for (; !isExhausted(damping, model.scale); raise(damping)) {
    if (!model.damp(damping.mu)) continue;
    if (!conjugateGradients(hessian, model.solve, downhill, step, { rtol: RTOL, maxSteps: STEPS })) continue;
    loss.hvp(walk.theta, step, image);
    const predicted = dot(downhill, step) - 0.5 * dot(step, image);
    if (!bend(objective, walk.theta, model, step)) continue;
    const gain = trial(loss, walk, step, predicted);
    if (gain === null) continue;
    adapt(damping, gain);
    return true;
  }
  return false;
}
