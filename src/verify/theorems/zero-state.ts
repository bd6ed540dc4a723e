import {
  addRationals,
  equalRationals,
  multiplyRationals,
  type Rational,
  rational,
  simplestRational,
  subtractRationals,
} from "../../modular/index.ts";
import { canBeDead } from "../dead-layer.ts";
import type { NetworkStructure } from "../network-structure.ts";
import { type Hypothesis, hypothesis } from "../theorem.ts";
import type { RuleFacts } from "../update-rule-class.ts";
import { twiceScale } from "./shared.ts";

/**
 * What is known of the maps θ₀ ↦ θ_t when an optimizer with memory starts from a zero state, a null set of its full
 * state that "non-singular in (θ, state)" says nothing about.
 */
export interface ZeroStateFinding {
  readonly statement: string;
  readonly hypotheses: readonly Hypothesis[];
  /** Steps after which the output bias of a dead last hidden layer has forgotten where it started, at this step size. */
  readonly collapsesAfter: number | null;
}

const rules: ReadonlySet<string> = new Set(["momentum", "nesterov", "adam", "adamw", "rmsprop", "adagrad"]);
const longest = 64;

/** Theorems Z (analytic losses) and R (drawn step sizes) of the documentation. */
export function zeroState(structure: NetworkStructure | null, rule: RuleFacts): ZeroStateFinding {
  const analytic = structure !== null && structure.kinked.length === 0 && structure.restricted.length === 0;
  return {
    statement:
      "For a loss analytic on all of parameter space every position map θ₀ ↦ θ_t from a zero state is non-singular for almost every step size; with step sizes drawn independently from densities it is so for any loss and any state, almost surely.",
    hypotheses: [
      hypothesis("rule", rules.has(rule.type), rule.type),
      hypothesis("analytic", analytic, analytic ? "no operation has a kink" : "the loss is piecewise"),
    ],
    collapsesAfter: structure && collapsesAfter(structure, rule),
  };
}

/**
 * Heavy ball from zero velocity on a dead last hidden layer, squared error with output bias: c_t − ȳ = P_t·(c₀ − ȳ) with
 * P₀ = P₋₁ = 1, P_{t+1} = (1 + β − h)P_t − βP_{t−1}, h = 2κη(1 − dampening). The first t ≤ 64 with P_t = 0, exactly.
 */
function collapsesAfter(structure: NetworkStructure, rule: RuleFacts): number | null {
  const { type, memory, stepSize, weightDecay, dampening = 0 } = rule;
  const { output, hidden } = structure;
  const scale = twiceScale(structure);
  if (type !== "momentum" || weightDecay !== 0 || !scale || !output?.bias || output.activation || !hidden) return null;
  if (!canBeDead(hidden)) return null;
  const strength = multiplyRationals(scale, subtractRationals(one, simplestRational(dampening)));
  const h = multiplyRationals(strength, simplestRational(stepSize));
  const beta = simplestRational(memory);
  const factor = subtractRationals(addRationals(one, beta), h);
  let [before, now] = [one, one];
  for (let t = 1; t <= longest; t++) {
    [before, now] = [now, subtractRationals(multiplyRationals(factor, now), multiplyRationals(beta, before))];
    if (equalRationals(now, zero)) return t;
  }
  return null;
}

const one: Rational = rational(1n);
const zero: Rational = rational(0n);
