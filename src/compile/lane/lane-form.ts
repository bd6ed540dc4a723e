import { type MapProgram, mapDimension, mapOutputs } from "../../descent/index.ts";
import * as p from "../../program/index.ts";
import type { LaneCode } from "./lane-executor.ts";
import { type LaneMode, laneModule, orbitSize, rowSize, vectorsFor, workOf } from "./lane-kernel.ts";
import { type LaneProgram, type LaneProgramOptions, laneProgram } from "./lane-program.ts";
import { evaluateOnce, loopModule, type PreparedLoops, prepareLoops, scratchBytes } from "./loops/loop-module.ts";
import { loopProgram } from "./loops/loop-program.ts";

export interface LaneOptions extends LaneProgramOptions {
  /** Vectors of two lanes that go through a step together; by default as many as the size of the step allows. */
  readonly vectors?: number;
  /** How a step is written; by default what is faster for its size. */
  readonly form?: "straight" | "loops";
  /** States that go together, where that is known: in loops, one alone costs as much as two. */
  readonly states?: number;
}

/** A step ready to be compiled in lanes, in one of the two ways to write it. */
export interface LaneForm {
  readonly dimension: number;
  readonly parameterCount: number;
  readonly tangents: number;
  code(mode: LaneMode): LaneCode;
}

/** Work of a step, functions as 25 operations, from which on loops over tensors beat numbers in variables. */
const MOST_STRAIGHT = 400;
/** Numbers that a node of the program stands for on the average; with fewer, there is nothing to loop over. */
const FEWEST_ELEMENTS = 4;
/** Scratch memory of a step up to which lanes beat one state after the other: beyond, they push each other out of the cache. */
const MOST_SCRATCH = 2 ** 20;
/** Elements are as many vectors wide as leave the scratch memory in the first cache, at most four. */
const NEAR_SCRATCH = 2 ** 15;
/** Nanoseconds that all steps must take one by one, from which on compiling loops pays. */
const PAYING_LOOPS = 1e8;

/**
 * How a step is best written in lanes, null where states had better go one by one.
 *
 * - Straight-line code for tiny steps (work up to 400) and for formulas, which are single numbers anyway, if they are
 *   short enough and asked for often enough (`laneProgram`); for a single state as long as that holds.
 * - Loops otherwise, if what they work on fits in 1 MiB and one state after the other would take 0.1 s or more.
 *
 * The bits do not depend on the form.
 */
export function laneForm(map: MapProgram, options: LaneOptions): LaneForm | null {
  const { form, states = Number.POSITIVE_INFINITY, stateSteps = Number.POSITIVE_INFINITY } = options;
  if (form === "loops") return loops(map, options);
  if (form === "straight") return straight(map, options);
  const step = p.simplify(p.buildProgram(mapOutputs(map)));
  const { flops, functions } = p.programCost(step);
  const isTiny = flops + 25 * functions <= MOST_STRAIGHT || flops < FEWEST_ELEMENTS * step.nodes.length;
  const written = isTiny || options.rearrange || states === 1 ? straight(map, options) : null;
  if (written || states === 1) return written;
  const oneByOne = 1000 + 0.3 * flops + 5 * functions;
  if (stateSteps * oneByOne < PAYING_LOOPS) return null;
  return loops(map, options, MOST_SCRATCH);
}

/** Every number of a step in a variable of its own: no address, no loop, but code as long as the step. */
function straight(map: MapProgram, options: LaneOptions): LaneForm | null {
  const plain = laneProgram(map, { ...options, tangents: 0 });
  const framed = plain && options.tangents ? laneProgram(map, options) : plain;
  if (!plain || !framed) return null;
  const code = (mode: LaneMode): LaneCode => {
    const program: LaneProgram = mode === "frames" ? framed : plain;
    const vectors = options.vectors ?? vectorsFor(program);
    return {
      module: laneModule(program, mode, vectors),
      ...{ rowSize: rowSize(program), orbitSize: orbitSize(program, mode) },
      parameterCount: program.parameters.length,
      // A vector of two lanes does some two operations a cycle, of a third of a nanosecond.
      cost: 0.08 * workOf(program),
      ...{ lanesTogether: 2 * vectors, multiple: 2, scratchBytes: 0, fill: () => {} },
    };
  };
  const { dimension, parameters, tangents } = framed;
  return { dimension, tangents, parameterCount: parameters.length, code };
}

/** Tensors in memory, lane beside lane, and loops over their elements. Null when they need more than `most` bytes. */
function loops(map: MapProgram, options: LaneOptions, most = Number.POSITIVE_INFINITY): LaneForm | null {
  const { parameters = [], tangents = 0 } = options;
  const dimension = mapDimension(map);
  const prepare = (own: number) => prepareLoops(loopProgram(map, { ...options, tangents: own }, evaluateOnce));
  const plain = prepare(0);
  const framed = tangents > 0 ? prepare(tangents) : plain;
  if (scratchBytes(framed, 1) > most) return null;
  const code = (mode: LaneMode): LaneCode => {
    const own = mode === "frames" ? tangents : 0;
    const prepared = mode === "frames" ? framed : plain;
    const vectors = options.vectors ?? widthOf(prepared);
    const { flops, functions } = p.programCost(prepared.program.step);
    return {
      ...loopModule(prepared, mode, vectors),
      ...{ rowSize: (1 + own) * dimension, orbitSize: mode === "advance" ? 0 : dimension + own },
      parameterCount: parameters.length,
      cost: 0.1 * flops + 3.5 * functions,
      ...{ lanesTogether: 2 * vectors, multiple: 2 * vectors },
    };
  };
  return { dimension, tangents, parameterCount: parameters.length, code };
}

function widthOf(prepared: PreparedLoops): number {
  return [4, 2].find((vectors) => scratchBytes(prepared, vectors) <= NEAR_SCRATCH) ?? 1;
}
