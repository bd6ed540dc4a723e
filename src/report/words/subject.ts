import type { RunRecord } from "../../record/index.ts";
import { asWritten } from "../numerals.ts";

/** The small line above everything: "The paper's two-weight network · half mean squared error · step size 0.15 · batch 1, with replacement". */
export function subject({ conventions, spec, kind }: RunRecord): string {
  const { network, lossName, optimizer, stepSize, sampling } = conventions;
  const title = spec["title"];
  const name = typeof title === "string" && title !== "" ? title : network;
  // A published figure has a step size for each panel.
  const parts = [name, lossName, kind === "reproduce" ? "" : `step size ${asWritten(stepSize)}`, sampling];
  if (optimizer.toLowerCase() !== "gradient descent") parts.splice(2, 0, optimizer);
  return upperFirst(parts.filter((part) => part !== "").join(" · "));
}

/** "SGD with batch 16" where the batch matters, "SGD" where it is the only thing spoken of. */
export function sgdWithBatch({ conventions }: RunRecord): string {
  return `SGD with batch ${conventions.batchSize}`;
}

/** The deterministic rule by its name: "gradient descent", "heavy ball with momentum 0.9". */
export function ruleName({ conventions }: RunRecord): string {
  if (isPlainDescent(conventions.optimizer)) return "gradient descent";
  return conventions.optimizer.replace(", ", " with ").replaceAll(", ", " and ");
}

/** Whether the threshold on the sharpness is 2/η. */
export function isPlainDescent(optimizer: string): boolean {
  return /^(gradient descent|sgd)(, weight decay .*)?$/i.test(optimizer);
}

export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
