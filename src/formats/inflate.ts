import { Inflate } from "fflate";
import { crc32 } from "./crc32.ts";
import { FormatError } from "./format-error.ts";

/** Compressed bytes handed over at a time; deflate cannot blow them up more than 1032 times. */
const portion = 2 ** 14;

/**
 * The bytes behind a raw deflate stream, at most `limit` of them: a bomb is refused after `limit` bytes and one portion.
 *
 * @throws FormatError when the stream is broken, cut off or too long.
 */
export function inflate(compressed: Uint8Array, limit: number, what: string): Uint8Array {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  const stream = new Inflate((chunk, final) => {
    chunks.push(chunk);
    length += chunk.length;
    ended ||= final;
  });
  try {
    for (let i = 0; i < compressed.length && length <= limit; i += portion) {
      stream.push(compressed.subarray(i, i + portion), i + portion >= compressed.length);
    }
  } catch {
    throw new FormatError(`${what}: expected compressed data, found a broken or truncated stream`);
  }
  if (length > limit) throw new FormatError(`${what}: expected at most ${limit} bytes once unpacked, found more`);
  if (!ended) throw new FormatError(`${what}: expected compressed data, found a truncated stream`);
  return concatenate(chunks, length);
}

/**
 * Unpacks gzip (RFC 1952, one member), with its length and checksum compared.
 *
 * @throws FormatError when the file is broken, cut off, longer than `limit` once unpacked, or fails its checksum.
 */
export function gunzip(bytes: Uint8Array, limit: number, what: string): Uint8Array {
  const start = gzipHeaderLength(bytes);
  if (start === null || bytes.length < start + 8) {
    throw new FormatError(`${what}: expected a gzip file, found a broken or truncated header`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const claimed = view.getUint32(bytes.length - 4, true);
  if (claimed > limit)
    throw new FormatError(
      `${what}: expected at most ${limit} bytes once unpacked, found ${claimed}, or the file is cut off`,
    );
  const data = inflate(bytes.subarray(start, bytes.length - 8), limit, what);
  if (data.length % 2 ** 32 !== claimed || crc32(data) !== view.getUint32(bytes.length - 8, true)) {
    throw new FormatError(`${what}: expected the checksum of the gzip file to agree, found damaged data`);
  }
  return data;
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function gzipHeaderLength(bytes: Uint8Array): number | null {
  if (!isGzip(bytes) || bytes[2] !== 8 || bytes.length < 18) return null;
  const flags = bytes[3]!;
  let at = 10;
  if (flags & 4) at += 2 + bytes[at]! + 256 * bytes[at + 1]!;
  for (const field of [8, 16]) {
    if (!(flags & field)) continue; // name, comment: up to and with a zero byte
    const end = bytes.indexOf(0, at);
    if (end < 0) return null;
    at = end + 1;
  }
  if (flags & 2) at += 2;
  return at;
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const out = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
