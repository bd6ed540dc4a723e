import {
  type Matrix,
  matrix,
  multiply,
  multiplyTransposed,
  type Rng,
  symmetricEigen,
  transpose,
} from "../numeric/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import { type Averaging, averagedTrace } from "./averaging.ts";
import { type BatchOperator, denseOperator } from "./batch-operator.ts";
import { type ComposedMoment, composedMoment } from "./composed-moment.ts";
import { type DenseMoments, denseMoments, denseThreshold, stationaryCovariance } from "./dense-moments.ts";
import { type ExponentOptions, estimateExponent } from "./exponent.ts";
import { hessianNoise, type NoisyHessian } from "./moment-step.ts";
import { ruleCocycle } from "./rule-cocycle.ts";
import type { UpdateRule } from "./update-rule.ts";
import type { Interval } from "./verdict.ts";

export interface LinearizedProblem {
  readonly law: BatchLaw;
  readonly rng: Rng;
  /** H_i, symmetric n × n, all of them (small n) … */
  readonly hessians?: readonly Matrix[];
  /** … or how the Hessian of a batch acts (large n). */
  readonly operator?: BatchOperator;
  /** ∇ℓ_i (m × n) with Σ p_i ∇ℓ_i ≈ 0; asked for by the covariance. */
  readonly gradients?: Matrix;
  /** With `operator`: orthonormal directions of ker H to project out, and directions that may grow fastest. */
  readonly kernel?: readonly Float64Array[];
  readonly start?: readonly Float64Array[];
  /** |eigenvalues| of H below this × the largest count as ker H (with `hessians`), default 1e-9. */
  readonly rankTolerance?: number;
}

export interface LinearizedOptions extends Omit<ExponentOptions, "rng" | "start"> {
  /** Default gd. A weight decay belongs into the H_i. */
  readonly rule?: UpdateRule;
  /** An average kept beside the iterates, whose variance is asked for too. */
  readonly averaging?: Averaging;
  /** Operations that the second moment may take. */
  readonly momentBudget?: number;
}

export interface Linearized {
  /** Top exponent of ∏(I − ηH_B), null when superstable or no direction is left. */
  readonly exponent: number | null;
  readonly superstable: boolean;
  readonly confidence95: Interval | null;
  /** The interval on which a sign may be claimed, at confidence 1 − 1e-5. */
  readonly signInterval: Interval | null;
  /** Below this step size the stationary law has finite covariance; null when not computed or no step size is. */
  readonly meanSquareStepSize: number | null;
  /** ½ log ρ(E[A ⊗ A]) at the step size, and its sign: the covariance is finite where it is negative. Null when not computed. */
  readonly meanSquare: ComposedMoment | null;
  /** tr Σ of the stationary covariance at η, null when infinite or not computed. */
  readonly covarianceTrace: number | null;
  /** The same of the average ("polyak": times its steps), null when there is none. */
  readonly averagedTrace: number | null;
  readonly level: "estimate";
  /** dim (ker H)^⊥ that was iterated, and dim ker H projected out. */
  readonly dimension: number;
  readonly projected: number;
  /** In plain words: what the numbers mean, what was not computed and why. */
  readonly notes: readonly string[];
}

/** What several questions about the linearisation at one point share. */
export interface PreparedLinearized {
  readonly law: BatchLaw;
  readonly rng: Rng;
  readonly operator: BatchOperator;
  readonly projectOut: readonly Float64Array[];
  readonly start: readonly Float64Array[];
  readonly dimension: number;
  readonly projected: number;
  readonly second: SecondMoments | null;
  /** Why there are no second moments. */
  readonly note: string | null;
}

interface SecondMoments {
  readonly moments: DenseMoments;
  readonly noisy: NoisyHessian;
  /** E[g_B g_Bᵀ] in the coordinates of H, null when no gradients were given. */
  readonly gradientNoise: Matrix | null;
  readonly threshold: () => number | null;
}

/** Operations (groups × n³) of one application of Q up to which the second moment is computed. */
const MOMENT_BUDGET = 5e7;

/** Reduces the Hessians to (ker H)^⊥: there the linearisation stands still or diffuses, and says nothing. */
export function prepareLinearized(problem: LinearizedProblem): PreparedLinearized {
  const { law, rng, hessians, operator, kernel = [], start = [] } = problem;
  if (hessians === undefined) {
    if (operator === undefined) throw new RangeError("linearized: needs `hessians` or `operator`");
    const note = "mean-square step size and covariance need the samples' Hessians: not computed";
    const dimension = operator.dimension - kernel.length;
    return {
      ...{ law, rng, operator, projectOut: kernel, start, dimension, projected: kernel.length, second: null, note },
    };
  }
  const reduced = reduceHessians(hessians, problem, problem.rankTolerance ?? 1e-9);
  const second = secondMoments(reduced, problem);
  return {
    ...{ law, rng, operator: reduced.operator, projectOut: [], start: reduced.start },
    ...{ dimension: reduced.eigenvalues.length, projected: reduced.projected },
    ...(typeof second === "string" ? { second: null, note: second } : { second, note: null }),
  };
}

