import {
  addRationals,
  divideRationals,
  multiplyRationals,
  type Rational,
  rational,
  simplestRational,
  toNumber,
} from "../modular/index.ts";
import { createRng } from "../numeric/index.ts";
import type { Problem } from "../program/index.ts";
import type { Batch, BatchLaw } from "../sampling/index.ts";
import type { RunSpec } from "../spec/index.ts";
import { exactWeights, type Subject } from "../verify/index.ts";
import { isStochastic } from "./rule-facts.ts";

/** Up to here every batch is looked at on its own. */
const mostBatches = 32;

/** The batches of a step, in rational numbers: which samples it may see, and with which weights. */
export interface ExactBatches extends Pick<Subject, "batches" | "someBatches" | "fullBatch"> {
  /** Σ of the step weights of every batch, each value once; null when the batches are too many to list. */
  readonly weightSums: readonly number[] | null;
}

/**
 * The step weights of every batch of positive probability; where there are more than `mostBatches`, one of every total
 * weight, and where they are too many to list, one. Counted, not added up in doubles: three of five draws weigh 3/5.
 */
export function exactBatches(spec: RunSpec, problem: Problem, law: BatchLaw): ExactBatches {
  if (!isStochastic(spec)) {
    const batches = [exactWeights(problem)];
    return { batches, someBatches: batches, fullBatch: true, weightSums: [1] };
  }
  const { importance } = spec.batch;
  if (typeof importance === "string") throw new RangeError("exactBatches: importance must be given by its numbers");
  const steps = importance ? ratios(exactWeights(problem), importance) : null;
  const read = (batch: Batch) => weightsOf(batch, law, steps);
  const listed = law.distinctBatches();
  if (!listed) {
    const one = read(law.stream(createRng(spec.seed, "collapse batch")).next());
    return { batches: null, someBatches: [one], fullBatch: false, weightSums: steps ? null : [1] };
  }
  const all = listed.map(read);
  const sums = all.map((weights) => toNumber(weights.reduce(addRationals, rational(0n))));
  const weightSums = [...new Set(sums)];
  if (all.length <= mostBatches) return { batches: all, someBatches: all, fullBatch: false, weightSums };
  const someBatches = weightSums.map((sum) => all[sums.indexOf(sum)]!);
  return { batches: null, someBatches, fullBatch: false, weightSums };
}

/** The step weights of every batch of an epoch in a fixed order; null when chance has a part in them. */
export function exactEpoch(law: BatchLaw): readonly (readonly Rational[])[] | null {
  return law.fixedEpoch?.map((batch) => weightsOf(batch, law, null)) ?? null;
}

/** p_i/q_i, with the q_i divided by their sum. */
function ratios(p: readonly Rational[], importance: readonly number[]): Rational[] {
  const q = importance.map(simplestRational);
  const total = q.reduce(addRationals, rational(0n));
  return p.map((x, i) => (q[i]!.numerator === 0n ? rational(0n) : divideRationals(multiplyRationals(x, total), q[i]!)));
}

/** The weight of every sample in a batch: how often it was drawn, over the size, times its step weight. */
function weightsOf({ indices, weights }: Batch, law: BatchLaw, steps: readonly Rational[] | null): Rational[] {
  const all = new Array<Rational>(law.sampleCount).fill(rational(0n));
  const unit = unitOf(law, indices.length);
  indices.forEach((sample, j) => {
    const step = steps ? steps[sample]! : rational(1n);
    const drawn = rational(BigInt(Math.round((weights[j]! / toNumber(step)) * unit)), BigInt(unit));
    all[sample] = addRationals(all[sample]!, multiplyRationals(drawn, step));
  });
  return all;
}

/** A number of which every weight in a batch, without importance, is an integer fraction. */
function unitOf({ name, size, sampleCount }: BatchLaw, length: number): number {
  switch (name) {
    case "reshuffle":
    case "shuffle-once":
    case "cyclic":
      return length; // the last batch may be short
    case "label-balanced":
      return sampleCount * size; // m_c C / (m b)
    default:
      return size;
  }
}
