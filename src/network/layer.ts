import type { Node, Shape } from "../program/index.ts";
import type { TensorHandle, TensorRequest } from "./tensor.ts";
import type { LayerPlace } from "./tensor-book.ts";

/** What flows between layers. */
export interface Signal {
  /** Shape of one sample. */
  readonly shape: Shape;
  /** Two axes are [tokens, features] after a dense or attention layer, [channels, length] otherwise. */
  readonly sequence: boolean;
}

/** What a layer knows while the model is read. */
export interface LayerContext {
  readonly place: LayerPlace;
  readonly input: Signal;
  /** Who gives the input, for messages. */
  readonly giver: string;
  request(request: TensorRequest): TensorHandle;
}

/**
 * A layer ready to be written into a program. `apply` takes samples × input shape to samples × output shape, and keeps
 * the conventions that per-sample derivatives rest on: the sample axis is first in every tensor that depends on the
 * samples, and a parameter (possibly reshaped) meets them only as the unbatched second factor of a product with
 * sample-major rows, or through `broadcast` to a shape whose first axis counts samples.
 */
export interface PlannedLayer {
  readonly output: Signal;
  apply(x: Node, tensor: (handle: TensorHandle) => Node): Node;
}

/** Reads one layer: checks its options and shapes, asks for its tensors. */
export type LayerReader<S> = (spec: S, context: LayerContext) => PlannedLayer;

/** Ends reading with a message that names the layer. */
export function refuse({ place }: LayerContext, message: string): never {
  throw new RangeError(`readModel: ${place.path} (${place.type}) ${message}`);
}

/** Checks that an option is an integer of at least `least`. */
export function positiveInteger(context: LayerContext, name: string, value: number, least = 1): number {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    refuse(context, `needs an integer ≥ ${least} for ${name}, got ${value}`);
  }
  return value;
}

/** Checks epsilon of a normalisation. */
export function positiveNumber(context: LayerContext, name: string, value: number): number {
  if (!(value > 0 && Number.isFinite(value))) refuse(context, `needs a positive number for ${name}, got ${value}`);
  return value;
}
