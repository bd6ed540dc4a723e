import { add, broadcast, matmul, type Node, reshape, type Shape, showShape, sizeOf } from "../../program/index.ts";
import { readActivation } from "../activation.ts";
import { type LayerContext, type LayerReader, positiveInteger, refuse } from "../layer.ts";
import type { DenseSpec } from "../model-spec.ts";
import type { TensorHandle } from "../tensor.ts";

/** y = σ(W x + b) on a vector, or on every token of a sequence. weight [units, inputs], bias [units]. */
export const dense: LayerReader<DenseSpec> = (spec, context) => {
  const { shape } = context.input;
  const units = positiveInteger(context, "units", spec.units);
  if (shape.length > 2) {
    refuse(
      context,
      `expects a vector or a sequence [tokens, features], ${context.giver} gives ${showShape(shape)}; put flatten before it`,
    );
  }
  const map = affineMap(context, { inputs: shape[shape.length - 1]!, units, bias: spec.bias ?? true });
  const activation = readActivation(spec.activation);
  return {
    output: { shape: [...shape.slice(0, -1), units], sequence: shape.length === 2 },
    apply: (x, tensor) => activation(map(x, tensor)),
  };
};

type Apply = (x: Node, tensor: (handle: TensorHandle) => Node) => Node;

/**
 * x ↦ W x + b on the last axis of [samples, …, inputs]. Tensor names are `weight` and `bias`, or W and b followed by
 * `suffix`.
 */
export function affineMap(
  context: LayerContext,
  options: { readonly inputs: number; readonly units: number; readonly bias: boolean; readonly suffix?: string },
): Apply {
  const { inputs, units, suffix } = options;
  const fans = { fanIn: inputs, fanOut: units };
  const weight = context.request({
    key: suffix ? `W${suffix}` : "weight",
    role: "weight",
    shape: [units, inputs],
    ...fans,
  });
  const bias = options.bias
    ? context.request({ key: suffix ? `b${suffix}` : "bias", role: "bias", shape: [units], ...fans })
    : null;
  return (x, tensor) => {
    const shape: Shape = [...x.shape.slice(0, -1), units];
    const rows = reshape(x, [sizeOf(x.shape) / inputs, inputs]);
    const product = reshape(matmul(rows, tensor(weight), false, true), shape);
    return bias ? add(product, broadcast(tensor(bias), shape, [shape.length - 1])) : product;
  };
}
