import type { Node, Shape } from "../program/index.ts";
import type { ModelTensor } from "./tensor.ts";

/** One line of `layerTable`. */
export interface LayerRow {
  readonly name: string;
  readonly type: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** Numbers in the tensors that this layer is the first to use. */
  readonly parameterCount: number;
  readonly tensors: readonly ModelTensor[];
  /** Depth of nesting in residual blocks. */
  readonly depth: number;
}

/** A network with its parameter layout, ready to be written into programs. */
export interface Model {
  /** Shape of one sample. */
  readonly inputShape: Shape;
  /** k. */
  readonly outputCount: number;
  /** n, the length of θ. */
  readonly dimension: number;
  /** Length of the vector of tensors that are not trained. */
  readonly frozenSize: number;
  /** All tensors in the order of their layers; θ concatenates the trained ones, row-major. */
  readonly tensors: readonly ModelTensor[];
  readonly layers: readonly LayerRow[];
  /** The outputs f, [samples, k], of inputs [samples, …inputShape]; see `PlannedLayer` for the conventions. */
  apply(inputs: Node, tensor: (tensor: ModelTensor) => Node): Node;
}
