/**
 * The 128-bit MurmurHash3 (x86 variant, seed 0; Appleby 2011) of: the seed as a little-endian binary64, then for each
 * name its length as a 32-bit word and its UTF-16 code units, little-endian. Four words, never all zero.
 */
export function seedState(seed: number, names: readonly string[]): Int32Array {
  const words = murmur3x86x128(seedBytes(seed, names), 0);
  if ((words[0] | words[1] | words[2] | words[3]) === 0) words[0] = 1;
  return words;
}

function seedBytes(seed: number, names: readonly string[]): Uint8Array {
  const size = names.reduce((sum, name) => sum + 4 + 2 * name.length, 8);
  const view = new DataView(new ArrayBuffer(size));
  view.setFloat64(0, seed, true);
  let at = 8;
  for (const name of names) {
    view.setUint32(at, name.length, true);
    at += 4;
    for (let i = 0; i < name.length; i++, at += 2) view.setUint16(at, name.charCodeAt(i), true);
  }
  return new Uint8Array(view.buffer);
}

const C = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93];
const KEY_ROTATION = [15, 16, 17, 18];
const STATE_ROTATION = [19, 17, 15, 13];
const OFFSET = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17];

/** MurmurHash3_x86_128 of bytes, as four 32-bit words. */
export function murmur3x86x128(bytes: Uint8Array, seed: number): Int32Array {
  const h = Int32Array.of(seed, seed, seed, seed);
  const whole = bytes.length & ~15;
  for (let at = 0; at < whole; at += 16) {
    for (let j = 0; j < 4; j++) {
      h[j] ^= scramble(word(bytes, at + 4 * j, 4), j);
      h[j] = Math.imul(rotate(h[j], STATE_ROTATION[j]) + h[(j + 1) & 3], 5) + OFFSET[j];
    }
  }
  const tail = bytes.length - whole;
  for (let j = 3; j >= 0; j--) {
    const count = Math.min(4, tail - 4 * j);
    if (count > 0) h[j] ^= scramble(word(bytes, whole + 4 * j, count), j);
  }
  for (let j = 0; j < 4; j++) h[j] ^= bytes.length;
  mixWords(h);
  for (let j = 0; j < 4; j++) h[j] = finalMix(h[j]);
  mixWords(h);
  return h;
}

function scramble(key: number, j: number): number {
  return Math.imul(rotate(Math.imul(key, C[j]), KEY_ROTATION[j]), C[(j + 1) & 3]);
}

function mixWords(h: Int32Array): void {
  h[0] += h[1] + h[2] + h[3];
  for (let j = 1; j < 4; j++) h[j] += h[0];
}

function finalMix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function word(bytes: Uint8Array, at: number, count: number): number {
  let result = 0;
  for (let i = count - 1; i >= 0; i--) result = (result << 8) | bytes[at + i];
  return result;
}
