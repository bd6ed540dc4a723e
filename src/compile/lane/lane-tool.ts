import type { Piece } from "../threads/protocol.ts";

/** Runs a kernel: see `laneModule` for what the numbers are. */
export type LaneRun = (
  states: number,
  parameters: number,
  orbits: number,
  stride: number,
  pairs: number,
  steps: number,
  scratch: number,
) => void;

/** A kernel as threads share it: what to run stands in words of the memory, from `table` on. */
export interface SharedLanes {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly table: number;
  /** Bytes of a row of states, and of the parameters of a row. */
  readonly rowBytes: number;
  readonly parameterBytes: number;
  /** Memory to work in, as much for each thread. */
  readonly scratch: { readonly from: number; readonly bytes: number; readonly threads: number };
}

/**
 * Words of the table: where states and parameters begin, how many pairs of lanes there are in all and in a piece, steps;
 * and how many threads have taken their scratch memory.
 */
export const laneWords = { states: 0, parameters: 1, pairs: 2, pairsOfPiece: 3, steps: 4, taken: 5, count: 6 } as const;

/** Piece i moves the i-th lot of lanes, in whichever thread: lanes share nothing. */
export function laneTool({ module, memory, table, rowBytes, parameterBytes, scratch }: SharedLanes): Piece {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const run = exports["run"] as LaneRun;
  const words = new Int32Array(memory.buffer, table, laneWords.count);
  const place = Atomics.add(words, laneWords.taken, 1);
  if (place >= scratch.threads) throw new Error(`lanes: scratch memory for ${scratch.threads} threads only`);
  const own = scratch.from + place * scratch.bytes;
  return (_, piece) => {
    const [states, parameters, pairs, pairsOfPiece, steps] = words as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    const first = piece * pairsOfPiece;
    const count = Math.min(pairsOfPiece, pairs - first);
    run(states + 2 * first * rowBytes, parameters + 2 * first * parameterBytes, 0, 0, count, steps, own);
  };
}
