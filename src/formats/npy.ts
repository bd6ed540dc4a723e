import { strFromU8 } from "fflate";
import * as types from "./element-types.ts";
import { FormatError } from "./format-error.ts";
import { countOf, type NumberArray, showShape } from "./number-array.ts";
import { type ZipEntry, zipEntries } from "./zip.ts";

const elementTypes: Readonly<Record<string, types.ElementType>> = {
  f8: types.float64,
  f4: types.float32,
  f2: types.float16,
  i8: types.int64,
  i4: types.int32,
  i2: types.int16,
  i1: types.int8,
  u8: types.uint64,
  u4: types.uint32,
  u2: types.uint16,
  u1: types.uint8,
  b1: types.boolean,
};

/** Of the text that describes the array; numpy writes some hundred bytes. */
const longestHeader = 65536;

export function isNpy(bytes: Uint8Array): boolean {
  return bytes[0] === 0x93 && strFromU8(bytes.subarray(1, 6), true) === "NUMPY";
}

/**
 * One array in numpy's format (NEP 1, versions 1–3): real numbers of every width and byte order, C or Fortran order.
 * Python objects are refused: to read them would be to run them.
 *
 * @throws FormatError, one sentence, for what is no such array, is cut off or has bytes left over.
 */
export function readNpy(bytes: Uint8Array, what: string): NumberArray {
  const { text, start } = header(bytes, what);
  const { descr, fortran, shape } = parseHeader(text, what);
  const order = descr[0]!;
  const kind = descr.slice(1);
  const type = Object.hasOwn(elementTypes, kind) ? elementTypes[kind] : undefined;
  if (type === undefined) throw new FormatError(`${what}: expected real numbers, found dtype ${describe(descr)}`);
  const count = countOf(shape, what);
  if (bytes.length - start !== count * type.size) {
    const claim = `${count * type.size} bytes for shape ${showShape(shape)} of ${descr}`;
    throw new FormatError(`${what}: expected ${claim}, found ${bytes.length - start}`);
  }
  const data = types.readElements(bytes.subarray(start), type, count, order !== ">");
  return { shape, data: fortran && shape.length > 1 ? fromFortranOrder(data, shape) : data };
}

/** The arrays of an npz archive by name, read when asked for. */
export function npzArrays(bytes: Uint8Array, what: string): Map<string, () => NumberArray> {
  const arrays = new Map<string, () => NumberArray>();
  for (const entry of zipEntries(bytes, what)) {
    if (!entry.name.endsWith(".npy")) continue;
    const name = entry.name.slice(0, -4);
    arrays.set(name, () => readNpy(unpack(entry, what), `${what}: array ${name}`));
  }
  if (arrays.size === 0) throw new FormatError(`${what}: expected numpy arrays (.npy) in the archive, found none`);
  return arrays;
}

/** An entry's claimed size is checked before it is unpacked. */
function unpack(entry: ZipEntry, what: string): Uint8Array {
  countOf([Math.ceil(entry.size / 8)], `${what}: array ${entry.name}`);
  return entry.read();
}

function header(bytes: Uint8Array, what: string): { text: string; start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6] ?? 0;
  if (!isNpy(bytes) || bytes.length < 12 || version < 1 || version > 3) {
    throw new FormatError(`${what}: expected a numpy array (.npy, version 1 to 3), found another or a truncated file`);
  }
  const first = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader || first + length > bytes.length) {
    throw new FormatError(`${what}: expected a header of at most ${longestHeader} bytes, found ${length} (truncated?)`);
  }
  return { text: strFromU8(bytes.subarray(first, first + length), version < 3), start: first + length };
}

/** The header is a Python dictionary with three keys; it is matched, never evaluated. */
function parseHeader(text: string, what: string): { descr: string; fortran: boolean; shape: number[] } {
  const descr = /'descr'\s*:\s*(?:'([^']*)'|(\[))/.exec(text);
  const fortran = /'fortran_order'\s*:\s*(True|False)\b/.exec(text);
  const shape = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(text);
  if (descr?.[2] !== undefined)
    throw new FormatError(`${what}: expected real numbers, found records (structured dtype)`);
  if (descr?.[1] === undefined || fortran === null || shape === null) {
    throw new FormatError(`${what}: expected a numpy header with descr, fortran_order and shape, found another`);
  }
  const lengths = shape[1]!.split(",").map((length) => length.replace(/[L\s]/g, ""));
  return {
    descr: descr[1],
    fortran: fortran[1] === "True",
    shape: lengths.filter((length) => length !== "").map(Number),
  };
}

function describe(descr: string): string {
  const kind = descr.replace(/^[<>|=]/, "")[0];
  if (kind === "O") return `"${descr}" (Python objects, which are never executed)`;
  if (kind === "c") return `"${descr}" (complex numbers)`;
  if (kind === "U" || kind === "S") return `"${descr}" (text)`;
  return `"${descr.slice(0, 40)}"`;
}

/** In Fortran order the first index runs fastest. */
function fromFortranOrder(data: Float64Array, shape: readonly number[]): Float64Array {
  const out = new Float64Array(data.length);
  const index = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  for (let i = 0; i < out.length; i++) {
    out[i] = data[index.reduce((sum, at, axis) => sum + at * strides[axis]!, 0)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return out;
}
