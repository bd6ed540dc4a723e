import type { RunSpec } from "../spec/index.ts";
import type { RuleFacts } from "../verify/index.ts";

/** Whether a step sees a batch rather than all samples. */
export function isStochastic({ optimizer, batch }: RunSpec): boolean {
  return optimizer.type === "sgd" || batch.stochastic;
}

/** What the certificates need to know of the update rule of an experiment. */
export function ruleFacts(
  { optimizer }: RunSpec,
  stepSize: number,
  { weightSums }: Pick<RuleFacts, "weightSums">,
): RuleFacts {
  return {
    type: optimizer.type,
    stepSize,
    weightDecay: optimizer.weightDecay,
    memory: memoryOf(optimizer),
    ...("dampening" in optimizer ? { dampening: optimizer.dampening } : {}),
    weightSums,
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
