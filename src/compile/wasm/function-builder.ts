import { ByteWriter } from "./byte-writer.ts";
import { type Expr, type F64, type I32, i32, type V128, type ValueType } from "./expressions.ts";
import type { ModuleBuilder } from "./module-builder.ts";

export const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b };

/** A local that can be assigned again; reading it is an expression. */
export interface Variable<T extends ValueType = ValueType> extends Expr<T> {
  readonly index: number;
}

/** A function of the module, called by its number. */
export interface FunctionRef {
  readonly index: number;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | null;
}

/**
 * Writes the body of one function: statements append code in order, expressions are written where they are used.
 * Locals of a finished block are used again by later blocks, so that frames stay small.
 */
export class FunctionBuilder {
  private code: ByteWriter;
  private readonly locals: ValueType[] = [];
  private readonly free: Record<ValueType, number[]> = { i32: [], i64: [], f64: [], v128: [] };
  private scope: Variable[] = [];
  /** Structured instructions around what is being written. */
  private depth = 0;
  /** Where the statements of a body end that is written in turns with others. */
  private turns: { readonly depth: number; readonly ends: number[] } | null = null;
  /** Where functions that this one calls are added, and tables that it reads. */
  readonly module: ModuleBuilder;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | null;

  constructor(module: ModuleBuilder, parameters: readonly ValueType[], result: ValueType | null = null) {
    this.module = module;
    this.code = new ByteWriter(module.pool);
    this.parameters = parameters;
    this.result = result;
  }

  parameter<T extends ValueType>(index: number): Variable<T> {
    return new Local(index, this.parameters[index] as T);
  }

  /** All parameters of a function that takes only 32-bit integers. */
  pointers<const N extends readonly I32[]>(): N {
    return this.parameters.map((_, i) => this.parameter<"i32">(i)) as readonly I32[] as N;
  }

  /** A new local that holds the value of `value`. */
  variable<T extends ValueType>(value: Expr<T>): Variable<T> {
    const { type } = value;
    const reused = this.free[type].pop();
    const index = reused ?? this.parameters.length + this.locals.length;
    if (reused === undefined) this.locals.push(type);
    const local = new Local(index, type);
    this.scope.push(local);
    this.assign(local, value);
    return local;
  }

  /** Evaluates once; the result may be used many times. */
  let<T extends ValueType>(value: Expr<T>): Expr<T> {
    return "index" in value ? value : this.variable(value);
  }

  assign<T extends ValueType>(variable: Variable<T>, value: Expr<T>): void {
    value.write(this.code);
    this.code.byte(0x21);
    this.code.unsigned(variable.index);
    this.endStatement();
  }

  storeF64(address: I32, offset: number, value: F64): void {
    this.store(0x39, address, offset, value);
  }

  storeI32(address: I32, offset: number, value: I32): void {
    this.store(0x36, address, offset, value, 2);
  }

  storeVector(address: I32, offset: number, value: V128): void {
    this.store(0xfd000b, address, offset, value);
  }

  /** Stores the first lane only. */
  storeFirst(address: I32, offset: number, value: V128): void {
    this.store(0xfd005b, address, offset, value);
    this.code.byte(0);
  }

  /** Stores the second lane only. */
  storeSecond(address: I32, offset: number, value: V128): void {
    this.store(0xfd005b, address, offset, value);
    this.code.byte(1);
  }

  /** Counts a fresh variable from `from` up to but not including `to`. The body must not change either bound. */
  loop(from: I32 | number, to: I32 | number, step: number, body: (i: I32) => void): void {
    if (typeof from === "number" && typeof to === "number" && from >= to) return;
    this.block(() => {
      const i = this.variable(typeof from === "number" ? i32.constant(from) : from);
      const end = typeof to === "number" ? i32.constant(to) : this.let(to);
      const again = () =>
        this.doWhile(() => {
          body(i);
          this.assign(i, i32.add(i, step));
          return i32.less(i, end);
        });
      if (typeof from === "number" && typeof to === "number") again();
      else this.if(i32.less(i, end), again);
    });
  }

  /** Runs the body, then again as long as the condition that it returns is not 0. */
  doWhile(body: () => I32): void {
    this.structured(0x03, () => {
      body().write(this.code);
      this.code.byte(0x0d);
      this.code.unsigned(0);
    });
  }

