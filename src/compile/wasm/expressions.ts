import type { ByteWriter } from "./byte-writer.ts";

export type ValueType = "i32" | "i64" | "f64" | "v128";

/** A value of a function under construction: written to the code where it is used, as often as it is used. */
export interface Expr<T extends ValueType = ValueType> {
  readonly type: T;
  write(out: ByteWriter): void;
}

export type I32 = Expr<"i32">;
export type I64 = Expr<"i64">;
export type F64 = Expr<"f64">;
/** Two doubles, or a mask of two times 64 equal bits. */
export type V128 = Expr<"v128">;

/** An opcode of one byte; SIMD opcodes are written as their prefix 0xfd times 2¹⁶ and the code. */
type Opcode = number;

/** An instruction that takes its operands from expressions. */
class Operation<T extends ValueType> implements Expr<T> {
  readonly type: T;
  private readonly code: Opcode;
  private readonly a: Expr;
  private readonly b: Expr | undefined;
  private readonly c: Expr | undefined;

  constructor(type: T, code: Opcode, a: Expr, b?: Expr, c?: Expr) {
    this.type = type;
    this.code = code;
    this.a = a;
    this.b = b;
    this.c = c;
  }

  write(out: ByteWriter): void {
    this.a.write(out);
    if (this.b !== undefined) this.b.write(out);
    if (this.c !== undefined) this.c.write(out);
    out.opcode(this.code);
  }
}

/** A read of memory at `address` + `offset`, an addition without overflow. */
class Access<T extends ValueType> implements Expr<T> {
  readonly type: T;
  private readonly code: Opcode;
  private readonly align: number;
  private readonly address: I32;
  private readonly offset: number;

  constructor(type: T, code: Opcode, align: number, address: I32, offset: number) {
    this.type = type;
    this.code = code;
    this.align = align;
    this.address = address;
    this.offset = offset;
  }

  write(out: ByteWriter): void {
    this.address.write(out);
    out.opcode(this.code);
    out.unsigned(this.align);
    out.unsigned(this.offset);
  }
}

class Integer implements Expr<"i32"> {
  readonly type = "i32";
  private readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  write(out: ByteWriter): void {
    out.byte(0x41);
    out.signed(this.value);
  }
}

const simd = (code: number): Opcode => 0xfd0000 + code;
const unary =
  <A extends ValueType, R extends ValueType>(type: R, code: Opcode) =>
  (a: Expr<A>): Expr<R> =>
    new Operation(type, code, a);
const binary =
  <A extends ValueType, R extends ValueType>(type: R, code: Opcode) =>
  (a: Expr<A>, b: Expr<A>): Expr<R> =>
    new Operation(type, code, a, b);
const vector1 = (code: number) => unary<"v128", "v128">("v128", simd(code));
const vector2 = (code: number) => binary<"v128", "v128">("v128", simd(code));
const shift = (code: number) => {
  const instruction = simd(code);
  return (a: V128, bits: number): V128 => new Operation("v128", instruction, a, i32.constant(bits));
};
const access =
  <T extends ValueType>(type: T, code: Opcode, align: number) =>
  (address: I32, offset = 0): Expr<T> =>
    new Access(type, code, align, address, offset);

