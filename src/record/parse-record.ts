import type { Fields } from "./checks.ts";
import { count, listOf, number, objectWith, oneOf, optional, sentence, text } from "./checks.ts";
import { resultChecks } from "./result-checks.ts";
import type { Conventions, InputHash, RecordKind, RunRecord, ToolStamp } from "./run-record.ts";
import { emptyResults, schemaVersion } from "./run-record.ts";

/** A file that is not a record we can read; the message is one sentence for the person who gave it. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

const kinds = [
  "check",
  "stability",
  "phase",
  "certify",
  "orbits",
  "continue",
  "bifurcation",
  "lyapunov",
  "basins",
  "regions",
  "train",
  "sweep",
  "reproduce",
] as const satisfies readonly RecordKind[];

const recordCheck = objectWith({
  schemaVersion: number,
  kind: oneOf(...kinds),
  runId: text,
  tool: objectWith({
    name: text,
    version: text,
    engine: text,
    library: optional(text),
    threads: count,
    command: text,
  } satisfies Fields<ToolStamp>),
  spec: objectWith({}),
  conventions: objectWith({
    loss: text,
    sampling: text,
    logarithm: text,
    network: text,
    lossName: text,
    optimizer: text,
    stepSize: number,
    batchSize: count,
    parameters: count,
    samples: count,
    outputs: count,
  } satisfies Fields<Conventions>),
  inputs: listOf(objectWith({ path: text, sha256: text } satisfies Fields<InputHash>)),
  seed: number,
  seconds: number,
  results: objectWith(resultChecks),
  warnings: listOf(text),
} satisfies Fields<RunRecord>);

/**
 * The record in a JSON text or an already parsed value.
 *
 * Groups of `results` that a version did not know yet read as null; fields that a newer minor added are kept.
 * @throws RecordError "record: results.mu.value must be a number or null, got "x"".
 */
export function parseRecord(input: string | object): RunRecord {
  const value = typeof input === "string" ? readJson(input) : input;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RecordError("record: expected a JSON object with schemaVersion, kind and results");
  }
  const current = upgrade(value as Record<string, unknown>);
  const complaint = recordCheck(current, "");
  if (complaint !== null) throw new RecordError(`record: ${sentence(complaint)}`);
  return current as unknown as RunRecord;
}

function readJson(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch (error) {
    throw new RecordError(`record: not JSON (${(error as Error).message})`);
  }
}

/** The same record in today's schema; each version that is ever left behind adds its step here. */
function upgrade(record: Record<string, unknown>): Record<string, unknown> {
  const version = record["schemaVersion"];
  if (!Number.isInteger(version) || (version as number) < 1) {
    throw new RecordError(`record: schemaVersion must be an integer ≥ 1, got ${JSON.stringify(version) ?? "nothing"}`);
  }
  if ((version as number) > schemaVersion) {
    throw new RecordError(
      `record: schemaVersion ${version} is newer than ${schemaVersion}; update separatrix to read it`,
    );
  }
  const results = record["results"];
  if (typeof results !== "object" || results === null) return record;
  return { ...record, results: { ...emptyResults(), ...results } };
}
