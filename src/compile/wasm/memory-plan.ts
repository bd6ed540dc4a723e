import { type Node, type Program, sizeOf } from "../../program/index.ts";
import type { Lowered } from "./lower.ts";
import { TABLE_BYTES } from "./module-builder.ts";
import { type Place, Temporary } from "./steps.ts";
import type { View } from "./view.ts";

/** Byte addresses of everything a program keeps in memory. */
export interface MemoryPlan {
  /** The named buffers, inputs and outputs. */
  readonly buffers: Readonly<Record<string, { readonly address: number; readonly length: number }>>;
  /** Constants, written once. */
  readonly constants: readonly { readonly address: number; readonly node: Node; readonly length: number }[];
  /** Index tables of gathers and scatters, written once. */
  readonly tables: ReadonlyMap<Int32Array, number>;
  /** Bytes of intermediate results, after reuse. */
  readonly scratchBytes: number;
  readonly totalBytes: number;
  addressOf(place: Place): number;
}

const ALIGNMENT = 64;
/** Products may read this far past the last element of an operand. */
const SLACK = 64;
const MAX_BYTES = 2 ** 32 - 65536;

/** How memory is used: by arrays of numbers, or of lanes side by side. */
export interface MemoryLayout {
  /** The first address. */
  readonly start: number;
  /** Bytes of an element of a buffer or of a value that is computed, and of one of a constant. */
  readonly elementBytes: number;
  readonly constantBytes: (node: Node) => number;
  /** Buffers that have their place already. */
  readonly placed: Readonly<Record<string, number>>;
}

const arrays: MemoryLayout = { start: TABLE_BYTES, elementBytes: 8, constantBytes: () => 8, placed: {} };

/**
 * Assigns addresses: tables of functions, buffers, constants, then a scratch area in which the values of nodes live
 * from the step that writes them to the last that reads them. The largest values choose first, each the lowest
 * address free during its life.
 */
export function planMemory(
  program: Program,
  lowered: Lowered,
  views: ReadonlyMap<Node, View>,
  { start, elementBytes, constantBytes, placed }: MemoryLayout = arrays,
): MemoryPlan {
  let end = start;
  const reserve = (bytes: number) => {
    const address = end;
    end = align(end + bytes);
    return address;
  };
  const buffers: Record<string, { address: number; length: number }> = {};
  for (const [name, length] of Object.entries(program.bufferSizes)) {
    buffers[name] = { address: placed[name] ?? reserve(elementBytes * length), length };
  }
  const within = (buffer: string, offset: number) => buffers[buffer]!.address + elementBytes * offset;
  const homes = new Map<Value, number>();
  const constants: { address: number; node: Node; length: number }[] = [];
  const tables = new Map<Int32Array, number>();
  const lives = livesOf(lowered);
  for (const node of lives.keys()) {
    if (node instanceof Temporary) continue;
    if (node.op === "input") homes.set(node, within(node.attributes.buffer, node.attributes.offset));
    else if (node.op === "constant") {
      const repeated = views.get(node)!.strides.every((stride) => stride === 0);
      const length = repeated ? 1 : sizeOf(node.shape);
      const address = reserve(constantBytes(node) * length);
      constants.push({ address, node, length });
      homes.set(node, address);
    }
    const window = lowered.windows.get(node);
    if (window) homes.set(node, within(window.buffer, window.offset));
  }
  for (const node of program.nodes) {
    if (node.op !== "gather" && node.op !== "scatter") continue;
    const { indices } = node.attributes;
    if (!tables.has(indices)) tables.set(indices, reserve(4 * indices.length));
  }
  const scratch: Life[] = [];
  for (const life of lives.values()) if (!homes.has(life.value)) scratch.push(life);
  const scratchBytes = packScratch(scratch, end, homes, elementBytes);
  const totalBytes = end + scratchBytes + SLACK;
  if (totalBytes > MAX_BYTES) {
    const gib = (totalBytes / 2 ** 30).toFixed(1);
    throw new RangeError(`wasm: the program needs ${gib} GiB, more than the 4 GiB that WebAssembly can address`);
  }
  const addressOf = (place: Place) => {
    if ("buffer" in place) return within(place.buffer, place.offset);
    const value = valueAt(place)!;
    const bytes = "op" in value && value.op === "constant" ? constantBytes(value) : elementBytes;
    return homes.get(value)! + bytes * place.offset;
  };
  return { buffers, constants, tables, scratchBytes, totalBytes, addressOf };
}

/** A value kept in memory, with the first and the last step that touch it. */
interface Life {
  readonly value: Value;
  readonly numbers: number;
  readonly first: number;
  last: number;
}

/** What takes memory of its own. */
type Value = Node | Temporary;

function valueAt(place: Place): Value | null {
  return "node" in place ? place.node : "temporary" in place ? place.temporary : null;
}

function sizeOfValue(value: Value): number {
  return value instanceof Temporary ? value.size : sizeOf(value.shape);
}

function livesOf({ steps }: Lowered): Map<Value, Life> {
  const lives = new Map<Value, Life>();
  let time = 0;
  const touch = (place: Place) => {
    const value = valueAt(place);
    if (!value) return;
    const life = lives.get(value);
    if (life) life.last = time;
    else lives.set(value, { value, numbers: sizeOfValue(value), first: time, last: time });
  };
  for (const { reads, writes } of steps) {
    for (const place of reads) touch(place);
    for (const place of writes) touch(place);
    time++;
  }
  return lives;
}

/** Lowest free addresses, largest values first. Returns the bytes used. */
function packScratch(scratch: Life[], start: number, homes: Map<Value, number>, elementBytes: number): number {
  scratch.sort((a, b) => b.numbers - a.numbers || a.first - b.first);
  // What has its place, in the order of addresses; four numbers each: first and last step, first byte, the byte behind.
  const placed = new Float64Array(4 * scratch.length);
  let end = 0;
  let bytes = 0;
  for (const { value, first, last, numbers } of scratch) {
    const size = align(elementBytes * numbers);
    let from = 0;
    for (let i = 0; i < end; i += 4) {
      if (placed[i + 1]! < first || placed[i]! > last) continue;
      if (from + size <= placed[i + 2]!) break;
      if (from < placed[i + 3]!) from = placed[i + 3]!;
    }
    let at = end;
    while (at > 0 && placed[at - 2]! > from) at -= 4;
    placed.copyWithin(at + 4, at, end);
    placed[at] = first;
    placed[at + 1] = last;
    placed[at + 2] = from;
    placed[at + 3] = from + size;
    end += 4;
    homes.set(value, start + from);
    if (from + size > bytes) bytes = from + size;
  }
  return bytes;
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
