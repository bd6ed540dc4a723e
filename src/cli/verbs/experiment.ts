import { dirname, relative, resolve, sep } from "node:path";
import {
  checkRunFolder,
  engineAtHand,
  journalRunId,
  progressLine,
  type RunRequest,
  readBytes,
  readText,
  runInWorker,
  sha256,
  writeRunFolder,
} from "../../host/index.ts";
import { encodeRecord, type RunRecord } from "../../record/index.ts";
import { renderTerminal } from "../../report/index.ts";
import { filesOf, type RunSpec, readSpec, runId } from "../../spec/index.ts";
import { exitCodes, UsageError } from "../exit.ts";
import { onInterrupt } from "../interrupt.ts";
import type { RunOptions } from "../options.ts";
import { reproducingCommand } from "../reproducing-command.ts";
import { runFiles } from "../run-files.ts";
import { terminalOptions } from "../terminal.ts";
import type { ExperimentVerb } from "../verbs.ts";
import { dryRun } from "./dry-run.ts";

export interface Given {
  readonly verb: ExperimentVerb;
  /** How messages, and the command that repeats the run, name it. */
  readonly file: string;
  readonly version: string;
}

/** Reads an experiment file, runs it in a thread of its own, prints and writes what came out. */
export function runExperiment(given: Given, options: RunOptions): Promise<number> {
  return runText(given, { text: readText(given.file), folder: dirname(resolve(given.file)) }, options);
}

/** The same for the text of an experiment, whose paths are relative to `folder`. */
export async function runText(
  given: Given,
  { text, folder }: { readonly text: string; readonly folder: string },
  asked: RunOptions,
): Promise<number> {
  const options = { ...asked, engine: engineAtHand(asked.engine, warnUnless(asked.quiet)) };
  const { set, seed, out, force } = options;
  const read = readSpec(text, { file: given.file, set, ...(seed === undefined ? {} : { seed }) });
  const { spec } = read;
  if (options.dryRun) return dryRun(spec, given.verb, machine(given, folder, options));
  const keptIn = out === undefined ? null : { folder: out, runId: idOf(given.verb, spec, options.engine, folder) };
  if (keptIn !== null) checkRunFolder(keptIn.folder, { ...keptIn, force });
  const request = { ...machine(given, folder, options), ...(keptIn && { keptIn }) };
  const record = await runListening({ verb: given.verb, spec, ...request }, options).catch((error: unknown) => {
    if (keptIn !== null && journalRunId(keptIn.folder) === keptIn.runId && !options.quiet)
      process.stderr.write(`separatrix: what is done is kept in ${out}; the same command goes on from there\n`);
    throw isBadInput(error) ? new UsageError(read.placed(error.message)) : error;
  });
  if (out !== undefined) writeRunFolder(out, runFiles(record, pathsFrom(out, folder)), { runId: record.runId, force });
  if (options.json) process.stdout.write(encodeRecord(record));
  else if (!options.quiet) process.stdout.write(renderTerminal(record, terminalOptions(process.stdout)));
  if (out !== undefined && !options.quiet) process.stderr.write(`wrote ${out}/report.html\n`);
  return options.strict && hasOpenVerdict(record) ? exitCodes.negative : exitCodes.ok;
}

/** How a file in `out` names what the experiment in `folder` names, with forward slashes. */
function pathsFrom(out: string, folder: string): (path: string) => string {
  return (path) => relative(resolve(out), resolve(folder, path)).split(sep).join("/");
}

function isBadInput(error: unknown): error is Error {
  return error instanceof Error && (error as { code?: unknown }).code === "bad-input";
}

function warnUnless(quiet: boolean): (sentence: string) => void {
  return (sentence) => void (quiet || process.stderr.write(`separatrix: ${sentence}\n`));
}

/** The name of the run before it has started, so that a folder is refused at once. */
function idOf(verb: ExperimentVerb, spec: RunSpec, engine: string, folder: string): string {
  const hashes = filesOf(spec).map((file) => [file, sha256(readBytes(resolve(folder, file), file))]);
  return runId(verb, spec, engine, Object.fromEntries(hashes));
}

function machine({ verb, file, version }: Given, folder: string, options: RunOptions) {
  const { engine, threads } = options;
  const command = reproducingCommand(verb, file, options);
  return { folder, engine, threads, tool: { name: "separatrix", version, command } };
}

async function runListening(request: RunRequest, { quiet, json }: RunOptions): Promise<RunRecord> {
  const line = progressLine(quiet ? { write: () => {} } : process.stderr, () => performance.now());
  const isWarningAtOnce = !quiet && (json || process.stderr.isTTY === true); // else the report has them
  const running = runInWorker(request, {
    progress: line.update,
    warn: (sentence) => {
      line.clear();
      if (isWarningAtOnce) process.stderr.write(`warning: ${sentence}\n`);
    },
  });
  onInterrupt(running.stop);
  try {
    return await running.result;
  } finally {
    onInterrupt(null);
    line.clear();
  }
}

/** Whether any verdict is undetermined, undecided or disproved: what --strict is about. */
function hasOpenVerdict({ results }: RunRecord): boolean {
  const { mu, lambda, meanSquare, nonsingularity } = results;
  const verdicts = [mu, lambda, meanSquare, nonsingularity].map((result) => result?.verdict);
  return verdicts.some((verdict) => ["undetermined", "undecided", "disproved"].includes(verdict ?? ""));
}