/**
 * SGD linearised at a point that does not interpolate, δ′ = (I − ηH_B) δ − ηg_B with E g_B = 0: a random affine map. With
 * non-degenerate noise it has a unique stationary law iff the top exponent of ∏(I − ηH_B) is negative (Brandt 1986,
 * Bougerol–Picard 1992), with finite covariance iff ½ log ρ(E[A ⊗ A]) is; in between the law has heavy tails (Kesten 1973).
 * A statement about the linearisation, hence an estimate (THEORY §3). Rules with velocity and schedules (`stepSizes` of one
 * period): the same of the lifted steps, without a step size or a covariance.
 */
export function linearizedAt(
  prepared: PreparedLinearized,
  stepSizes: number | readonly number[],
  options: LinearizedOptions = {},
): Linearized {
  const { law, rng, operator, projectOut, dimension, projected, second, note } = prepared;
  const { rule = { type: "gd" }, averaging, momentBudget, ...rest } = options;
  if (dimension === 0) return nothing(projected);
  const sizes = typeof stepSizes === "number" ? [stepSizes] : stepSizes;
  const cocycle = ruleCocycle(operator, law, { rule, stepSizes: sizes, projectOut });
  const start = prepared.start.map((x) => {
    const lifted = new Float64Array(cocycle.dimension);
    lifted.set(x);
    return lifted;
  });
  const estimate = estimateExponent(cocycle, { ...rest, rng: rng.fork("linearized"), start });
  const { superstable } = estimate;
  const isPlain = rule.type === "gd" && sizes.length === 1;
  const threshold = isPlain ? (second?.threshold() ?? null) : null;
  const moment = second === null ? null : composedMoment([second.noisy], rule, sizes, momentBudget);
  const hasCovariance = isPlain && threshold !== null && sizes[0] < threshold;
  const covariance = hasCovariance ? covarianceAt(second!, sizes[0]) : null;
  const notes = [meaning(estimate.value, estimate.confidence95, moment?.sign ?? null)];
  if (note !== null) notes.push(note);
  if (second !== null && moment === null) notes.push("the second moment would take too long: not computed");
  if (projected > 0) notes.push(`${projected} directions of ker H were projected out`);
  return {
    exponent: superstable ? null : estimate.value,
    superstable,
    confidence95: superstable ? null : estimate.confidence95,
    signInterval: superstable ? null : estimate.signInterval,
    meanSquareStepSize: threshold,
    meanSquare: moment,
    covarianceTrace: covariance && trace(covariance),
    averagedTrace:
      covariance && averaging ? averagedTrace(covariance, second!.noisy.eigenvalues, sizes[0], averaging) : null,
    level: "estimate",
    dimension,
    projected,
    notes,
  };
}

/** Both at once, for one step size. */
export function linearized(
  problem: LinearizedProblem & { readonly stepSize: number },
  options: LinearizedOptions = {},
): Linearized {
  return linearizedAt(prepareLinearized(problem), problem.stepSize, options);
}

interface Reduced {
  readonly operator: BatchOperator;
  readonly hessians: readonly Matrix[];
  readonly eigenvalues: Float64Array;
  readonly basis: Matrix;
  readonly projected: number;
  readonly start: readonly Float64Array[];
}

/** The samples' Hessians in the eigenbasis of H on (ker H)^⊥, eigenvalues descending. */
function reduceHessians(hessians: readonly Matrix[], { law }: LinearizedProblem, rankTolerance: number): Reduced {
  const n = hessians[0].rows;
  const mean = matrix(n, n);
  hessians.forEach((h, i) => {
    for (let e = 0; e < n * n; e++) mean.data[e] += law.probabilities[i] * h.data[e];
  });
  const { values, vectors } = symmetricEigen(mean);
  const cut = rankTolerance * Math.max(Math.abs(values[0]), Math.abs(values[n - 1]));
  const kept = Int32Array.from(values.keys()).filter((a) => Math.abs(values[a]) > cut);
  const basis = matrix(kept.length, n);
  kept.forEach((a, row) => {
    basis.data.set(vectors.data.subarray(a * n, (a + 1) * n), row * n);
  });
  const own = hessians.map((h) => multiplyTransposed(multiply(basis, h), basis));
  const unit = (a: number) => Float64Array.from(kept, (_, i) => (i === a ? 1 : 0));
  return {
    operator: kept.length === 0 ? { dimension: 0, apply: () => {} } : denseOperator(own),
    hessians: own,
    eigenvalues: Float64Array.from(kept, (a) => values[a]),
    basis,
    projected: n - kept.length,
    start: kept.length === 0 ? [] : [unit(0), unit(kept.length - 1)],
  };
}

