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
  /** The result, with its numbers appended to `what` happened. */
  end(status: Minimization["status"], what: string): Minimization;
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
      if (!Number.isFinite(walk.value) || !Number.isFinite(gradientNorm)) return walk.end("diverged", "not finite");
      if (norm(theta) > ESCAPE_RADIUS) return walk.end("diverged", `‖θ‖ = ${brief(norm(theta))} passed 1e12`);
      if (walk.value <= tolerance) return walk.end("converged", `loss within tolerance ${brief(tolerance)}`);
      return steps >= maxSteps ? walk.end("stalled", `maxSteps = ${maxSteps} spent`) : null;
    },
    move(step, nextValue, nextGradient) {
      axpy(1, step, theta);
      gradient.set(nextGradient);
      walk.value = nextValue;
      walk.gradientNorm = norm(gradient);
      walk.steps += 1;
    },
    end(status, what) {
      const { value, gradientNorm, steps } = walk;
      const penalty = loss.weightDecay > 0 ? ` (with weight decay ${brief(value)})` : "";
      const numbers = `loss ${brief(plainLoss())}${penalty}, gradient norm ${brief(gradientNorm)}`;
      const reason = `${what}: ${numbers} after ${steps} steps`;
      return { status, theta, loss: plainLoss(), value, gradientNorm, steps, reason };
    },
  };
  return walk;
}

/** A number for a sentence: three digits. */
export function brief(x: number): string {
  const text = x.toPrecision(3);
  return text.includes("e") ? Number(text).toExponential().replace("e+", "e") : String(Number(text));
}
