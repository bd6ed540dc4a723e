import {
  addRationals,
  compareRationals,
  divideRationals,
  multiplyRationals,
  type Rational,
  rational,
  showRational,
  simplestRational,
} from "../modular/index.ts";
import type { NetworkStructure } from "./network-structure.ts";
import type { ConstantEigenvalue, Examination, Hypothesis, Realised, Theorem } from "./theorem.ts";
import { analyticHead } from "./theorems/analytic-head.ts";
import { homogeneousHead } from "./theorems/homogeneous-head.ts";
import { deepWithBias, orderCriterion } from "./theorems/order-criterion.ts";
import { type RuleFacts, type RuleVerdict, ruleVerdict } from "./update-rule-class.ts";

/** A step size at which the map is known, or not excluded, to be singular on some piece. */
export interface ExceptionalStep {
  readonly value: Rational;
  readonly realised: Realised;
  readonly piece: string;
  readonly reason: string;
  /** The equation of the constant eigenvalue, when the step size is irrational; `value` is then an approximation. */
  readonly polynomial?: string;
}

/** What the structure theorems say of the map at every step size and at the user's. */
export interface Finding {
  readonly verdict: "proved" | "disproved" | "undecided";
  readonly scope: "everywhere" | "pieces";
  readonly reach: "every" | "every-except-listed" | "this" | "almost-every";
  readonly method: string;
  readonly statement: string | null;
  readonly source: string | null;
  readonly reason: string;
  /** Whether `exceptional` provably holds every exceptional step size of every piece, each one realised. */
  readonly complete: boolean;
  readonly exceptional: readonly ExceptionalStep[];
  readonly hypotheses: readonly Hypothesis[];
  readonly assumptions: readonly string[];
  readonly warnings: readonly string[];
}

/** Structure theorems in the order in which they are asked; the first that applies with the shortest list decides. */
export const structureTheorems: readonly Theorem[] = [orderCriterion, homogeneousHead, analyticHead, deepWithBias];

/** Step sizes closer than one part in this many are called numerically equal. */
const nearby = 10n ** 9n;

/**
 * Is one step of `rule` on this loss non-singular at its step size, and at which step sizes is it not? Structure alone
 * decides: the form of the program, its loss and the update rule; no number of the data enters.
 *
 * Every number of the problem stands for the simplest rational that rounds to it (the assumption is listed).
 * `structure` is null for objectives that are no networks: only Fubini's argument applies to them.
 */
export function decideByStructure(structure: NetworkStructure | null, rule: RuleFacts): Finding {
  const law = ruleVerdict(rule);
  const stepSize = simplestRational(rule.stepSize);
  if (law.kind === "never") return settledByRule(law, []);
  if (law.kind === "decay") {
    const value = reciprocal(simplestRational(rule.weightDecay));
    const step: ExceptionalStep = {
      value,
      realised: "yes",
      piece: "all of parameter space",
      reason: "1 − ηw vanishes",
    };
    return judge(stepSize, [step], settledByRule(law, [step]));
  }
  if (law.kind === "always") {
    return { ...settledByRule(law, []), verdict: "disproved", reach: "every", complete: false, reason: law.reason };
  }
  const examined = structure ? structureTheorems.map((t) => ({ theorem: t, result: t.examine(structure) })) : [];
  const best = examined.filter((e) => e.result.applies).sort((a, b) => cost(a.result) - cost(b.result))[0];
  if (law.kind === "almost-every" || !best) return fubini(law, examined);
  return judge(stepSize, stepsOf(best.result, rule), settledByTheorem(best, law), openQuestion(best.result, rule));
}

function cost({ positive }: Examination): number {
  return positive.filter((e) => e.realised !== "no").length;
}

/** 1/(λ + w) for the constant eigenvalues λ, and with weight decay w also 1/w, for λ = 0. */
function stepsOf(result: Examination, { weightDecay, weightSums }: RuleFacts): ExceptionalStep[] {
  const decay = simplestRational(weightDecay);
  const sums = [...new Set(weightSums ?? [])].map(simplestRational);
  const from = (e: ConstantEigenvalue): ExceptionalStep[] =>
    sums.map((sum) => ({ ...e, value: reciprocal(addRationals(multiplyRationals(e.value, sum), decay)) }));
  const steps = result.positive.filter((e) => e.realised !== "no").flatMap(from);
  if (weightDecay === 0) return steps;
  const dead = result.positive.some((e) => e.realised === "yes");
  const piece = dead ? "a hidden unit dead" : "pieces with a singular Hessian";
  const reason = "a direction that the loss does not see is multiplied by 1 − ηw";
  return [...steps, { value: reciprocal(decay), realised: dead ? "yes" : "unknown", piece, reason }];
}

