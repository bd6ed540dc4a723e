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
import { type BatchOperator, denseOperator } from "./batch-operator.ts";
import { denseMoments, denseThreshold, stationaryTrace } from "./dense-moments.ts";
import { type ExponentOptions, estimateExponent } from "./exponent.ts";
import { ruleCocycle } from "./rule-cocycle.ts";
import type { Interval } from "./verdict.ts";

export interface LinearizedProblem {
  readonly law: BatchLaw;
  readonly stepSize: number;
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
}

export interface LinearizedOptions extends Omit<ExponentOptions, "rng" | "start"> {
  /** |eigenvalues| of H below this × the largest count as ker H (with `hessians`), default 1e-9. */
  readonly rankTolerance?: number;
}

export interface Linearized {
  /** Top exponent of ∏(I − ηH_B), null when superstable or no direction is left. */
  readonly exponent: number | null;
  readonly confidence95: Interval | null;
  /** Below this step size the stationary law has finite covariance; null when not computed or no step size is. */
  readonly meanSquareStepSize: number | null;
  /** tr Σ of the stationary covariance at η, null when infinite or not computed. */
  readonly covarianceTrace: number | null;
  readonly level: "estimate";
  /** dim (ker H)^⊥ that was iterated, and dim ker H projected out. */
  readonly dimension: number;
  readonly projected: number;
  /** In plain words: what the numbers mean, what was not computed and why. */
  readonly notes: readonly string[];
}

/** Operations (groups × n³) of one application of Q up to which the second moment is computed. */
const MOMENT_BUDGET = 5e7;

/**
 * SGD linearised at a point that does not interpolate, δ′ = (I − ηH_B) δ − ηg_B with E g_B = 0: a random affine map. With
 * non-degenerate noise it has a unique stationary law iff the top exponent of ∏(I − ηH_B) is negative (Brandt 1986,
 * Bougerol–Picard 1992), with finite covariance iff η is below the mean-square step size; in between the law has heavy
 * tails (Kesten 1973). A statement about the linearisation, hence an estimate (THEORY §3).
 *
 * Directions of ker H are projected out: there the linearisation stands still or diffuses, and says nothing.
 */
export function linearized(problem: LinearizedProblem, options: LinearizedOptions = {}): Linearized {
  const { law, stepSize, rng } = problem;
  const reduced =
    problem.hessians === undefined ? null : reduceHessians(problem.hessians, problem, options.rankTolerance ?? 1e-9);
  const operator = reduced?.operator ?? problem.operator;
  if (operator === undefined) throw new RangeError("linearized: needs `hessians` or `operator`");
  const projectOut = reduced === null ? (problem.kernel ?? []) : [];
  const projected = reduced?.projected ?? projectOut.length;
  const dimension = reduced === null ? operator.dimension - projected : operator.dimension;
  if (dimension === 0) return nothing(projected);
  const cocycle = ruleCocycle(operator, law, { rule: { type: "gd" }, stepSizes: [stepSize], projectOut });
  const start = reduced?.start ?? problem.start ?? [];
  const estimate = estimateExponent(cocycle, { ...options, rng: rng.fork("linearized"), start });
  const second = reduced === null ? null : secondMoment(reduced, problem);
  const notes = [
    meaning(estimate.value, estimate.confidence95, stepSize, second?.threshold ?? null),
    ...(second?.notes ?? []),
  ];
  if (projected > 0) notes.push(`${projected} directions of ker H were projected out`);
  if (reduced === null) notes.push("mean-square step size and covariance need the samples' Hessians: not computed");
  return {
    exponent: estimate.superstable ? null : estimate.value,
    confidence95: estimate.superstable ? null : estimate.confidence95,
    meanSquareStepSize: second?.threshold ?? null,
    covarianceTrace: second?.trace ?? null,
    level: "estimate",
    dimension,
    projected,
    notes,
  };
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

interface Second {
  readonly threshold: number | null;
  readonly trace: number | null;
  readonly notes: readonly string[];
}

function secondMoment(reduced: Reduced, { law, stepSize, gradients, rng }: LinearizedProblem): Second {
  const { eigenvalues, hessians, basis } = reduced;
  const none = (note: string): Second => ({ threshold: null, trace: null, notes: [note] });
  if (law.secondMoment === null) return none(`no second moment of one step under the law "${law.name}"`);
  if (eigenvalues.some((value) => value < 0))
    return none("H has negative eigenvalues: no step size is mean-square stable");
  const cost = law.secondMoment.coefficients.length * eigenvalues.length ** 3;
  if (cost > MOMENT_BUDGET) return none(`second moment not computed: ${eigenvalues.length} dimensions are too many`);
  const moments = denseMoments(eigenvalues, hessians, law.secondMoment);
  const threshold = denseThreshold(moments, rng);
  if (gradients === undefined || stepSize >= threshold) return { threshold, trace: null, notes: [] };
  if (moments.groups.length === 0) return { threshold, trace: 0, notes: [] };
  const noise = gradientNoise(multiplyTransposed(gradients, basis), law);
  return { threshold, trace: stationaryTrace(moments, stepSize, noise), notes: [] };
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

function meaning(value: number, [lo, hi]: Interval, stepSize: number, threshold: number | null): string {
  if (lo <= 0 && hi >= 0) return "the sign of the linearised exponent is not decided";
  if (value > 0) return "the linearised iterates leave the point: exponent above 0";
  if (threshold === null) return "the linearised iterates settle around the point: exponent below 0";
  return stepSize < threshold
    ? "the linearised iterates settle into a law with finite covariance around the point"
    : "the linearised iterates settle into a law with heavy tails: infinite covariance";
}

function nothing(projected: number): Linearized {
  const notes = ["H = 0: no direction is left after projecting out ker H"];
  const empty = { exponent: null, confidence95: null, meanSquareStepSize: null, covarianceTrace: null } as const;
  return { ...empty, level: "estimate", dimension: 0, projected, notes };
}
