import type { ParameterSlot } from "../program/index.ts";
import { FormatError } from "./format-error.ts";
import { type NumberArray, requireFinite, showShape } from "./number-array.ts";
import { readArrays } from "./read-array.ts";

export interface ParameterSource {
  /** Names the file in messages. */
  readonly file: string;
  /** The array that holds the whole θ. */
  readonly array?: string | undefined;
  /** Model name → name in the file. */
  readonly names?: Readonly<Record<string, string>> | undefined;
}

export interface StoredParameters {
  readonly theta: Float64Array;
  readonly frozen: Float64Array;
}

type Arrays = ReadonlyMap<string, () => NumberArray>;

/**
 * θ and the frozen vector from a file: one flat array (the only one, one called "theta", or the one named by `array`)
 * that holds the trained tensors one after another, or one array for each tensor, matched by `names`, else by equal
 * names, else by shape in natural name order when that leaves no choice.
 *
 * @throws FormatError listing both sides when the tensors cannot be matched or do not fit.
 */
export function readParameters(
  bytes: Uint8Array,
  source: ParameterSource,
  tensors: readonly ParameterSlot[],
): StoredParameters {
  const { file: what, array, names } = source;
  const arrays = readArrays(bytes, what);
  const flat = names === undefined ? flatArray(arrays, array, tensors, what) : null;
  if (flat !== null) return { theta: flat.data, frozen: new Float64Array(0) };
  const matches = names === undefined ? byNameOrShape(arrays, tensors, what) : byTable(arrays, names, tensors, what);
  const sizes = { theta: 0, frozen: 0 };
  for (const { buffer, offset, size } of tensors) sizes[buffer] = Math.max(sizes[buffer], offset + size);
  const stored = { theta: new Float64Array(sizes.theta), frozen: new Float64Array(sizes.frozen) };
  for (const [slot, name] of matches) {
    const read = arrays.get(name)!();
    if (read.data.length !== slot.size) {
      const needs = `expected shape ${showShape(slot.shape)} for ${slot.name}`;
      throw new FormatError(`${what}: array ${name}: ${needs}, found ${showShape(read.shape)}`);
    }
    requireFinite(read, `${what}: array ${name}`);
    stored[slot.buffer].set(read.data, slot.offset);
  }
  return stored;
}

/** Null when the file holds tensors one by one. */
function flatArray(
  arrays: Arrays,
  array: string | undefined,
  tensors: readonly ParameterSlot[],
  what: string,
): NumberArray | null {
  const only = arrays.size === 1 ? [...arrays.keys()][0]! : null;
  const isTensor = (name: string | null) => tensors.some((slot) => slot.name === name);
  const name = array ?? (arrays.has("theta") ? "theta" : isTensor(only) ? null : only);
  if (name === null) return null;
  const read = arrays.get(name);
  if (read === undefined) {
    throw new FormatError(
      `${what}: expected one of the arrays ${brief([...arrays.keys()])}, found "${name.slice(0, 60)}"`,
    );
  }
  const flat = read();
  const wanted = tensors.reduce((sum, slot) => sum + (slot.buffer === "theta" ? slot.size : 0), 0);
  if (flat.data.length !== wanted) {
    throw new FormatError(
      `${what}: expected ${wanted} parameters, found ${flat.data.length} numbers of shape ${showShape(flat.shape)}`,
    );
  }
  requireFinite(flat, what);
  return flat;
}

function byTable(
  arrays: Arrays,
  names: Readonly<Record<string, string>>,
  tensors: readonly ParameterSlot[],
  what: string,
): [ParameterSlot, string][] {
  const stranger = Object.keys(names).find((name) => !tensors.some((slot) => slot.name === name));
  if (stranger !== undefined) {
    throw new FormatError(
      `${what}: expected names of the model (${brief(tensors.map((t) => t.name))}), found "${stranger.slice(0, 60)}"`,
    );
  }
  return tensors.map((slot) => {
    const name = Object.hasOwn(names, slot.name) ? names[slot.name]! : slot.name;
    if (arrays.has(name)) return [slot, name];
    throw new FormatError(
      `${what}: expected an array "${name.slice(0, 60)}" for ${slot.name}, found ${brief([...arrays.keys()])}`,
    );
  });
}

function byNameOrShape(arrays: Arrays, tensors: readonly ParameterSlot[], what: string): [ParameterSlot, string][] {
  if (tensors.every((slot) => arrays.has(slot.name))) return tensors.map((slot) => [slot, slot.name]);
  const byShape = matchByShape(arrays, tensors);
  if (byShape !== null) return byShape;
  const model = tensors.map((slot) => `${slot.name} ${showShape(slot.shape)}`);
  const file = [...arrays].map(([name, read]) => `${name} ${showShape(read().shape)}`);
  throw new FormatError(
    `${what}: expected arrays for ${brief(model)}, found ${brief(file)}; give names: { model name: file name }`,
  );
}

/** Pairs the k-th tensor of a shape with the k-th array of that shape; null unless both sides agree completely. */
function matchByShape(arrays: Arrays, tensors: readonly ParameterSlot[]): [ParameterSlot, string][] | null {
  if (arrays.size !== tensors.length) return null;
  const queues = new Map<string, string[]>();
  for (const name of [...arrays.keys()].sort(naturalOrder)) {
    const shape = showShape(arrays.get(name)!().shape);
    queues.set(shape, [...(queues.get(shape) ?? []), name]);
  }
  const matches: [ParameterSlot, string][] = [];
  for (const slot of tensors) {
    const name = queues.get(showShape(slot.shape))?.shift();
    if (name === undefined) return null;
    matches.push([slot, name]);
  }
  return matches;
}

/** "layer2" before "layer10". */
function naturalOrder(a: string, b: string): number {
  const parts = (name: string) => name.split(/(\d+)/);
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] === right[i]) continue;
    const difference = i % 2 === 1 ? Number(left[i]) - Number(right[i]) : 0;
    return difference !== 0 ? difference : left[i]! < right[i]! ? -1 : 1;
  }
  return left.length - right.length;
}

function brief(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => name.slice(0, 80));
  return shown.join(", ") + (names.length > 12 ? `, … (${names.length})` : "");
}
