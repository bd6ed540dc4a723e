import { composedMoment } from "./composed-moment.ts";
import { type DenseProblem, denseLambda } from "./dense-problem.ts";
import { linearizedAt, type PreparedLinearized } from "./linearized.ts";
import { hessianNoise } from "./moment-step.ts";
import type { PhaseCell, PhaseQuantity } from "./phase.ts";
import { denseRuleLambda } from "./rule-lambda.ts";
import { FIRST_LOOK } from "./step-size-scan.ts";
import { ruleExponent, type UpdateRule } from "./update-rule.ts";

export interface HessianCellOptions {
  readonly stepSize: number;
  /** Most steps of λ. */
  readonly budget: number;
  readonly quantities: readonly PhaseQuantity[];
  /** A weight decay stands in the Hessians. */
  readonly rule: UpdateRule;
  /** Of H: those that move. */
  readonly eigenvalues: Float64Array;
  /** Operations that the second moment of a cell may take. */
  readonly momentBudget: number;
}

/**
 * A cell at a point where residuals are left: the exponent of the linearised steps ∏(I − ηH_B), and of their second moment,
 * which is negative exactly where the stationary covariance is finite (THEORY §3). An estimate.
 */
export function walkCell(prepared: PreparedLinearized, options: HessianCellOptions): PhaseCell {
  const { stepSize, budget, quantities, rule, momentBudget } = options;
  const wantsMoment = quantities.includes("meanSquare");
  const found = quantities.includes("lambda")
    ? linearizedAt(prepared, stepSize, { ...looks(budget), rule, momentBudget: wantsMoment ? momentBudget : 0 })
    : null;
  const alone = found === null && wantsMoment && prepared.second;
  const moment = alone ? composedMoment([alone.noisy], rule, [stepSize], momentBudget) : (found?.meanSquare ?? null);
  const sign = found === null ? 0 : found.superstable ? -1 : signOf(found.signInterval);
  return {
    ...cellOf(options, found?.exponent ?? null, found?.confidence95 ?? null, moment?.exponent ?? null),
    sign,
    by: sign === 0 ? null : "linearized",
  };
}

/** A cell at an interpolating minimum some of whose samples have indefinite Hessians. */
export function denseCell(problem: DenseProblem, options: HessianCellOptions): PhaseCell {
  const { stepSize, budget, quantities, rule, momentBudget } = options;
  const { secondMoment } = problem.law;
  const noisy =
    secondMoment !== null && quantities.includes("meanSquare")
      ? hessianNoise(problem.hessians, problem.eigenvalues, secondMoment)
      : null;
  const moment = noisy && composedMoment([noisy], rule, [stepSize], momentBudget);
  const contracts = moment?.sign === -1;
  const found = !quantities.includes("lambda")
    ? null
    : rule.type === "gd"
      ? denseLambda(problem, stepSize, { ...looks(budget), planeTolerance: 1e-4 })
      : denseRuleLambda(problem, rule, stepSize, { ...looks(budget), contracts });
  const says = found?.verdict;
  const sign = says === undefined ? 0 : contracts || says === "stable" ? -1 : says === "unstable" ? 1 : 0;
  return {
    ...cellOf(options, found?.value ?? null, found?.confidence95 ?? null, moment?.exponent ?? null),
    sign,
    by: sign === 0 ? null : contracts ? "mean-square" : "exponent",
  };
}

/** A cell stops as soon as its sign is known. */
function looks(budget: number) {
  const steps = Math.min(FIRST_LOOK, budget);
  return { steps, signSteps: budget, maxSteps: budget, tolerance: Number.POSITIVE_INFINITY, burnIn: 100, chains: 2 };
}

function cellOf(
  { stepSize, quantities, rule, eigenvalues, budget }: HessianCellOptions,
  lambda: number | null,
  interval: readonly [number, number] | null,
  meanSquare: number | null,
) {
  const mu = eigenvalues.reduce(
    (largest, eigenvalue) => Math.max(largest, ruleExponent(rule, stepSize, eigenvalue)),
    Number.NEGATIVE_INFINITY,
  );
  return {
    mu: quantities.includes("mu") ? finite(mu) : null,
    ...{ lambda: finite(lambda), lambdaLo: finite(interval?.[0]), lambdaHi: finite(interval?.[1]) },
    ...{ meanSquare: finite(meanSquare), budget },
  };
}

function finite(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isFinite(value) ? value : null;
}

function signOf(interval: readonly [number, number] | null): -1 | 0 | 1 {
  if (interval === null) return 0;
  return interval[1] < 0 ? -1 : interval[0] > 0 ? 1 : 0;
}
