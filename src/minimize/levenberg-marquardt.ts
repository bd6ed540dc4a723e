import type { Objective } from "../compile/index.ts";
import { dampedModel } from "./damped-model.ts";
import { confine, type Damping } from "./damping.ts";
import { gaussNewtonMove } from "./gauss-newton-move.ts";
import type { Minimization, Settings } from "./minimization.ts";
import { ModelRoom } from "./model-room.ts";
import { newtonMove } from "./newton-move.ts";
import type { RegularizedLoss } from "./regularized-loss.ts";
import { startWalk } from "./walk.ts";

/** Gauss–Newton is slow, and Newton steps are tried, when PATIENCE steps in a row left more than LEFT of F. */
const PATIENCE = 5;
const LEFT = 0.95;
/** Steps that a walk may go on with a gradient within tolerance, on its way to the loss tolerance. */
const GRACE = 10;

/** Levenberg–Marquardt on F; see `minimize`. Overwrites `theta`. */
export function levenbergMarquardt(
  objective: Objective,
  loss: RegularizedLoss,
  theta: Float64Array,
  settings: Settings,
): Minimization {
  const walk = startWalk(loss, theta, settings);
  const room = new ModelRoom();
  const damping: Damping = { mu: Number.NaN };
  const newtonDamping: Damping = { mu: Number.NaN };
  let slow = 0;
  let grace = GRACE;
  for (;;) {
    const ended = walk.arrival();
    if (ended) return ended;
    grace = walk.gradientIsSmall() ? grace - 1 : GRACE;
    if (grace < 0) return walk.end("converged", "gradient norm within tolerance");
    const before = walk.value;
    const model = dampedModel(objective, loss, theta, walk.gradient, room);
    if (Number.isNaN(damping.mu)) damping.mu = settings.initialDamping * model.scale;
    confine(damping, model.scale);
    if (slow >= PATIENCE && objective.outputCount > 0 && !walk.gradientIsSmall()) {
      if (Number.isNaN(newtonDamping.mu)) newtonDamping.mu = damping.mu;
      confine(newtonDamping, model.scale);
      if (newtonMove(objective, loss, walk, model, newtonDamping)) {
        if (walk.value <= LEFT * before) slow = 0;
        continue;
      }
    }
    const outcome = gaussNewtonMove(objective, loss, walk, model, damping);
    if (outcome === "at a minimum" || (outcome === "stuck" && walk.gradientIsSmall())) {
      return walk.end("converged", "gradient norm within tolerance");
    }
    if (outcome === "stuck") return walk.end("stalled", "no damping gives a step that helps");
    slow = walk.value > LEFT * before ? slow + 1 : 0;
  }
}
