import type { Objective } from "../compile/index.ts";
import { axpy, dot, norm } from "../numeric/index.ts";
import { conjugateGradients } from "./conjugate-gradients.ts";
import { type DampedModel, dampedModel } from "./damped-model.ts";
import type { Minimization, Settings } from "./minimization.ts";
import type { RegularizedLoss } from "./regularized-loss.ts";
import { brief, startWalk, type Walk } from "./walk.ts";

/** μ at the start, relative to the largest diagonal entry of the curvature. */
const INITIAL_DAMPING = 1e-3;
/** μ never falls below this, relative to the same: the rounding of the curvature itself. */
const SMALLEST_DAMPING = 1e-16;
/** Past this relative damping a step is gradient descent with a tiny step size and still does not help. */
const LARGEST_DAMPING = 1e14;
/** Relative changes of F below this are noise; the gradient then decides whether a step helped. */
const NOISE = 1e-13;
/** A tiny gradient ends the walk only when the model promises less than this, relative to F. */
const NEGLIGIBLE_GAIN = 1e-6;
/** Gauss–Newton is slow when this many steps in a row left more than a quarter of the gradient. */
const PATIENCE = 3;

/** Levenberg–Marquardt on F; see `minimize`. Overwrites `theta`. */
export function levenbergMarquardt(
  objective: Objective,
  loss: RegularizedLoss,
  theta: Float64Array,
  settings: Settings,
): Minimization {
  const walk = startWalk(loss, theta, settings);
  const damping = { mu: Number.NaN, growth: 2 };
  let slow = 0;
  for (;;) {
    const ended = walk.arrival();
    if (ended) return ended;
    const before = walk.gradientNorm;
    const valueBefore = walk.value;
    const model = dampedModel(objective, loss, theta, walk.gradient);
    if (Number.isNaN(damping.mu)) damping.mu = INITIAL_DAMPING * model.scale;
    damping.mu = Math.max(damping.mu, SMALLEST_DAMPING * model.scale);
    const useNewton = slow >= PATIENCE && objective.outputCount > 0;
    if (useNewton && newtonMove(loss, walk, model, damping.mu)) continue;
    const outcome = dampedMove(loss, walk, model, damping);
    if (outcome !== "moved") return finish(walk, outcome);
    const lingering = walk.gradientNorm > 0.25 * before && walk.value > 0.5 * valueBefore;
    slow = lingering ? slow + 1 : 0;
  }
}

type Outcome = "moved" | "at a minimum" | "stuck";

/** Raises the damping until a step helps, takes it and lowers the damping by the quality of the prediction. */
function dampedMove(
  loss: RegularizedLoss,
  walk: Walk,
  model: DampedModel,
  damping: { mu: number; growth: number },
): Outcome {
  const n = walk.theta.length;
  const step = new Float64Array(n);
  const next = new Float64Array(n);
  const gradient = new Float64Array(n);
  for (; damping.mu <= LARGEST_DAMPING * model.scale; damping.mu *= damping.growth, damping.growth *= 2) {
    if (!model.damp(damping.mu) || !model.step(step)) continue;
    const predicted = 0.5 * (damping.mu * dot(step, step) - dot(step, walk.gradient));
    if (!(predicted > 0)) continue;
    if (walk.gradientIsSmall() && predicted <= NEGLIGIBLE_GAIN * Math.abs(walk.value)) return "at a minimum";
    add(walk.theta, step, next);
    const value = loss.value(next);
    const noise = NOISE * Math.abs(walk.value);
    const gain = (walk.value - value) / predicted;
    const drowned = predicted <= noise && Math.abs(value - walk.value) <= noise;
    if (!(gain > 1e-4) && !drowned) continue;
    const known = loss.gradient(next, gradient);
    if (!Number.isFinite(norm(gradient)) || (drowned && !(norm(gradient) < walk.gradientNorm))) continue;
    walk.move(step, known, gradient);
    damping.mu *= drowned ? 0.1 : Math.max(0.1, 1 - (2 * gain - 1) ** 3);
    damping.growth = 2;
    return "moved";
  }
  return "stuck";
}

/** One Newton step; taken only when it reduces the gradient without raising F. */
function newtonMove(loss: RegularizedLoss, walk: Walk, model: DampedModel, mu: number): boolean {
  const n = walk.theta.length;
  const step = new Float64Array(n);
  const next = new Float64Array(n);
  const gradient = new Float64Array(n);
  if (!model.damp(mu)) return false;
  const hessian = (x: Float64Array, out: Float64Array) => loss.hvp(walk.theta, x, out);
  const rhs = walk.gradient.map((x) => -x);
  if (!conjugateGradients(hessian, model.solve, rhs, step, { rtol: 1e-4, maxSteps: 200 })) return false;
  add(walk.theta, step, next);
  const value = loss.gradient(next, gradient);
  if (!(value <= walk.value + NOISE * Math.abs(walk.value) && norm(gradient) < 0.5 * walk.gradientNorm)) return false;
  walk.move(step, value, gradient);
  return true;
}

function add(x: Float64Array, step: Float64Array, out: Float64Array): void {
  out.set(x);
  axpy(1, step, out);
}

function finish(walk: Walk, outcome: "at a minimum" | "stuck"): Minimization {
  const numbers = `loss ${brief(walk.value)}, gradient norm ${brief(walk.gradientNorm)}, after ${walk.steps} steps`;
  if (outcome === "at a minimum" || walk.gradientIsSmall()) {
    return walk.end("converged", `gradient norm within tolerance: ${numbers}`);
  }
  return walk.end("stalled", `no damping gives a step that helps: ${numbers}`);
}
