import { studentHalfWidth } from "../numeric/index.ts";
import { type BatchOperator, denseOperator, factorOperator } from "./batch-operator.ts";
import { logDeterminants } from "./batch-spectra.ts";
import { type PoleSum, poleSumExponent } from "./commuting.ts";
import type { DenseProblem } from "./dense-problem.ts";
import { type ExponentOptions, estimateExponent } from "./exponent.ts";
import { periodicCocycleExponent } from "./periodic-product.ts";
import type { PreparedProblem } from "./prepared-problem.ts";
import { ruleCocycle } from "./rule-cocycle.ts";
import type { ScanSubject } from "./step-size-scan.ts";
import { ruleExponent, type UpdateRule } from "./update-rule.ts";
import { decided, digits, type Interval, signConfidence, undetermined, type Verdict } from "./verdict.ts";

export interface RuleLambdaOptions extends Omit<ExponentOptions, "rng" | "start"> {
  /** The mean square is known to be stable, which settles the sign. */
  readonly contracts?: boolean;
}

export interface RuleLambda extends Verdict {
  /** Nats per step, −∞ when superstable. */
  readonly value: number;
  readonly confidence95: Interval;
  /** (1/2r) E log|det| of the lifted step, for momentum and Nesterov with a constant step size; null elsewhere. */
  readonly lowerBound: number | null;
  readonly method: "full-batch" | "periodic-product" | "commuting" | "batch-means";
  readonly steps: number | null;
}

/**
 * The exponent of a stochastic rule with state near an interpolating minimum, SGD with momentum or Nesterov, weight decay
 * (coupled or decoupled), a schedule (`stepSizes` of one period): the top exponent of the lifted linear map on N × N. The
 * largest of the blocks.
 *
 * Exact where the batches repeat (product over the common period of batches and step sizes), and for plain steps that
 * commute; else simulated.
 */
export function ruleLambda(
  problem: PreparedProblem,
  rule: UpdateRule,
  stepSizes: number | ArrayLike<number>,
  options: RuleLambdaOptions = {},
): RuleLambda {
  const sizes = listOf(stepSizes);
  const blocks = problem.blocks.map(({ kernel, ...block }) => ({ ...block, operator: factorOperator(kernel) }));
  const lowerBound = sizes.length === 1 ? liftedLogDet(problem, rule, sizes[0]) : null;
  return { ...liftedExponent({ ...problem, blocks }, rule, sizes, options), lowerBound };
}