/** Why the list of steps may lack some at the user's step size; null when it does not. */
function openQuestion(result: Examination, { weightDecay, stepSize, weightSums }: RuleFacts): string | null {
  if (weightDecay > 0 && !result.negativeExcluded && stepSize * weightDecay > 1) {
    return "beyond 1/w negative constant eigenvalues of the Hessian are not excluded";
  }
  const exceptions = result.positive.some((e) => e.realised !== "no");
  return exceptions && weightSums === null
    ? "importance sampling has too many batches to list their step weights"
    : null;
}

/** Compares the user's step size, exactly, with the exceptional ones. */
function judge(
  stepSize: Rational,
  steps: readonly ExceptionalStep[],
  base: Finding,
  question: string | null = null,
): Finding {
  const open = steps.some((s) => s.realised === "unknown");
  const list = {
    ...base,
    exceptional: steps.filter((s) => s.realised === "yes"),
    complete: !open && question === null,
  };
  const hit = steps.find((s) => compareRationals(s.value, stepSize) === 0);
  if (hit?.realised === "yes") {
    return {
      ...list,
      verdict: "disproved",
      reach: "every-except-listed",
      reason: `singular on ${hit.piece}: ${hit.reason}`,
    };
  }
  if (hit || question !== null) {
    const reason = hit
      ? `${showRational(hit.value)} is singular exactly on ${hit.piece}, and it is not known whether there are any`
      : question!;
    return { ...list, verdict: "undecided", scope: "pieces", reach: "this", reason };
  }
  const reach = steps.length === 0 ? "every" : open ? "this" : "every-except-listed";
  const warnings = steps
    .filter((s) => isNear(s.value, stepSize))
    .map((s) => {
      return `the step size is numerically at the exceptional step size ${showRational(s.value)}; it is judged by its own value`;
    });
  return { ...list, reach, warnings: [...base.warnings, ...warnings] };
}

/** Whether two step sizes agree to one part in 10⁹. */
export function isNear(a: Rational, b: Rational): boolean {
  const { numerator, denominator } = divideRationals(a, b);
  const difference = numerator < denominator ? denominator - numerator : numerator - denominator;
  return difference * nearby < denominator;
}

function reciprocal(a: Rational): Rational {
  return divideRationals(rational(1n), a);
}

function settledByTheorem(best: { theorem: Theorem; result: Examination }, law: RuleVerdict): Finding {
  const { id, statement, source } = best.theorem;
  return {
    ...settledByRule(law, []),
    method: id,
    statement,
    source,
    reason: `theorem ${id}`,
    hypotheses: best.result.hypotheses,
    warnings: [],
  };
}

function settledByRule(law: RuleVerdict, exceptional: readonly ExceptionalStep[]): Finding {
  const zeroState =
    "the statement is about the parameters together with the optimizer's state; started from a zero state, later positions can still collapse at special step sizes: draw the state, or jitter the step size by 1e-6";
  return {
    verdict: "proved",
    scope: "everywhere",
    reach: exceptional.length > 0 ? "every-except-listed" : "every",
    method: "update rule",
    statement: law.reason,
    source: "Separatrix, docs/non-singularity.md, update rules",
    reason: law.reason,
    complete: true,
    exceptional,
    hypotheses: [],
    assumptions: ["every number of the problem stands for the simplest rational that rounds to it"],
    warnings: law.extendedState ? [zeroState] : [],
  };
}

/** Almost every step size, and the hypotheses of the theorems that came closest. */
function fubini(law: RuleVerdict, examined: readonly { theorem: Theorem; result: Examination }[]): Finding {
  const closest = examined.toSorted((a, b) => failures(a.result) - failures(b.result))[0];
  const missing = closest?.result.hypotheses.filter((h) => h.status === "fails").map((h) => `${h.name}: ${h.reason}`);
  const almost = "the map is non-singular for almost every step size; nothing is known of the one in use";
  return {
    ...settledByRule(law, []),
    verdict: "undecided",
    reach: "almost-every",
    method: "F",
    statement:
      "The gradient is continuously differentiable off a closed null set, so for almost every step size the map takes sets of positive measure to sets of positive measure.",
    source: "arXiv 2510.24466",
    reason:
      law.kind === "almost-every"
        ? law.reason
        : `${almost}${missing?.length ? ` (theorem ${closest!.theorem.id} fails at ${missing.join("; ")})` : ""}`,
    complete: false,
    hypotheses: law.kind === "almost-every" || !closest ? [] : closest.result.hypotheses,
    warnings: [],
  };
}

function failures({ hypotheses }: Examination): number {
  return hypotheses.filter((h) => h.status === "fails").length;
}
