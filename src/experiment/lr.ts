import type { LrConversion, StableStepSizesResult } from "../record/index.ts";
import type { LossSpec } from "../spec/index.ts";

/**
 * The thresholds in the learning rates of other conventions: a loss that is c times ours tolerates 1/c of the step
 * size, so lr = factor · η with factor = κ/κ′ for squared errors of scale κ′. A sum over the samples and a sum over the
 * batch are two conventions: the first knows gradient descent only, the second SGD and its mean square.
 */
export function lrConversions(
  loss: LossSpec | undefined,
  outputs: number,
  { samples, batch }: { readonly samples: number; readonly batch: number },
  stepSize: number,
  sets: StableStepSizesResult,
): LrConversion[] {
  const largest = (set: StableStepSizesResult["gd"]) => (set && set.length > 0 ? set[0][1] : null);
  const row = (convention: string, factor: number): LrConversion => {
    const scaled = (value: number | null) => (value === null ? null : factor * value);
    return {
      convention,
      factor,
      stepSize: factor * stepSize,
      gd: scaled(largest(sets.gd)),
      meanSquare: scaled(largest(sets.meanSquare)),
      sgd: scaled(largest(sets.sgd)),
    };
  };
  const sums = (name: string, scale: number): LrConversion[] => [
    { ...row(`${name} over all samples`, scale / samples), meanSquare: null, sgd: null },
    { ...row(`${name} over the batch`, scale / batch), gd: null },
  ];
  if (!loss) return [];
  if (loss.type !== "mse") return [row("torch, mean over the batch", 1), ...sums("torch, sum", 1)];
  const scale = loss.scale === "torch" ? 1 / outputs : loss.scale;
  return [
    row("torch MSELoss", scale * outputs),
    row("half squared error, mean over samples", scale / 0.5),
    ...sums("squared errors, sum", scale),
  ];
}
