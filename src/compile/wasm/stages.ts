import { sizeOf } from "../../program/index.ts";
import { packedSize } from "./kernels/pack.ts";
import type { LoopKernel, LoopOp, Step } from "./steps.ts";

/** From how many nanoseconds on work is shared among threads. Results do not depend on it. */
export interface Grain {
  /** Of a step. */
  readonly stage: number;
  /** Of a piece of it. */
  readonly piece: number;
  /** Of all shared steps of a program: for less, it is not worth the threads. */
  readonly program: number;
}

export const usualGrain: Grain = { stage: 15_000, piece: 4_000, program: 150_000 };

/** More pieces divide the work more evenly among threads of different speed, fewer cost less. */
const MOST_PIECES = 32;

/** Rough nanoseconds an element takes, by what computes it; what takes less has this cost. */
const CHEAP = 0.3;
const functionCost: Partial<Record<LoopOp, number>> = {
  ...{ exp: 2.5, expm1: 3, log: 3, log1p: 3.5, tanh: 3.5, sigmoid: 3, softplus: 6, erf: 6, sin: 4, cos: 4 },
  ...{ pow: 5, div: 1, sqrt: 1.5 },
};

/**
 * Into how many pieces each step is divided, 1 for those that one thread does alone; null when threads do not pay for
 * the program. Pieces are ranges of the units of a kernel, whose results do not depend on the division.
 */
export function piecesOf(steps: readonly Step[], extents: readonly number[], grain: Grain): number[] | null {
  let shared = 0;
  const pieces = steps.map((step, i) => {
    const cost = costOf(step);
    const count = Math.min(extents[i]!, MOST_PIECES, Math.floor(cost / grain.piece));
    if (cost < grain.stage || count < 2) return 1;
    shared += cost;
    return count;
  });
  return shared < grain.program ? null : pieces;
}

/** Units lo … hi − 1 that belong to a piece. */
export function unitsOf(piece: number, pieces: number, extent: number): [lo: number, hi: number] {
  return [Math.floor((piece * extent) / pieces), Math.floor(((piece + 1) * extent) / pieces)];
}

/** Rough nanoseconds on one thread: from the sizes only, the same on every machine. */
function costOf(step: Step): number {
  switch (step.kind) {
    case "product": {
      const { batch, rows, inner, columns } = step.kernel;
      return 0.1 * batch.reduce((count, { extent }) => count * extent, rows * inner * columns);
    }
    case "pack":
      return 0.7 * packedSize(step.kernel);
    case "loop":
      return loopCost(step.kernel);
    case "rows":
      return 3 * Math.max(sizeOf(step.node.shape), sizeOf(step.node.operands[0]!.shape));
    case "native":
      return 0; // the library has threads of its own
  }
}

function loopCost({ frame, leaves, operations, stores, sums }: LoopKernel): number {
  const streams = leaves.length + stores.length + sums.length;
  const each = operations.reduce((cost, { op }) => cost + (functionCost[op] ?? CHEAP), CHEAP * streams);
  return frame.reduce((count, extent) => count * extent, each);
}
