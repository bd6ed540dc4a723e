import {
  type Collapse,
  collapseAlongKernel,
  type Decision,
  decideProblem,
  demonstrateCollapse,
  type Start,
} from "../certify/index.ts";
import type { Objective } from "../compile/index.ts";
import { type Rational, showRational, toNumber } from "../modular/index.ts";
import { createRng } from "../numeric/index.ts";
import type { Problem } from "../program/index.ts";
import type { CertificateEvidence, DeadAtStart, NonsingularityResult } from "../record/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import type { RunSpec } from "../spec/index.ts";
import { exactBatches } from "./exact-batches.ts";
import { isStochastic, ruleFacts } from "./rule-facts.ts";

/** What the certificate says beside its theorem: how near the step size is to a singular one at θ. */
export interface LocalFactors {
  /** min |1 − ηλ_i| over the eigenvalues of the Hessian at θ; null when they were not all computed. */
  readonly smallestFactor: number | null;
  readonly nearestReciprocal: number | null;
  /** Σ log|1 − ηλ_i|. */
  readonly volumeFactor: number | null;
}

/** What only a thorough examination spends time on. */
export interface ThoroughOptions {
  /** Places whose pieces are examined where there are too many for all. */
  readonly starts: readonly Start[];
  readonly deadAtStart: (decision: Decision) => DeadAtStart | null;
}

/** Arithmetic operations that `check` and `certify` spend where no theorem decides: about one second, and minutes. */
const quickEffort = 2e6;
const thoroughEffort = 4e8;

/** Is one step non-singular at the step size in use, and at which is it not: theorems, pieces, a collapse carried out. */
export function nonsingularity(
  spec: RunSpec,
  problem: Problem,
  objective: Objective,
  theta: Float64Array,
  law: BatchLaw,
  stepSize: number,
  local: LocalFactors,
  thorough: ThoroughOptions | null = null,
): { readonly result: NonsingularityResult; readonly decision: Decision; readonly warnings: readonly string[] } {
  const { pieces, trials } = spec.certify;
  const batches = exactBatches(withNumbers(spec, law), problem, law);
  const decision = decideProblem(problem, ruleFacts(spec, stepSize, batches), {
    ...{ theta, pieces, trials, ...batches },
    effort: thorough ? thoroughEffort : quickEffort,
    starts: thorough?.starts ?? [],
    rng: createRng(spec.seed, "pieces"),
  });
  const isSingular = decision.finding.verdict === "disproved";
  const demonstration = isSingular ? demonstrate(spec, objective, theta, law, stepSize, decision) : null;
  const result: NonsingularityResult = {
    ...resultOf(decision, stepSize, local),
    deadAtStart: thorough?.deadAtStart(decision) ?? null,
    remedy: remedyFor(decision),
    demonstration,
    evidence: evidenceOf(decision),
  };
  return { result, decision, warnings: decision.finding.warnings };
}

/** The spec with the numbers that its importance stands for. */
export function withNumbers(spec: RunSpec, { probabilities, stepWeights }: BatchLaw): RunSpec {
  if (typeof spec.batch.importance !== "string") return spec;
  return { ...spec, batch: { ...spec.batch, importance: Array.from(probabilities, (p, i) => p / stepWeights[i]!) } };
}

function demonstrate(
  spec: RunSpec,
  objective: Objective,
  theta: Float64Array,
  law: BatchLaw,
  stepSize: number,
  { finding, structure, subject, evidence }: Decision,
): Collapse | null {
  const { weightDecay } = spec.optimizer;
  const all = { indices: Int32Array.from(objective.weights, (_, i) => i), weights: objective.weights };
  const batch = isStochastic(spec) ? law.stream(createRng(spec.seed, "collapse batch")).next() : all;
  const step = { stepSize, weightDecay, ...batch };
  const { collapse } = evidence;
  if (collapse && finding.method === "pieces") {
    const weights = Float64Array.from(subject.someBatches[collapse.batch]!, asNumber);
    return collapseAlongKernel(objective, Float64Array.from(collapse.center), { ...step, ...all, weights });
  }
  if (finding.method === "mean features") return collapseAlongKernel(objective, theta, step);
  const byDecay = weightDecay > 0 && stepSize * weightDecay === 1;
  const rng = createRng(spec.seed, "collapse");
  return structure && demonstrateCollapse(objective, structure, theta, { ...step, byDecay, rng });
}

function asNumber(x: number | Rational): number {
  return typeof x === "number" ? x : toNumber(x);
}

function evidenceOf({ evidence: { pieces, collapse }, finding }: Decision): CertificateEvidence | null {
  const proofs = finding.verdict === "proved" && finding.method === "pieces" ? (pieces?.proofs ?? []) : [];
  if (proofs.length === 0 && !collapse) return null;
  return {
    witnesses: proofs.map(({ batch, piece, witness }) => ({
      ...{ batch, piece, kind: witness.kind, theta: witness.theta },
      prime: witness.kind === "residues" ? witness.prime : null,
    })),
    box: collapse === null ? null : collapse.center.map((x) => [x - collapse.radius, x + collapse.radius] as const),
  };
}

function resultOf(
  { finding, piecesExamined }: Decision,
  stepSize: number,
  local: LocalFactors,
): Omit<NonsingularityResult, "deadAtStart" | "remedy" | "demonstration" | "evidence"> {
  const { verdict, scope, reach, method, statement, source, reason, complete, settledBelow } = finding;
  const { hypotheses, assumptions } = finding;
  const exceptionalStepSizes = finding.exceptional.map((e) => ({
    value: toNumber(e.value),
    rational: e.polynomial === undefined ? showRational(e.value) : null,
    polynomial: e.polynomial ?? null,
    piece: e.piece,
    reason: e.reason,
  }));
  const distance = (value: number) => Math.abs(Math.log(value / stepSize));
  const nearest = exceptionalStepSizes.map((e) => e.value).sort((a, b) => distance(a) - distance(b))[0];
  return {
    ...{ stepSize, verdict, scope, reach, method, statement, source, reason, complete, settledBelow },
    piecesExamined,
    exceptionalStepSizes,
    nearestExceptional: nearest ?? null,
    ...local,
    hypotheses,
    assumptions,
  };
}

/** A step size drawn from a density is none of the at most countably many exceptional ones, with probability 1. */
function remedyFor({ finding: { verdict, reach, warnings }, subject: { rule } }: Decision): string | null {
  if (rule.type === "amsgrad") return null;
  const near = warnings.some((w) => w.includes("numerically at"));
  if (verdict === "proved" && !near) return null;
  return verdict === "undecided" && reach === "almost-every"
    ? "draw the step size from a density, for instance η(1 + 1e-6·u) with u uniform: with probability 1 it is none of the exceptional ones"
    : "jitter the step size by 1e-6: with probability 1 the step is then non-singular";
}
