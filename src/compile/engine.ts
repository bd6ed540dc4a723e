import type { Program } from "../program/index.ts";

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
}
