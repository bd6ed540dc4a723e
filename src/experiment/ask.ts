import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type Engine, wasmEngine, wasmFactorKernel } from "../compile/index.ts";
import type { RunRecord } from "../record/index.ts";
import { readSpec, type Verb } from "../spec/index.ts";
import { type Host, InputError } from "./host.ts";
import { run } from "./run.ts";

export interface AskOptions {
  /** Bytes of the files that the experiment names. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Default: WebAssembly. */
  readonly engine?: Engine;
  readonly seed?: number;
  readonly onProgress?: (note: string, fraction: number | null) => void;
  /** Whether to stop; asked often. */
  readonly interrupted?: () => boolean;
}

/**
 * Answers one verb for an experiment given as a plain object in the grammar of the experiment file (every default may be
 * left out) or as its YAML text, without touching files, clock or network: in Node and in the page alike.
 *
 * @throws errors with the code "bad-input" and one sentence for what does not fit.
 */
export async function ask(verb: Verb, experiment: object | string, options: AskOptions = {}): Promise<RunRecord> {
  const { files = {}, engine = wasmEngine, seed, onProgress = () => {}, interrupted = () => false } = options;
  const text = typeof experiment === "string" ? experiment : JSON.stringify(experiment);
  const { spec } = readSpec(text, { file: "experiment", ...(seed === undefined ? {} : { seed }) });
  const host: Host = {
    async readFile(path) {
      const bytes = files[path];
      if (!bytes) throw new InputError(`${path}: expected its bytes in the option files, found none`);
      return bytes;
    },
    sha256: (bytes) => bytesToHex(sha256(bytes)),
    now: () => Date.now(),
    progress: onProgress,
    warn: () => {},
    interrupted,
    tool: { name: "separatrix", version: toolVersion, command: `separatrix ${verb}` },
    engine,
    factorKernel: wasmFactorKernel,
    threads: 1,
    memory: Number.POSITIVE_INFINITY,
  };
  return run(spec, verb, host);
}

/** The version of this package; a test holds it against package.json. */
export const toolVersion = "0.1.0";

/**
 * Can gradient descent and SGD keep this minimum, up to which step size, and is the map non-singular?
 *
 * @example The paper's two-weight network at its balanced minimum; see the README for the whole object.
 * (await check({ model, data, loss, parameters, optimizer, batch })).results.mu?.value; // -2.8302178350764
 */
export function check(experiment: object | string, options?: AskOptions): Promise<RunRecord> {
  return ask("check", experiment, options);
}

/** μ, λ, mean square and the stable step sizes, without the question of non-singularity. */
export function stability(experiment: object | string, options?: AskOptions): Promise<RunRecord> {
  return ask("stability", experiment, options);
}
