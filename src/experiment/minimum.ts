import type { Objective } from "../compile/index.ts";
import { largestResidual } from "../curvature/index.ts";
import { minimize } from "../minimize/index.ts";
import { norm } from "../numeric/index.ts";
import type { Problem } from "../program/index.ts";
import type { MinimumResult, MinimumSearch } from "../record/index.ts";
import type { RunSpec } from "../spec/index.ts";
import type { Tick } from "./progress.ts";

export interface FoundMinimum {
  readonly theta: Float64Array;
  readonly result: MinimumResult;
  readonly warnings: readonly string[];
}

/** Gradients below this times max(1, ‖θ‖) count as a critical point. */
const criticalTolerance = 1e-6;

/** Whether the gradient vanishes there, as far as it counts. */
export function isCritical({ gradientNorm, parameterNorm }: MinimumResult): boolean {
  return gradientNorm! <= criticalTolerance * Math.max(1, parameterNorm!);
}

/** Goes to a minimum when the experiment asks for it, and says what lies there. */
export function findMinimum(
  spec: RunSpec,
  problem: Problem,
  objective: Objective,
  theta0: Float64Array,
  tick: Tick,
): FoundMinimum {
  const { weightDecay } = spec.optimizer;
  if (!spec.minimize) return { theta: theta0, result: lookAt(spec, problem, objective, theta0, null), warnings: [] };
  const { method, tolerance, gradientTolerance, maxSteps, stepSize } = spec.minimize;
  const found = minimize(objective, theta0, {
    ...{ method, tolerance, gradientTolerance, maxSteps, weightDecay },
    ...(stepSize === undefined ? {} : { stepSize }),
    onProgress: ({ step, loss, gradientNorm }) =>
      tick(`minimizing: step ${step}, loss ${loss.toExponential(2)}, gradient ${gradientNorm.toExponential(1)}`, null),
  });
  const search: MinimumSearch = { method, status: found.status, steps: found.steps, reason: found.reason };
  const warnings = found.status === "converged" ? [] : [`the minimisation ${found.status}: ${found.reason}`];
  return { theta: found.theta, result: lookAt(spec, problem, objective, found.theta, search), warnings };
}

function lookAt(
  spec: RunSpec,
  problem: Problem,
  objective: Objective,
  theta: Float64Array,
  search: MinimumSearch | null,
): MinimumResult {
  const gradient = new Float64Array(theta.length);
  const loss = objective.gradient(theta, gradient);
  const { weightDecay } = spec.optimizer;
  for (let i = 0; i < gradient.length; i++) gradient[i] += weightDecay * theta[i];
  const maxResidual = largestResidual(objective, theta);
  const scale = Math.max(1, largestTarget(problem));
  return {
    loss,
    gradientNorm: norm(gradient),
    maxResidual,
    interpolating:
      weightDecay === 0 &&
      maxResidual <= spec.stability.interpolationTolerance * scale &&
      !hasUnreachableTargets(spec, problem),
    parameterNorm: norm(theta),
    search,
  };
}

/**
 * Whether some target is a probability of 0 or 1, which logits reach only at infinity. However small the residuals are,
 * the curvature that they leave is then as large as that of the outputs: no point there interpolates.
 */
export function hasUnreachableTargets({ loss }: RunSpec, { data }: Problem): boolean {
  if (loss?.type !== "logistic" && loss?.type !== "crossEntropy") return false;
  if (loss.type === "crossEntropy" && loss.labelSmoothing > 0) return false;
  return data["targets"]?.some((target) => target === 0 || target === 1) ?? false;
}

/** max_i ‖y_i‖, the scale of the residuals. */
function largestTarget({ data, sampleCount }: Problem): number {
  const targets = data["targets"];
  if (!targets) return 0;
  const width = targets.length / sampleCount;
  let largest = 0;
  for (let i = 0; i < sampleCount; i++) largest = Math.max(largest, norm(targets.subarray(i * width, (i + 1) * width)));
  return largest;
}
