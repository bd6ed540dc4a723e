import { createRng } from "../numeric/index.ts";
import { FormatError } from "./format-error.ts";
import { mostNumbers, type NumberArray, showShape } from "./number-array.ts";
import { type ArraySource, readArray } from "./read-array.ts";

/** Numbers as nested lists, rectangular and finite. */
export type NumberTree = readonly (number | NumberTree)[];

/** The `data` of an experiment. */
export interface DataSource {
  readonly inputs: NumberTree | ArraySource;
  readonly targets:
    | NumberTree
    | ArraySource
    | { readonly labels: LabelSource | readonly number[]; readonly classes: number }
    | { readonly from: "model" };
  readonly weights?: readonly number[] | ArraySource | undefined;
  readonly samples?: { readonly count: number; readonly seed?: number | undefined } | undefined;
}

export interface LabelSource {
  readonly file: string;
  readonly array?: string | undefined;
  readonly column?: string | number | undefined;
  readonly rows?: string | undefined;
}

export interface Data {
  readonly sampleCount: number;
  /** m × (size of one sample), row after row. */
  readonly inputs: Float64Array;
  readonly inputShape: readonly number[];
  /** m × k; one-hot for labels; null for targets that are the network's own outputs. */
  readonly targets: Float64Array | null;
  /** Class of each sample, where the targets were given as labels. */
  readonly labels: Int32Array | null;
  /** p_i, positive, adding up to 1; null for 1/m. */
  readonly weights: Float64Array | null;
}

/**
 * Samples, targets and weights of an experiment, from the bytes of the files that it names.
 *
 * `samples` takes a random subset in the order of the file, drawn with the stream "samples" of its own seed, or of the
 * run's. Weights belong to the samples before that; those of a subset are divided by their sum.
 *
 * @param bytes What stands in each file, by the name in the experiment.
 * @throws FormatError, one sentence.
 */
export function readData(source: DataSource, bytes: ReadonlyMap<string, Uint8Array>, seed: number): Data {
  const arrayOf = (given: NumberTree | ArraySource) =>
    isTree(given) ? flatten(given) : readArray(contents(bytes, given.file), given);
  const inputs = arrayOf(source.inputs);
  const sampleCount = inputs.shape[0]!;
  const { targets, labels } = readTargets(source.targets, sampleCount, bytes, arrayOf);
  const weights = source.weights === undefined ? null : readWeights(source.weights, sampleCount, arrayOf);
  const data = { sampleCount, inputs: inputs.data, inputShape: inputs.shape.slice(1), targets, labels, weights };
  return source.samples === undefined ? data : subset(data, source.samples.count, source.samples.seed ?? seed);
}

type ArrayOf = (given: NumberTree | ArraySource) => NumberArray;

function readTargets(
  targets: DataSource["targets"],
  sampleCount: number,
  bytes: ReadonlyMap<string, Uint8Array>,
  arrayOf: ArrayOf,
): Pick<Data, "targets" | "labels"> {
  if ("from" in targets) return { targets: null, labels: null };
  if ("labels" in targets) {
    const labels = readLabels(targets.labels, targets.classes, bytes);
    requireCount(labels.length, sampleCount, "labels");
    return { targets: oneHot(labels, targets.classes), labels };
  }
  const array = arrayOf(targets);
  requireCount(array.shape[0]!, sampleCount, "targets");
  return { targets: array.data, labels: null };
}

function readLabels(
  source: LabelSource | readonly number[],
  classes: number,
  bytes: ReadonlyMap<string, Uint8Array>,
): Int32Array {
  const isList = Array.isArray(source);
  const what = isList ? "data.targets.labels" : (source as LabelSource).file;
  const values = isList ? Float64Array.from(source as readonly number[]) : labelColumn(source as LabelSource, bytes);
  const wrong = values.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (wrong >= 0) {
    throw new FormatError(
      `${what}: expected classes in 0..${classes - 1}, found ${values[wrong]} for sample ${wrong + 1}`,
    );
  }
  if (values.length * classes > mostNumbers) {
    throw new FormatError(`${what}: expected at most ${mostNumbers} targets, found ${values.length} × ${classes}`);
  }
  return Int32Array.from(values);
}

