/** [lo, hi]. Sets of step sizes are open intervals, largest open sets; an end that is 0 stands for "every small step". */
export type Interval = readonly [number, number];

export type StabilityVerdict = "stable" | "unstable" | "undetermined" | "not-applicable";
export type HypothesisStatus = "holds" | "fails" | "not-needed" | "unchecked";

/**
 * Why a verdict is "undetermined" or "not-applicable", for programs; `reason` says it in words.
 * `saddle`: the smallest Hessian eigenvalue is below −residual, so no step size keeps the point.
 */
export type StabilityCause =
  | "interval-contains-zero"
  | "not-a-minimum"
  | "rank-not-constant"
  | "on-a-kink"
  | "not-interpolating"
  | "no-finite-minimum"
  | "saddle"
  | "residual-too-large";

/** A hypothesis that was looked at. `reason` is a short phrase holding the number: "largest residual 0, tolerance 1e-6". */
export interface Hypothesis {
  readonly name: string;
  readonly status: HypothesisStatus;
  readonly value: number | null;
  readonly reason: string;
}

/** What lies at θ. `maxResidual` is max_i ‖∇_f ℓ_i‖ (formula objectives: max_i ‖∇_θ ℓ_i‖); `loss` is L without weight decay. */
export interface MinimumResult {
  readonly loss: number | null;
  readonly gradientNorm: number | null;
  readonly maxResidual: number | null;
  readonly interpolating: boolean;
  /** ‖θ‖, the scale of the gradient test. */
  readonly parameterNorm: number | null;
  /** How θ was reached, null when `minimize` was not asked for. */
  readonly search: MinimumSearch | null;
}

export interface MinimumSearch {
  readonly method: string;
  readonly status: "converged" | "stalled" | "diverged";
  readonly steps: number;
  readonly reason: string;
}

export interface CurvatureResult {
  readonly sharpness: number | null;
  readonly sharpnessResidual: number | null;
  /** Smallest Hessian eigenvalue and its residual; null where it was not needed. */
  readonly smallestEigenvalue: number | null;
  readonly smallestResidual: number | null;
  readonly ntkRank: number | null;
  readonly ntkSize: number | null;
  /** Smallest kept over largest dropped eigenvalue of K; null when none was dropped. */
  readonly ntkGap: number | null;
  readonly rankLocallyConstant: boolean | null;
}

/** Eigenvalues, largest first, with the residual of each (0 for a dense eigenproblem at working precision). */
export interface SpectrumResult {
  readonly operator: "hessian" | "ntk";
  readonly eigenvalues: readonly number[];
  readonly residuals: readonly (number | null)[];
  /** Number of eigenvalues of the operator, listed or not. */
  readonly dimension: number;
  readonly complete: boolean;
}

/** GD: the exponent log max|1 − ηλ_i|, and the eigenvalue `at` which it is attained. −∞ is `value: null, superstable: true`. */
export interface MuResult {
  readonly value: number | null;
  readonly superstable: boolean;
  readonly at: number | null;
  readonly verdict: StabilityVerdict;
  readonly cause: StabilityCause | null;
  readonly reason: string | null;
}

/**
 * SGD: the exponent of the batch products. Exact values have `confidence95: [v, v]`; a bound of −∞ is null.
 *
 * `method` names how: "rank-one", "commuting", "periodic-product", "full-batch" (exact), "value-iteration", "batch-means",
 * "controlled-means" (the same with a solution of Poisson's equation on a grid as control, in dimension 2 and 3),
 * followed by "; lower bound sampled" when the log-determinant bound is a sample mean minus its 99 % half-width.
 */
export interface LambdaResult {
  readonly value: number | null;
  readonly superstable: boolean;
  readonly confidence95: Interval | null;
  /** The interval, at a higher confidence, on which the sign is claimed; null where `confidence95` serves. */
  readonly signInterval: Interval | null;
  readonly lowerBound: number | null;
  readonly upperBound: number | null;
  /** What proves the bounds: "log-det" and "collatz-wielandt" are proofs, the others hold at their confidence. */
  readonly lowerProof: "log-det" | "log-det-sampled" | null;
  readonly upperProof: "collatz-wielandt" | "finite-sample" | null;
  readonly method: string;
  /** The invariant block whose exponent is the largest, among how many, and its dimension. */
  readonly block: { readonly index: number; readonly count: number; readonly rank: number } | null;
  readonly verdict: StabilityVerdict;
  readonly cause: StabilityCause | null;
  readonly reason: string | null;
  /** Steps spent, and the factor by which more of them would decide an undetermined sign; null where it makes no sense. */
  readonly steps: number | null;
  readonly moreSteps: number | null;
}

