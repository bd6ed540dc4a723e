import type { Answer, Experiment } from "./answer.ts";
import { averagingResult } from "./averaged.ts";
import { certify as certifyAlone } from "./certify.ts";
import { constantStepSize, stepSizesOf } from "./constant-step-size.ts";
import { interpolatingStability, type StabilityAnswer, type StabilityContext } from "./interpolating.ts";
import { findMinimum } from "./minimum.ts";
import { nonInterpolatingStability } from "./non-interpolating.ts";
import { nonsingularity } from "./nonsingularity.ts";
import { scheduledStability } from "./scheduled.ts";
import { linearRule, linearRuleOf } from "./update-rule.ts";

/** Both questions: is the minimum stable, and is the map non-singular? */
export function check(experiment: Experiment): Answer {
  constantStepSize(experiment.spec, "check");
  if (linearRule(experiment.spec.optimizer) === null) return certificateAlone(experiment);
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

/** Adam, sign descent and their like have no exponents at a minimum, but they may be singular. */
function certificateAlone(experiment: Experiment): Answer {
  const { results, warnings } = certifyAlone(experiment);
  const why = `stability was not asked: steps of ${experiment.spec.optimizer.type} are not linear near a minimum`;
  return { results, warnings: [...warnings, why] };
}

function ask({ spec, host, problem, objective, theta, labels, tick }: Experiment) {
  const stepSizes = stepSizesOf(spec);
  const stepSize = stepSizes[0]!;
  const minimum = findMinimum(spec, problem, objective, theta, tick);
  const context: StabilityContext = {
    ...{ spec, problem, objective, minimum, labels, stepSizes, stepSize, tick },
    rule: linearRuleOf(spec, "stability"),
    kernel: host.factorKernel,
  };
  const answer = answerTo(context);
  const averaging = averagingResult(spec, answer.results, answer.varianceRatio ?? null);
  return { context, answer: { ...answer, results: { ...answer.results, averaging } } };
}

function answerTo(context: StabilityContext): StabilityAnswer {
  if (!context.minimum.result.interpolating) return nonInterpolatingStability(context);
  return context.stepSizes.length > 1 ? scheduledStability(context) : interpolatingStability(context);
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
