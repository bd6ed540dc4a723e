import { didYouMean, type Node, type Shape, showShape } from "../program/index.ts";
import { type LayerContext, type LayerReader, type PlannedLayer, refuse, type Signal } from "./layer.ts";
import { attention } from "./layers/attention.ts";
import { conv } from "./layers/conv.ts";
import { dense } from "./layers/dense.ts";
import { batchNorm, layerNorm } from "./layers/normalisation.ts";
import { activationLayer, flatten, globalAvgPool } from "./layers/plain.ts";
import { avgPool, maxPool } from "./layers/pool.ts";
import { residual } from "./layers/residual.ts";
import type { LayerRow, Model } from "./model.ts";
import type { LayerSpec, ModelSpec, ResidualSpec } from "./model-spec.ts";
import type { ModelTensor, TensorHandle } from "./tensor.ts";
import { type LayerPlace, TensorBook } from "./tensor-book.ts";

type Simple = Exclude<LayerSpec, ResidualSpec>;
type Readers = { readonly [K in Simple["type"]]: LayerReader<Extract<Simple, { readonly type: K }>> };

const readers: Readers = {
  dense,
  conv,
  maxPool,
  avgPool,
  globalAvgPool,
  flatten,
  activation: activationLayer,
  layerNorm,
  batchNorm,
  attention,
};

const layerTypes: readonly string[] = [...Object.keys(readers), "residual"];
/** Blocks within blocks beyond this depth are refused. */
const DEEPEST = 32;

/**
 * Reads a network: checks every option and shape, and lays its tensors out. θ concatenates, layer by layer, W
 * (units × inputs; filters × inputs/groups × kernel) and b, row-major; attention has Wq bq Wk bk Wv bv Wo bo,
 * normalisations scale and shift. Tensors that are not trained (`trainable: false`, the stored mean and variance of
 * batchNorm) form the frozen vector in the same way. The output must be a vector.
 *
 * @throws RangeError with one sentence that names the layer.
 */
export function readModel(spec: ModelSpec): Model {
  const inputShape = checkInput(spec.input);
  if (spec.layers.length === 0) throw new RangeError("readModel: layers is empty; a network needs at least one layer");
  const book = new TensorBook();
  const rows: PlannedRow[] = [];
  const around: Surroundings = { path: "", depth: 0, trainable: true, share: null };
  const chain = readChain(spec.layers, around, { shape: inputShape, sequence: false }, book, rows);
  const { shape } = chain.output;
  if (shape.length !== 1) {
    throw new RangeError(
      `readModel: the outputs must form a vector, ${chain.giver} gives ${showShape(shape)}; end with flatten or globalAvgPool`,
    );
  }
  const { tensors, dimension, frozenSize } = book.layout();
  return {
    inputShape,
    outputCount: shape[0]!,
    dimension,
    frozenSize,
    tensors,
    layers: layerRows(rows, tensors),
    apply: (inputs, tensor) => chain.apply(inputs, (handle) => tensor(tensors[handle.index]!)),
  };
}

interface Surroundings {
  readonly path: string;
  readonly depth: number;
  readonly trainable: boolean;
  readonly share: string | null;
}

interface PlannedRow extends Omit<LayerRow, "tensors" | "parameterCount"> {
  readonly handles: TensorHandle[];
}

interface Chain extends PlannedLayer {
  readonly giver: string;
}

function readChain(
  specs: readonly LayerSpec[],
  around: Surroundings,
  input: Signal,
  book: TensorBook,
  rows: PlannedRow[],
): Chain {
  let signal = input;
  let giver = "the input";
  const planned: PlannedLayer[] = [];
  specs.forEach((spec, i) => {
    const own = spec.name ?? `layers[${i}]`;
    const place: LayerPlace = {
      path: around.path === "" ? own : `${around.path}.${own}`,
      type: spec.type,
      trainable: around.trainable && (spec.trainable ?? true),
      share: spec.share ?? (around.share === null ? null : `${around.share}.${own}`),
    };
    const layer = readLayer(spec, place, signal, giver, around.depth, book, rows);
    planned.push(layer);
    signal = layer.output;
    giver = place.path;
  });
  return {
    output: signal,
    giver,
    apply: (x, tensor) => planned.reduce<Node>((value, layer) => layer.apply(value, tensor), x),
  };
}

function readLayer(
  spec: LayerSpec,
  place: LayerPlace,
  input: Signal,
  giver: string,
  depth: number,
  book: TensorBook,
  rows: PlannedRow[],
): PlannedLayer {
  const handles: TensorHandle[] = [];
  const context: LayerContext = {
    place,
    input,
    giver,
    request(request) {
      const handle = book.request(place, request);
      handles.push(handle);
      return handle;
    },
  };
  if (!layerTypes.includes(spec.type)) {
    throw new RangeError(
      `readModel: ${place.path} has the unknown type "${spec.type}"${didYouMean(spec.type, layerTypes)}`,
    );
  }
  if (spec.name?.trim() === "") refuse(context, "needs a name that is not empty");
  const at = rows.length;
  const layer = named(context, () => {
    if (spec.type !== "residual") return (readers[spec.type] as LayerReader<LayerSpec>)(spec, context);
    if (depth >= DEEPEST) refuse(context, `is nested deeper than ${DEEPEST} blocks`);
    const inner = { path: place.path, depth: depth + 1, trainable: place.trainable, share: place.share };
    return residual(readChain(spec.layers, inner, input, book, rows), context);
  });
  const row = { name: place.path, type: spec.type, inputShape: input.shape, outputShape: layer.output.shape, depth };
  rows.splice(at, 0, { ...row, handles });
  return layer;
}

/** Errors of activations and the like do not know their layer: they receive its name here. */
function named<T>(context: LayerContext, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError && !error.message.startsWith("readModel:")) refuse(context, error.message);
    throw error;
  }
}

function checkInput(shape: readonly number[]): Shape {
  const ok = shape.length >= 1 && shape.length <= 3 && shape.every((s) => Number.isSafeInteger(s) && s >= 1);
  if (!ok) {
    throw new RangeError(
      `readModel: input: expected one to three positive integers, the shape of one sample, found ${showShape(shape)}`,
    );
  }
  return shape;
}

function layerRows(rows: readonly PlannedRow[], tensors: readonly ModelTensor[]): LayerRow[] {
  const seen = new Set<number>();
  return rows.map(({ handles, ...row }) => {
    let parameterCount = 0;
    for (const { index } of handles) {
      if (!seen.has(index)) parameterCount += tensors[index]!.size;
      seen.add(index);
    }
    return { ...row, parameterCount, tensors: handles.map(({ index }) => tensors[index]!) };
  });
}
