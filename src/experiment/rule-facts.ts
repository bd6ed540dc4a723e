import { addRationals, type Rational, rational, simplestRational, toNumber } from "../modular/index.ts";
import type { Problem } from "../program/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import type { RunSpec } from "../spec/index.ts";
import type { RuleFacts } from "../verify/index.ts";

/** Whether a step sees a batch rather than all samples. */
export function isStochastic({ optimizer, batch }: RunSpec): boolean {
  return optimizer.type === "sgd" || batch.stochastic;
}

/** What the certificates need to know of the update rule of an experiment. */
export function ruleFacts(spec: RunSpec, law: BatchLaw, stepSize: number): RuleFacts {
  const { optimizer } = spec;
  const reweighted = spec.batch.importance !== undefined || law.stepWeights.some((w) => w !== 1);
  return {
    type: optimizer.type,
    stepSize,
    weightDecay: optimizer.weightDecay,
    memory: memoryOf(optimizer),
    ...("dampening" in optimizer ? { dampening: optimizer.dampening } : {}),
    weightSums: isStochastic(spec) && reweighted ? weightSums(law) : [1],
    clipNorm: optimizer.clipNorm !== undefined,
    clipValue: optimizer.clipValue !== undefined,
  };
}

/** Sample weights of every batch of positive probability, at most `limit` of them; null when there are more. */
export function stepWeights(
  spec: RunSpec,
  problem: Problem,
  law: BatchLaw,
  limit: number,
): readonly Float64Array[] | null {
  if (!isStochastic(spec)) return [problem.weights];
  const batches = law.distinctBatches(limit);
  if (!batches) return null;
  return batches.map(({ indices, weights }) => {
    const all = new Float64Array(problem.sampleCount);
    indices.forEach((sample, j) => {
      all[sample]! += weights[j]!;
    });
    return all;
  });
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

/** Σ of the step weights of every batch, added up as rationals; null when the batches are too many to list. */
function weightSums(law: BatchLaw): number[] | null {
  const batches = law.distinctBatches();
  const sumOf = (weights: Float64Array) =>
    toNumber([...weights].map(simplestRational).reduce((a: Rational, b) => addRationals(a, b), rational(0n)));
  return batches === null ? null : [...new Set(batches.map((b) => sumOf(b.weights)))];
}
