import * as types from "./element-types.ts";
import { FormatError } from "./format-error.ts";
import { countOf, type NumberArray, showShape } from "./number-array.ts";

const elementTypes: Readonly<Record<number, types.ElementType>> = {
  8: types.uint8,
  9: types.int8,
  11: types.int16,
  12: types.int32,
  13: types.float32,
  14: types.float64,
};

export function isIdx(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 && bytes[2]! in elementTypes && bytes[3]! >= 1;
}

/**
 * An array in the IDX format of MNIST: two zero bytes, element type, number of axes, lengths, numbers, all big-endian.
 *
 * @throws FormatError, one sentence, when the file is cut off or has bytes left over.
 */
export function readIdx(bytes: Uint8Array, what: string): NumberArray {
  const axes = bytes[3]!;
  const start = 4 + 4 * axes;
  if (bytes.length < start)
    throw new FormatError(`${what}: expected the lengths of ${axes} axes, found a truncated file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const type = elementTypes[bytes[2]!]!;
  const count = countOf(shape, what);
  if (bytes.length - start !== count * type.size) {
    const claim = `${count * type.size} bytes for shape ${showShape(shape)}`;
    throw new FormatError(`${what}: expected ${claim}, found ${bytes.length - start}`);
  }
  return { shape, data: types.readElements(bytes.subarray(start), type, count, false) };
}
