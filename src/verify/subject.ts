import type { Problem } from "../program/index.ts";
import type { StepFacts } from "./piece-proofs.ts";
import type { ExactNumbers } from "./read-number.ts";
import type { RuleFacts } from "./update-rule-class.ts";

/** One step of an update rule on a problem: what a certificate of non-singularity is about. */
export interface Subject {
  readonly problem: Problem;
  readonly rule: RuleFacts;
  /** The step weight of every sample in every batch of positive probability; null when they are too many to list. */
  readonly batches: readonly ExactNumbers[] | null;
  /** Batches of positive probability on which a collapse may be shown: all of `batches`, or else some. */
  readonly someBatches: readonly ExactNumbers[];
  /** Whether every step sees all samples with the weights p_i. */
  readonly fullBatch: boolean;
}

/** What piece proofs are about; null when the batches are too many to list. */
export function stepFacts({ rule, batches }: Subject): StepFacts | null {
  return batches && { stepSize: rule.stepSize, weightDecay: rule.weightDecay, batches };
}
