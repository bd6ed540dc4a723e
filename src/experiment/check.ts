import type { Answer, Experiment } from "./answer.ts";
import { constantStepSize } from "./constant-step-size.ts";
import { interpolatingStability, type StabilityAnswer, type StabilityContext } from "./interpolating.ts";
import { findMinimum } from "./minimum.ts";
import { nonInterpolatingStability } from "./non-interpolating.ts";
import { nonsingularity } from "./nonsingularity.ts";
import { linearRule } from "./update-rule.ts";

/** Both questions: is the minimum stable, and is the map non-singular? */
export function check(experiment: Experiment): Answer {
  const { context, answer } = ask(experiment);
  const certificate = certify(context, answer);
  return {
    results: { minimum: context.minimum.result, ...answer.results, nonsingularity: certificate.result },
    warnings: [...context.minimum.warnings, ...answer.warnings, ...certificate.warnings],
  };
}

/** Is the minimum stable, under the full loss and under batches? */
export function stability(experiment: Experiment): Answer {
  const { context, answer } = ask(experiment);
  return {
    results: { minimum: context.minimum.result, ...answer.results },
    warnings: [...context.minimum.warnings, ...answer.warnings],
  };
}

function ask({ spec, host, problem, objective, theta, labels, tick }: Experiment) {
  const stepSize = constantStepSize(spec, "stability");
  const minimum = findMinimum(spec, problem, objective, theta, tick);
  const context: StabilityContext = {
    ...{ spec, problem, objective, minimum, labels, stepSize, tick },
    rule: linearRule(spec.optimizer) ?? { type: "gd" },
    kernel: host.factorKernel,
  };
  const answer = minimum.result.interpolating ? interpolatingStability(context) : nonInterpolatingStability(context);
  return { context, answer };
}

function certify({ spec, problem, objective, minimum, stepSize, tick }: StabilityContext, answer: StabilityAnswer) {
  tick("non-singularity", null);
  const factors = answer.eigenvalues && localFactors(answer.eigenvalues, stepSize);
  const none = { smallestFactor: null, nearestReciprocal: null, volumeFactor: null };
  return nonsingularity(spec, problem, objective, minimum.theta, answer.law, stepSize, factors ?? none);
}

/** min |1 − ηλ_i| over all eigenvalues (ker H contributes 1), and the 1/λ_i nearest to η. */
function localFactors(eigenvalues: Float64Array, stepSize: number) {
  let smallestFactor = 1;
  let volume = 0;
  let nearestReciprocal: number | null = null;
  for (const eigenvalue of eigenvalues) {
    const factor = Math.abs(1 - stepSize * eigenvalue);
    volume += Math.log(factor);
    if (factor > smallestFactor || !(eigenvalue > 0)) continue;
    smallestFactor = factor;
    nearestReciprocal = 1 / eigenvalue;
  }
  return { smallestFactor, nearestReciprocal, volumeFactor: Number.isFinite(volume) ? volume : null };
}
