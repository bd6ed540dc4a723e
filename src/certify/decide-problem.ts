import {
  addRationals,
  compareRationals,
  divideRationals,
  multiplyRationals,
  type Rational,
  rational,
  simplestRational,
} from "../modular/index.ts";
import type { Problem } from "../program/index.ts";
import {
  decideByStructure,
  type ExceptionalStep,
  type Finding,
  isNear,
  type MeanFeatures,
  meanFeatures,
  type NetworkStructure,
  networkStructure,
  type PieceProof,
  type RuleFacts,
  ruleVerdict,
  type StepFacts,
} from "../verify/index.ts";
import { type PieceSearch, type SearchOptions, searchPieces } from "./search-pieces.ts";

/** What was decided, and with what evidence beside the structure of the problem. */
export interface Decision {
  readonly finding: Finding;
  readonly structure: NetworkStructure | null;
  readonly piecesExamined: number;
  /** Witnesses of every formal piece, where the verdict rests on them. */
  readonly proofs: readonly PieceProof[] | null;
  /** A θ inside the piece on which the map is singular, where one was found by examining pieces. */
  readonly singularAt: readonly number[] | null;
  /** The sample weights of the batch whose step is singular there. */
  readonly singularBatch: ArrayLike<number> | null;
}

export interface DecisionOptions extends SearchOptions {
  /** Sample weights of every batch of positive probability; null when they are too many to list. */
  readonly batches: readonly ArrayLike<number>[] | null;
  /** Whether every step sees all samples with the weights p_i. */
  readonly fullBatch: boolean;
}

/**
 * Is one step non-singular at its step size? Structure first; then, where the theorems leave the step 1/(2κ) open, the
 * mean of the last hidden features; then the pieces one by one, as far as `effort` allows.
 */
export function decideProblem(problem: Problem, rule: RuleFacts, options: DecisionOptions): Decision {
  const structure = problem.chunked ? networkStructure(problem.lossProgram(2)) : null;
  const byStructure = decideByStructure(structure, rule);
  const settled = (finding: Finding): Decision => ({
    ...{ finding, structure },
    ...{ piecesExamined: 0, proofs: null, singularAt: null, singularBatch: null },
  });
  if (ruleVerdict(rule).kind !== "gradient") return settled(byStructure);
  const finding = structure ? withMeanFeatures(problem, structure, byStructure, rule, options) : byStructure;
  if (finding.verdict !== "undecided" || options.batches === null) return settled(finding);
  const facts: StepFacts = { stepSize: rule.stepSize, weightDecay: rule.weightDecay, batches: options.batches };
  const search = searchPieces(problem, facts, options);
  if (!search) return settled(finding);
  return {
    finding: withPieces(finding, search, rule),
    structure,
    piecesExamined: search.piecesExamined,
    proofs: search.everywhere ? search.proofs : null,
    singularAt: search.singular?.theta ?? null,
    singularBatch: search.singular ? facts.batches[search.singular.batch]! : null,
  };
}

/** What φ̄ adds: with squared error, full batches and an output bias, 1/(2κ + w) is exceptional where φ̄ ≡ 0. */
function withMeanFeatures(
  problem: Problem,
  structure: NetworkStructure,
  finding: Finding,
  rule: RuleFacts,
  { theta, fullBatch }: DecisionOptions,
): Finding {
  const { form, output } = structure;
  if (!fullBatch || form.kind !== "mse" || !output?.bias || output.activation !== null) return finding;
  if (finding.complete) return finding;
  const twiceScale = multiplyRationals(rational(2n), simplestRational(form.scale));
  const value = divideRationals(rational(1n), addRationals(twiceScale, simplestRational(rule.weightDecay)));
  const here = compareRationals(value, simplestRational(rule.stepSize)) === 0;
  const mean = meanFeatures(problem, theta);
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
    reason: "theorem D, with the mean of the last hidden features enclosed away from 0 at θ",
    hypotheses: [
      ...finding.hypotheses,
      { name: "mean-features", status: "holds", value: mean.norm.lo, reason: "not 0 at θ, enclosed" },
      { name: "analytic", status: "holds", value: null, reason: "no operation has a kink, so θ speaks for every θ" },
    ],
  };
}

/** What examining the pieces adds to a finding that structure left open. */
function withPieces(finding: Finding, search: PieceSearch, rule: RuleFacts): Finding {
  const stepSize = simplestRational(rule.stepSize);
  const list = merged(finding.exceptional, search.exceptional);
  const base = { ...finding, exceptional: list, complete: search.complete };
  const method = "pieces";
  const statement =
    "With the selections of a piece held fixed, one point of parameter space at which 1/η is no eigenvalue of the Hessian proves the map non-singular on the whole piece.";
  const source = "Separatrix, docs/non-singularity.md, extension principle";
  const hypotheses = [
    {
      ...{ name: "pieces", status: search.everywhere ? ("holds" as const) : ("fails" as const) },
      ...{ value: search.piecesExamined, reason: search.reason },
    },
  ];
  if (search.everywhere) {
    const near = list.filter((e) => isNear(e.value, stepSize));
    const warnings = near.map(
      () => "the step size is numerically at an exceptional step size; it is judged by its own value",
    );
    const reach = !search.complete ? "this" : list.length === 0 ? "every" : "every-except-listed";
    return {
      ...base,
      ...{ verdict: "proved", scope: "everywhere", reach, method, statement, source, hypotheses },
      reason: `${search.piecesExamined === 1 ? "one verified point" : `a witness for each of ${search.piecesExamined} pieces`}`,
      warnings: [...finding.warnings, ...warnings],
    };
  }
  if (!search.singular) return base;
  const hit = list.find((e) => e.polynomial === undefined && compareRationals(e.value, stepSize) === 0);
  const where = hit ? `${hit.piece}: ${hit.reason}` : "a piece whose Hessian has the constant eigenvalue 1/η";
  return {
    ...base,
    ...{ verdict: "disproved", scope: "everywhere", reach: "every-except-listed" },
    ...{ method, statement, source, hypotheses, reason: `singular on ${where}` },
  };
}

function merged(a: readonly ExceptionalStep[], b: readonly ExceptionalStep[]): ExceptionalStep[] {
  const others = b.filter((x) => !a.some((y) => compareRationals(x.value, y.value) === 0));
  return [...a, ...others].sort((x, y) => compareRationals(x.value, y.value));
}
