import type { RunRecord } from "../../record/index.ts";
import { asWritten } from "../numerals.ts";

/** The small line above everything: "Two-weight network · half mean squared error · step size 0.15 · batch 1, with replacement". */
export function subject({ conventions }: RunRecord): string {
  const { network, lossName, optimizer, stepSize, sampling } = conventions;
  const parts = [network, lossName, `step size ${asWritten(stepSize)}`, sampling];
  if (!isPlainDescent(optimizer)) parts.splice(2, 0, optimizer);
  return upperFirst(parts.filter((part) => part !== "").join(" · "));
}

/** "SGD with batch 16" where the batch matters, "SGD" where it is the only thing spoken of. */
export function sgdWithBatch({ conventions }: RunRecord): string {
  return `SGD with batch ${conventions.batchSize}`;
}

/** The deterministic rule by its name: "gradient descent", "heavy ball with momentum 0.9". */
export function ruleName({ conventions }: RunRecord): string {
  return isPlainDescent(conventions.optimizer) ? "gradient descent" : conventions.optimizer;
}

/** Whether the threshold on the sharpness is 2/η. */
export function isPlainDescent(optimizer: string): boolean {
  return /^(gradient descent|gd|sgd|stochastic gradient descent)$/i.test(optimizer);
}

export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
