import {
  boxInPiece,
  type Collapse,
  collapseAlongKernel,
  type Decision,
  decideProblem,
  demonstrateCollapse,
} from "../certify/index.ts";
import type { Objective } from "../compile/index.ts";
import { showRational, toNumber } from "../modular/index.ts";
import { createRng } from "../numeric/index.ts";
import type { Problem } from "../program/index.ts";
import type { CertificateEvidence, NonsingularityResult } from "../record/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import type { RunSpec } from "../spec/index.ts";
import { isStochastic, ruleFacts, stepWeights } from "./rule-facts.ts";

/** What the certificate says beside its theorem: how near the step size is to a singular one at θ. */
export interface LocalFactors {
  /** min |1 − ηλ_i| over the eigenvalues of the Hessian at θ; null when they were not all computed. */
  readonly smallestFactor: number | null;
  readonly nearestReciprocal: number | null;
}

/** Arithmetic operations that `check` and `certify` spend where no theorem decides: about one second, and minutes. */
const quickEffort = 2e6;
const thoroughEffort = 4e8;
const mostBatches = 32;

/** Is one step non-singular at the step size in use, and at which is it not: theorems, pieces, a collapse carried out. */
export function nonsingularity(
  spec: RunSpec,
  problem: Problem,
  objective: Objective,
  theta: Float64Array,
  law: BatchLaw,
  stepSize: number,
  local: LocalFactors,
  thorough = false,
): { readonly result: NonsingularityResult; readonly warnings: readonly string[] } {
  const { pieces, trials } = spec.certify;
  const decision = decideProblem(problem, ruleFacts(spec, law, stepSize), {
    ...{ theta, pieces, trials },
    effort: thorough ? thoroughEffort : quickEffort,
    rng: createRng(spec.seed, "pieces"),
    batches: stepWeights(spec, problem, law, mostBatches),
    fullBatch: !isStochastic(spec),
  });
  const isSingular = decision.finding.verdict === "disproved";
  const demonstration = isSingular ? demonstrate(spec, objective, theta, law, stepSize, decision) : null;
  const evidence = evidenceOf(problem, decision);
  return { result: resultOf(decision, stepSize, local, demonstration, evidence), warnings: decision.finding.warnings };
}

function demonstrate(
  spec: RunSpec,
  objective: Objective,
  theta: Float64Array,
  law: BatchLaw,
  stepSize: number,
  { finding, structure, singularAt, singularBatch }: Decision,
): Collapse | null {
  const { weightDecay } = spec.optimizer;
  const all = { indices: Int32Array.from(objective.weights, (_, i) => i), weights: objective.weights };
  const batch = isStochastic(spec) ? law.stream(createRng(spec.seed, "collapse batch")).next() : all;
  const step = { stepSize, weightDecay, ...batch };
  if (singularAt) {
    const weights = singularBatch ? Float64Array.from(singularBatch) : all.weights;
    return collapseAlongKernel(objective, Float64Array.from(singularAt), { ...step, ...all, weights });
  }
  if (finding.method === "mean features") return collapseAlongKernel(objective, theta, step);
  const byDecay = weightDecay > 0 && stepSize * weightDecay === 1;
  const rng = createRng(spec.seed, "collapse");
  return structure && demonstrateCollapse(objective, structure, theta, { ...step, byDecay, rng });
}

function evidenceOf(problem: Problem, { proofs, singularAt }: Decision): CertificateEvidence | null {
  if (!proofs && !singularAt) return null;
  return {
    witnesses: (proofs ?? []).map(({ batch, piece, witness }) => ({
      ...{ batch, piece, kind: witness.kind, theta: witness.theta },
      prime: witness.kind === "residues" ? witness.prime : null,
    })),
    box: singularAt && boxInPiece(problem, singularAt),
  };
}

function resultOf(
  { finding, piecesExamined }: Decision,
  stepSize: number,
  local: LocalFactors,
  demonstration: Collapse | null,
  evidence: CertificateEvidence | null,
): NonsingularityResult {
  const { verdict, scope, reach, method, statement, source, reason, complete, hypotheses, assumptions } = finding;
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
    ...{ stepSize, verdict, scope, reach, method, statement, source, reason, complete },
    piecesExamined,
    exceptionalStepSizes,
    nearestExceptional: nearest ?? null,
    ...local,
    hypotheses,
    assumptions,
    demonstration,
    evidence,
  };
}
