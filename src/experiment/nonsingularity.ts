import { demonstrateCollapse } from "../certify/index.ts";
import type { Objective } from "../compile/index.ts";
import { showRational, toNumber } from "../modular/index.ts";
import { createRng } from "../numeric/index.ts";
import type { Problem } from "../program/index.ts";
import type { NonsingularityResult } from "../record/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import type { RunSpec } from "../spec/index.ts";
import { decideByStructure, type Finding, networkStructure, type RuleFacts } from "../verify/index.ts";

/** What the certificate says beside its theorem: how near the step size is to a singular one at θ. */
export interface LocalFactors {
  /** min |1 − ηλ_i| over the eigenvalues of the Hessian at θ; null when they were not all computed. */
  readonly smallestFactor: number | null;
  readonly nearestReciprocal: number | null;
}

/** Is one step non-singular at the step size in use, and at which is it not: structure, and a collapse carried out. */
export function nonsingularity(
  spec: RunSpec,
  problem: Problem,
  objective: Objective,
  theta: Float64Array,
  law: BatchLaw,
  stepSize: number,
  local: LocalFactors,
): { readonly result: NonsingularityResult; readonly warnings: readonly string[] } {
  const structure = problem.chunked ? networkStructure(problem.lossProgram(2)) : null;
  const facts = ruleFacts(spec, law, stepSize);
  const finding = decideByStructure(structure, facts);
  const { weightDecay } = spec.optimizer;
  const batch =
    facts.type === "sgd"
      ? law.stream(createRng(spec.seed, "collapse batch")).next()
      : { indices: Int32Array.from(problem.weights, (_, i) => i), weights: problem.weights };
  const demonstration =
    finding.verdict === "disproved" && structure
      ? demonstrateCollapse(objective, structure, theta, {
          stepSize,
          weightDecay,
          ...batch,
          byDecay: weightDecay > 0 && stepSize * weightDecay === 1,
          rng: createRng(spec.seed, "collapse"),
        })
      : null;
  return { result: resultOf(finding, stepSize, local, demonstration), warnings: finding.warnings };
}

function resultOf(
  finding: Finding,
  stepSize: number,
  local: LocalFactors,
  demonstration: NonsingularityResult["demonstration"],
): NonsingularityResult {
  const { verdict, scope, reach, method, statement, source, reason, complete, hypotheses, assumptions } = finding;
  const exceptionalStepSizes = finding.exceptional.map((e) => ({
    value: toNumber(e.value),
    rational: showRational(e.value),
    polynomial: null,
    piece: e.piece,
    reason: e.reason,
  }));
  const distance = (value: number) => Math.abs(Math.log(value / stepSize));
  const nearest = exceptionalStepSizes.map((e) => e.value).sort((a, b) => distance(a) - distance(b))[0];
  return {
    ...{ stepSize, verdict, scope, reach, method, statement, source, reason, complete },
    piecesExamined: 0,
    exceptionalStepSizes,
    nearestExceptional: nearest ?? null,
    ...local,
    hypotheses,
    assumptions,
    demonstration,
  };
}

function ruleFacts(spec: RunSpec, law: BatchLaw, stepSize: number): RuleFacts {
  const { optimizer, batch } = spec;
  const stochastic = optimizer.type === "sgd" || batch.stochastic;
  return {
    type: optimizer.type,
    stepSize,
    weightDecay: optimizer.weightDecay,
    memory: memoryOf(optimizer),
    weightSums: stochastic && batch.importance !== undefined ? weightSums(law) : [1],
    clipNorm: optimizer.clipNorm !== undefined,
    clipValue: optimizer.clipValue !== undefined,
  };
}

function memoryOf(optimizer: RunSpec["optimizer"]): number {
  switch (optimizer.type) {
    case "momentum":
    case "nesterov":
      return optimizer.momentum;
    case "adam":
    case "adamw":
    case "amsgrad":
      return optimizer.beta1 * optimizer.beta2;
    case "rmsprop":
    case "lion":
      return optimizer.beta2;
    default:
      return 0;
  }
}

/** Σ of the step weights of every batch; null when the batches are too many to list. */
function weightSums(law: BatchLaw): number[] | null {
  const batches = law.distinctBatches();
  return batches && [...new Set(batches.map((b) => b.weights.reduce((sum, w) => sum + w, 0)))];
}
