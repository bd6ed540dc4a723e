import { sampleCurvature } from "../curvature/index.ts";
import { createRng } from "../numeric/index.ts";
import type { ScheduleResult } from "../record/index.ts";
import {
  composedMoment,
  factorNoise,
  meanSquare,
  mu,
  prepare,
  ruleLambda,
  sampleTraces,
  scheduleScale,
  undetermined,
} from "../stability/index.ts";
import { lawOf } from "./batch-law.ts";
import { flatStability, requireFiniteSteps } from "./flat.ts";
import { indefiniteStability } from "./indefinite.ts";
import type { StabilityAnswer, StabilityContext } from "./interpolating.ts";
import { kinkDistance } from "./kink-distance.ts";
import { rankCheck } from "./rank-check.ts";
import { composedMeanSquare, finite, liftedFields, signOf } from "./stability-fields.ts";

/**
 * μ, λ and the mean square of a schedule that repeats: the exponents of the composition of its steps, per step. The step
 * sizes themselves are what is asked about, so the sets are of the factors by which all of them may be multiplied.
 */
export function scheduledStability(context: StabilityContext): StabilityAnswer {
  const { spec, problem, objective, minimum, labels, rule, stepSizes, kernel, tick } = context;
  const { steps, maxSteps, tolerance, burnIn, rankTolerance } = spec.stability;
  tick("tangent kernel", null);
  const curvature = sampleCurvature(objective, minimum.theta, rankTolerance);
  if (!curvature.semidefinite) return indefiniteStability(context);
  const { factor, rows: outputs } = curvature;
  const law = lawOf(spec, problem, labels, sampleTraces({ factor, outputs }));
  const rng = createRng(spec.seed, "stability");
  const prepared = prepare({ factor, outputs, law, rng, ...(kernel && { kernel }) });
  const { eigenvalues, blocks } = prepared;
  if (eigenvalues.length === 0) return flatStability(objective, law);
  requireFiniteSteps(stepSizes, eigenvalues[0]!);
  const doubt = doubtOf(context, curvature);
  const full = mu(eigenvalues, rule, stepSizes);
  tick("second moment of the schedule", null);
  const moment = law.secondMoment;
  const noisy = moment && blocks.map(({ samples, eigenvalues: own }) => factorNoise(samples, own, moment));
  const composed = noisy && composedMoment(noisy, rule, stepSizes);
  const lifted = ruleLambda(prepared, rule, stepSizes, {
    ...{ steps, maxSteps, tolerance, burnIn, contracts: composed?.sign === -1 },
    progress: (done, most) => tick("λ of the schedule", Math.min(1, done / Math.min(most, steps))),
  });
  const { verdict, cause, reason } = lifted;
  return {
    law,
    eigenvalues,
    warnings: [`the exponents are those of ${stepSizes.length} steps in turn, per step`],
    results: {
      curvature: {
        ...{ sharpness: eigenvalues[0]!, sharpnessResidual: 0, smallestEigenvalue: null, smallestResidual: null },
        ...{ ntkRank: curvature.rank, ntkSize: curvature.size, ntkGap: curvature.gap, rankLocallyConstant: null },
      },
      spectrum: {
        operator: "hessian",
        eigenvalues: [...eigenvalues],
        residuals: Array.from(eigenvalues, () => 0),
        dimension: objective.dimension,
        complete: true,
      },
      mu: { ...finite(full.value), at: full.at, ...(doubt ?? signOf(full.value)) },
      lambda: { ...liftedFields(lifted), ...(doubt ?? { verdict, cause, reason }) },
      meanSquare: composedMeanSquare(composed, law, doubt),
      schedule: scaleResult(context, prepared, noisy),
    },
  };
}

/** Of plain descent without decay; rules with velocity have exponents that need not be lost once and for all. */
function scaleResult(
  { rule, stepSizes, tick }: StabilityContext,
  prepared: Parameters<typeof scheduleScale>[0],
  noisy: ReturnType<typeof factorNoise>[] | null,
): ScheduleResult {
  const none = { stepSizes: [...stepSizes], gd: null, meanSquare: null, sgd: null };
  if (rule.type !== "gd" || (rule.weightDecay ?? 0) > 0) return none;
  tick("by how much the schedule may grow", null);
  const moments = meanSquare(prepared);
  const scale = scheduleScale(prepared, moments && noisy && { of: moments, blocks: noisy }, stepSizes);
  return { stepSizes: [...stepSizes], ...scale };
}

function doubtOf({ spec, objective, minimum, tick }: StabilityContext, curvature: ReturnType<typeof sampleCurvature>) {
  if (kinkDistance(objective, minimum.theta).on) {
    return undetermined("on-a-kink", "the minimum lies exactly on a kink, where the loss has no Hessian");
  }
  const { constant } = rankCheck(objective, minimum, curvature, spec, tick);
  return constant ? null : undetermined("rank-not-constant", "the rank of the tangent kernel changes at nearby minima");
}
