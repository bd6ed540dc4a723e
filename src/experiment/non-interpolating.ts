import { type HessianSpectrum, hessianSpectrum } from "../curvature/index.ts";
import { createRng } from "../numeric/index.ts";
import { type Hypothesis, type Results, tableOf } from "../record/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import {
  type Linearized,
  linearizedAt,
  mu,
  muVerdict,
  notApplicable,
  prepareLinearized,
  stepSizeLimit,
  undetermined,
  type Verdict,
} from "../stability/index.ts";
import { averagingOf } from "./averaged.ts";
import { requireFiniteSteps } from "./flat.ts";
import type { StabilityAnswer, StabilityContext } from "./interpolating.ts";
import { kinkDistance } from "./kink-distance.ts";
import { kernelTolerance, linearizedProblem } from "./linearized-problem.ts";
import { lrConversions } from "./lr.ts";
import { hasUnreachableTargets, isCritical } from "./minimum.ts";
import { noLambda, signOf } from "./stability-fields.ts";
import { lawOfSteps } from "./step-law.ts";

/** Eigenvalues looked for at each end of a spectrum that is too large to be computed whole. */
const atEachEnd = 6;

/**
 * What can be said where residuals are left (cross-entropy, weight decay, noisy labels): the sharpness against the
 * rule's limit, μ on the Hessian, and the exponent of the linearised SGD. λ needs an interpolating minimum.
 */
export function nonInterpolatingStability(context: StabilityContext): StabilityAnswer {
  const { spec, problem, objective, minimum, stepSizes, stepSize, tick } = context;
  const { theta, result } = minimum;
  const { weightDecay } = spec.optimizer;
  const law = lawOfSteps(context, minimum.theta);
  const rng = createRng(spec.seed, "stability");
  const spectrum = hessianSpectrum(objective, theta, {
    ...{ weightDecay, count: atEachEnd, rtol: 1e-8, rng: rng.fork("lanczos") },
    onProgress: (products) => tick(`sharpness: ${products} Hessian products`, null),
  });
  const { values, residuals } = spectrum;
  const last = values.length - 1;
  requireFiniteSteps(stepSizes, Math.max(values[0], -values[last]));
  const smallest = { value: values[last], residual: residuals[last] };
  // The spectrum holds the decay already.
  const rule = { ...context.rule, weightDecay: 0 };
  const critical = isCritical(result);
  const kink = kinkDistance(objective, theta);
  const doubt = doubtOf(critical, result.gradientNorm!, kink.on);
  const moving = movingEigenvalues(spectrum);
  const isConstant = stepSizes.length === 1;
  const found = mu(moving, rule, isConstant ? stepSize : stepSizes);
  const evidence = { sharpness: values[0], residual: residuals[0], smallest, gradientNorm: result.gradientNorm! };
  const says =
    doubt ??
    (isConstant
      ? muVerdict(evidence, rule, stepSize)
      : scheduleVerdict(muVerdict(evidence, rule, 1e-9 / Math.max(values[0], 1e-300)), found.value, spectrum.complete));
  const saddle = says.cause === "saddle";
  const limit = isConstant && values[0] > 0 ? stepSizeLimit(rule, values[0]) : null;
  const gd = saddle || limit === null ? [] : ([[0, limit]] as const);
  const sets = { gd, meanSquare: null, sgd: null, scanned: null, resolution: null, sgdError: null, complete: false };
  const linear = critical ? linearise(context, law, spectrum) : null;
  const turns = isConstant ? [] : [`the exponents are those of ${stepSizes.length} steps in turn, per step`];
  return {
    law,
    eigenvalues: spectrum.complete ? moving : null,
    // The first note says what the numbers mean; the report does.
    warnings: [...turns, ...(linear?.notes.slice(1) ?? [])],
    varianceRatio:
      linear?.averagedTrace && linear.covarianceTrace ? linear.averagedTrace / linear.covarianceTrace : null,
    results: {
      curvature: {
        ...{ sharpness: values[0], sharpnessResidual: residuals[0] },
        ...{ smallestEigenvalue: smallest.value, smallestResidual: smallest.residual },
        ...{ ntkRank: null, ntkSize: null, ntkGap: null, rankLocallyConstant: null },
      },
      spectrum: {
        operator: "hessian",
        eigenvalues: [...values],
        residuals: [...residuals],
        dimension: objective.dimension,
        complete: spectrum.complete,
      },
      mu: {
        value: Number.isFinite(found.value) ? found.value : null,
        superstable: found.superstable,
        at: found.at,
        ...says,
      },
      lambda: { ...noLambda, ...notInterpolating(context) },
      meanSquare: { exponent: null, superstable: false, ...notInterpolating(context) },
      stableStepSizes: isConstant ? sets : null,
      linearized: linear && pickLinearized(linear),
      hypotheses: hypothesesOf(context, kink),
      lr: lrConversions(
        spec.loss,
        problem.outputCount,
        { samples: problem.sampleCount, batch: spec.batch.size },
        stepSize,
        sets,
      ),
      curves: limit === null ? null : muCurve(moving, rule, limit, stepSize),
    },
  };
}