function labelColumn({ file, array, column, rows }: LabelSource, bytes: ReadonlyMap<string, Uint8Array>): Float64Array {
  const columns = column === undefined ? undefined : [column];
  const { shape, data } = readArray(contents(bytes, file), { file, array, rows, columns });
  if (data.length === (shape[0] ?? 1)) return data;
  throw new FormatError(`${file}: expected one label for each sample (column: …), found shape ${showShape(shape)}`);
}

function oneHot(labels: Int32Array, classes: number): Float64Array {
  const targets = new Float64Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) targets[i * classes + labels[i]!] = 1;
  return targets;
}

function readWeights(source: readonly number[] | ArraySource, sampleCount: number, arrayOf: ArrayOf): Float64Array {
  const what = isTree(source) ? "data.weights" : source.file;
  const { data } = arrayOf(source);
  if (data.length !== sampleCount) {
    throw new FormatError(`${what}: expected ${sampleCount} weights, one for each sample, found ${data.length}`);
  }
  const wrong = data.findIndex((p) => !(p > 0));
  if (wrong >= 0) throw new FormatError(`${what}: expected weights > 0, found ${data[wrong]} for sample ${wrong + 1}`);
  const sum = data.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) > 1e-9)
    throw new FormatError(`${what}: expected weights that add up to 1, found a sum of ${sum}`);
  return data;
}

function subset(data: Data, count: number, seed: number): Data {
  const { sampleCount, inputs, targets, labels, weights } = data;
  if (count > sampleCount) {
    throw new FormatError(`data.samples: expected at most the ${sampleCount} samples of the data, found ${count}`);
  }
  const chosen = chooseRows(count, sampleCount, seed);
  const kept = weights === null ? null : takeRows(weights, chosen, sampleCount);
  const total = kept === null ? 1 : kept.reduce((a, b) => a + b, 0);
  return {
    ...data,
    sampleCount: count,
    inputs: takeRows(inputs, chosen, sampleCount),
    targets: targets === null ? null : takeRows(targets, chosen, sampleCount),
    labels: labels === null ? null : chosen.map((row) => labels[row]!),
    weights: kept === null ? null : kept.map((p) => p / total),
  };
}

/** `count` of 0 … total − 1, every subset equally likely, in increasing order (the first draws of a Fisher–Yates shuffle). */
function chooseRows(count: number, total: number, seed: number): Int32Array {
  const rng = createRng(seed, "samples");
  const order = Int32Array.from({ length: total }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + rng.integer(total - i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.slice(0, count).sort();
}

function takeRows(data: Float64Array, rows: Int32Array, total: number): Float64Array {
  const width = data.length / total;
  const out = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    out.set(data.subarray(row * width, (row + 1) * width), i * width);
  });
  return out;
}

/** Nested lists as one array; the spec has made sure that they are rectangular. */
function flatten(tree: NumberTree): NumberArray {
  const shape: number[] = [];
  for (let level: unknown = tree; Array.isArray(level); level = level[0]) shape.push(level.length);
  return { shape, data: Float64Array.from((tree as unknown[]).flat(Number.POSITIVE_INFINITY) as number[]) };
}

function requireCount(found: number, sampleCount: number, what: string): void {
  if (found === sampleCount) return;
  throw new FormatError(`data.targets: expected ${sampleCount} ${what}, one for each sample, found ${found}`);
}

function contents(bytes: ReadonlyMap<string, Uint8Array>, file: string): Uint8Array {
  const found = bytes.get(file);
  if (found === undefined) throw new FormatError(`${file}: expected its bytes, found nothing`);
  return found;
}

function isTree(source: unknown): source is NumberTree {
  return Array.isArray(source);
}
