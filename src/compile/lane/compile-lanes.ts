import type { MapProgram } from "../../descent/index.ts";
import type { FrameEnsemble } from "../../dynamics/index.ts";
import type { Crew } from "../threads/crew.ts";
import { type LaneExecutor, laneExecutor } from "./lane-executor.ts";
import { type LaneForm, type LaneOptions, laneForm } from "./lane-form.ts";
import type { LaneMode } from "./lane-kernel.ts";

export type { LaneOptions };

/** An ensemble that holds executables; without tangents, it carries frames of none. */
export interface CompiledEnsemble extends FrameEnsemble {
  dispose(): void;
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
 * Memory: at most 1 MiB a thread to work in, and states of at most 128 KiB a thread at a time; `orbits` and `carry` also
 * hold what they return.
 *
 * @returns null where states had better go one by one (`laneForm`).
 * @throws RangeError when a scalar of the map has no value.
 */
export function compileLanes(map: MapProgram, options: LaneOptions, crew: Crew | null = null): CompiledEnsemble | null {
  const form = laneForm(map, options);
  return form && new LaneEnsemble(form, crew);
}

/** A whole number of groups, whatever their size, and enough that what a call costs is lost among them. */
const WIDTH = 96;
const NONE = new Float64Array(0);

class LaneEnsemble implements CompiledEnsemble {
  readonly dimension: number;
  readonly parameterCount: number;
  readonly width = WIDTH;
  readonly tangents: number;
  private readonly form: LaneForm;
  private readonly crew: Crew | null;
  private readonly executors = new Map<LaneMode, LaneExecutor>();

  constructor(form: LaneForm, crew: Crew | null) {
    this.form = form;
    this.crew = crew;
    this.dimension = form.dimension;
    this.parameterCount = form.parameterCount;
    this.tangents = form.tangents;
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
      found = laneExecutor(this.form.code(mode), mode === "advance" ? this.crew : null);
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
