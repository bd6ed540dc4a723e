import { readModel } from "../network/index.ts";
import type { Problem } from "../program/index.ts";
import type { CertificateRecord, RunRecord } from "../record/index.ts";
import {
  type CertificateFile,
  canonicalJson,
  certificateVersion,
  filesOf,
  type RunSpec,
  renameFiles,
  sha256Hex,
} from "../spec/index.ts";

type WithoutFrame<T> = T extends unknown ? Omit<T, "formatVersion" | "tool" | "spec" | "inputs" | "hash"> : never;

/** What a certificate claims, and its evidence. */
export type CertificateBody = WithoutFrame<CertificateFile>;

/** What of an experiment a certificate is about. */
export type CertifiedSpec = Pick<
  RunSpec,
  "title" | "seed" | "model" | "data" | "loss" | "objective" | "optimizer" | "batch" | "parameters"
>;

/** A certificate that is not yet a file: its spec names files as the experiment does. */
export interface UnsealedCertificate extends CertificateRecord {
  /** Where it is written in the run's folder. */
  readonly file: string;
  readonly body: CertificateBody;
  readonly spec: CertifiedSpec;
}

/**
 * The text of a certificate file. `rename` gives the path by which the certificate names a file of the experiment; its
 * hash is over the canonical JSON of everything but itself and the name of the tool.
 */
export function sealCertificate(
  { body, spec }: CertificateRecord,
  { inputs, tool }: Pick<RunRecord, "inputs" | "tool">,
  rename: (path: string) => string = (path) => path,
): string {
  const named = spec as CertifiedSpec;
  const used = new Set(filesOf(named));
  const sealed = {
    formatVersion: certificateVersion,
    ...body,
    spec: renameFiles(named, rename),
    inputs: inputs.filter(({ path }) => used.has(path)).map(({ path, sha256 }) => ({ path: rename(path), sha256 })),
  };
  const { name, version } = tool;
  return `${JSON.stringify({ ...sealed, tool: { name, version }, hash: certificateHash(sealed) }, null, 1)}\n`;
}

/** SHA-256 of the canonical JSON of everything but `tool` and `hash`. */
export function certificateHash(certificate: object): string {
  const { tool, hash, ...rest } = certificate as Record<string, unknown>;
  return sha256Hex(canonicalJson(rest));
}

/**
 * The part of an experiment that a certificate is about, self-contained but for large files: without what only a search
 * reads, with the numbers that targets taken from the network stand for, and with the parameters that are not trained.
 */
export function certifiedSpec(spec: RunSpec, problem: Problem): CertifiedSpec {
  const { title, seed, model, data, loss, objective, optimizer, batch, parameters } = spec;
  const keep = { ...(title === undefined ? {} : { title }), seed, optimizer, batch };
  if (objective) return { ...keep, objective, ...(parameters ? { parameters } : {}) };
  const from = data && "from" in data.targets;
  return {
    ...keep,
    ...(model ? { model } : {}),
    ...(loss ? { loss } : {}),
    ...(data ? { data: from ? embeddedData(problem) : data } : {}),
    ...(problem.frozen.length > 0 && model && "layers" in model ? { parameters: allParameters(model, problem) } : {}),
  };
}

/** Inputs, targets and weights as numbers. */
function embeddedData({ data, weights, sampleCount }: Problem): NonNullable<RunSpec["data"]> {
  const rows = (values: Float64Array) => {
    const width = values.length / sampleCount;
    return Array.from({ length: sampleCount }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);
  };
  return { inputs: rows(data["inputs"]!), targets: rows(data["targets"]!), weights: [...weights] };
}

/** θ (of no importance, so 0) and the numbers that are not trained, layer by layer. */
function allParameters(model: Parameters<typeof readModel>[0], { frozen }: Problem): { values: number[] } {
  const { tensors } = readModel(model);
  return {
    values: tensors.flatMap(({ buffer, offset, size }) => {
      return buffer === "frozen" ? [...frozen.subarray(offset, offset + size)] : new Array<number>(size).fill(0);
    }),
  };
}
