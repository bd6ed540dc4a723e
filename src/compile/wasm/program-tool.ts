import type { Piece } from "../threads/protocol.ts";
import { unitsOf } from "./stages.ts";

/** A program as threads share it. */
export interface SharedProgram {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Stage i is the export `stage i` on units lo … hi − 1, or, of a single piece, without arguments. */
  readonly stages: readonly Stage[];
}

export interface Stage {
  readonly pieces: number;
  readonly extent: number;
}

/** Pieces of the stages of a program, in whichever thread. */
export function programTool({ module, memory, stages }: SharedProgram): Piece {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const calls = stages.map((_, i) => instance.exports[`stage ${i}`] as (lo: number, hi: number) => void);
  return (stage, piece) => {
    const { pieces, extent } = stages[stage]!;
    const [lo, hi] = unitsOf(piece, pieces, extent);
    calls[stage]!(lo, hi);
  };
}
