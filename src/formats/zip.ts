import { strFromU8 } from "fflate";
import { crc32 } from "./crc32.ts";
import { FormatError } from "./format-error.ts";
import { inflate } from "./inflate.ts";

export interface ZipEntry {
  readonly name: string;
  /** Bytes once unpacked, as the directory claims; `read` holds the entry to it. */
  readonly size: number;
  read(): Uint8Array;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const mostEntries = 10000;

/**
 * The entries of a zip archive, from its central directory; nothing is unpacked yet.
 *
 * @throws FormatError for what is no zip, is cut off, encrypted, zip64, split, or packed by another method than deflate.
 */
export function zipEntries(bytes: Uint8Array, what: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === null)
    throw new FormatError(`${what}: expected a zip archive, found no directory at its end (truncated?)`);
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (count === 0xffff || start === 0xffffffff || count > mostEntries) {
    throw new FormatError(`${what}: expected a zip archive with at most ${mostEntries} files below 4 GiB`);
  }
  const entries: ZipEntry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== entrySignature) {
      throw new FormatError(`${what}: expected a zip archive, found a broken directory`);
    }
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const next = at + 46 + lengths.reduce((a, b) => a + b, 0);
    if (next > end) throw new FormatError(`${what}: expected a zip archive, found a broken directory`);
    entries.push(readEntry(bytes, view, at, lengths[0]!, what));
    at = next;
  }
  return entries;
}

/** The end record is the last thing in the file, but for a comment of at most 65535 bytes. */
function findEnd(view: DataView): number | null {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 65535); at--) {
    if (view.getUint32(at, true) === endSignature) return at;
  }
  return null;
}

function readEntry(bytes: Uint8Array, view: DataView, at: number, nameLength: number, archive: string): ZipEntry {
  const name = strFromU8(bytes.subarray(at + 46, at + 46 + nameLength));
  const what = `${archive}: ${name.slice(0, 100)}`;
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const checksum = view.getUint32(at + 16, true);
  const packed = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  return {
    name,
    size,
    read: () => {
      if (flags & 1) throw new FormatError(`${what}: expected a plain entry, found an encrypted one`);
      if (method !== 0 && method !== 8) {
        throw new FormatError(`${what}: expected a stored or deflated entry, found method ${method}`);
      }
      const isLocal = local + 30 <= bytes.length && view.getUint32(local, true) === localSignature;
      const start = isLocal ? local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true) : 0;
      if (!isLocal || start + packed > bytes.length) {
        throw new FormatError(`${what}: expected ${packed} bytes in the archive, found it truncated`);
      }
      const raw = bytes.subarray(start, start + packed);
      const data = method === 0 ? raw : inflate(raw, size, what);
      if (data.length !== size || crc32(data) !== checksum) {
        throw new FormatError(`${what}: expected the checksum of the archive to agree, found damaged data`);
      }
      return data;
    },
  };
}
