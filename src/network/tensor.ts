import type { ParameterSlot, Shape } from "../program/index.ts";

/** What a tensor is to its layer; the initialisers go by it. */
export type TensorRole = "weight" | "bias" | "gain" | "shift" | "mean" | "variance";

/** One tensor of a model: its place in θ or in the frozen vector, and what an initialiser needs to know. */
export interface ModelTensor extends ParameterSlot {
  readonly role: TensorRole;
  /** Numbers that one unit reads, and units that read one number (both over the kernel for a convolution). */
  readonly fanIn: number;
  readonly fanOut: number;
}

/** What a layer asks for: a tensor by its name within the layer. */
export interface TensorRequest {
  readonly key: string;
  readonly role: TensorRole;
  readonly shape: Shape;
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Stands for a tensor until the layout is complete. */
export interface TensorHandle {
  readonly index: number;
}