/** ½ log ρ(Q), the exponent of the second moment. */
export interface MeanSquareResult {
  readonly exponent: number | null;
  readonly superstable: boolean;
  readonly verdict: StabilityVerdict;
  readonly cause: StabilityCause | null;
  readonly reason: string | null;
}

/** The stable sets of step sizes; null where not computed, [] where no step size is stable. */
export interface StableStepSizesResult {
  readonly gd: readonly Interval[] | null;
  readonly meanSquare: readonly Interval[] | null;
  readonly sgd: readonly Interval[] | null;
  readonly scanned: Interval | null;
  readonly resolution: number | null;
  /** 95 % half-widths of the ends of `sgd`, 0 for closed forms. */
  readonly sgdError: readonly Interval[] | null;
  /** Whether `sgd` is the complete set on (0, ∞), whatever was scanned. */
  readonly complete: boolean;
}

/** ∏(I − ηH_B) at a point that does not interpolate: a statement about the linearisation, hence an estimate. */
export interface LinearizedResult {
  readonly exponent: number | null;
  readonly confidence95: Interval | null;
  readonly meanSquareStepSize: number | null;
  readonly covarianceTrace: number | null;
  readonly level: "estimate";
}

/**
 * A schedule whose step sizes repeat: the factors by which all of them may be multiplied, null where not computed. `gd` and
 * `sgd` are complete sets; `meanSquare` ends at the first loss of stability.
 */
export interface ScheduleResult {
  readonly stepSizes: readonly number[];
  readonly gd: readonly Interval[] | null;
  readonly meanSquare: readonly Interval[] | null;
  readonly sgd: readonly Interval[] | null;
}

/**
 * The pair of the iterate and its average θ̄: the exponents of (θ, θ̄) with the full batch, with batches, and of the second
 * moment; null where that of the iterate is not known. "polyak" closes in like 1/t, exponent 0. Where residuals are left,
 * `varianceRatio` is tr Cov θ̄ over tr Cov θ in the stationary law, for "polyak" that of t steps, times t.
 */
export interface AveragingResult {
  readonly type: "polyak" | "exponential";
  readonly decay: number | null;
  readonly mu: number | null;
  readonly lambda: number | null;
  readonly meanSquare: number | null;
  readonly varianceRatio: number | null;
}

/** Thresholds in a convention of the user's: lr = factor · η. */
export interface LrConversion {
  /** As it follows the number: "torch MSELoss", "sum of squares". */
  readonly convention: string;
  readonly factor: number;
  readonly stepSize: number | null;
  readonly gd: number | null;
  readonly meanSquare: number | null;
  readonly sgd: number | null;
}

/** The same minimum and step size under several batch laws, all drawing from the same random stream. */
export interface LawComparisonResult {
  readonly stepSize: number;
  readonly laws: readonly LawResult[];
  /** Numbers of the laws: smallest λ first, and largest mean-square step size first (of those that have one). */
  readonly byExponent: readonly number[];
  readonly byThreshold: readonly number[];
}

export interface LawResult {
  readonly law: string;
  readonly batchSize: number;
  /** What importance sampling draws in proportion to; null without it. */
  readonly importance: "norm" | "ntk" | null;
  readonly lambda: number | null;
  readonly superstable: boolean;
  readonly confidence95: Interval | null;
  /** As for `LambdaResult`; "none" where the law does not exist for these samples. */
  readonly method: string;
  readonly verdict: StabilityVerdict;
  readonly reason: string | null;
  readonly meanSquareStepSize: number | null;
  readonly meanSquareExponent: number | null;
}

/** The smallest batch size from which on SGD is stable at the user's step size, among those tried. */
export interface BatchSizeHint {
  readonly smallestStable: number | null;
  readonly tried: readonly number[];
  /** "mean-square" (a sufficient condition) or "lambda". */
  readonly by: "mean-square" | "lambda";
}
