import type { MapProgram } from "../../descent/index.ts";
import type { FrameEnsemble } from "../../dynamics/index.ts";
import type { Crew } from "../threads/crew.ts";
import { type LaneExecutor, laneExecutor } from "./lane-executor.ts";
import { type LaneMode, laneModule, orbitSize, rowSize, vectorsFor, workOf } from "./lane-kernel.ts";
import { type LaneProgram, type LaneProgramOptions, laneProgram } from "./lane-program.ts";

/** An ensemble that holds executables; without tangents, it carries frames of none. */
export interface CompiledEnsemble extends FrameEnsemble {
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
 * gives the bits of that engine. Lanes do not influence each other: any subset gives the same bits, and so does any
 * number of threads of a crew.
 *
 * @returns null when a step is too long to be written out in straight-line code (`laneProgram`).
 * @throws RangeError when a scalar of the map has no value.
 */
export function compileLanes(map: MapProgram, options: LaneOptions, crew: Crew | null = null): CompiledEnsemble | null {
  const program = laneProgram(map, { ...options, tangents: 0 });
  const framed = program && options.tangents ? laneProgram(map, options) : program;
  return program && framed && new LaneEnsemble(program, framed, options.vectors ?? null, crew);
}

/** A whole number of groups, whatever their size, and enough that what a call costs is lost among them. */
const WIDTH = 96;
const NONE = new Float64Array(0);

class LaneEnsemble implements CompiledEnsemble {
  readonly dimension: number;
  readonly parameterCount: number;
  readonly width = WIDTH;
  readonly tangents: number;
  private readonly program: LaneProgram;
  /** The same step with its tangents. */
  private readonly framed: LaneProgram;
  private readonly vectors: number | null;
  private readonly crew: Crew | null;
  private readonly executors = new Map<LaneMode, LaneExecutor>();

  constructor(program: LaneProgram, framed: LaneProgram, vectors: number | null, crew: Crew | null) {
    this.program = program;
    this.framed = framed;
    this.vectors = vectors;
    this.crew = crew;
    this.dimension = program.dimension;
    this.parameterCount = program.parameters.length;
    this.tangents = framed.tangents;
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

  carry(states: Float64Array, frames: Float64Array, steps: number, parameters = NONE): Float64Array {
    const { dimension: n, tangents } = this;
    this.check(states, steps, parameters);
    const lanes = states.length / n;
    if (frames.length !== tangents * states.length) {
      const expected = `${lanes} × ${tangents} × ${n}`;
      throw new RangeError(`lanes: frames of ${expected} numbers expected, got ${frames.length}`);
    }
    if (steps === 0 || lanes === 0) return NONE;
    const rows = new Float64Array(lanes * (1 + tangents) * n);
    const each = (act: (row: Float64Array, state: Float64Array, frame: Float64Array) => void) => {
      for (let lane = 0; lane < lanes; lane++) {
        const row = rows.subarray(lane * (1 + tangents) * n, (lane + 1) * (1 + tangents) * n);
        const frame = frames.subarray(lane * tangents * n, (lane + 1) * tangents * n);
        act(row, states.subarray(lane * n, (lane + 1) * n), frame);
      }
    };
    each((row, state, frame) => {
      row.set(state);
      row.set(frame, n);
    });
    const written = this.executor("frames").record(rows, steps, parameters, rows);
    each((row, state, frame) => {
      state.set(row.subarray(0, n));
      frame.set(row.subarray(n));
    });
    return written;
  }

  dispose(): void {
    for (const executor of this.executors.values()) executor.dispose();
  }

  private executor(mode: LaneMode): LaneExecutor {
    let found = this.executors.get(mode);
    if (!found) {
      const program = mode === "frames" ? this.framed : this.program;
      const vectors = this.vectors ?? vectorsFor(program);
      const module = laneModule(program, mode, vectors);
      const sizes = { rowSize: rowSize(program), orbitSize: orbitSize(program, mode) };
      const { parameterCount, crew } = this;
      // A vector of two lanes does some two operations a cycle, of a third of a nanosecond.
      const cost = 0.08 * workOf(program);
      const code = { module, ...sizes, parameterCount, cost, lanesTogether: 2 * vectors };
      found = laneExecutor(code, mode === "advance" ? crew : null);
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