export const i32 = {
  constant: (value: number): I32 => new Integer(value),
  load: access("i32", 0x28, 2),
  eqz: unary<"i32", "i32">("i32", 0x45),
  eq: binary<"i32", "i32">("i32", 0x46),
  ne: binary<"i32", "i32">("i32", 0x47),
  lessUnsigned: binary<"i32", "i32">("i32", 0x49),
  less: binary<"i32", "i32">("i32", 0x48),
  lessEqual: binary<"i32", "i32">("i32", 0x4c),
  add: (a: I32, b: I32 | number): I32 => (b === 0 ? a : new Operation("i32", 0x6a, a, integer(b))),
  sub: (a: I32, b: I32 | number): I32 => new Operation("i32", 0x6b, a, integer(b)),
  mul: (a: I32, b: I32 | number): I32 => (b === 1 ? a : new Operation("i32", 0x6c, a, integer(b))),
  divUnsigned: (a: I32, b: I32 | number): I32 => new Operation("i32", 0x6e, a, integer(b)),
  and: (a: I32, b: I32 | number): I32 => new Operation("i32", 0x71, a, integer(b)),
  or: binary<"i32", "i32">("i32", 0x72),
  shl: (a: I32, bits: number): I32 => new Operation("i32", 0x74, a, i32.constant(bits)),
  shr: (a: I32, bits: number): I32 => new Operation("i32", 0x76, a, i32.constant(bits)),
  select: (condition: I32, a: I32, b: I32): I32 => new Operation("i32", 0x1b, a, b, condition),
  fromI64: unary<"i64", "i32">("i32", 0xa7),
} as const;

export const i64 = {
  constant: (value: bigint): I64 => ({
    type: "i64",
    write: (out) => {
      out.byte(0x42);
      out.signedBig(value);
    },
  }),
  load: access("i64", 0x29, 3),
  add: binary<"i64", "i64">("i64", 0x7c),
  sub: binary<"i64", "i64">("i64", 0x7d),
  mul: binary<"i64", "i64">("i64", 0x7e),
  and: binary<"i64", "i64">("i64", 0x83),
  or: binary<"i64", "i64">("i64", 0x84),
  xor: binary<"i64", "i64">("i64", 0x85),
  shl: binary<"i64", "i64">("i64", 0x86),
  shrSigned: binary<"i64", "i64">("i64", 0x87),
  shr: binary<"i64", "i64">("i64", 0x88),
  countLeadingZeros: unary<"i64", "i64">("i64", 0x79),
  fromI32: unary<"i32", "i64">("i64", 0xad),
  bitsOf: unary<"f64", "i64">("i64", 0xbd),
  eqz: unary<"i64", "i32">("i32", 0x50),
  lessUnsigned: binary<"i64", "i32">("i32", 0x54),
} as const;

export const f64 = {
  constant: (value: number): F64 => ({
    type: "f64",
    write: (out) => {
      out.byte(0x44);
      out.double(value);
    },
  }),
  load: access("f64", 0x2b, 3),
  add: binary<"f64", "f64">("f64", 0xa0),
  sub: binary<"f64", "f64">("f64", 0xa1),
  mul: binary<"f64", "f64">("f64", 0xa2),
  div: binary<"f64", "f64">("f64", 0xa3),
  min: binary<"f64", "f64">("f64", 0xa4),
  max: binary<"f64", "f64">("f64", 0xa5),
  abs: unary<"f64", "f64">("f64", 0x99),
  neg: unary<"f64", "f64">("f64", 0x9a),
  sqrt: unary<"f64", "f64">("f64", 0x9f),
  nearest: unary<"f64", "f64">("f64", 0x9e),
  eq: binary<"f64", "i32">("i32", 0x61),
  ne: binary<"f64", "i32">("i32", 0x62),
  less: binary<"f64", "i32">("i32", 0x63),
  lessEqual: binary<"f64", "i32">("i32", 0x65),
  select: (condition: I32, a: F64, b: F64): F64 => new Operation("f64", 0x1b, a, b, condition),
  fromBits: unary<"i64", "f64">("f64", 0xbf),
  fromI64: unary<"i64", "f64">("f64", 0xb9),
} as const;

