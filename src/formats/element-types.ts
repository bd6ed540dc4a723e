/** A kind of number as files store it. `read` gives NaN-free doubles, or NaN for integers that no double holds exactly. */
export interface ElementType {
  /** Bytes. */
  readonly size: number;
  readonly read: (view: DataView, offset: number, littleEndian: boolean) => number;
}

export const float64: ElementType = { size: 8, read: (v, i, le) => v.getFloat64(i, le) };
export const float32: ElementType = { size: 4, read: (v, i, le) => v.getFloat32(i, le) };
export const float16: ElementType = { size: 2, read: (v, i, le) => halfToDouble(v.getUint16(i, le)) };
export const bfloat16: ElementType = { size: 2, read: (v, i, le) => bfloatToDouble(v.getUint16(i, le)) };
export const int64: ElementType = { size: 8, read: (v, i, le) => exact(v.getBigInt64(i, le)) };
export const int32: ElementType = { size: 4, read: (v, i, le) => v.getInt32(i, le) };
export const int16: ElementType = { size: 2, read: (v, i, le) => v.getInt16(i, le) };
export const int8: ElementType = { size: 1, read: (v, i) => v.getInt8(i) };
export const uint64: ElementType = { size: 8, read: (v, i, le) => exact(v.getBigUint64(i, le)) };
export const uint32: ElementType = { size: 4, read: (v, i, le) => v.getUint32(i, le) };
export const uint16: ElementType = { size: 2, read: (v, i, le) => v.getUint16(i, le) };
export const uint8: ElementType = { size: 1, read: (v, i) => v.getUint8(i) };
export const boolean: ElementType = { size: 1, read: (v, i) => (v.getUint8(i) === 0 ? 0 : 1) };

/** `count` numbers from the beginning of `bytes`, which holds at least that many. */
export function readElements(bytes: Uint8Array, type: ElementType, count: number, littleEndian: boolean): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = new Float64Array(count);
  for (let i = 0; i < count; i++) data[i] = type.read(view, i * type.size, littleEndian);
  return data;
}

/** 1 sign, 5 exponent, 10 fraction bits (IEEE 754 binary16). */
function halfToDouble(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a binary32: 1 sign, 8 exponent, 7 fraction bits. */
function bfloatToDouble(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 7) & 0xff;
  const fraction = bits & 0x7f;
  if (exponent === 0) return sign * fraction * 2 ** -133;
  if (exponent === 255) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 128) * 2 ** (exponent - 127);
}

function exact(x: bigint): number {
  const double = Number(x);
  return BigInt(double) === x ? double : Number.NaN;
}
