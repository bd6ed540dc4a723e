import { mul, reshape, showShape, sizeOf, sum } from "../../program/index.ts";
import { readActivation } from "../activation.ts";
import { type LayerReader, refuse } from "../layer.ts";
import type { ActivationLayerSpec, PlainSpec } from "../model-spec.ts";

/** All numbers of a sample as one vector, row-major. */
export const flatten: LayerReader<PlainSpec> = (_, { input }) => {
  const size = sizeOf(input.shape);
  return {
    output: { shape: [size], sequence: false },
    apply: (x) => reshape(x, [x.shape[0]!, size]),
  };
};

/** σ elementwise. */
export const activationLayer: LayerReader<ActivationLayerSpec> = (spec, { input }) => ({
  output: input,
  apply: readActivation(spec.function),
});

/** Mean over the positions: [channels, …] ↦ [channels], and [tokens, features] ↦ [features]. */
export const globalAvgPool: LayerReader<PlainSpec> = (_, context) => {
  const { shape, sequence } = context.input;
  if (shape.length < 2) {
    refuse(
      context,
      `expects [channels, length], [channels, height, width] or a sequence, ${context.giver} gives ${showShape(shape)}`,
    );
  }
  const kept = sequence ? shape[1]! : shape[0]!;
  const positions = sizeOf(shape) / kept;
  const axes = sequence ? [1] : shape.slice(1).map((_, i) => i + 2);
  return {
    output: { shape: [kept], sequence: false },
    apply: (x) => mul(1 / positions, sum(x, axes)),
  };
};
