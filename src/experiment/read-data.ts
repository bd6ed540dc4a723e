import { type NumberArray, readArray } from "../formats/index.ts";
import type { Model, NetworkData } from "../network/index.ts";
import { createRng } from "../numeric/index.ts";
import { showShape, sizeOf } from "../program/index.ts";
import type { ArrayFileSpec, DataSpec, LabelsSpec, LossSpec, NumberTree } from "../spec/index.ts";
import { InputError } from "./host.ts";
import { arrayOf } from "./number-tree.ts";

/** Bytes of the files an experiment names. */
export type Files = ReadonlyMap<string, Uint8Array>;

export interface ReadData {
  /** Targets are null when they are to be the network's own outputs. */
  readonly data: Omit<NetworkData, "targets"> & { readonly targets: Float64Array | null };
  /** Class of each sample, where the targets are labels. */
  readonly labels: Int32Array | null;
}

/**
 * The samples of an experiment: numbers from the file or from files beside it, labels as class indices for cross-entropy
 * and as unit vectors otherwise, and the random subset that `samples` asks for (in file order, from its own seed).
 *
 * @throws InputError, one sentence, when shapes do not fit the model or each other.
 */
export function readData(spec: DataSpec, model: Model, loss: LossSpec, seed: number, files: Files): ReadData {
  const inputs = fileOrTree(spec.inputs, "data.inputs", files);
  const width = sizeOf(model.inputShape);
  const given = inputs.shape[0] ?? 0;
  if (given === 0 || inputs.data.length !== given * width) {
    const found = `${given} of shape ${showShape(inputs.shape.slice(1))}`;
    throw new InputError(`data.inputs: expected samples of shape ${showShape(model.inputShape)}, found ${found}`);
  }
  const { targets, labels } = readTargets(spec, model, loss, given, files);
  const weights = spec.weights && fileOrTree(spec.weights, "data.weights", files).data;
  if (weights && weights.length !== given) {
    throw new InputError(`data.weights: expected one number for each of ${given} samples, found ${weights.length}`);
  }
  const keep = subset(spec, given, seed);
  return {
    data: {
      inputs: pick(inputs.data, width, keep),
      targets: targets && pick(targets, targets.length / given, keep),
      sampleCount: keep.length,
      weights: weights && pick(weights, 1, keep),
    },
    labels: labels && Int32Array.from(keep, (i) => labels[i]),
  };
}

function readTargets(spec: DataSpec, model: Model, loss: LossSpec, count: number, files: Files) {
  const { targets } = spec;
  if ("from" in targets) return { targets: null, labels: null };
  if ("labels" in targets) {
    const labels = readLabels(targets, count, files);
    const { classes } = targets;
    if (classes !== model.outputCount) {
      throw new InputError(
        `data.targets.classes: expected the ${model.outputCount} outputs of the model, found ${classes}`,
      );
    }
    return { targets: loss.type === "crossEntropy" ? Float64Array.from(labels) : unitVectors(labels, classes), labels };
  }
  const { shape, data } = fileOrTree(targets, "data.targets", files);
  if (shape[0] !== count) {
    throw new InputError(`data.targets: expected targets for ${count} samples, found ${shape[0] ?? 0}`);
  }
  const isClasses = loss.type === "crossEntropy" && data.length === count;
  return { targets: data, labels: isClasses ? Int32Array.from(data) : null };
}

function readLabels({ labels, classes }: LabelsSpec, count: number, files: Files): Int32Array {
  const values = "file" in labels ? readLabelFile(labels, files) : Float64Array.from(labels);
  if (values.length !== count) {
    throw new InputError(`data.targets.labels: expected labels for ${count} samples, found ${values.length}`);
  }
  values.forEach((value, i) => {
    if (Number.isInteger(value) && value >= 0 && value < classes) return;
    throw new InputError(
      `data.targets.labels: expected class numbers 0..${classes - 1}, found ${value} at sample ${i}`,
    );
  });
  return Int32Array.from(values);
}

function readLabelFile(labels: Exclude<LabelsSpec["labels"], readonly number[]>, files: Files): Float64Array {
  const { column, ...rest } = labels;
  return readArray(files.get(labels.file)!, { ...rest, ...(column === undefined ? {} : { columns: [column] }) }).data;
}

function unitVectors(labels: Int32Array, classes: number): Float64Array {
  const vectors = new Float64Array(labels.length * classes);
  labels.forEach((label, i) => {
    vectors[i * classes + label] = 1;
  });
  return vectors;
}

/** Numbers of the experiment file itself, or of a file beside it. */
function fileOrTree(source: NumberTree | readonly number[] | ArrayFileSpec, path: string, files: Files): NumberArray {
  return "file" in source ? readArray(files.get(source.file)!, source) : arrayOf(source, path);
}

/** Numbers of the samples kept, ascending. */
function subset({ samples }: DataSpec, count: number, seed: number): Int32Array {
  const all = Int32Array.from({ length: count }, (_, i) => i);
  if (!samples) return all;
  if (samples.count > count) {
    throw new InputError(`data.samples.count: expected at most the ${count} samples there are, found ${samples.count}`);
  }
  const rng = createRng(samples.seed ?? seed, "samples");
  for (let i = 0; i < samples.count; i++) {
    const j = i + rng.integer(count - i);
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all.slice(0, samples.count).sort();
}

function pick(values: ArrayLike<number>, width: number, keep: Int32Array): Float64Array {
  const out = new Float64Array(keep.length * width);
  keep.forEach((i, row) => {
    for (let j = 0; j < width; j++) out[row * width + j] = values[i * width + j];
  });
  return out;
}
