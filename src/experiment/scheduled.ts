import { sampleCurvature } from "../curvature/index.ts";
import { createRng } from "../numeric/index.ts";
import { decided, mu, prepare, ruleLambda, sampleTraces, undetermined, type Verdict } from "../stability/index.ts";
import { lawOf } from "./batch-law.ts";
import type { StabilityAnswer, StabilityContext } from "./interpolating.ts";
import { kinkDistance } from "./kink-distance.ts";
import { rankCheck } from "./rank-check.ts";
import { finite, liftedFields, notAsked } from "./stability-fields.ts";

/**
 * μ and λ of a schedule that repeats: the exponents of the composition of its steps, per step. The step sizes themselves
 * are what is asked about, so there is no set of stable ones.
 */
export function scheduledStability(context: StabilityContext, stepSizes: readonly number[]): StabilityAnswer {
  const { spec, problem, objective, minimum, labels, rule, kernel, tick } = context;
  const { steps, maxSteps, tolerance, burnIn, rankTolerance } = spec.stability;
  tick("tangent kernel", null);
  const curvature = sampleCurvature(objective, minimum.theta, rankTolerance);
  const { factor, rows: outputs } = curvature;
  const law = lawOf(spec, problem, labels, sampleTraces({ factor, outputs }));
  const rng = createRng(spec.seed, "stability");
  const prepared = prepare({ factor, outputs, law, rng, ...(kernel && { kernel }) });
  const { eigenvalues } = prepared;
  const doubt = doubtOf(context, curvature);
  const full = mu(eigenvalues, rule, stepSizes);
  const lifted = ruleLambda(prepared, rule, stepSizes, {
    ...{ steps, maxSteps, tolerance, burnIn },
    progress: (done, most) => tick("λ of the schedule", Math.min(1, done / Math.min(most, steps))),
  });
  const { verdict, cause, reason } = lifted;
  return {
    law,
    eigenvalues,
    warnings: [`the exponents are those of ${stepSizes.length} steps in turn, per step`],
    results: {
      curvature: {
        ...{ sharpness: eigenvalues[0] ?? 0, sharpnessResidual: 0, smallestEigenvalue: null, smallestResidual: null },
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
      meanSquare: {
        exponent: null,
        superstable: false,
        ...notAsked("the second moment of a schedule was not computed"),
      },
    },
  };
}

/** Exact up to rounding: a composition so close to neutral has no sign. */
function signOf(value: number | null): Verdict {
  if (value === null) return notAsked("H = 0: the loss is flat here and no direction moves");
  if (Math.abs(value) < 1e-12) return undetermined("interval-contains-zero", "the exponent is 0 up to rounding");
  return decided(value < 0 ? "stable" : "unstable");
}

function doubtOf({ spec, objective, minimum, tick }: StabilityContext, curvature: ReturnType<typeof sampleCurvature>) {
  if (!curvature.semidefinite) return undetermined("rank-not-constant", "some samples have indefinite Hessians");
  if (kinkDistance(objective, minimum.theta).on) {
    return undetermined("on-a-kink", "the minimum lies exactly on a kink, where the loss has no Hessian");
  }
  const { constant } = rankCheck(objective, minimum, curvature, spec, tick);
  return constant ? null : undetermined("rank-not-constant", "the rank of the tangent kernel changes at nearby minima");
}
