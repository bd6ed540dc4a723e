import { strFromU8 } from "fflate";
import * as types from "./element-types.ts";
import { FormatError } from "./format-error.ts";
import { countOf, type NumberArray, showShape } from "./number-array.ts";

const elementTypes: Readonly<Record<string, types.ElementType>> = {
  F64: types.float64,
  F32: types.float32,
  F16: types.float16,
  BF16: types.bfloat16,
  I64: types.int64,
  I32: types.int32,
  I16: types.int16,
  I8: types.int8,
  U64: types.uint64,
  U32: types.uint32,
  U16: types.uint16,
  U8: types.uint8,
  BOOL: types.boolean,
};

const longestHeader = 2 ** 24;

/**
 * The tensors of a safetensors file by name, read when asked for: eight bytes with the length of a JSON header, the
 * header { name: { dtype, shape, data_offsets: [begin, end] } }, then the numbers, little-endian.
 *
 * @throws FormatError, one sentence, for a header that is broken or too long, and for offsets outside the file.
 */
export function safetensors(bytes: Uint8Array, what: string): Map<string, () => NumberArray> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : Number.NaN;
  if (!(length <= Math.min(longestHeader, bytes.length - 8))) {
    throw new FormatError(
      `${what}: expected a safetensors header of at most ${longestHeader} bytes, found a longer or truncated one`,
    );
  }
  const body = bytes.subarray(8 + length);
  const tensors = new Map<string, () => NumberArray>();
  for (const [name, entry] of Object.entries(parseHeader(bytes.subarray(8, 8 + length), what))) {
    if (name !== "__metadata__") tensors.set(name, () => readTensor(entry, body, `${what}: tensor ${name}`));
  }
  if (tensors.size === 0) throw new FormatError(`${what}: expected tensors, found none`);
  return tensors;
}

function parseHeader(bytes: Uint8Array, what: string): object {
  let header: unknown;
  try {
    header = JSON.parse(strFromU8(bytes));
  } catch {
    throw new FormatError(`${what}: expected a safetensors header in JSON, found something else`);
  }
  if (typeof header === "object" && header !== null && !Array.isArray(header)) return header;
  throw new FormatError(`${what}: expected a safetensors header that maps names to tensors, found something else`);
}

function readTensor(entry: unknown, body: Uint8Array, what: string): NumberArray {
  const { dtype, shape, data_offsets } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (typeof dtype !== "string" || !Array.isArray(shape) || !Array.isArray(data_offsets) || data_offsets.length !== 2) {
    throw new FormatError(`${what}: expected dtype, shape and data_offsets in the header, found something else`);
  }
  const type = Object.hasOwn(elementTypes, dtype) ? elementTypes[dtype] : undefined;
  if (type === undefined) {
    const known = Object.keys(elementTypes).join(", ");
    throw new FormatError(`${what}: expected one of ${known}, found dtype "${dtype.slice(0, 40)}"`);
  }
  const count = countOf(shape as number[], what);
  const [begin, end] = data_offsets as [unknown, unknown];
  const isInside = Number.isSafeInteger(begin) && (begin as number) >= 0 && (end as number) <= body.length;
  if (!isInside || (end as number) - (begin as number) !== count * type.size) {
    const claim = `${count * type.size} bytes for shape ${showShape(shape as number[])} of ${dtype}`;
    throw new FormatError(`${what}: expected ${claim} inside the file, found offsets [${begin}, ${end}]`);
  }
  const data = types.readElements(body.subarray(begin as number, end as number), type, count, true);
  return { shape: shape as number[], data };
}