/** The same where some samples have indefinite Hessians. Nothing is proved. */
export function denseRuleLambda(
  problem: DenseProblem,
  rule: UpdateRule,
  stepSizes: number | ArrayLike<number>,
  options: RuleLambdaOptions = {},
): RuleLambda {
  const { hessians, eigenvalues, poleSums } = problem;
  const blocks = [{ index: 0, operator: denseOperator(hessians), eigenvalues, poleSums }];
  return { ...liftedExponent({ ...problem, blocks }, rule, listOf(stepSizes), options), lowerBound: null };
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

/** An invariant block in the eigenbasis of H, whatever its Hessians are made of. */
interface LiftedBlock {
  readonly index: number;
  readonly operator: BatchOperator;
  readonly eigenvalues: Float64Array;
  readonly poleSums: readonly PoleSum[] | null;
}

type LiftedProblem = Pick<PreparedProblem, "law" | "rng"> & { readonly blocks: readonly LiftedBlock[] };

interface Found {
  readonly value: number;
  readonly confidence95: Interval;
  readonly signInterval: Interval;
  readonly method: RuleLambda["method"];
  readonly steps: number;
}

function liftedExponent(
  problem: LiftedProblem,
  rule: UpdateRule,
  sizes: readonly number[],
  options: RuleLambdaOptions,
): Omit<RuleLambda, "lowerBound"> {
  const exact = problem.blocks.map((block) => exactBlock(problem, block, rule, sizes));
  const simulated = exact.filter((block) => block === null).length;
  const found = problem.blocks.map((block, i) => {
    return exact[i] ?? simulatedBlock(problem, block, { rule, stepSizes: sizes, simulated }, options);
  });
  const top = found.reduce((best, other) => (other.value > best.value ? other : best));
  const largest = (intervals: readonly Interval[]): Interval => [
    Math.max(...intervals.map(([lo]) => lo)),
    Math.max(...intervals.map(([, hi]) => hi)),
  ];
  const steps = found.reduce((sum, block) => sum + block.steps, 0);
  return {
    value: top.value,
    confidence95: largest(found.map(({ confidence95 }) => confidence95)),
    method: top.method,
    steps: steps > 0 ? steps : null,
    ...(options.contracts ? decided("stable") : verdict(largest(found.map(({ signInterval }) => signInterval)))),
  };
}

/** Rounding of an exact exponent, at most. */
const ROUNDING = 1e-12;

function exactBlock(
  { law, rng }: LiftedProblem,
  block: LiftedBlock,
  rule: UpdateRule,
  sizes: readonly number[],
): Found | null {
  const exact = (method: Found["method"], value: number, error = ROUNDING): Found => {
    const half = error > 1e-9 ? error : 0;
    const isSuperstable = value === Number.NEGATIVE_INFINITY;
    const signInterval: Interval = isSuperstable ? [value, value] : [value - error, value + error];
    return { value, confidence95: [value - half, value + half], signInterval, method, steps: 0 };
  };
  if (law.fixedEpoch?.length === 1) {
    const each = Array.from(block.eigenvalues, (eigenvalue) => ruleExponent(rule, sizes, eigenvalue));
    return exact("full-batch", Math.max(...each));
  }
  if (law.fixedEpoch !== null) {
    const value = periodicCocycleExponent(ruleCocycle(block.operator, law, { rule, stepSizes: sizes }), rng);
    return value === null ? null : exact("periodic-product", value);
  }
  const isPlain = rule.type === "gd" && (rule.weightDecay ?? 0) === 0;
  if (!isPlain || block.poleSums === null || law.epochLength > 1) return null;
  const each = block.poleSums.map((sum) => {
    const steps = sizes.map((stepSize) => poleSumExponent(sum, stepSize));
    const mean = (of: (step: (typeof steps)[number]) => number) =>
      steps.reduce((total, step) => total + of(step), 0) / steps.length;
    return { value: mean(({ value }) => value), error: mean(({ error }) => error) };
  });
  const { value, error } = each.reduce((a, b) => (b.value > a.value ? b : a));
  return exact("commuting", value, Math.max(error, ROUNDING));
}

function simulatedBlock(
  { law, rng }: LiftedProblem,
  block: LiftedBlock,
  {
    rule,
    stepSizes,
    simulated,
  }: { readonly rule: UpdateRule; readonly stepSizes: readonly number[]; readonly simulated: number },
  options: RuleLambdaOptions,
): Found {
  const cocycle = ruleCocycle(block.operator, law, { rule, stepSizes });
  const r = block.eigenvalues.length;
  // The slowest and the stiffest direction, as positions and as velocities.
  const places = [0, r - 1].flatMap((a) => (rule.type === "gd" ? [a] : [a, r + a]));
  const start = places.map((at) => Float64Array.from({ length: cocycle.dimension }, (_, i) => (i === at ? 1 : 0)));
  const estimate = estimateExponent(cocycle, { ...options, rng: rng.fork(`rule ${block.index}`), start });
  const { value, superstable, standardError, degreesOfFreedom, steps } = estimate;
  // The intervals of several simulated blocks hold together (Bonferroni).
  const interval = (risk: number): Interval => {
    if (superstable) return [value, value];
    const half = studentHalfWidth(standardError, degreesOfFreedom, 1 - risk / simulated);
    return [value - half, value + half];
  };
  return {
    value,
    confidence95: interval(0.05),
    signInterval: interval(1 - signConfidence),
    method: "batch-means",
    steps,
  };
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

function listOf(stepSizes: number | ArrayLike<number>): number[] {
  return typeof stepSizes === "number" ? [stepSizes] : Array.from(stepSizes);
}

function verdict([lo, hi]: Interval): Verdict {
  if (hi < 0) return decided("stable");
  if (lo > 0) return decided("unstable");
  return undetermined("interval-contains-zero", `λ lies in [${digits(lo)}, ${digits(hi)}], which contains 0`);
}
