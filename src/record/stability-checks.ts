import type { Fields } from "./checks.ts";
import { count, flag, interval, listOf, number, objectWith, oneOf, orNull, text } from "./checks.ts";
import type {
  AveragingResult,
  BatchSizeHint,
  CurvatureResult,
  LambdaResult,
  LawComparisonResult,
  LawResult,
  LinearizedResult,
  LrConversion,
  MeanSquareResult,
  MinimumResult,
  MinimumSearch,
  MuResult,
  ScheduleResult,
  SpectrumResult,
  StableStepSizesResult,
} from "./stability-results.ts";

const stabilityVerdict = oneOf("stable", "unstable", "undetermined", "not-applicable");
const cause = oneOf(
  "interval-contains-zero",
  "not-a-minimum",
  "rank-not-constant",
  "on-a-kink",
  "not-interpolating",
  "no-finite-minimum",
  "saddle",
  "residual-too-large",
);

export const minimum = objectWith({
  loss: orNull(number),
  gradientNorm: orNull(number),
  maxResidual: orNull(number),
  interpolating: flag,
  parameterNorm: orNull(number),
  search: orNull(
    objectWith({
      method: text,
      status: oneOf("converged", "stalled", "diverged"),
      steps: count,
      reason: text,
    } satisfies Fields<MinimumSearch>),
  ),
} satisfies Fields<MinimumResult>);

export const curvature = objectWith({
  sharpness: orNull(number),
  sharpnessResidual: orNull(number),
  smallestEigenvalue: orNull(number),
  smallestResidual: orNull(number),
  ntkRank: orNull(count),
  ntkSize: orNull(count),
  ntkGap: orNull(number),
  rankLocallyConstant: orNull(flag),
} satisfies Fields<CurvatureResult>);

export const spectrum = objectWith({
  operator: oneOf("hessian", "ntk"),
  eigenvalues: listOf(number),
  residuals: listOf(orNull(number)),
  dimension: count,
  complete: flag,
} satisfies Fields<SpectrumResult>);

export const mu = objectWith({
  value: orNull(number),
  superstable: flag,
  at: orNull(number),
  verdict: stabilityVerdict,
  cause: orNull(cause),
  reason: orNull(text),
} satisfies Fields<MuResult>);

export const lambda = objectWith({
  value: orNull(number),
  superstable: flag,
  confidence95: orNull(interval),
  signInterval: orNull(interval),
  lowerBound: orNull(number),
  upperBound: orNull(number),
  lowerProof: orNull(oneOf("log-det", "log-det-sampled")),
  upperProof: orNull(oneOf("collatz-wielandt", "finite-sample")),
  method: text,
  block: orNull(objectWith({ index: count, count, rank: count })),
  verdict: stabilityVerdict,
  cause: orNull(cause),
  reason: orNull(text),
  steps: orNull(count),
  moreSteps: orNull(number),
} satisfies Fields<LambdaResult>);

export const meanSquare = objectWith({
  exponent: orNull(number),
  superstable: flag,
  verdict: stabilityVerdict,
  cause: orNull(cause),
  reason: orNull(text),
} satisfies Fields<MeanSquareResult>);

export const stableStepSizes = objectWith({
  gd: orNull(listOf(interval)),
  meanSquare: orNull(listOf(interval)),
  sgd: orNull(listOf(interval)),
  scanned: orNull(interval),
  resolution: orNull(number),
  sgdError: orNull(listOf(interval)),
  complete: flag,
} satisfies Fields<StableStepSizesResult>);

export const linearized = objectWith({
  exponent: orNull(number),
  confidence95: orNull(interval),
  meanSquareStepSize: orNull(number),
  covarianceTrace: orNull(number),
  level: oneOf("estimate"),
} satisfies Fields<LinearizedResult>);

export const schedule = objectWith({
  stepSizes: listOf(number),
  gd: orNull(listOf(interval)),
  meanSquare: orNull(listOf(interval)),
  sgd: orNull(listOf(interval)),
} satisfies Fields<ScheduleResult>);

export const averaging = objectWith({
  type: oneOf("polyak", "exponential"),
  decay: orNull(number),
  mu: orNull(number),
  lambda: orNull(number),
  meanSquare: orNull(number),
  varianceRatio: orNull(number),
} satisfies Fields<AveragingResult>);

export const lr = objectWith({
  convention: text,
  factor: number,
  stepSize: orNull(number),
  gd: orNull(number),
  meanSquare: orNull(number),
  sgd: orNull(number),
} satisfies Fields<LrConversion>);

export const batchSizes = objectWith({
  smallestStable: orNull(count),
  tried: listOf(count),
  by: oneOf("mean-square", "lambda"),
} satisfies Fields<BatchSizeHint>);

export const laws = objectWith({
  stepSize: number,
  laws: listOf(
    objectWith({
      law: text,
      batchSize: count,
      importance: orNull(oneOf("norm", "ntk")),
      lambda: orNull(number),
      superstable: flag,
      confidence95: orNull(interval),
      method: text,
      verdict: stabilityVerdict,
      reason: orNull(text),
      meanSquareStepSize: orNull(number),
      meanSquareExponent: orNull(number),
    } satisfies Fields<LawResult>),
  ),
  byExponent: listOf(count),
  byThreshold: listOf(count),
} satisfies Fields<LawComparisonResult>);
