/** A module with one table whose indices have 64 bits. */
const LONG_TABLE = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...[4, 4, 1, 0x70, 4, 0]);

let known: boolean | null = null;

/**
 * Whether vector functions are quicker here when they read their constants from memory. Recent engines make the
 * constant of a vector anew at each use, in three instructions: V8 in Node 24 and Chromium, tanh 5.7 ns each, 3.7 from
 * memory. Older ones keep constants themselves, but move reads to the front of a block, where registers do not
 * suffice: Node 20 and 22, 3.5 and 6.1 ns. Results are the same bit for bit. The two kinds are told apart by a feature
 * of about the same age, 64-bit tables: a measurement would have to wait until the engine has optimised its subject.
 */
export function constantsInMemory(): boolean {
  known ??= WebAssembly.validate(LONG_TABLE);
  return known;
}
