import type { Piece } from "../threads/protocol.ts";

/** Runs a kernel: see `laneModule` for what the numbers are. */
export type LaneRun = (
  states: number,
  parameters: number,
  orbits: number,
  stride: number,
  pairs: number,
  steps: number,
) => void;

/** A kernel as threads share it: what to run stands in words of the memory, from `table` on. */
export interface SharedLanes {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly table: number;
  /** Bytes of a row of states, and of the parameters of a row. */
  readonly rowBytes: number;
  readonly parameterBytes: number;
}

/** Words of the table: where states and parameters begin, how many pairs of lanes there are in all and in a piece, steps. */
export const laneWords = { states: 0, parameters: 1, pairs: 2, pairsOfPiece: 3, steps: 4, count: 5 } as const;

/** Piece i moves the i-th lot of lanes, in whichever thread: lanes share nothing. */
export function laneTool({ module, memory, table, rowBytes, parameterBytes }: SharedLanes): Piece {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const run = exports["run"] as LaneRun;
  const words = new Int32Array(memory.buffer, table, laneWords.count);
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
    run(states + 2 * first * rowBytes, parameters + 2 * first * parameterBytes, 0, 0, count, steps);
  };
}
