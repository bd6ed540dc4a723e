import type { RunRecord } from "../../record/index.ts";
import { asWritten } from "../numerals.ts";
import { at } from "./axis-name.ts";

/** The small line above everything: "The paper's two-weight network · half mean squared error · step size 0.15 · batch 1, with replacement". */
export function subject({ conventions, spec, kind }: RunRecord): string {
  const { network, lossName, optimizer, stepSize, sampling } = conventions;
  const title = spec["title"];
  const name = typeof title === "string" && title !== "" ? title : network;
  const parts = [
    name,
    lossName,
    hasManyStepSizes(kind, spec) ? "" : (turns(spec) ?? `step size ${asWritten(stepSize)}`),
    asksAboutBatches(kind, spec) ? sampling : "",
  ];
  if (optimizer.toLowerCase() !== "gradient descent") parts.splice(2, 0, optimizer);
  return upperFirst(parts.filter((part) => part !== "").join(" · "));
}

/** A published figure has a step size for each panel, and a diagram may run over them. */
function hasManyStepSizes(kind: RunRecord["kind"], spec: RunRecord["spec"]): boolean {
  const options = spec[kind] as { parameter?: unknown; x?: { path?: unknown }; y?: { path?: unknown } } | undefined;
  const swept = [options?.parameter, options?.x?.path, options?.y?.path];
  return kind === "reproduce" || swept.includes("optimizer.stepSize");
}

/** "step sizes 0.1, 0.2 in turn", null where they do not repeat. */
function turns(spec: RunRecord["spec"]): string | null {
  const values = at(spec, "optimizer.stepSize.values");
  if (!Array.isArray(values) || values.length < 2) return null;
  const shown = values.slice(0, 4).map((value) => asWritten(Number(value)));
  return `step sizes ${shown.join(", ")}${values.length > 4 ? ", …" : ""} in turn`;
}

/** The verbs that follow a trajectory know batches only where the optimizer steps with them. */
function asksAboutBatches(kind: RunRecord["kind"], spec: RunRecord["spec"]): boolean {
  const followers = ["train", "orbits", "continue", "bifurcation", "lyapunov", "basins", "regions", "certify"];
  const [optimizer, batch] = [spec["optimizer"], spec["batch"]] as [{ type?: unknown }?, { stochastic?: unknown }?];
  return !followers.includes(kind) || optimizer?.type === "sgd" || batch?.stochastic === true;
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
