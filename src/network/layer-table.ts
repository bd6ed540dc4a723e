import type { LayerRow, Model } from "./model.ts";
import type { ModelSpec } from "./model-spec.ts";
import { readModel } from "./read-model.ts";

/** The layers in order, blocks before what is inside them: names, shapes, tensors with their places in θ. */
export function layerTable(model: Model | ModelSpec): readonly LayerRow[] {
  return ("apply" in model ? model : readModel(model)).layers;
}