/** What the second moment needs, or why it is not computed. */
function secondMoments(reduced: Reduced, { law, gradients, rng }: LinearizedProblem): SecondMoments | string {
  const { eigenvalues, hessians, basis } = reduced;
  if (eigenvalues.length === 0) return "H = 0: no direction is left";
  if (law.secondMoment === null) return `no second moment of one step under the law "${law.name}"`;
  const cost = law.secondMoment.coefficients.length * eigenvalues.length ** 3;
  if (cost > MOMENT_BUDGET) return `second moment not computed: ${eigenvalues.length} dimensions are too many`;
  const moments = denseMoments(eigenvalues, hessians, law.secondMoment);
  let threshold: number | null | undefined;
  return {
    moments,
    noisy: hessianNoise(hessians, eigenvalues, law.secondMoment),
    gradientNoise: gradients === undefined ? null : gradientNoise(multiplyTransposed(gradients, basis), law),
    // A negative eigenvalue of H: no step size is mean-square stable.
    threshold: () => (threshold ??= eigenvalues.some((value) => value < 0) ? null : denseThreshold(moments, rng)),
  };
}

/** The stationary covariance below the threshold, null when no gradients were given. */
function covarianceAt({ moments, gradientNoise }: SecondMoments, stepSize: number): Matrix | null {
  if (gradientNoise === null) return null;
  if (moments.groups.length > 0) return stationaryCovariance(moments, stepSize, gradientNoise);
  const n = moments.eigenvalues.length;
  return matrix(n, n);
}

function trace({ data, cols }: Matrix): number {
  return data.reduce((sum, x, e) => (e % (cols + 1) === 0 ? sum + x : sum), 0);
}

/** G = E[g_B g_Bᵀ] in the reduced coordinates, from the rows ∇ℓ_i. */
function gradientNoise(gradients: Matrix, { secondMoment, probabilities }: BatchLaw): Matrix {
  const { alpha, coefficients, starts, indices, weights } = secondMoment!;
  const d = gradients.cols;
  const combine = (from: number, to: number, sample: (s: number) => number, weight: (s: number) => number) => {
    const sum = new Float64Array(d);
    for (let s = from; s < to; s++) for (let a = 0; a < d; a++) sum[a] += weight(s) * gradients.data[sample(s) * d + a];
    return sum;
  };
  const rows: { readonly vector: Float64Array; readonly size: number }[] = Array.from(coefficients, (size, g) => ({
    vector: combine(
      starts[g],
      starts[g + 1],
      (s) => indices[s],
      (s) => weights[s],
    ),
    size,
  }));
  rows.push({
    vector: combine(
      0,
      probabilities.length,
      (s) => s,
      (s) => probabilities[s],
    ),
    size: 1 - alpha,
  });
  const left = matrix(rows.length, d);
  const right = matrix(rows.length, d);
  rows.forEach(({ vector, size }, i) => {
    left.data.set(vector, i * d);
    right.data.set(
      vector.map((x) => size * x),
      i * d,
    );
  });
  return multiplyTransposed(transpose(left), transpose(right));
}

function meaning(value: number, [lo, hi]: Interval, moment: -1 | 0 | 1 | null): string {
  if (lo <= 0 && hi >= 0) return "the sign of the linearised exponent is not decided";
  if (value > 0) return "the linearised iterates leave the point: exponent above 0";
  if (moment === null || moment === 0) return "the linearised iterates settle around the point: exponent below 0";
  return moment < 0
    ? "the linearised iterates settle into a law with finite covariance around the point"
    : "the linearised iterates settle into a law with heavy tails: infinite covariance";
}

function nothing(projected: number): Linearized {
  const notes = ["H = 0: no direction is left after projecting out ker H"];
  const empty = { exponent: null, superstable: false, confidence95: null, signInterval: null } as const;
  const none = { meanSquareStepSize: null, meanSquare: null, covarianceTrace: null, averagedTrace: null } as const;
  return { ...empty, ...none, level: "estimate", dimension: 0, projected, notes };
}