export const v128 = {
  load: access("v128", simd(0x00), 3),
  /** One double into both lanes. */
  loadSplat: access("v128", simd(0x0a), 3),
  /** One double into the first lane, zero into the second. */
  loadZero: access("v128", simd(0x5d), 3),
  /** `vector` with its second lane replaced from memory. */
  loadSecond: (address: I32, offset: number, vector: V128): V128 => ({
    type: "v128",
    write: (out) => {
      address.write(out);
      vector.write(out);
      out.opcode(simd(0x57));
      out.unsigned(3);
      out.unsigned(offset);
      out.byte(1);
    },
  }),
  bits: (low: bigint, high: bigint): V128 => ({
    type: "v128",
    write: (out) => {
      out.opcode(simd(0x0c));
      out.bits(low);
      out.bits(high);
    },
  }),
  not: vector1(0x4d),
  and: vector2(0x4e),
  /** a where the bits of b are 0. */
  andNot: vector2(0x4f),
  or: vector2(0x50),
  xor: vector2(0x51),
  /** Bits of a where the mask is 1, of b elsewhere. */
  select: (mask: V128, a: V128, b: V128): V128 => new Operation("v128", simd(0x52), a, b, mask),
  anyTrue: unary<"v128", "i32">("i32", simd(0x53)),
  /** Lanes of a (0, 1) and b (2, 3). */
  lanes: (a: V128, b: V128, first: number, second: number): V128 => ({
    type: "v128",
    write: (out) => {
      a.write(out);
      b.write(out);
      out.opcode(simd(0x0d));
      for (const lane of [first, second]) for (let i = 0; i < 8; i++) out.byte(8 * lane + i);
    },
  }),
} as const;

export const f64x2 = {
  constant: (value: number): V128 => ({
    type: "v128",
    write: (out) => {
      if (readFromPool(out, value)) return;
      out.opcode(simd(0x0c));
      out.double(value);
      out.double(value);
    },
  }),
  splat: unary<"f64", "v128">("v128", simd(0x14)),
  lane: (a: V128, lane: 0 | 1): F64 => ({
    type: "f64",
    write: (out) => {
      a.write(out);
      out.opcode(simd(0x21));
      out.byte(lane);
    },
  }),
  withLane: (a: V128, lane: 0 | 1, value: F64): V128 => ({
    type: "v128",
    write: (out) => {
      a.write(out);
      value.write(out);
      out.opcode(simd(0x22));
      out.byte(lane);
    },
  }),
  eq: vector2(0x47),
  ne: vector2(0x48),
  less: vector2(0x49),
  greater: vector2(0x4a),
  lessEqual: vector2(0x4b),
  abs: vector1(0xec),
  neg: vector1(0xed),
  sqrt: vector1(0xef),
  add: vector2(0xf0),
  sub: vector2(0xf1),
  mul: vector2(0xf2),
  div: vector2(0xf3),
  min: vector2(0xf4),
  max: vector2(0xf5),
  /** b < a ? b : a, lane by lane: one instruction. NaN in either gives a. */
  smaller: vector2(0xf6),
  /** a < b ? b : a, lane by lane: one instruction. NaN in either gives a. */
  larger: vector2(0xf7),
  nearest: vector1(0x94),
} as const;

export const i64x2 = {
  constant: (value: bigint): V128 => ({
    type: "v128",
    write: (out) => {
      if (!readFromPool(out, value)) v128.bits(value, value).write(out);
    },
  }),
  splat: unary<"i64", "v128">("v128", simd(0x12)),
  add: vector2(0xce),
  sub: vector2(0xd1),
  shl: shift(0xcb),
  shrSigned: shift(0xcc),
  shr: shift(0xcd),
  less: vector2(0xd8),
  eq: vector2(0xd6),
  lane: (a: V128, lane: 0 | 1): I64 => ({
    type: "i64",
    write: (out) => {
      a.write(out);
      out.opcode(simd(0x1d));
      out.byte(lane);
    },
  }),
} as const;

/** Reads a constant into both lanes from the pool, if there is one and the constant is in it. */
function readFromPool(out: ByteWriter, constant: number | bigint): boolean {
  const address = out.pool?.(constant) ?? null;
  if (address !== null) v128.loadSplat(i32.constant(0), address).write(out);
  return address !== null;
}

function integer(value: I32 | number): I32 {
  return typeof value === "number" ? i32.constant(value) : value;
}
