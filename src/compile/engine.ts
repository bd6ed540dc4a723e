import type { MapProgram } from "../descent/index.ts";
import type { Program } from "../program/index.ts";
import type { CompiledEnsemble, LaneOptions } from "./lane/compile-lanes.ts";

/** A program that is ready to run. Write the input buffers, call `run`, read the output buffers. */
export interface Executable {
  /** Flat inputs and outputs by name; views that stay valid until `dispose`. */
  readonly buffers: Readonly<Record<string, Float64Array>>;
  run(): void;
  /** Frees what the executable holds; it must not run afterwards. */
  dispose(): void;
}

/** Something that turns programs into executables: the interpreter, WebAssembly. */
export interface Engine {
  readonly name: string;
  load(program: Program): Executable;
  /** Many states of a map at once, whole trajectories in one call; null for maps that are too large for that. */
  readonly lanes?: (map: MapProgram, options: LaneOptions) => CompiledEnsemble | null;
}
