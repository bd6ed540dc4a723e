import { createHash } from "node:crypto";
import { totalmem } from "node:os";
import { resolve } from "node:path";
import {
  type Crew,
  type Engine,
  interpreterEngine,
  threadedEngine,
  threadedFactorKernel,
  wasmDenseKernels,
  wasmEngine,
  wasmFactorKernel,
} from "../compile/index.ts";
import { type Host, InputError } from "../experiment/index.ts";
import { type DenseKernels, installDenseKernels } from "../numeric/index.ts";
import { openJournal } from "./journal.ts";
import { nativeBackend } from "./native-engine.ts";
import { readBytes } from "./read-file.ts";

export type EngineName = "wasm" | "reference" | "native";

export interface NodeHostOptions {
  /** Folder of the experiment file: its paths are relative to it. */
  readonly folder: string;
  readonly tool: Host["tool"];
  readonly engine: EngineName;
  readonly threads: number;
  /** Threads that help this one, where there are any. */
  readonly crew?: Crew | null;
  readonly progress: Host["progress"];
  readonly warn: Host["warn"];
  readonly interrupted: Host["interrupted"];
  /** Where the run is kept, and its name: what an interrupted run has left there is used. */
  readonly keptIn?: { readonly folder: string; readonly runId: string };
}

/**
 * The outside world made of Node. Also installs, or removes, the dense kernels of the engine for this thread.
 *
 * @throws InputError when the engine is "native" and there is none; `engineAtHand` asks before.
 */
export function nodeHost({ folder, engine, keptIn, crew = null, ...rest }: NodeHostOptions): Host {
  const threads = threadsOf({ engine, threads: rest.threads });
  const { kernels, ...tools } = toolsOf(engine, threads, crew);
  installDenseKernels(kernels);
  return {
    ...rest,
    ...tools,
    threads,
    ...(crew && engine === "wasm" && { crew }),
    ...(keptIn && { journal: openJournal(keptIn.folder, keptIn.runId) }),
    readFile: async (path) => readBytes(resolve(folder, path), path),
    sha256,
    now: () => performance.now(),
    memory: usableMemory(),
  };
}

/** More threads than this find too little to do. */
const mostThreads = 16;

/** Threads that compute, when so many are asked for: the interpreter has one. */
export function threadsOf({ engine, threads }: Pick<NodeHostOptions, "engine" | "threads">): number {
  return engine === "reference" ? 1 : Math.min(threads, mostThreads);
}

/** The engine asked for; without a library that can be trusted, "wasm", and a sentence that says so is told. */
export function engineAtHand(asked: EngineName, tell: (sentence: string) => void): EngineName {
  if (asked !== "native") return asked;
  const backend = nativeBackend();
  if (typeof backend !== "string") return asked;
  tell(`--engine native: ${backend}; computing with WebAssembly`);
  return "wasm";
}

interface Tools extends Pick<Host, "library" | "factorKernel"> {
  readonly engine: Engine;
  readonly kernels: DenseKernels | null;
}

function toolsOf(engine: EngineName, threads: number, crew: Crew | null): Tools {
  if (engine === "reference") return { engine: interpreterEngine, kernels: null };
  const factorKernel = crew ? threadedFactorKernel(crew) : wasmFactorKernel;
  const compiler = crew ? threadedEngine(crew) : wasmEngine;
  if (engine === "wasm") return { engine: compiler, kernels: wasmDenseKernels(crew), factorKernel };
  const backend = nativeBackend();
  if (typeof backend === "string") throw new InputError(`--engine native: ${backend}`);
  if (!threadsAreSet()) backend.setThreads(threads);
  return { engine: backend.engine, kernels: backend.denseKernels, library: backend.library, factorKernel };
}

/** Whether the person has told the library itself how many threads to use. */
function threadsAreSet(): boolean {
  return process.env["OPENBLAS_NUM_THREADS"] !== undefined || process.env["OMP_NUM_THREADS"] !== undefined;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Three quarters of what the machine, or the container around us, has. */
function usableMemory(): number {
  const limit = process.constrainedMemory();
  const total = totalmem();
  return Math.floor(0.75 * (limit !== undefined && limit > 0 && limit < total ? limit : total));
}
