import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalJson } from "./canonical-json.ts";
import type { RunSpec, Verb } from "./run-spec.ts";

/** Rises with every `NUMBERS:` entry of the changelog. */
export const numbersVersion = 1;

/** The parts of an experiment that may name files. */
export type NamesFiles = Pick<RunSpec, "model" | "data" | "parameters">;

/** The files that an experiment reads, as it names them, each once, in the order of the grammar. */
export function filesOf(spec: NamesFiles): string[] {
  const files: string[] = [];
  renameFiles(spec, (file) => {
    if (!files.includes(file)) files.push(file);
    return file;
  });
  return files;
}

/**
 * The name of a run: SHA-256 over the canonical JSON of the verb, the resolved spec in which every path is replaced by
 * the SHA-256 of what stands there, the seed, the engine and `numbersVersion`. Where a file lies and how a number is
 * written ("1/4" or 0.25) do not enter.
 *
 * @param hashes SHA-256 in hexadecimal digits of every file of `filesOf(spec)`.
 * @throws RangeError when a hash is missing.
 */
export function runId(verb: Verb, spec: RunSpec, engine: string, hashes: Readonly<Record<string, string>>): string {
  const addressed = renameFiles(spec, (file) => {
    const hash = hashes[file];
    if (hash === undefined) throw new RangeError(`runId: the hash of ${file} is missing`);
    return `sha256:${hash}`;
  });
  const text = canonicalJson({ verb, spec: addressed, seed: spec.seed, engine, numbersVersion });
  return sha256Hex(text);
}

/** SHA-256 of a text in UTF-8, in hexadecimal digits. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** `spec` with another name for every file. */
export function renameFiles(spec: NamesFiles, rename: (file: string) => string): Readonly<Record<string, unknown>> {
  const { model, data, parameters } = spec;
  const inFile = <T>(source: T): T => (isFile(source) ? { ...source, file: rename(source.file) } : source);
  return {
    ...spec,
    model: model !== undefined && "onnx" in model ? { onnx: rename(model.onnx) } : model,
    data: data && {
      ...data,
      inputs: inFile(data.inputs),
      targets:
        "labels" in data.targets ? { ...data.targets, labels: inFile(data.targets.labels) } : inFile(data.targets),
      weights: inFile(data.weights),
    },
    parameters: inFile(parameters),
  };
}

function isFile(source: unknown): source is { readonly file: string } {
  return typeof source === "object" && source !== null && "file" in source;
}
