import type { Interval } from "../interval/index.ts";
import {
  addRationals,
  compareRationals,
  divideRationals,
  multiplyRationals,
  type Rational,
  rational,
  showRational,
  simplestRational,
  toNumber,
} from "../modular/index.ts";
import { canBeDead } from "./dead-layer.ts";
import type { NetworkStructure } from "./network-structure.ts";
import type { ConstantEigenvalue, Examination, Hypothesis, Realised, Theorem } from "./theorem.ts";
import { affineInTrained } from "./theorems/affine-in-trained.ts";
import { almostEveryTheorems } from "./theorems/almost-every.ts";
import { analyticHead } from "./theorems/analytic-head.ts";
import { homogeneousHead } from "./theorems/homogeneous-head.ts";
import { deepWithBias, orderCriterion } from "./theorems/order-criterion.ts";
import { saturation } from "./theorems/saturation.ts";
import { zeroState } from "./theorems/zero-state.ts";
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
  /** Every step size below this that is not listed is proved, though the list above it may lack some; null when none is known. */
  readonly settledBelow: number | null;
  readonly exceptional: readonly ExceptionalStep[];
  readonly hypotheses: readonly Hypothesis[];
  readonly assumptions: readonly string[];
  readonly warnings: readonly string[];
  /** Numbers that were enclosed on the way. */
  readonly enclosures?: readonly Enclosure[];
}

/** A number, and the interval that holds it. */
export interface Enclosure extends Interval {
  readonly of: string;
}

/** Structure theorems in the order in which they are asked; the first that applies with the shortest list decides. */
export const structureTheorems: readonly Theorem[] = [
  ...[orderCriterion, homogeneousHead, analyticHead, deepWithBias],
  ...[affineInTrained, saturation],
];

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
  const byRule = (exceptional: readonly ExceptionalStep[]) =>
    settledByRule(law, exceptional, caveat(law, structure, rule));
  if (law.kind === "never") return byRule([]);
  if (law.kind === "decay") {
    const value = reciprocal(simplestRational(rule.weightDecay));
    const step: ExceptionalStep = {
      value,
      realised: "yes",
      piece: "all of parameter space",
      reason: "1 − ηw vanishes",
    };
    return judge(stepSize, [step], byRule([step]));
  }
  if (law.kind === "always") {
    return { ...settledByRule(law, [], []), verdict: "disproved", reach: "every", complete: false, reason: law.reason };
  }
  const examined = structure ? structureTheorems.map((t) => ({ theorem: t, result: t.examine(structure) })) : [];
  const best = examined.filter((e) => e.result.applies).sort((a, b) => cost(a.result) - cost(b.result))[0];
  if (law.kind === "almost-every" || !best) return fubini(law, structure, examined);
  const deadUnit = structure?.hidden != null && canBeDead(structure.hidden);
  return judge(
    stepSize,
    stepsOf(best.result, rule, deadUnit),
    settledByTheorem(best, law),
    openQuestion(best.result, rule),
    unlistedFrom(best.result, rule),
  );
}

/** How much a theorem leaves open. */
function cost({ positive, unlistedUpTo }: Examination): number {
  return positive.filter((e) => e.realised !== "no").length + (unlistedUpTo ? Number.MAX_SAFE_INTEGER / 2 : 0);
}

/** What to say of a rule with memory, whose statement is about the full state. */
function caveat(law: RuleVerdict, structure: NetworkStructure | null, rule: RuleFacts): readonly string[] {
  if (!law.extendedState) return [];
  const { hypotheses, collapsesAfter } = zeroState(structure, rule);
  if (collapsesAfter !== null) {
    return [
      `from a zero velocity the networks whose last hidden layer is dead all have the same output bias after ${collapsesAfter} steps: draw the velocity, or jitter the step size by 1e-6`,
    ];
  }
  const almostEvery = hypotheses.every((h) => h.status === "holds");
  return [
    almostEvery
      ? "the statement is about the parameters together with the optimizer's state; from a zero state the positions of every later step are non-singular in the starting point for almost every step size, the loss being analytic: to be sure of yours, draw the state, or jitter the step size by 1e-6"
      : "the statement is about the parameters together with the optimizer's state; started from a zero state, later positions can still collapse at special step sizes: draw the state, or jitter the step size by 1e-6",
  ];
}

/** 1/(λ + w) for the constant eigenvalues λ, and with weight decay w also 1/w, for λ = 0. */
function stepsOf(result: Examination, { weightDecay, weightSums }: RuleFacts, deadUnit: boolean): ExceptionalStep[] {
  const decay = simplestRational(weightDecay);
  const sums = [...new Set(weightSums ?? [])].map(simplestRational);
  const from = (e: ConstantEigenvalue): ExceptionalStep[] =>
    sums.map((sum) => ({ ...e, value: reciprocal(addRationals(multiplyRationals(e.value, sum), decay)) }));
  const steps = result.positive.filter((e) => e.realised !== "no").flatMap(from);
  if (weightDecay === 0) return steps;
  const piece = deadUnit ? "a hidden unit dead" : "pieces with a singular Hessian";
  const reason = "a direction that the loss does not see is multiplied by 1 − ηw";
  return [...steps, { value: reciprocal(decay), realised: deadUnit ? "yes" : "unknown", piece, reason }];
}

