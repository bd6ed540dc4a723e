import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError, type Journal } from "../experiment/index.ts";
import { makeFolder } from "./make-folder.ts";
import { reason } from "./read-file.ts";

/** The file of a run folder that holds what an unfinished run has got so far; the finished run takes its place. */
export const journalName = "unfinished.jsonl";

/**
 * The journal of run `runId` in a folder: what an earlier run of that name left there. Nothing is written before the
 * first entry is; then the journal of another run gives way. One line an entry, a checksum before it; a line that was
 * cut short by a crash is dropped, with all behind it.
 */
export function openJournal(folder: string, runId: string): Journal {
  const path = join(folder, journalName);
  const kept = storedJournal(path, runId);
  let isReady = false;
  return {
    entries: kept?.entries ?? [],
    append(entry) {
      try {
        if (!isReady) begin(folder, path, runId, kept);
        isReady = true;
        appendFileSync(path, line(entry), { flush: true });
      } catch (error) {
        throw new InputError(`--out ${folder}: cannot be written (${reason(error)})`);
      }
    },
  };
}

function begin(folder: string, path: string, runId: string, kept: ReturnType<typeof storedJournal>): void {
  makeFolder(folder);
  if (kept === null) writeFileSync(path, line({ runId }), { flush: true });
  else truncateSync(path, kept.bytes);
}

/** The run that an unfinished folder belongs to, or null. */
export function journalRunId(folder: string): string | null {
  const path = join(folder, journalName);
  const first = existsSync(path) ? linesOf(path)[0]?.value : undefined;
  const { runId } = (first ?? {}) as { runId?: unknown };
  return typeof runId === "string" ? runId : null;
}

function storedJournal(path: string, runId: string) {
  if (!existsSync(path)) return null;
  const lines = linesOf(path);
  if ((lines[0]?.value as { runId?: unknown } | undefined)?.runId !== runId) return null;
  return { entries: lines.slice(1).map(({ value }) => value), bytes: lines.at(-1)!.end };
}

/** The lines up to the first that is not whole, with the byte behind each. */
function linesOf(path: string): { readonly value: unknown; readonly end: number }[] {
  const bytes = readFileSync(path);
  const lines: { value: unknown; end: number }[] = [];
  for (let from = 0; ; ) {
    const end = bytes.indexOf(10, from);
    if (end < 0) return lines;
    const text = bytes.subarray(from, end).toString("utf8");
    if (text.slice(0, sumLength) !== checksum(text.slice(sumLength + 1))) return lines;
    lines.push({ value: JSON.parse(text.slice(sumLength + 1)), end: end + 1 });
    from = end + 1;
  }
}

function line(entry: unknown): string {
  const text = JSON.stringify(entry);
  return `${checksum(text)} ${text}\n`;
}

const sumLength = 16;

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, sumLength);
}
