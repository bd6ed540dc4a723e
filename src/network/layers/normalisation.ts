import * as p from "../../program/index.ts";
import { type LayerReader, positiveNumber } from "../layer.ts";
import type { BatchNormSpec, LayerNormSpec } from "../model-spec.ts";

/**
 * (x − mean)/√(variance + ε) along the last axis, then scale∘· + shift when `affine`. The variance is the mean square
 * deviation. On [channels, height, width] the last axis is the width.
 */
export const layerNorm: LayerReader<LayerNormSpec> = (spec, context) => {
  const epsilon = positiveNumber(context, "epsilon", spec.epsilon ?? 1e-5);
  const { shape } = context.input;
  const width = shape[shape.length - 1]!;
  const fans = { shape: [width], fanIn: width, fanOut: width };
  const affine = spec.affine ?? true;
  const scale = affine ? context.request({ key: "scale", role: "gain", ...fans }) : null;
  const shift = affine ? context.request({ key: "shift", role: "shift", ...fans }) : null;
  return {
    output: context.input,
    apply(x, tensor) {
      const last = x.shape.length - 1;
      const along = (row: p.Node) =>
        p.broadcast(
          row,
          x.shape,
          x.shape.slice(0, -1).map((_, axis) => axis),
        );
      const centred = p.sub(x, along(p.mul(1 / width, p.sum(x, [last]))));
      const variance = p.mul(1 / width, p.sum(p.square(centred), [last]));
      const normal = p.div(centred, along(p.sqrt(p.add(variance, epsilon))));
      if (!scale || !shift) return normal;
      const spread = (node: p.Node) => p.broadcast(node, x.shape, [last]);
      return p.add(p.mul(normal, spread(tensor(scale))), spread(tensor(shift)));
    },
  };
};

/**
 * scale∘(x − mean)/√(variance + ε) + shift with one number a channel (axis 0 of a sample) and stored statistics:
 * mean and variance are data, in the frozen vector, whatever the batch.
 */
export const batchNorm: LayerReader<BatchNormSpec> = (spec, context) => {
  const epsilon = positiveNumber(context, "epsilon", spec.epsilon ?? 1e-5);
  const channels = context.input.shape[0]!;
  const fans = { shape: [channels], fanIn: 1, fanOut: 1 };
  const scale = context.request({ key: "scale", role: "gain", ...fans });
  const shift = context.request({ key: "shift", role: "shift", ...fans });
  const mean = context.request({ key: "mean", role: "mean", ...fans });
  const variance = context.request({ key: "variance", role: "variance", ...fans });
  return {
    output: context.input,
    apply(x, tensor) {
      const spread = (node: p.Node) => p.broadcast(node, x.shape, [1]);
      const deviation = p.sqrt(p.add(tensor(variance), epsilon));
      const normal = p.div(p.sub(x, spread(tensor(mean))), spread(deviation));
      return p.add(p.mul(normal, spread(tensor(scale))), spread(tensor(shift)));
    },
  };
};
