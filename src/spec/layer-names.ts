import type { Complaint } from "./first-complaint.ts";
import type { LayerSpec, ModelSpec } from "./model-spec.ts";
import { nearestName } from "./nearest-name.ts";
import type { ValuePath } from "./value-path.ts";

/**
 * Layers that share weights carry the same word. `share: a` may also name an earlier layer: that layer then gets the
 * word too, so that whoever reads the spec looks at the words only.
 */
export function joinShared(model: ModelSpec): ModelSpec {
  if ("onnx" in model) return model;
  const words = new Set(allLayers(model.layers).flatMap(({ layer }) => layer.share ?? []));
  const join = (layer: LayerSpec): LayerSpec => {
    const isOwner = layer.name !== undefined && words.has(layer.name) && layer.share === undefined;
    const joined = isOwner ? { ...layer, share: layer.name! } : layer;
    return joined.type === "residual" ? { ...joined, layers: joined.layers.map(join) } : joined;
  };
  return { ...model, layers: model.layers.map(join) };
}

/** Names that occur twice, and words that only one layer uses. */
export function checkLayerNames(model: ModelSpec): Complaint | null {
  if ("onnx" in model) return null;
  const layers = allLayers(model.layers);
  const known = layers.flatMap(({ layer }) => [layer.name ?? [], layer.share ?? []].flat());
  for (const [i, { layer, path }] of layers.entries()) {
    if (layer.name !== undefined && layers.findIndex((other) => other.layer.name === layer.name) < i) {
      const message = `expected every layer name once, found ${JSON.stringify(layer.name)} again`;
      return { path: [...path, "name"], message };
    }
    const { share } = layer;
    if (share === undefined || layers.some((other, j) => j !== i && other.layer.share === share)) continue;
    const near = nearestName(
      share,
      known.filter((name) => name !== share),
    );
    const hint = near === null ? "" : `; did you mean ${near}?`;
    const expected = "expected the name of another layer, or a word that another layer shares";
    return { path: [...path, "share"], message: `${expected}, found ${JSON.stringify(share)}${hint}` };
  }
  return null;
}

function allLayers(
  layers: readonly LayerSpec[],
  path: ValuePath = ["model", "layers"],
): { layer: LayerSpec; path: ValuePath }[] {
  return layers.flatMap((layer, i) => {
    const here = [...path, i];
    const inner = layer.type === "residual" ? allLayers(layer.layers, [...here, "layers"]) : [];
    return [{ layer, path: here }, ...inner];
  });
}