/** Why the list of steps may lack some at the user's step size; null when it does not. */
function openQuestion(result: Examination, rule: RuleFacts): string | null {
  const { weightDecay, stepSize, weightSums } = rule;
  if (weightDecay > 0 && !result.negativeExcluded && stepSize * weightDecay > 1) {
    return "beyond 1/w negative constant eigenvalues of the Hessian are not excluded";
  }
  const from = unlistedFrom(result, rule);
  if (result.unlistedUpTo !== null && (from === null || compareRationals(simplestRational(stepSize), from) >= 0)) {
    return "units that are saturated at different levels on different samples are not excluded at this step size";
  }
  const exceptions = result.positive.some((e) => e.realised !== "no");
  return exceptions && weightSums === null
    ? "importance sampling has too many batches to list their step weights"
    : null;
}

/** The least 1/(Wλ + w) over λ that may be unlisted and sums W of step weights; null when all are listed. */
function unlistedFrom({ unlistedUpTo }: Examination, { weightDecay, weightSums }: RuleFacts): Rational | null {
  if (unlistedUpTo === null || weightSums === null) return null;
  const decay = simplestRational(weightDecay);
  const sums = weightSums.map(simplestRational);
  const largest = sums.reduce((a, b) => (compareRationals(a, b) >= 0 ? a : b));
  return reciprocal(addRationals(multiplyRationals(unlistedUpTo, largest), decay));
}

/** Compares the user's step size, exactly, with the exceptional ones. */
function judge(
  stepSize: Rational,
  steps: readonly ExceptionalStep[],
  base: Finding,
  question: string | null = null,
  unlisted: Rational | null = null,
): Finding {
  const open = steps.some((s) => s.realised === "unknown") || unlisted !== null;
  const list = {
    ...base,
    exceptional: steps.filter((s) => s.realised === "yes"),
    complete: !open && question === null,
    settledBelow: unlisted && toNumber(unlisted),
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
    ...settledByRule(law, [], []),
    method: id,
    statement,
    source,
    reason: `theorem ${id}`,
    hypotheses: best.result.hypotheses,
    warnings: [],
  };
}

function settledByRule(
  law: RuleVerdict,
  exceptional: readonly ExceptionalStep[],
  warnings: readonly string[],
): Finding {
  return {
    verdict: "proved",
    scope: "everywhere",
    reach: exceptional.length > 0 ? "every-except-listed" : "every",
    method: "update rule",
    statement: law.reason,
    source: "Separatrix, docs/non-singularity.md, update rules",
    reason: law.reason,
    complete: true,
    settledBelow: null,
    exceptional,
    hypotheses: [],
    assumptions: ["every number of the problem stands for the simplest rational that rounds to it"],
    warnings,
  };
}

/** Almost every step size, and the hypotheses of the theorems that came closest. */
function fubini(
  law: RuleVerdict,
  structure: NetworkStructure | null,
  examined: readonly { theorem: Theorem; result: Examination }[],
): Finding {
  const closest = examined.toSorted((a, b) => failures(a.result) - failures(b.result))[0];
  const missing = closest?.result.hypotheses.filter((h) => h.status === "fails").map((h) => `${h.name}: ${h.reason}`);
  const almost = "the map is non-singular for almost every step size; nothing is known of the one in use";
  const byRule = law.kind === "almost-every";
  const theorems = almostEveryTheorems.map((theorem) => ({ theorem, hypotheses: theorem.examine(structure) }));
  const { theorem, hypotheses } = byRule
    ? theorems.at(-1)!
    : theorems.find((t) => t.hypotheses.every((h) => h.status === "holds" || h.status === "not-needed"))!;
  return {
    ...settledByRule(law, [], []),
    verdict: "undecided",
    reach: "almost-every",
    method: theorem.id,
    statement: theorem.statement,
    source: theorem.source,
    reason: byRule
      ? law.reason
      : `${almost}${missing?.length ? ` (theorem ${closest!.theorem.id} fails at ${missing.join("; ")})` : ""}`,
    complete: false,
    hypotheses: [
      ...hypotheses,
      ...(byRule || !closest
        ? []
        : closest.result.hypotheses
            .filter((h) => h.status === "fails")
            .map((h) => ({ ...h, name: `${closest.theorem.id}: ${h.name}` }))),
    ],
  };
}

function failures({ hypotheses }: Examination): number {
  return hypotheses.filter((h) => h.status === "fails").length;
}
