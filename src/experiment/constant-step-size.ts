import type { RunSpec } from "../spec/index.ts";
import { InputError } from "./host.ts";

/** The one step size that a question is about. @throws InputError for a schedule. */
export function constantStepSize({ optimizer }: RunSpec, question: string): number {
  if (typeof optimizer.stepSize === "number") return optimizer.stepSize;
  throw new InputError(`optimizer.stepSize: ${question} is a question about one step size, found a schedule`);
}

/**
 * The step sizes that stability is about: one, or those that repeat. A schedule that comes to rest is judged by where it
 * rests. @throws InputError for one that ends at 0.
 */
export function stepSizesOf({ optimizer }: RunSpec): readonly number[] {
  const { stepSize } = optimizer;
  if (typeof stepSize === "number") return [stepSize];
  if ("values" in stepSize) return stepSize.values;
  const { to } = "cosine" in stepSize ? stepSize.cosine : stepSize.linear;
  if (to > 0) return [to];
  throw new InputError("optimizer.stepSize: a schedule that ends at 0 stops wherever it is, so it keeps every point");
}
