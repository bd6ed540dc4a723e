/** The address in memory of a number, or of a pattern of 64 bits; null when code must carry it itself. */
export type ConstantPool = (constant: number | bigint) => number | null;

/** A growing array of bytes with the number formats of WebAssembly: LEB128 integers and little-endian doubles. */
export class ByteWriter {
  private data = new Uint8Array(256);
  private view = new DataView(this.data.buffer);
  private used = 0;
  /** Where code written here finds the constants of its vectors. */
  readonly pool: ConstantPool | null;

  constructor(pool: ConstantPool | null = null) {
    this.pool = pool;
  }

  get length(): number {
    return this.used;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.data.subarray(0, this.used);
  }

  byte(value: number): void {
    if (this.used === this.data.length) this.reserve(1);
    this.data[this.used++] = value;
  }

  /** An opcode of one byte, or the prefix of SIMD opcodes times 2¹⁶ and the code behind it, which is LEB128. */
  opcode(code: number): void {
    if (code < 0x10000) {
      this.byte(code);
      return;
    }
    this.byte(code >> 16);
    this.unsigned(code & 0xffff);
  }

  append(source: ArrayLike<number>): void {
    this.reserve(source.length);
    this.data.set(source, this.used);
    this.used += source.length;
  }

  /** An unsigned integer below 2³². */
  unsigned(value: number): void {
    if (value < 128) {
      this.byte(value);
      return;
    }
    let rest = value;
    while (rest > 127) {
      this.byte((rest & 127) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** A signed integer of up to 32 bits. */
  signed(value: number): void {
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.byte((rest & 127) | 128);
      rest >>= 7;
    }
    this.byte(rest & 127);
  }

  /** A signed integer of up to 64 bits. */
  signedBig(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    while (rest < -64n || rest > 63n) {
      this.byte(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.byte(Number(rest & 127n));
  }

  double(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.used, value, true);
    this.used += 8;
  }

  /** Eight bytes of a 64-bit pattern. */
  bits(value: bigint): void {
    this.reserve(8);
    this.view.setBigUint64(this.used, BigInt.asUintN(64, value), true);
    this.used += 8;
  }

  name(text: string): void {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  private reserve(extra: number): void {
    if (this.used + extra <= this.data.length) return;
    const grown = new Uint8Array(Math.max(2 * this.data.length, this.used + extra));
    grown.set(this.data);
    this.data = grown;
    this.view = new DataView(grown.buffer);
  }
}