function doubtOf(critical: boolean, gradientNorm: number, onKink: boolean): Verdict | null {
  if (!critical) {
    return undetermined("not-a-minimum", `not a minimum yet: the gradient norm is ${gradientNorm.toPrecision(2)}`);
  }
  return onKink ? undetermined("on-a-kink", "the point lies exactly on a kink, where the loss has no Hessian") : null;
}

function notInterpolating({ spec, problem, minimum }: StabilityContext): Verdict {
  if (spec.optimizer.weightDecay > 0) {
    return notApplicable("not-interpolating", "weight decay keeps the samples' gradients from vanishing together");
  }
  if (hasUnreachableTargets(spec, problem)) {
    const loss = spec.loss?.type === "logistic" ? "the logistic loss" : "cross-entropy";
    return notApplicable("no-finite-minimum", `${loss} with hard labels has no finite interpolating minimum`);
  }
  const size = minimum.result.maxResidual!.toPrecision(2);
  return notApplicable("not-interpolating", `residuals are left: the largest is ${size}, so the noise does not vanish`);
}

/** The eigenvalues that are not 0 up to their residual: directions of ker H are taken as those of the critical set. */
function movingEigenvalues({ values, residuals }: HessianSpectrum): Float64Array {
  const top = Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1]));
  return values.filter((value, i) => Math.abs(value) > Math.max(kernelTolerance * top, residuals[i]));
}

/** A schedule at a point where no small step is unstable; `atRest` is the verdict for small steps. */
function scheduleVerdict(atRest: Verdict, exponent: number | null, complete: boolean): Verdict {
  if (atRest.verdict !== "stable") return atRest;
  const says = signOf(exponent);
  if (complete || says.verdict !== "stable") return says;
  return undetermined("residual-too-large", "of a schedule every eigenvalue of H matters, and only some are known");
}

/** The exponent of ∏(I − ηH_B) with H_B holding the weight decay. */
function linearise(context: StabilityContext, law: BatchLaw, spectrum: HessianSpectrum): Linearized {
  const { spec, stepSizes, tick } = context;
  const { steps, maxSteps, tolerance, burnIn } = spec.stability;
  const averaging = averagingOf(spec);
  const options = {
    rule: { ...context.rule, weightDecay: 0 },
    ...(averaging && { averaging }),
    tolerance,
    progress: (done: number, most: number) => tick("linearised exponent", Math.min(1, done / Math.min(most, steps))),
  };
  const { problem, isDense } = linearizedProblem(context, law, spectrum);
  const prepared = prepareLinearized(problem);
  if (isDense) return linearizedAt(prepared, stepSizes, { ...options, steps, maxSteps, burnIn });
  // A step costs a Hessian product of a batch: fewer of them than in the factor's coordinates.
  return linearizedAt(prepared, stepSizes, { ...options, steps: steps / 25, maxSteps: steps / 5, burnIn: burnIn / 5 });
}

function pickLinearized(found: Linearized): Results["linearized"] {
  const { exponent, confidence95, meanSquareStepSize, covarianceTrace, level } = found;
  return { exponent, confidence95, meanSquareStepSize, covarianceTrace, level };
}

function hypothesesOf({ spec, minimum }: StabilityContext, kink: ReturnType<typeof kinkDistance>): Hypothesis[] {
  const { maxResidual } = minimum.result;
  const unchecked = (name: string): Hypothesis => {
    return { name, status: "unchecked", value: null, reason: "asked of interpolating minima only" };
  };
  const limit = `tolerance ${spec.stability.interpolationTolerance}`;
  const reason = `largest residual ${maxResidual!.toPrecision(2)}, ${limit}`;
  const distance = kink.distance === null ? "no kink nearby" : `nearest at distance ${kink.distance.toPrecision(2)}`;
  return [
    { name: "interpolation", status: "fails", value: maxResidual, reason },
    unchecked("rank"),
    unchecked("invertibility"),
    unchecked("irreducibility"),
    {
      name: "kink-distance",
      status: kink.on ? "fails" : "holds",
      value: kink.distance,
      reason: kink.kinks === 0 ? "the loss has no kinks" : `${distance} in parameter space`,
    },
  ];
}

/** μ(η) from 0 to twice the limit, or to the step size in use when that is larger. */
function muCurve(
  eigenvalues: Float64Array,
  rule: StabilityContext["rule"],
  limit: number,
  stepSize: number,
): Results["curves"] {
  const end = Math.max(2 * limit, 1.2 * stepSize);
  const count = 400;
  const steps = Array.from({ length: count }, (_, i) => ((i + 1) / count) * end);
  const empty = steps.map(() => null);
  return tableOf("data/curves.csv", {
    stepSize: steps,
    mu: steps.map((eta) => mu(eigenvalues, rule, eta).value),
    lambda: empty,
    lambdaLo: empty,
    lambdaHi: empty,
    lambdaLower: empty,
    lambdaUpper: empty,
    meanSquare: empty,
  });
}
