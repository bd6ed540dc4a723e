import { MAX_ELEMENTS, type Shape, sameShape, showShape, sizeOf } from "../program/index.ts";
import type { ModelTensor, TensorHandle, TensorRequest } from "./tensor.ts";

/** Where a layer stands while tensors are collected. */
export interface LayerPlace {
  /** Before the names of its tensors: `layers[2]`, `layers[3].layers[0]`, or the name the user gave. */
  readonly path: string;
  /** The kind, for messages. */
  readonly type: string;
  readonly trainable: boolean;
  /** Tensors with the same key under the same word are one; null: a tensor of its own. */
  readonly share: string | null;
}

interface Entry extends TensorRequest {
  readonly name: string;
  readonly trained: boolean;
}

/** Collects the tensors of a model in order, makes shared ones one, and lays them out. */
export class TensorBook {
  readonly #entries: Entry[] = [];
  readonly #shared = new Map<string, { readonly index: number; readonly owner: string }>();

  request(place: LayerPlace, request: TensorRequest): TensorHandle {
    const sharing = place.share === null ? null : `${place.share}\n${request.key}`;
    const known = sharing === null ? undefined : this.#shared.get(sharing);
    if (known) {
      this.#checkShared(place, request, known);
      return { index: known.index };
    }
    const size = sizeOf(request.shape);
    if (!(size <= MAX_ELEMENTS)) {
      throw new RangeError(
        `readModel: ${place.path} (${place.type}) would have ${showShape(request.shape)} numbers in ${request.key}, more than 2^31`,
      );
    }
    const index = this.#entries.length;
    const fixed = request.role === "mean" || request.role === "variance";
    const name = `${place.path}.${request.key}`;
    if (this.#entries.some((e) => e.name === name)) {
      throw new RangeError(`readModel: two layers are called "${place.path}"`);
    }
    this.#entries.push({ ...request, name, trained: place.trainable && !fixed });
    if (sharing !== null) this.#shared.set(sharing, { index, owner: place.path });
    return { index };
  }

  /** The tensors with their places: θ takes the trained ones in order, the frozen vector the others. */
  layout(): { tensors: ModelTensor[]; dimension: number; frozenSize: number } {
    let dimension = 0;
    let frozenSize = 0;
    const tensors = this.#entries.map(({ name, trained, shape, role, fanIn, fanOut }): ModelTensor => {
      const size = sizeOf(shape);
      const offset = trained ? dimension : frozenSize;
      if (trained) dimension += size;
      else frozenSize += size;
      return { name, shape, role, fanIn, fanOut, buffer: trained ? "theta" : "frozen", offset, size };
    });
    if (dimension + frozenSize > MAX_ELEMENTS) {
      throw new RangeError(`readModel: the model has ${dimension + frozenSize} parameters, more than 2^31`);
    }
    return { tensors, dimension, frozenSize };
  }

  #checkShared(
    place: LayerPlace,
    request: TensorRequest,
    known: { readonly index: number; readonly owner: string },
  ): void {
    const entry = this.#entries[known.index]!;
    const who = `readModel: ${place.path} (${place.type})`;
    if (!sameShape(entry.shape, request.shape)) {
      const [has, needs]: Shape[] = [entry.shape, request.shape];
      throw new RangeError(
        `${who} needs a ${request.key} of shape ${showShape(needs!)}, ${known.owner}, with which it shares, has ${showShape(has!)}`,
      );
    }
    const fixed = request.role === "mean" || request.role === "variance";
    if (entry.trained !== (place.trainable && !fixed)) {
      throw new RangeError(`${who} and ${known.owner} share their tensors but only one of them is trained`);
    }
  }
}
