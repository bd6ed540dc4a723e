// What an interrupted run leaves: every finished piece, whatever happened to the last line; nothing of another run.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkRunFolder, journalRunId, openJournal, writeRunFolder } from "./index.ts";

let out: string;
beforeEach(() => {
  out = join(mkdtempSync(join(tmpdir(), "separatrix-journal-")), "run");
});
afterEach(() => rmSync(join(out, ".."), { recursive: true, force: true }));
const file = () => join(out, "unfinished.jsonl");

test("nothing is written before the first entry; entries come back in order, numbers to the bit", () => {
  const journal = openJournal(out, "one");
  expect(existsSync(out)).toBe(false);
  expect(journalRunId(out)).toBeNull();
  const entries = [{ cells: [1, 2], x: 0.1 + 0.2 }, { cells: [], x: null }, [-0.5, 5e-324]];
  for (const entry of entries) journal.append(entry);
  expect(openJournal(out, "one").entries).toEqual(entries);
  expect(journalRunId(out)).toBe("one");
});

test("a line that was cut short is dropped, and the next entry takes its place", () => {
  const journal = openJournal(out, "one");
  for (const entry of [1, 2, 3]) journal.append(entry);
  const text = readFileSync(file(), "utf8");
  for (const left of [text.length - 1, text.length - 5]) {
    writeFileSync(file(), text.slice(0, left));
    const again = openJournal(out, "one");
    expect(again.entries).toEqual([1, 2]);
    again.append(4);
    expect(openJournal(out, "one").entries).toEqual([1, 2, 4]);
  }
});

test("a line that does not match its checksum ends the journal", () => {
  const journal = openJournal(out, "one");
  for (const entry of ["first", "second", "third"]) journal.append(entry);
  writeFileSync(file(), readFileSync(file(), "utf8").replace("second", "sec0nd"));
  expect(openJournal(out, "one").entries).toEqual(["first"]);
});

test("the journal of another run is not read, and gives way at the first entry", () => {
  openJournal(out, "one").append(1);
  const other = openJournal(out, "two");
  expect(other.entries).toEqual([]);
  expect(journalRunId(out)).toBe("one");
  other.append(2);
  expect(journalRunId(out)).toBe("two");
  appendFileSync(file(), "no line of ours\n");
  expect(openJournal(out, "two").entries).toEqual([2]);
});

test("an unfinished folder is that of its run: refused to another one, and replaced by the finished run", () => {
  openJournal(out, "one").append(1);
  expect(() => checkRunFolder(out, { runId: "two", force: false })).toThrow(/found run one; --force replaces it/);
  checkRunFolder(out, { runId: "one", force: false });
  writeRunFolder(out, [{ path: "record.json", content: '{"runId":"one"}' }], { runId: "one", force: false });
  expect(existsSync(file())).toBe(false);
});
