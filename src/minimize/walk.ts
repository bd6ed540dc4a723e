import { axpy, norm } from "../numeric/index.ts";
import { ESCAPE_RADIUS, type Minimization, type Settings } from "./minimization.ts";
import type { RegularizedLoss } from "./regularized-loss.ts";

/** The current point of a descent, with value and gradient, and the ways a descent can end. */
export interface Walk {
  readonly theta: Float64Array;
  readonly gradient: Float64Array;
  value: number;
  gradientNorm: number;
  steps: number;
  /** Whether ‖∇F‖ ≤ gradientTolerance · max(1, ‖θ‖). */
  gradientIsSmall(): boolean;
  /** The result when the walk must end at this point: not finite, tolerance met, or steps spent. Reports progress. */
  arrival(): Minimization | null;
  /** θ ← θ + step, whose value and gradient are known. */
  move(step: Float64Array, value: number, gradient: Float64Array): void;
  end(status: Minimization["status"], reason: string): Minimization;
}

export function startWalk(loss: RegularizedLoss, theta: Float64Array, settings: Settings): Walk {
  const { tolerance, gradientTolerance, maxSteps, onProgress } = settings;
  const gradient = new Float64Array(theta.length);
  const value = loss.gradient(theta, gradient);
  const plainLoss = () => walk.value - loss.penalty(theta);
  const walk: Walk = {
    theta,
    gradient,
    value,
    gradientNorm: norm(gradient),
    steps: 0,
    gradientIsSmall: () => walk.gradientNorm <= gradientTolerance * Math.max(1, norm(theta)),
    arrival() {
      const { steps, gradientNorm } = walk;
      onProgress({ step: steps, loss: plainLoss(), gradientNorm });
      if (!Number.isFinite(walk.value) || !Number.isFinite(gradientNorm)) {
        return walk.end("diverged", `loss ${walk.value}, gradient norm ${gradientNorm} at step ${steps}`);
      }
      const size = norm(theta);
      if (size > ESCAPE_RADIUS) return walk.end("diverged", `‖θ‖ = ${brief(size)} passed 1e12 at step ${steps}`);
      if (walk.value <= tolerance) {
        return walk.end("converged", `loss ${brief(walk.value)} ≤ tolerance ${brief(tolerance)} after ${steps} steps`);
      }
      if (steps >= maxSteps) {
        const numbers = `loss ${brief(walk.value)}, gradient norm ${brief(gradientNorm)}`;
        return walk.end("stalled", `stopped after ${steps} steps (maxSteps) at ${numbers}`);
      }
      return null;
    },
    move(step, nextValue, nextGradient) {
      axpy(1, step, theta);
      gradient.set(nextGradient);
      walk.value = nextValue;
      walk.gradientNorm = norm(gradient);
      walk.steps += 1;
    },
    end: (status, reason) => ({
      status,
      theta,
      loss: plainLoss(),
      value: walk.value,
      gradientNorm: walk.gradientNorm,
      steps: walk.steps,
      reason,
    }),
  };
  return walk;
}

/** A number for a sentence: three digits. */
export function brief(x: number): string {
  const text = x.toPrecision(3);
  return text.includes("e") ? Number(text).toExponential().replace("e+", "e") : String(Number(text));
}
