import { createHash } from "node:crypto";
import { totalmem } from "node:os";
import { resolve } from "node:path";
import { interpreterEngine, wasmDenseKernels, wasmEngine, wasmFactorKernel } from "../compile/index.ts";
import type { Host } from "../experiment/index.ts";
import { installDenseKernels } from "../numeric/index.ts";
import { readBytes } from "./read-file.ts";

export type EngineName = "wasm" | "reference";

export interface NodeHostOptions {
  /** Folder of the experiment file: its paths are relative to it. */
  readonly folder: string;
  readonly tool: Host["tool"];
  readonly engine: EngineName;
  readonly threads: number;
  readonly progress: Host["progress"];
  readonly warn: Host["warn"];
  readonly interrupted: Host["interrupted"];
}

/** The outside world made of Node. Also installs, or removes, the dense kernels of the engine for this thread. */
export function nodeHost({ folder, engine, ...rest }: NodeHostOptions): Host {
  installDenseKernels(engine === "wasm" ? wasmDenseKernels() : null);
  return {
    ...rest,
    engine: engine === "wasm" ? wasmEngine : interpreterEngine,
    ...(engine === "wasm" && { factorKernel: wasmFactorKernel }),
    readFile: async (path) => readBytes(resolve(folder, path), path),
    sha256,
    now: () => performance.now(),
    memory: usableMemory(),
  };
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
