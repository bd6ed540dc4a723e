export { aroundPoles } from "./around-poles.ts";
export { type Averaging, averagedExponent, averagedTrace } from "./averaging.ts";
export { type BatchOperator, denseOperator } from "./batch-operator.ts";
export { invertibility } from "./batch-spectra.ts";
export { type Cocycle, type CocyclePath, cocycle } from "./cocycle.ts";
export { compareLaws, type LawComparison, type LawComparisons } from "./compare-laws.ts";
export { type ComposedMoment, composedMoment } from "./composed-moment.ts";
export { type DenseProblem, denseLambda, denseStableStepSizes, prepareDense } from "./dense-problem.ts";
export { type ExponentEstimate, type ExponentOptions, estimateExponent } from "./exponent.ts";
export { type LambdaSpectrum, lambdaSpectrum, type SpectrumExponent } from "./exponent-spectrum.ts";
export { factorCocycle, type KernelMaker } from "./factor-cocycle.ts";
export { denseCell, type HessianCellOptions, walkCell } from "./hessian-cell.ts";
export { type Lambda, type LambdaOptions, lambda } from "./lambda.ts";
export {
  type Linearized,
  type LinearizedOptions,
  type LinearizedProblem,
  linearized,
  linearizedAt,
  type PreparedLinearized,
  prepareLinearized,
} from "./linearized.ts";
export { type MeanSquare, meanSquare } from "./mean-square.ts";
export { factorNoise, hessianNoise, type NoisyHessian } from "./moment-step.ts";
export { type Mu, mu, muVerdict, type SharpnessEvidence } from "./mu.ts";
export {
  type PhaseCell,
  type PhaseCellOptions,
  type PhaseGrid,
  type PhaseQuantity,
  type PhaseTask,
  phaseCell,
  phaseTasks,
} from "./phase.ts";
export { type PreparedBlock, type PreparedProblem, prepare, type StabilityProblem } from "./prepared-problem.ts";
export { denseRuleLambda, type RuleLambda, type RuleLambdaOptions, ruleLambda } from "./rule-lambda.ts";
export { sampleFactors, sampleTraces } from "./sample-factors.ts";
export { type ScheduleScale, scheduleScale } from "./schedule-scale.ts";
export {
  type CurvePoint,
  type StableStepSizes,
  type StableStepSizesOptions,
  stableStepSizes,
} from "./stable-step-sizes.ts";
export { curvatureLimit, ruleExponent, stepSizeLimit, type UpdateRule } from "./update-rule.ts";
export {
  decided,
  type Interval,
  notApplicable,
  type StabilityVerdict,
  signConfidence,
  undetermined,
  type Verdict,
  type VerdictCause,
} from "./verdict.ts";
