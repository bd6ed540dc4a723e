import { type Program, simplify } from "../../program/index.ts";
import type { Engine, Executable } from "../engine.ts";
import { compileLanes } from "../lane/compile-lanes.ts";
import type { Crew } from "../threads/crew.ts";
import { constantsInMemory } from "./constants-in-memory.ts";
import { type Emitted, emit } from "./emit.ts";
import { lower } from "./lower.ts";
import { type MemoryPlan, planMemory } from "./memory-plan.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import type { NativeProducts } from "./native-products.ts";
import { programTool, type SharedProgram, type Stage } from "./program-tool.ts";
import { schedule } from "./schedule.ts";
import { SharedMemories } from "./shared-memories.ts";
import { type Grain, usualGrain } from "./stages.ts";

const PAGE = 65536;

/** The compiler: turns a program into one WebAssembly module with loops over two doubles at a time. */
export const wasmEngine: Engine = wasmEngineWith({});

/** … with constants of vectors in memory or not, otherwise as is quicker here; the bits are the same. */
export function wasmEngineWith(options: { readonly constantsInMemory?: boolean }): Engine {
  return {
    name: "wasm",
    load: (program) => load(compile(program, options)),
    lanes: (map, options) => compileLanes(map, options),
  };
}

/**
 * The compiler with large products by a library of the machine, which sums in another order: results differ from
 * those of `wasmEngine` by rounding, and with the library, its version and its number of threads.
 */
export function nativeEngine(products: NativeProducts): Engine {
  return {
    name: "native",
    load: (program) => load(compile(program, { native: true }), products),
    lanes: (map, options) => compileLanes(map, options),
  };
}

/** The compiler with the threads of a crew for programs that are large enough: the same bits as `wasmEngine`. */
export function threadedEngine(crew: Crew, grain = usualGrain): Engine {
  const memories = new SharedMemories();
  return {
    name: "wasm",
    load(program) {
      const compiled = compile(program, { grain });
      return compiled.stages ? loadShared(compiled, compiled.stages, crew, memories) : load(compiled);
    },
    lanes: (map, options) => compileLanes(map, options, crew),
  };
}

interface Compiled extends Emitted {
  readonly plan: MemoryPlan;
  readonly pages: number;
}

interface CompileOptions {
  readonly native?: boolean;
  readonly grain?: Grain;
  readonly constantsInMemory?: boolean;
}

function compile(given: Program, { native = false, grain, ...options }: CompileOptions = {}): Compiled {
  const program = simplify(given);
  const planned = schedule(program);
  const lowered = lower(program, planned, { native });
  const plan = planMemory(program, lowered, planned.views);
  const inMemory = options.constantsInMemory ?? constantsInMemory();
  const emitted = emit(lowered, plan, { grain: grain ?? null, constantsInMemory: inMemory });
  return { ...emitted, plan, pages: Math.ceil(plan.totalBytes / PAGE) };
}

function load({ module, native, plan, pages }: Compiled, products?: NativeProducts): Executable {
  const memory = allocate(pages, () => new WebAssembly.Memory({ initial: pages, maximum: pages }));
  fill(memory, module, plan);
  const calls = native.map((list) => list.map((product) => products!.bind(memory.buffer, product)));
  const imports = {
    memory,
    native: (i: number) => {
      for (const call of calls[i]!) call();
    },
  };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes(pages)), { env: imports });
  return new WasmExecutable(memory, plan, instance.exports["run"] as () => void);
}

function loadShared(
  { module, plan, pages }: Compiled,
  stages: readonly Stage[],
  crew: Crew,
  memories: SharedMemories,
): Executable {
  const memory = allocate(pages, () => memories.take(pages));
  fill(memory, module, plan);
  const program: SharedProgram = { module: new WebAssembly.Module(module.bytes(pages, true)), memory, stages };
  const own = programTool(program);
  const job = crew.load("program", program, own);
  const pieces = stages.map((stage) => stage.pieces);
  return new WasmExecutable(
    memory,
    plan,
    () => job.runAll(pieces),
    () => {
      job.dispose();
      memories.giveBack(memory);
    },
  );
}

class WasmExecutable implements Executable {
  readonly buffers: Readonly<Record<string, Float64Array>>;
  private call: (() => void) | null;
  private readonly release: () => void;

  constructor(memory: WebAssembly.Memory, plan: MemoryPlan, run: () => void, release = () => {}) {
    const buffers: Record<string, Float64Array> = {};
    for (const [name, { address, length }] of Object.entries(plan.buffers)) {
      buffers[name] = new Float64Array(memory.buffer, address, length);
    }
    this.buffers = buffers;
    this.call = run;
    this.release = release;
  }

  run(): void {
    if (!this.call) throw new Error("wasm: the executable was disposed of");
    this.call();
  }

  dispose(): void {
    if (this.call) this.release();
    this.call = null;
  }
}

function allocate(pages: number, make: () => WebAssembly.Memory): WebAssembly.Memory {
  try {
    return make();
  } catch (error) {
    const mebibytes = Math.ceil((pages * PAGE) / 2 ** 20);
    throw new RangeError(`wasm: no memory of ${mebibytes} MiB could be allocated`, { cause: error });
  }
}

/** Writes the constants, the index tables of the program and the tables of the functions. */
function fill(memory: WebAssembly.Memory, module: ModuleBuilder, plan: MemoryPlan): void {
  for (const { address, node, length } of plan.constants) {
    if (node.op !== "constant") continue;
    const { values } = node.attributes;
    const home = new Float64Array(memory.buffer, address, length);
    if (values.length === length) home.set(values);
    else home.fill(values[0]!);
  }
  for (const [indices, address] of plan.tables) new Int32Array(memory.buffer, address, indices.length).set(indices);
  module.writeTables(memory);
}
