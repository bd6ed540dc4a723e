import { type HessianSpectrum, hessianSpectrum, sampleHessian } from "../curvature/index.ts";
import { createRng, type Matrix, matrix } from "../numeric/index.ts";
import { type Hypothesis, type Results, tableOf } from "../record/index.ts";
import {
  type BatchOperator,
  type Linearized,
  linearized,
  mu,
  muVerdict,
  notApplicable,
  stepSizeLimit,
  undetermined,
  type Verdict,
} from "../stability/index.ts";
import { lawOf } from "./batch-law.ts";
import type { StabilityAnswer, StabilityContext } from "./interpolating.ts";
import { kinkDistance } from "./kink-distance.ts";
import { lrConversions } from "./lr.ts";
import { hasUnreachableTargets } from "./minimum.ts";
import { noLambda } from "./stability-fields.ts";

/** Gradients below this times max(1, ‖θ‖) count as a critical point. */
const criticalTolerance = 1e-6;
/** Eigenvalues looked for at each end of a spectrum that is too large to be computed whole. */
const atEachEnd = 6;
/** Per-sample Hessians are stored up to this many numbers in all. */
const hessianBudget = 2e7;
/** An eigenvalue below this times the largest modulus counts as 0. */
const kernelTolerance = 1e-9;

/**
 * What can be said where residuals are left (cross-entropy, weight decay, noisy labels): the sharpness against the
 * rule's limit, μ on the Hessian, and the exponent of the linearised SGD. λ needs an interpolating minimum.
 */
export function nonInterpolatingStability(context: StabilityContext): StabilityAnswer {
  const { spec, problem, objective, minimum, labels, stepSize, tick } = context;
  const { theta, result } = minimum;
  const { weightDecay } = spec.optimizer;
  const law = lawOf(spec, problem, labels, null);
  const rng = createRng(spec.seed, "stability");
  const spectrum = hessianSpectrum(objective, theta, {
    ...{ weightDecay, count: atEachEnd, rtol: 1e-8, rng: rng.fork("lanczos") },
    onProgress: (products) => tick(`sharpness: ${products} Hessian products`, null),
  });
  const { values, residuals } = spectrum;
  const last = values.length - 1;
  const smallest = { value: values[last], residual: residuals[last] };
  // The spectrum holds the decay already.
  const rule = { ...context.rule, weightDecay: 0 };
  const critical = result.gradientNorm! <= criticalTolerance * Math.max(1, result.parameterNorm!);
  const kink = kinkDistance(objective, theta);
  const doubt = doubtOf(critical, result.gradientNorm!, kink.on);
  const moving = movingEigenvalues(spectrum);
  const found = mu(moving, rule, stepSize);
  const says =
    doubt ??
    muVerdict(
      { sharpness: values[0], residual: residuals[0], smallest, gradientNorm: result.gradientNorm! },
      rule,
      stepSize,
    );
  const saddle = says.cause === "saddle";
  const limit = values[0] > 0 ? stepSizeLimit(rule, values[0]) : null;
  const gd = saddle || limit === null ? [] : ([[0, limit]] as const);
  const sets = { gd, meanSquare: null, sgd: null, scanned: null, resolution: null, sgdError: null, complete: false };
  const linear = critical && rule.type === "gd" ? linearise(context, law, spectrum) : null;
  return {
    law,
    eigenvalues: spectrum.complete ? moving : null,
    // The first note says what the numbers mean; the report does.
    warnings: linear?.notes.slice(1) ?? [],
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
      stableStepSizes: sets,
      linearized: linear && pickLinearized(linear),
      hypotheses: hypothesesOf(context, kink),
      lr: lrConversions(spec.loss, problem.outputCount, problem.sampleCount, stepSize, sets),
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

/** The exponent of ∏(I − ηH_B) with H_B holding the weight decay. */
function linearise(context: StabilityContext, law: ReturnType<typeof lawOf>, spectrum: HessianSpectrum): Linearized {
  const { spec, objective, minimum, stepSize, tick } = context;
  const { weightDecay } = spec.optimizer;
  const { sampleCount: m, dimension: n } = objective;
  const { steps, maxSteps, tolerance, burnIn } = spec.stability;
  const rng = createRng(spec.seed, "linearized");
  const progress = (done: number, most: number) =>
    tick("linearised exponent", Math.min(1, done / Math.min(most, steps)));
  if (m * n * n <= hessianBudget) {
    const hessians = Array.from({ length: m }, (_, i) => {
      tick("samples' Hessians", i / m);
      return addDecay(sampleHessian(objective, minimum.theta, i), weightDecay);
    });
    const problem = { law, stepSize, rng, hessians, gradients: sampleGradients(context) };
    return linearized(problem, { steps, maxSteps, tolerance, burnIn, rankTolerance: kernelTolerance, progress });
  }
  const operator: BatchOperator = {
    dimension: n,
    apply(indices, weights, v, out) {
      objective.batchHvp(minimum.theta, indices, weights, v, out);
      for (let i = 0; i < n; i++) out[i] += weightDecay * v[i];
    },
  };
  const vector = (i: number) => spectrum.vectors.data.slice(i * n, (i + 1) * n);
  const found = Array.from(spectrum.values.keys());
  const top = Math.abs(spectrum.values[0]);
  const kernel = found.filter((i) => Math.abs(spectrum.values[i]) <= kernelTolerance * top).map(vector);
  const problem = { law, stepSize, rng, operator, kernel, start: [vector(0), vector(found.length - 1)] };
  // A step costs a Hessian product of a batch: fewer of them than in the factor's coordinates.
  return linearized(problem, { steps: steps / 25, maxSteps: steps / 5, tolerance, burnIn: burnIn / 5, progress });
}

function addDecay(hessian: Matrix, weightDecay: number): Matrix {
  for (let i = 0; i < hessian.rows; i++) hessian.data[i * (hessian.rows + 1)] += weightDecay;
  return hessian;
}

/** ∇ℓ_i with the decay's wθ, m × n. */
function sampleGradients({ spec, objective, minimum }: StabilityContext): Matrix {
  const { sampleCount: m, dimension: n } = objective;
  const gradients = matrix(m, n);
  for (let i = 0; i < m; i++) {
    const row = gradients.data.subarray(i * n, (i + 1) * n);
    objective.batchGradient(minimum.theta, Int32Array.of(i), Float64Array.of(1), row);
    for (let j = 0; j < n; j++) row[j] += spec.optimizer.weightDecay * minimum.theta[j];
  }
  return gradients;
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