  /** Runs the body, which goes to its end at once where a condition given to `leaveIf` is not 0. */
  leavable(body: (leaveIf: (condition: I32) => void) => void): void {
    this.structured(0x02, () => {
      const own = this.depth;
      body((condition) => {
        condition.write(this.code);
        this.code.byte(0x0d);
        this.code.unsigned(this.depth - own);
      });
    });
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    condition.write(this.code);
    this.structured(0x04, () => {
      this.block(then);
      if (otherwise) {
        this.code.byte(0x05);
        this.block(otherwise);
      }
    });
  }

  call(callee: FunctionRef, ...operands: readonly Expr[]): void {
    callTo(callee, operands).write(this.code);
  }

  /** A call with integers that are known. */
  callWith(callee: FunctionRef, operands: readonly number[]): void {
    for (const value of operands) {
      this.code.byte(0x41);
      this.code.signed(value);
    }
    this.code.byte(0x10);
    this.code.unsigned(callee.index);
  }

  /** Leaves the function with this value. */
  return(value: Expr): void {
    value.write(this.code);
    this.code.byte(0x0f);
  }

  /**
   * Writes bodies 0 … count − 1 in turns, a statement of each at a time: where every operation waits for the one
   * before, processors look no further ahead than about two such chains, and so must find them side by side.
   */
  interleave(count: number, body: (i: number) => void): void {
    const own = this.code;
    this.block(() => {
      const bodies = Array.from({ length: count }, (_, i) => {
        const ends: number[] = [];
        this.turns = { depth: this.depth, ends };
        this.code = new ByteWriter(this.module.pool);
        body(i);
        ends.push(this.code.length);
        return { bytes: this.code.bytes(), ends };
      });
      this.code = own;
      this.turns = null;
      const most = Math.max(...bodies.map(({ ends }) => ends.length));
      for (let s = 0; s < most; s++) {
        for (const { bytes, ends } of bodies)
          if (s < ends.length) own.append(bytes.subarray(ends[s - 1] ?? 0, ends[s]));
      }
    });
  }

  /** Locals made inside are free again afterwards; of bodies in turns, when all of them are at their end. */
  block(body: () => void): void {
    if (this.turns) {
      body();
      return;
    }
    const outer = this.scope;
    this.scope = [];
    body();
    for (const local of this.scope) this.free[local.type].push(local.index);
    this.scope = outer;
  }

  /** The function as the code section wants it: declarations of locals, instructions, end. */
  body(): Uint8Array {
    const out = new ByteWriter();
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.locals) {
      const last = runs[runs.length - 1];
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    out.unsigned(runs.length);
    for (const { type, count } of runs) {
      out.unsigned(count);
      out.byte(typeCodes[type]);
    }
    out.append(this.code.bytes());
    if (this.result !== null) out.byte(0x00); // unreachable: every path has returned
    out.byte(0x0b);
    return out.bytes();
  }

  /** A block, loop or if without a value around the body. */
  private structured(instruction: number, body: () => void): void {
    this.code.byte(instruction);
    this.code.byte(0x40);
    this.depth++;
    this.block(body);
    this.depth--;
    this.code.byte(0x0b);
    this.endStatement();
  }

  private endStatement(): void {
    if (this.turns?.depth === this.depth) this.turns.ends.push(this.code.length);
  }

  private store(instruction: number, address: I32, offset: number, value: Expr, align = 3) {
    address.write(this.code);
    value.write(this.code);
    this.code.opcode(instruction);
    this.code.unsigned(align);
    this.code.unsigned(offset);
  }
}

/** The result of a call, as an expression. */
export function callTo<T extends ValueType>(callee: FunctionRef, operands: readonly Expr[]): Expr<T> {
  return {
    type: (callee.result ?? "i32") as T,
    write: (out) => {
      for (const operand of operands) operand.write(out);
      out.byte(0x10);
      out.unsigned(callee.index);
    },
  };
}

class Local<T extends ValueType> implements Variable<T> {
  readonly type: T;
  readonly index: number;

  constructor(index: number, type: T) {
    this.type = type;
    this.index = index;
  }

  write(out: ByteWriter): void {
    out.byte(0x20);
    out.unsigned(this.index);
  }
}
