import type { Crew, Engine } from "../compile/index.ts";
import type { KernelMaker } from "../stability/index.ts";

/**
 * The outside world, as a run sees it. The command line gives one made of Node, the page one made of fetch and a worker,
 * a test one made of a few literals.
 */
export interface Host {
  /**
   * The bytes of a file that the experiment names, by the path written there.
   * @throws InputError, one sentence, when it is missing, a directory, unreadable or too large.
   */
  readFile(path: string): Promise<Uint8Array>;
  /** SHA-256 in lower-case hexadecimal digits. */
  sha256(bytes: Uint8Array): string;
  /** Milliseconds from some fixed origin. */
  now(): number;
  /** What is going on and how far it is, 0..1 or null when that cannot be known. Cheap: call it as often as you like. */
  progress(note: string, fraction: number | null): void;
  /** One sentence for the person, at once; it belongs in the record's warnings too. */
  warn(sentence: string): void;
  /** Whether the person has asked to stop. Cheap, and true also in the middle of a synchronous computation. */
  interrupted(): boolean;
  /** Name and version of the tool, and the command that repeats this run, for the record. */
  readonly tool: { readonly name: string; readonly version: string; readonly command: string };
  /** What runs programs; its name enters the runId. */
  readonly engine: Engine;
  /** The library of the machine behind the engine, and its configuration, where there is one. */
  readonly library?: string;
  /** A faster kernel for random products, where there is one. */
  readonly factorKernel?: KernelMaker;
  /** What an interrupted run of the same runId has left, where runs are kept. */
  readonly journal?: Journal;
  readonly threads: number;
  /** The threads beside this one, where there are any and all compute with WebAssembly. */
  readonly crew?: Crew;
  /** Bytes that may be allocated. */
  readonly memory: number;
}

/** Finished pieces of a run that has not ended, as plain data, in the order in which they were finished. */
export interface Journal {
  readonly entries: readonly unknown[];
  /** Keeps one more piece, whatever happens afterwards. */
  append(entry: unknown): void;
}

/** What the person asked for cannot be done with what was given: exit code 2, one sentence, no stack. */
export class InputError extends Error {
  override readonly name = "InputError";
  /** Errors of other rooms that carry this code are treated alike. */
  readonly code = "bad-input";
}

/** The run was stopped from outside: exit code 3. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  readonly code = "interrupted";
}
