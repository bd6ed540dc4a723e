import { ByteWriter, type ConstantPool } from "./byte-writer.ts";
import type { ValueType } from "./expressions.ts";
import { type FunctionBuilder, type FunctionRef, typeCodes } from "./function-builder.ts";

/** Bytes at the beginning of memory that hold the tables of the functions, and behind these the constants. */
export const TABLE_BYTES = 8192;
const CONSTANT_BYTES = 2048;
const FIRST_CONSTANT = TABLE_BYTES - CONSTANT_BYTES;
/** Pages that an address of 32 bits can reach. */
const MOST_PAGES = 65536;

/** Tables by key: the same in every module. */
const builtTables = new Map<string, Float64Array>();

/** Functions that a module may import from `env`, and what they take. */
export type ImportedFunctions = Readonly<Record<string, readonly ValueType[]>>;

/** Assembles functions into a module that imports its memory as `env.memory`. Equal functions are kept once. */
export class ModuleBuilder {
  private readonly types: string[] = [];
  private readonly functions: { readonly type: number; readonly body: Uint8Array }[] = [];
  private readonly exported: { readonly name: string; readonly ref: FunctionRef }[] = [];
  private readonly known = new Map<string, FunctionRef>();
  private readonly tables = new Map<string, { readonly address: number; readonly values: Float64Array }>();
  private tableEnd = 0;
  private readonly imports: { readonly name: string; readonly type: number }[];

  private readonly constants = new Map<number | bigint, number>();
  /** Set when the constants of vectors are read from memory, which then needs `writeTables`. */
  readonly pool: ConstantPool | null;

  constructor(imported: ImportedFunctions = {}, { constantsInMemory = false } = {}) {
    this.pool = constantsInMemory ? (constant) => this.addressOf(constant) : null;
    this.imports = Object.entries(imported).map(([name, parameters]) => ({
      name,
      type: this.typeOf(parameters, null),
    }));
  }

  add(builder: FunctionBuilder): FunctionRef {
    const { parameters, result } = builder;
    const type = this.typeOf(parameters, result);
    const ref = { index: this.imports.length + this.functions.length, parameters, result };
    this.functions.push({ type, body: builder.body() });
    return ref;
  }

  /** A function of the environment, declared when the module was begun. */
  imported(name: string): FunctionRef {
    const index = this.imports.findIndex((known) => known.name === name);
    const [parameters] = this.types[this.imports[index]!.type]!.split(">");
    return { index, parameters: parameters!.split(",") as ValueType[], result: null };
  }

  /** The function known under `key`, built the first time. */
  shared(key: string, build: () => FunctionBuilder): FunctionRef {
    const found = this.known.get(key);
    if (found) return found;
    const made = this.add(build());
    this.known.set(key, made);
    return made;
  }

  /** The address of a table of doubles in the first TABLE_BYTES of memory; equal keys stand for equal tables. */
  table(key: string, build: () => Float64Array): number {
    const found = this.tables.get(key);
    if (found) return found.address;
    const values = builtTables.get(key) ?? build();
    builtTables.set(key, values);
    const address = this.tableEnd;
    this.tableEnd += values.byteLength;
    if (this.tableEnd > FIRST_CONSTANT) throw new Error("ModuleBuilder: the tables outgrow their place");
    this.tables.set(key, { address, values });
    return address;
  }

  /** Writes the tables and constants where the functions expect them. */
  writeTables(memory: WebAssembly.Memory): void {
    const view = new DataView(memory.buffer);
    for (const [constant, address] of this.constants) {
      if (typeof constant === "number") view.setFloat64(address, constant, true);
      else view.setBigUint64(address, BigInt.asUintN(64, constant), true);
    }
    for (const { address, values } of this.tables.values()) {
      new Uint8Array(memory.buffer).set(new Uint8Array(values.buffer), address); // bit patterns, NaN included
    }
  }

  export(name: string, ref: FunctionRef): void {
    this.exported.push({ name, ref });
  }

  /** The bytes of the module; its memory has at least `pages` pages of 64 KiB and may be one that threads share. */
  bytes(pages: number, shared = false): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter();
    out.append([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    section(out, 1, this.types.length, (s) => {
      for (const type of this.types) writeType(s, type);
    });
    section(out, 2, 1 + this.imports.length, (s) => {
      s.name("env");
      s.name("memory");
      s.append([0x02, shared ? 0x03 : 0x00]);
      s.unsigned(pages);
      if (shared) s.unsigned(MOST_PAGES);
      for (const { name, type } of this.imports) {
        s.name("env");
        s.name(name);
        s.byte(0x00);
        s.unsigned(type);
      }
    });
    section(out, 3, this.functions.length, (s) => {
      for (const { type } of this.functions) s.unsigned(type);
    });
    section(out, 7, this.exported.length, (s) => {
      for (const { name, ref } of this.exported) {
        s.name(name);
        s.byte(0x00);
        s.unsigned(ref.index);
      }
    });
    section(out, 10, this.functions.length, (s) => {
      for (const { body } of this.functions) {
        s.unsigned(body.length);
        s.append(body);
      }
    });
    return out.bytes();
  }

  /** Zeros and ones everywhere are made in one instruction. */
  private addressOf(constant: number | bigint): number | null {
    if (Number(constant) === 0 || constant === -1n) return null;
    const found = this.constants.get(constant);
    if (found !== undefined) return found;
    const address = FIRST_CONSTANT + 8 * this.constants.size;
    if (address + 8 > TABLE_BYTES) return null;
    this.constants.set(constant, address);
    return address;
  }

  private typeOf(parameters: readonly ValueType[], result: ValueType | null): number {
    const type = `${parameters.join(",")}>${result ?? ""}`;
    const found = this.types.indexOf(type);
    return found >= 0 ? found : this.types.push(type) - 1;
  }
}

function writeType(out: ByteWriter, type: string): void {
  const [parameters, results] = type.split(">").map((list) => (list === "" ? [] : list.split(",")));
  out.byte(0x60);
  for (const list of [parameters!, results!]) {
    out.unsigned(list.length);
    for (const name of list) out.byte(typeCodes[name as ValueType]);
  }
}

function section(out: ByteWriter, id: number, count: number, content: (out: ByteWriter) => void): void {
  const inner = new ByteWriter();
  inner.unsigned(count);
  content(inner);
  out.byte(id);
  out.unsigned(inner.length);
  out.append(inner.bytes());
}
