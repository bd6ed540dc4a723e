import { readCsv } from "./csv.ts";
import { FormatError } from "./format-error.ts";
import { isIdx, readIdx } from "./idx.ts";
import { gunzip, isGzip } from "./inflate.ts";
import { isNpy, npzArrays, readNpy } from "./npy.ts";
import { countOf, mostNumbers, type NumberArray, requireFinite, showShape } from "./number-array.ts";
import { safetensors } from "./safetensors.ts";
import { parseRows, selectFromArray } from "./selection.ts";

/** What an experiment says about a file of numbers; `file` names it in messages. */
export interface ArraySource {
  readonly file: string;
  readonly array?: string | undefined;
  readonly columns?: readonly (string | number)[] | undefined;
  readonly rows?: string | undefined;
  readonly scale?: number | undefined;
  readonly offset?: number | undefined;
  readonly shape?: readonly number[] | undefined;
}

const longestUnpacked = 8 * mostNumbers;

/**
 * The numbers of a file, told by its first bytes: csv, npy, npz, idx (each may be gzipped) or, by its name, safetensors.
 * Then the chosen rows and columns, scale·x + offset, and one sample's `shape`. The first axis counts samples.
 *
 * @throws FormatError, one sentence that begins with the file's name; nothing large is allocated before it is checked.
 */
export function readArray(bytes: Uint8Array, source: ArraySource): NumberArray {
  const { file: what, rows, columns, scale = 1, offset = 0, shape } = source;
  const range = rows === undefined ? undefined : parseRows(rows, what);
  const plain = unpacked(bytes, what);
  const table = isTable(plain, what);
  if (table) refuseBrokenPromise(bytes, what);
  const array = table
    ? readCsv(plain, what, { columns, rows: range })
    : selectFromArray(pick(plain, source), columns, range, what);
  if (scale !== 1 || offset !== 0) {
    for (let i = 0; i < array.data.length; i++) array.data[i] = scale * array.data[i]! + offset;
  }
  requireFinite(array, what);
  if (array.data.length === 0)
    throw new FormatError(`${what}: expected numbers, found shape ${showShape(array.shape)}`);
  return shape === undefined ? array : reshape(array, shape, what);
}

/**
 * Every array of a file by name, read when asked for; a file with one array gives it the name "".
 *
 * @throws FormatError as `readArray`, also when an array is read and holds NaN or infinities.
 */
export function readArrays(bytes: Uint8Array, what: string): ReadonlyMap<string, () => NumberArray> {
  const arrays = arraysOf(unpacked(bytes, what), what);
  const finite = (name: string, read: () => NumberArray) => () => {
    const array = read();
    requireFinite(array, name === "" ? what : `${what}: array ${name}`);
    return array;
  };
  return new Map([...arrays].map(([name, read]) => [name, finite(name, read)]));
}

function arraysOf(bytes: Uint8Array, what: string): ReadonlyMap<string, () => NumberArray> {
  if (isSafetensors(what)) return safetensors(bytes, what);
  if (isZip(bytes)) return npzArrays(bytes, what);
  return new Map([["", () => single(bytes, what)]]);
}

function unpacked(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes.length === 0) throw new FormatError(`${what}: expected numbers, found an empty file`);
  return isGzip(bytes) && !isSafetensors(what) ? gunzip(bytes, longestUnpacked, what) : bytes;
}

const binaryKinds: readonly (readonly [RegExp, string])[] = [
  [/\.gz$/i, "a gzip file"],
  [/\.npz$/i, "a zip archive of arrays"],
  [/\.npy$/i, "an npy array"],
];

/** Bytes that no binary format begins with are a table, unless the file's name promises one of those formats. */
function refuseBrokenPromise(bytes: Uint8Array, what: string): void {
  const promised = binaryKinds.find(([ending]) => ending.test(what));
  if (promised && !isGzip(bytes)) throw new FormatError(`${what}: expected ${promised[1]}, found other bytes`);
}

function pick(bytes: Uint8Array, { file: what, array }: ArraySource): NumberArray {
  const arrays = arraysOf(bytes, what);
  const names = [...arrays.keys()];
  if (array === undefined) {
    if (names.length === 1) return arrays.get(names[0]!)!();
    throw new FormatError(`${what}: expected array: one of ${brief(names)}, found nothing`);
  }
  const read = arrays.get(array);
  if (read === undefined) {
    const known = names[0] === "" ? "no array name for a file with one array" : `one of the arrays ${brief(names)}`;
    throw new FormatError(`${what}: expected ${known}, found "${array.slice(0, 60)}"`);
  }
  return read();
}

function single(bytes: Uint8Array, what: string): NumberArray {
  if (isNpy(bytes)) return readNpy(bytes, what);
  if (isIdx(bytes)) return readIdx(bytes, what);
  return readCsv(bytes, what);
}

function isTable(bytes: Uint8Array, what: string): boolean {
  return !isZip(bytes) && !isNpy(bytes) && !isIdx(bytes) && !isSafetensors(what);
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

function isSafetensors(name: string): boolean {
  return name.toLowerCase().endsWith(".safetensors");
}

function reshape({ shape, data }: NumberArray, sample: readonly number[], what: string): NumberArray {
  const count = shape[0] ?? 1;
  if (countOf(sample, what) * count !== data.length) {
    const size = data.length / count;
    throw new FormatError(`${what}: expected samples of shape ${showShape(sample)}, found ${size} numbers in each`);
  }
  return { shape: [count, ...sample], data };
}

function brief(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => name.slice(0, 60));
  return shown.join(", ") + (names.length > 8 ? ", …" : "");
}
