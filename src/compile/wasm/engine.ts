import { type Program, simplify } from "../../program/index.ts";
import type { Engine, Executable } from "../engine.ts";
import { compileLanes } from "../lane/compile-lanes.ts";
import { emit } from "./emit.ts";
import { lower } from "./lower.ts";
import { type MemoryPlan, planMemory } from "./memory-plan.ts";
import type { NativeProducts } from "./native-products.ts";
import { schedule } from "./schedule.ts";

const PAGE = 65536;

/** The compiler: turns a program into one WebAssembly module with loops over two doubles at a time. */
export const wasmEngine: Engine = { name: "wasm", load: (program) => load(program, null), lanes: compileLanes };

/**
 * The compiler with large products by a library of the machine, which sums in another order: results differ from
 * those of `wasmEngine` by rounding, and with the library, its version and its number of threads.
 */
export function nativeEngine(products: NativeProducts): Engine {
  return { name: "native", load: (program) => load(program, products), lanes: compileLanes };
}

function load(given: Program, products: NativeProducts | null): Executable {
  const program = simplify(given);
  const plan = schedule(program);
  const lowered = lower(program, plan, products !== null);
  const memoryPlan = planMemory(program, lowered, plan.views);
  const { module, native } = emit(lowered, memoryPlan);
  const pages = Math.ceil(memoryPlan.totalBytes / PAGE);
  const memory = allocate(pages);
  fill(memory, memoryPlan);
  module.writeTables(memory);
  const calls = native.map((list) => list.map((product) => products!.bind(memory.buffer, product)));
  const { exports } = instantiate(module.bytes(pages), memory, (i) => {
    for (const call of calls[i]!) call();
  });
  return new WasmExecutable(memory, memoryPlan, exports["run"] as () => void);
}

class WasmExecutable implements Executable {
  readonly buffers: Readonly<Record<string, Float64Array>>;
  private call: (() => void) | null;

  constructor(memory: WebAssembly.Memory, plan: MemoryPlan, run: () => void) {
    const buffers: Record<string, Float64Array> = {};
    for (const [name, { address, length }] of Object.entries(plan.buffers)) {
      buffers[name] = new Float64Array(memory.buffer, address, length);
    }
    this.buffers = buffers;
    this.call = run;
  }

  run(): void {
    if (!this.call) throw new Error("wasm: the executable was disposed of");
    this.call();
  }

  dispose(): void {
    this.call = null;
  }
}

function allocate(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (error) {
    const mebibytes = Math.ceil((pages * PAGE) / 2 ** 20);
    throw new RangeError(`wasm: no memory of ${mebibytes} MiB could be allocated`, { cause: error });
  }
}

function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
  native: (i: number) => void,
): WebAssembly.Instance {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, native } });
}

/** Writes the constants and index tables of the program. */
function fill(memory: WebAssembly.Memory, plan: MemoryPlan): void {
  for (const { address, node, length } of plan.constants) {
    if (node.op !== "constant") continue;
    const { values } = node.attributes;
    const home = new Float64Array(memory.buffer, address, length);
    if (values.length === length) home.set(values);
    else home.fill(values[0]!);
  }
  for (const [indices, address] of plan.tables) new Int32Array(memory.buffer, address, indices.length).set(indices);
}
