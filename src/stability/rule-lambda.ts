import { factorOperator } from "./batch-operator.ts";
import { logDeterminants } from "./batch-spectra.ts";
import { type ExponentEstimate, type ExponentOptions, estimateExponent } from "./exponent.ts";
import type { PreparedBlock, PreparedProblem } from "./prepared-problem.ts";
import { ruleCocycle } from "./rule-cocycle.ts";
import type { ScanSubject } from "./step-size-scan.ts";
import { ruleExponent, type UpdateRule } from "./update-rule.ts";
import { decided, digits, type Interval, undetermined, type Verdict } from "./verdict.ts";

export interface RuleLambdaOptions extends Omit<ExponentOptions, "rng" | "start"> {
  /** γ of an exponential average θ̄ ← γθ̄ + (1 − γ)θ kept beside the parameters, whose distance from the minimum counts too. */
  readonly averaging?: number;
}

export interface RuleLambda extends Verdict {
  /** Nats per step, −∞ when superstable. */
  readonly value: number;
  readonly confidence95: Interval;
  /** (1/2r) E log|det| of the lifted step, for momentum and Nesterov with a constant step size; null elsewhere. */
  readonly lowerBound: number | null;
  readonly method: "full-batch" | "batch-means";
  readonly steps: number | null;
}

/**
 * The exponent of a stochastic rule with state near an interpolating minimum, SGD with momentum or Nesterov, weight decay
 * (coupled or decoupled), a schedule (`stepSizes` of one period), exponential averaging: the top exponent of the lifted
 * linear map on N × N. The largest of the blocks.
 *
 * An average with weight γ has the further exponent log γ, and the lifted map is block triangular: the result is the
 * larger of the two. (A uniform average over all iterates converges like 1/t: its exponent is 0.)
 */
export function ruleLambda(
  problem: PreparedProblem,
  rule: UpdateRule,
  stepSizes: number | ArrayLike<number>,
  options: RuleLambdaOptions = {},
): RuleLambda {
  const sizes = typeof stepSizes === "number" ? [stepSizes] : Array.from(stepSizes);
  const floor = options.averaging === undefined ? Number.NEGATIVE_INFINITY : Math.log(options.averaging);
  const atLeast = (interval: Interval): Interval => [Math.max(floor, interval[0]), Math.max(floor, interval[1])];
  const lowerBound = sizes.length === 1 ? liftedLogDet(problem, rule, sizes[0]) : null;
  if (problem.law.fixedEpoch?.length === 1) {
    const exponents = Array.from(problem.eigenvalues, (eigenvalue) => ruleExponent(rule, sizes, eigenvalue));
    const value = Math.max(floor, ...exponents);
    return {
      value,
      confidence95: [value, value],
      lowerBound,
      method: "full-batch",
      steps: null,
      ...verdict([value, value]),
    };
  }
  const estimates = problem.blocks.map((block) => estimate(problem, block, rule, sizes, options));
  const top = estimates.reduce((best, other) => (other.value > best.value ? other : best));
  const largest = (intervals: readonly Interval[]): Interval =>
    atLeast([Math.max(...intervals.map(([lo]) => lo)), Math.max(...intervals.map(([, hi]) => hi))]);
  return {
    value: Math.max(floor, top.value),
    confidence95: largest(estimates.map(({ confidence95 }) => confidence95)),
    lowerBound,
    method: "batch-means",
    steps: estimates.reduce((sum, { steps }) => sum + steps, 0),
    ...verdict(largest(estimates.map(({ signInterval }) => signInterval))),
  };
}

/** A rule with a velocity as the scan sees it. */
export function ruleScanSubject(problem: PreparedProblem, rule: UpdateRule): ScanSubject {
  return {
    contractionLimit: 0,
    bound(stepSize) {
      const value = liftedLogDet(problem, rule, stepSize) ?? Number.NEGATIVE_INFINITY;
      return { value, safe: value };
    },
    lambda(stepSize, options) {
      const { value, confidence95, lowerBound, verdict } = ruleLambda(problem, rule, stepSize, options);
      const isKnown = value > Number.NEGATIVE_INFINITY;
      return { value: isKnown ? value : null, confidence95: isKnown ? confidence95 : null, lowerBound, verdict };
    },
  };
}

function estimate(
  { law, rng }: PreparedProblem,
  block: PreparedBlock,
  rule: UpdateRule,
  stepSizes: readonly number[],
  options: RuleLambdaOptions,
): ExponentEstimate {
  const cocycle = ruleCocycle(factorOperator(block.kernel), law, { rule, stepSizes });
  const r = block.eigenvalues.length;
  // The slowest and the stiffest direction, as positions and as velocities.
  const places = [0, r - 1].flatMap((a) => (rule.type === "gd" ? [a] : [a, r + a]));
  const start = places.map((at) => Float64Array.from({ length: cocycle.dimension }, (_, i) => (i === at ? 1 : 0)));
  return estimateExponent(cocycle, { ...options, rng: rng.fork(`rule ${block.index}`), start });
}

/** The mean of all 2r exponents: det is βʳ for momentum, βʳ det(I − ηH_B) for Nesterov (THEORY §2); no decay. */
function liftedLogDet({ blocks }: PreparedProblem, rule: UpdateRule, stepSize: number): number | null {
  const { momentum: beta = 0, weightDecay = 0 } = rule;
  if (rule.type === "gd" || weightDecay !== 0 || beta === 0) return null;
  if (rule.type === "momentum") return Math.log(beta) / 2;
  const bounds = blocks.map(({ spectra, eigenvalues }) => {
    if (!spectra.exact) return Number.NEGATIVE_INFINITY;
    const logs = logDeterminants(spectra, stepSize);
    const mean = logs.reduce((sum, log, t) => sum + spectra.batches[t].probability * log, 0);
    return (Math.log(beta) + mean / eigenvalues.length) / 2;
  });
  const best = Math.max(...bounds);
  return Number.isFinite(best) ? best : null;
}

function verdict([lo, hi]: Interval): Verdict {
  if (hi < 0) return decided("stable");
  if (lo > 0) return decided("unstable");
  return undetermined("interval-contains-zero", `λ lies in [${digits(lo)}, ${digits(hi)}], which contains 0`);
}
