import type { ModuleBuilder } from "../wasm/module-builder.ts";
import { TABLE_BYTES } from "../wasm/module-builder.ts";

/** A compiled kernel as plain data, which can be sent to a worker: every worker makes its own executor of it. */
export interface LaneCode {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the first TABLE_BYTES of memory hold. */
  readonly tables: Uint8Array;
  /** Numbers of a row of states, and of what is written of a row after each step. */
  readonly rowSize: number;
  readonly orbitSize: number;
  readonly parameterCount: number;
}

/** Runs a kernel on rows that it copies into memory of its own, a tile of lanes at a time. */
export interface LaneExecutor {
  /** Rows of `states` moved `steps` steps into the rows of `out`, which may be the same array. */
  advance(states: Float64Array, steps: number, out: Float64Array, parameters: Float64Array): void;
  /** What the kernel writes after every step, [lanes, steps, orbitSize], valid until the next call; ends go to `out`. */
  record(states: Float64Array, steps: number, parameters: Float64Array, out?: Float64Array): Float64Array;
  dispose(): void;
}

const PAGE = 65536;
/** Lanes that are in memory at a time: their states stay in the cache. */
const TILE_LANES = 4096;
type Run = (states: number, parameters: number, orbits: number, stride: number, pairs: number, steps: number) => void;

export function laneCode(
  module: ModuleBuilder,
  sizes: { readonly rowSize: number; readonly orbitSize: number; readonly parameterCount: number },
): LaneCode {
  const scratch = new WebAssembly.Memory({ initial: 1 });
  module.writeTables(scratch);
  return { ...sizes, bytes: module.bytes(1).slice(), tables: new Uint8Array(scratch.buffer).slice(0, TABLE_BYTES) };
}

export function laneExecutor({ bytes, tables, rowSize, orbitSize, parameterCount }: LaneCode): LaneExecutor {
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Uint8Array(memory.buffer).set(tables);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  let run: Run | null = exports["run"] as Run;

  /** Lanes beginning at `from` put in place, the last repeated to make them even. */
  const load = (states: Float64Array, parameters: Float64Array, from: number, count: number, orbitBytes: number) => {
    if (!run) throw new Error("lanes: the executor was disposed of");
    const padded = count + (count % 2);
    const at = { states: TABLE_BYTES, parameters: TABLE_BYTES + 8 * padded * rowSize, orbits: 0, padded };
    at.orbits = at.parameters + 8 * padded * parameterCount;
    reserve(memory, at.orbits + orbitBytes * padded);
    const rows = new Float64Array(memory.buffer, at.states, padded * rowSize);
    const own = new Float64Array(memory.buffer, at.parameters, padded * parameterCount);
    copyRows(states, rowSize, from, count, rows);
    copyRows(parameters, parameterCount, from, count, own);
    return { ...at, rows, run };
  };

  return {
    advance(states, steps, out, parameters) {
      const lanes = states.length / rowSize;
      for (let from = 0; from < lanes; from += TILE_LANES) {
        const count = Math.min(TILE_LANES, lanes - from);
        const at = load(states, parameters, from, count, 0);
        at.run(at.states, at.parameters, at.orbits, 0, at.padded / 2, steps);
        out.set(at.rows.subarray(0, count * rowSize), from * rowSize);
      }
    },
    record(states, steps, parameters, out) {
      const lanes = states.length / rowSize;
      const stride = 8 * steps * orbitSize;
      const at = load(states, parameters, 0, lanes, stride);
      at.run(at.states, at.parameters, at.orbits, stride, at.padded / 2, steps);
      out?.set(at.rows.subarray(0, lanes * rowSize));
      return new Float64Array(memory.buffer, at.orbits, lanes * steps * orbitSize);
    },
    dispose() {
      run = null;
    },
  };
}

function copyRows(source: Float64Array, width: number, from: number, count: number, target: Float64Array): void {
  target.set(source.subarray(from * width, (from + count) * width));
  if (count % 2 === 1) target.copyWithin(count * width, (count - 1) * width, count * width);
}

function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
  if (missing <= 0) return;
  try {
    memory.grow(missing);
  } catch (error) {
    const mebibytes = Math.ceil(bytes / 2 ** 20);
    throw new RangeError(`lanes: no memory of ${mebibytes} MiB could be allocated`, { cause: error });
  }
}
