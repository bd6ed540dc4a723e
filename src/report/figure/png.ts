import { zlibSync } from "fflate";
import { base64 } from "../base64.ts";

/** Pixels row by row from the top: three bytes a pixel (red, green, blue), or two (grey, opacity) for a mask. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 2 | 3;
  readonly data: Uint8Array;
}

/**
 * The raster as a PNG in a data address (ISO/IEC 15948). Every row is filtered "up", so a picture made of cells costs little.
 * Cells are to be drawn at the size they are seen: programs differ in how they enlarge an image.
 */
export function pngAddress({ width, height, channels, data }: Raster): string {
  const stride = width * channels;
  if (data.length !== stride * height)
    throw new RangeError(`pngAddress: expected ${stride * height} bytes, got ${data.length}`);
  const rows = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const out = y * (stride + 1);
    rows[out] = 2;
    for (let i = 0; i < stride; i++) {
      const above = y === 0 ? 0 : data[(y - 1) * stride + i]!;
      rows[out + 1 + i] = data[y * stride + i]! - above;
    }
  }
  const header = Uint8Array.of(...bytes32(width), ...bytes32(height), 8, channels === 3 ? 2 : 4, 0, 0, 0);
  const parts = [
    signature,
    chunk("IHDR", header),
    chunk("IDAT", zlibSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array(0)),
  ];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return `data:image/png;base64,${base64(file)}`;
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

function chunk(name: string, data: Uint8Array): Uint8Array {
  const body = new Uint8Array(data.length + 4);
  for (let i = 0; i < 4; i++) body[i] = name.charCodeAt(i);
  body.set(data, 4);
  const out = new Uint8Array(body.length + 8);
  out.set(bytes32(data.length), 0);
  out.set(body, 4);
  out.set(bytes32(crc32(body)), body.length + 4);
  return out;
}

function bytes32(value: number): readonly number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

/** CRC-32 of ISO 3309. */
function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
