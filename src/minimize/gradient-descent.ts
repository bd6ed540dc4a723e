import { norm } from "../numeric/index.ts";
import type { Minimization, Settings } from "./minimization.ts";
import type { RegularizedLoss } from "./regularized-loss.ts";
import { startWalk } from "./walk.ts";

/** θ ← θ − η∇F(θ) until a tolerance is met. Overwrites `theta`. */
export function gradientDescent(
  loss: RegularizedLoss,
  theta: Float64Array,
  stepSize: number,
  settings: Settings,
): Minimization {
  const walk = startWalk(loss, theta, settings);
  const step = new Float64Array(theta.length);
  const next = new Float64Array(theta.length);
  const gradient = new Float64Array(theta.length);
  for (;;) {
    const ended = walk.arrival();
    if (ended) return ended;
    if (walk.gradientIsSmall()) return walk.end("converged", "gradient norm within tolerance");
    for (let i = 0; i < theta.length; i++) {
      step[i] = -stepSize * walk.gradient[i];
      next[i] = theta[i] + step[i];
    }
    const value = loss.gradient(next, gradient);
    if (!Number.isFinite(value) || !Number.isFinite(norm(gradient))) {
      return walk.end(
        "diverged",
        `loss ${value} at step ${walk.steps + 1}; the step size ${stepSize} is too large here`,
      );
    }
    walk.move(step, value, gradient);
  }
}
