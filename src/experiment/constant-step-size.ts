import type { RunSpec } from "../spec/index.ts";
import { InputError } from "./host.ts";

/** The one step size that a question is about. @throws InputError for a schedule. */
export function constantStepSize({ optimizer }: RunSpec, question: string): number {
  if (typeof optimizer.stepSize === "number") return optimizer.stepSize;
  throw new InputError(`optimizer.stepSize: ${question} is a question about one step size, found a schedule`);
}
