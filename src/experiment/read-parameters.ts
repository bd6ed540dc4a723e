import { type NumberArray, readArrays } from "../formats/index.ts";
import { type InitialParameters, initialParameters, type Model, type ModelTensor } from "../network/index.ts";
import { sameShape, showShape } from "../program/index.ts";
import type { ParametersSpec } from "../spec/index.ts";
import { InputError } from "./host.ts";
import type { Files } from "./read-data.ts";

/**
 * θ and the numbers that are not trained, drawn or as given: one flat array (θ alone when everything is trained, else
 * all tensors layer by layer), or tensors matched by the names given, else by equal names, else by shape when unique.
 *
 * @throws InputError, one sentence, listing both sides when they do not match.
 */
export function readParameters(spec: ParametersSpec, model: Model, seed: number, files: Files): InitialParameters {
  if ("init" in spec) return initialParameters(model, spec.init, spec.seed ?? seed);
  if ("values" in spec) return fromFlat(Float64Array.from(spec.values), model, "parameters.values");
  const tensors = readArrays(files.get(spec.file)!, spec.file);
  const flat = spec.array ?? ["theta", ""].find((name) => tensors.has(name)) ?? null;
  if (flat !== null) {
    const array = tensors.get(flat);
    if (!array) {
      throw new InputError(`parameters.array: expected one of ${[...tensors.keys()].join(", ")}, found "${flat}"`);
    }
    return fromFlat(array().data, model, flat === "" ? "parameters.file" : `parameters.file (${flat})`);
  }
  return fromTensors(tensors, model, spec.names ?? {});
}

function fromFlat(values: Float64Array, model: Model, what: string): InitialParameters {
  const { dimension, frozenSize } = model;
  const wrong = values.findIndex((v) => !Number.isFinite(v));
  if (wrong >= 0) throw new InputError(`${what}: expected finite numbers, found ${values[wrong]} at index ${wrong}`);
  if (values.length !== dimension + frozenSize) {
    const parts =
      frozenSize === 0 ? "" : `, ${dimension} trained and ${frozenSize} that stay as they are, layer by layer`;
    throw new InputError(`${what}: expected ${dimension + frozenSize} numbers${parts}, found ${values.length}`);
  }
  const result = { theta: new Float64Array(dimension), frozen: new Float64Array(frozenSize) };
  let at = 0;
  for (const tensor of model.tensors) {
    result[tensor.buffer].set(values.subarray(at, at + tensor.size), tensor.offset);
    at += tensor.size;
  }
  return result;
}

type Tensors = ReadonlyMap<string, () => NumberArray>;

function fromTensors(tensors: Tensors, model: Model, names: Readonly<Record<string, string>>): InitialParameters {
  const given = new Map([...tensors].map(([name, read]) => [name, read()]));
  const matched = byName(given, model, names) ?? byShape(given, model);
  if (!matched) {
    const ours = model.tensors.map((t) => `${t.name} ${showShape(t.shape)}`).join(", ");
    const theirs = [...given].map(([name, a]) => `${name} ${showShape(a.shape)}`).join(", ");
    throw new InputError(
      `parameters.file: the model has ${ours}; the file has ${theirs}; match them with parameters.names`,
    );
  }
  const result = { theta: new Float64Array(model.dimension), frozen: new Float64Array(model.frozenSize) };
  for (const [tensor, array] of matched) result[tensor.buffer].set(array.data, tensor.offset);
  return result;
}

function byName(given: ReadonlyMap<string, NumberArray>, model: Model, names: Readonly<Record<string, string>>) {
  const matched = new Map<ModelTensor, NumberArray>();
  for (const tensor of model.tensors) {
    const array = given.get(names[tensor.name] ?? tensor.name);
    if (!array || !sameShape(array.shape, tensor.shape)) return null;
    matched.set(tensor, array);
  }
  return matched;
}

/** The k-th tensor of a shape in the model is the k-th of that shape in the file, in natural order of names. */
function byShape(given: ReadonlyMap<string, NumberArray>, model: Model) {
  if (given.size !== model.tensors.length) return null;
  const natural = new Intl.Collator("en", { numeric: true });
  const rest = [...given].sort(([a], [b]) => natural.compare(a, b));
  const matched = new Map<ModelTensor, NumberArray>();
  for (const tensor of model.tensors) {
    const index = rest.findIndex(([, array]) => sameShape(array.shape, tensor.shape));
    if (index < 0) return null;
    matched.set(tensor, rest[index][1]);
    rest.splice(index, 1);
  }
  return matched;
}
