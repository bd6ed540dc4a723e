import type { MapProgram } from "../../descent/index.ts";
import type { EnsembleMap } from "../../dynamics/index.ts";
import { type LaneExecutor, laneCode, laneExecutor } from "./lane-executor.ts";
import { type LaneMode, laneModule, rowSize, vectorsFor } from "./lane-kernel.ts";
import { type LaneProgram, type LaneProgramOptions, laneProgram } from "./lane-program.ts";

/** An ensemble that holds executables. */
export interface CompiledEnsemble extends EnsembleMap {
  dispose(): void;
}

export interface LaneOptions extends LaneProgramOptions {
  /** Vectors of two lanes that go through a step together; by default as many as the size of the step allows. */
  readonly vectors?: number;
}

/**
 * Many states of one map at once, in lane mode: one state in each double of a vector, whole trajectories inside one
 * call. The scalars named in `parameters` have their own value in every lane, the others one for all.
 *
 * Bits: those of the interpreter for arithmetic, roots, comparisons and sums, which are added in its order; the
 * functions are those of the WebAssembly engine, so a map without sums of more than two terms along the last axes
 * gives the bits of that engine. Lanes do not influence each other: any subset gives the same bits.
 *
 * @returns null when a step is too long to be written out in straight-line code (`laneProgram`).
 * @throws RangeError when a scalar of the map has no value.
 */
export function compileLanes(map: MapProgram, options: LaneOptions): CompiledEnsemble | null {
  const program = laneProgram(map, options);
  return program && new LaneEnsemble(program, options.vectors ?? vectorsFor(program));
}

/** A whole number of groups, whatever their size, and enough that what a call costs is lost among them. */
const WIDTH = 96;
const NONE = new Float64Array(0);

class LaneEnsemble implements CompiledEnsemble {
  readonly dimension: number;
  readonly parameterCount: number;
  readonly width = WIDTH;
  private readonly program: LaneProgram;
  private readonly vectors: number;
  private readonly executors = new Map<LaneMode, LaneExecutor>();

  constructor(program: LaneProgram, vectors: number) {
    this.program = program;
    this.vectors = vectors;
    this.dimension = program.dimension;
    this.parameterCount = program.parameters.length;
  }

  advance(states: Float64Array, steps: number, out: Float64Array, parameters = NONE): void {
    this.check(states, steps, parameters);
    if (out !== states) out.set(states);
    if (steps > 0 && states.length > 0) this.executor("advance").advance(states, steps, out, parameters);
  }

  orbits(states: Float64Array, steps: number, parameters = NONE): Float64Array {
    this.check(states, steps, parameters);
    if (steps === 0 || states.length === 0) return NONE;
    return this.executor("record").record(states, steps, parameters);
  }

  dispose(): void {
    for (const executor of this.executors.values()) executor.dispose();
  }

  private executor(mode: LaneMode): LaneExecutor {
    let found = this.executors.get(mode);
    if (!found) {
      const module = laneModule(this.program, mode, this.vectors);
      found = laneExecutor(laneCode(module, rowSize(this.program), this.parameterCount));
      this.executors.set(mode, found);
    }
    return found;
  }

  private check(states: Float64Array, steps: number, parameters: Float64Array): void {
    const lanes = states.length / this.dimension;
    if (!Number.isInteger(lanes)) {
      throw new RangeError(`lanes: rows of ${this.dimension} numbers expected, got ${states.length} numbers`);
    }
    if (!(Number.isInteger(steps) && steps >= 0)) {
      throw new RangeError(`lanes: steps must be an integer ≥ 0, got ${steps}`);
    }
    if (parameters.length !== lanes * this.parameterCount) {
      const expected = `${lanes} × ${this.parameterCount}`;
      throw new RangeError(`lanes: ${expected} values of parameters expected, got ${parameters.length}`);
    }
  }
}
