import type { Crew, CrewJob } from "../threads/crew.ts";
import { type ModuleBuilder, TABLE_BYTES } from "../wasm/module-builder.ts";
import { type LaneRun, laneTool, laneWords, type SharedLanes } from "./lane-tool.ts";

/** A kernel and the sizes of its rows, in numbers. */
export interface LaneCode {
  readonly module: ModuleBuilder;
  /** Of a row of states, of what is written of a row after each step, and of its parameters. */
  readonly rowSize: number;
  readonly orbitSize: number;
  readonly parameterCount: number;
  /** Rough nanoseconds of a step of one lane, and lanes that go together. */
  readonly cost: number;
  readonly lanesTogether: number;
  /** Lanes come in multiples of this, the last repeated where there are fewer. */
  readonly multiple: number;
  /** Memory that each thread works in, and what has to stand there. */
  readonly scratchBytes: number;
  readonly fill: (memory: WebAssembly.Memory, scratch: number) => void;
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
/** Bytes of states that are in memory at a time: they stay in the cache. */
const TILE_BYTES = 2 ** 17;
/** Shared memory cannot move when it grows, so its addresses are kept free: a GiB of them. */
const SHARED_PAGES = 2 ** 14;
/** From so many nanoseconds on a tile is shared among threads, in pieces of at least so many. */
const SHARED_WORK = 100_000;
const PIECE_WORK = 25_000;
/** Where the words of `SharedLanes` stand, and the memory to work in begins; states come after it. */
const WORDS = TABLE_BYTES;
const SCRATCH = TABLE_BYTES + 64;

export function laneExecutor(code: LaneCode, crew: Crew | null): LaneExecutor {
  const { rowSize, orbitSize, parameterCount, cost, lanesTogether, multiple, scratchBytes } = code;
  const memory = crew
    ? new WebAssembly.Memory({ initial: 1, maximum: SHARED_PAGES, shared: true })
    : new WebAssembly.Memory({ initial: 1 });
  const threads = crew?.threads ?? 1;
  const scratch = (thread: number) => SCRATCH + thread * scratchBytes;
  const data = scratch(threads);
  reserve(memory, data);
  code.module.writeTables(memory);
  for (let thread = 0; thread < threads; thread++) code.fill(memory, scratch(thread));
  const module = new WebAssembly.Module(code.module.bytes(1, crew !== null));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  let run: LaneRun | null = exports["run"] as LaneRun;
  let job: CrewJob | null = null;

  /** Lanes beginning at `from` put in place, the last repeated to make them as many as go together. */
  const load = (states: Float64Array, parameters: Float64Array, from: number, count: number, orbitBytes: number) => {
    if (!run) throw new Error("lanes: the executor was disposed of");
    const padded = multiple * Math.ceil(count / multiple);
    const own = data + 8 * padded * rowSize;
    const orbits = own + 8 * padded * parameterCount;
    reserve(memory, orbits + orbitBytes * padded);
    const rows = new Float64Array(memory.buffer, data, padded * rowSize);
    copyRows(states, rowSize, from, count, rows);
    copyRows(parameters, parameterCount, from, count, new Float64Array(memory.buffer, own, padded * parameterCount));
    return { own, orbits, pairs: padded / 2, rows, run };
  };

  /** All pairs of lanes moved, by all threads. */
  const share = (own: number, pairs: number, steps: number, pieces: number) => {
    if (!job) {
      const sizes = { rowBytes: 8 * rowSize, parameterBytes: 8 * parameterCount };
      const places = { from: SCRATCH, bytes: scratchBytes, threads };
      const shared: SharedLanes = { module, memory, table: WORDS, ...sizes, scratch: places };
      job = crew!.load("lanes", shared, laneTool(shared));
    }
    const group = lanesTogether / 2;
    const pairsOfPiece = group * Math.ceil(pairs / pieces / group);
    const words = new Int32Array(memory.buffer, WORDS, laneWords.count);
    words.set([data, own, pairs, pairsOfPiece, steps]);
    job.run(0, Math.ceil(pairs / pairsOfPiece));
  };

  return {
    advance(states, steps, out, parameters) {
      const lanes = states.length / rowSize;
      const tile =
        threads * Math.max(lanesTogether, lanesTogether * Math.floor(TILE_BYTES / (8 * rowSize * lanesTogether)));
      for (let from = 0; from < lanes; from += tile) {
        const count = Math.min(tile, lanes - from);
        const at = load(states, parameters, from, count, 0);
        const work = count * steps * cost;
        if (crew && work >= SHARED_WORK) share(at.own, at.pairs, steps, Math.min(16, Math.floor(work / PIECE_WORK)));
        else at.run(data, at.own, at.orbits, 0, at.pairs, steps, SCRATCH);
        out.set(at.rows.subarray(0, count * rowSize), from * rowSize);
      }
    },
    record(states, steps, parameters, out) {
      const lanes = states.length / rowSize;
      const stride = 8 * steps * orbitSize;
      const at = load(states, parameters, 0, lanes, stride);
      at.run(data, at.own, at.orbits, stride, at.pairs, steps, SCRATCH);
      out?.set(at.rows.subarray(0, lanes * rowSize));
      return new Float64Array(memory.buffer, at.orbits, lanes * steps * orbitSize);
    },
    dispose() {
      run = null;
      job?.dispose();
      job = null;
    },
  };
}

function copyRows(source: Float64Array, width: number, from: number, count: number, target: Float64Array): void {
  target.set(source.subarray(from * width, (from + count) * width));
  for (let at = count * width; at < target.length; at += width)
    target.copyWithin(at, (count - 1) * width, count * width);
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
