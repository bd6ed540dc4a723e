import {
  addRationals,
  compareRationals,
  divideRationals,
  multiplyRationals,
  type Rational,
  rational,
  simplestRational,
} from "../modular/index.ts";
import type { ExceptionalStep, Finding } from "./decide.ts";
import { type MeanFeatures, meanFeatures } from "./mean-features.ts";
import type { NetworkStructure } from "./network-structure.ts";
import type { Subject } from "./subject.ts";

/**
 * What φ̄, the mean of the last hidden features, adds to a finding: with squared error, full batches and an output bias,
 * 1/(2κ + w) is exceptional where φ̄ ≡ 0. It vanishes by the form of network and data, or is enclosed away from 0 at
 * `point`, or nothing is added.
 */
export function withMeanFeatures(
  finding: Finding,
  structure: NetworkStructure,
  { problem, rule, fullBatch }: Subject,
  point: readonly number[] | null,
): Finding {
  const { form, output } = structure;
  if (!fullBatch || form.kind !== "mse" || !output?.bias || output.activation !== null || finding.complete) {
    return finding;
  }
  const twiceScale = multiplyRationals(rational(2n), simplestRational(form.scale));
  const value = divideRationals(rational(1n), addRationals(twiceScale, simplestRational(rule.weightDecay)));
  const here = compareRationals(value, simplestRational(rule.stepSize)) === 0;
  const mean = meanFeatures(problem, point?.length === problem.dimension ? point : null);
  // Theorems H* and D leave no other step size open.
  const only = rule.weightDecay === 0 && (finding.method === "H*" || finding.method === "D");
  if (mean.kind === "zero") return collapsing(finding, { value, why: mean.reason, here, only });
  // On an analytic network θ speaks for all of parameter space: the theorem leaves nothing open but a vanishing mean.
  const onlyMean = finding.method === "D" && structure.kinked.length === 0 && rule.weightDecay === 0;
  return onlyMean && mean.kind === "non-zero" ? settledByMean(finding, mean) : finding;
}

function collapsing(
  finding: Finding,
  { value, why, here, only }: { value: Rational; why: string; here: boolean; only: boolean },
): Finding {
  const step: ExceptionalStep = {
    value,
    realised: "yes",
    piece: "all of parameter space",
    reason: `the mean of the last hidden features vanishes identically (${why}), so the output bias decouples and lands on the mean target in one step`,
  };
  const others = finding.exceptional.filter((e) => compareRationals(e.value, value) !== 0);
  const listed: Finding = { ...finding, exceptional: [...others, step], complete: only };
  if (!here) return only ? { ...listed, reach: "every-except-listed" } : listed;
  return {
    ...listed,
    verdict: "disproved",
    scope: "everywhere",
    reach: "every-except-listed",
    method: "mean features",
    statement:
      "With squared error and a linear output layer with bias, a mean of the last hidden features that vanishes identically decouples the bias, and 1/(2κ) is exceptional.",
    source: "Separatrix, docs/non-singularity.md, features of mean zero",
    reason: `singular on ${step.piece}: ${step.reason}`,
    hypotheses: [{ name: "mean-features", status: "holds", value: 0, reason: why }],
  };
}

function settledByMean(finding: Finding, mean: MeanFeatures & { kind: "non-zero" }): Finding {
  return {
    ...finding,
    verdict: "proved",
    scope: "everywhere",
    reach: "every",
    complete: true,
    exceptional: [],
    enclosures: [{ of: "the norm of the mean of the last hidden features at the point", ...mean.norm }],
    reason: "theorem D, with the mean of the last hidden features enclosed away from 0 at θ",
    hypotheses: [
      ...finding.hypotheses,
      { name: "mean-features", status: "holds", value: mean.norm.lo, reason: "not 0 at θ, enclosed" },
      { name: "analytic", status: "holds", value: null, reason: "no operation has a kink, so θ speaks for every θ" },
    ],
  };
}
