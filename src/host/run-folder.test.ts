// A run folder is whole or absent: it is written beside its place and renamed (DESIGN §4). What belongs to another run, or
// to the person, is never lost without being asked for.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../experiment/index.ts";
import { checkRunFolder, readBytes, readText, replaceFiles, writeRunFolder } from "./index.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "separatrix-host-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = (runId: string) => [
  { path: "record.json", content: JSON.stringify({ runId }) },
  { path: "figures/a.svg", content: "<svg/>" },
];
const storedId = (path: string) => JSON.parse(readFileSync(join(path, "record.json"), "utf8")).runId;

describe("writeRunFolder", () => {
  test("makes the folder with all files, and leaves nothing beside it", () => {
    const out = join(folder, "deep", "run");
    writeRunFolder(out, files("one"), { runId: "one", force: false });
    expect(storedId(out)).toBe("one");
    expect(readFileSync(join(out, "figures", "a.svg"), "utf8")).toBe("<svg/>");
    expect(readdirSync(join(folder, "deep"))).toEqual(["run"]);
  });

  test("takes the place of the same run, and of another one only with force; notes of the person stay", () => {
    const out = join(folder, "run");
    writeRunFolder(out, [...files("one"), { path: "data/old.csv", content: "" }], { runId: "one", force: false });
    writeFileSync(join(out, "notes.txt"), "mine");
    writeRunFolder(out, files("one"), { runId: "one", force: false });
    expect(readdirSync(out).sort()).toEqual(["figures", "notes.txt", "record.json"]);
    expect(() => writeRunFolder(out, files("two"), { runId: "two", force: false })).toThrow(
      /expected a new folder or that of run two, found run one; --force replaces it/,
    );
    expect(storedId(out)).toBe("one");
    writeRunFolder(out, files("two"), { runId: "two", force: true });
    expect(storedId(out)).toBe("two");
    expect(readFileSync(join(out, "notes.txt"), "utf8")).toBe("mine");
    expect(readdirSync(folder)).toEqual(["run"]);
  });

  // mkdir in /proc says "no such file" although /proc is there; Node's recursive mkdir asks again for ever.
  test.runIf(existsSync("/proc/self"))("says so where no folder can be made", () => {
    for (const out of ["/proc/separatrix", "/proc/separatrix/run"]) {
      expect(() => writeRunFolder(out, files("one"), { runId: "one", force: false })).toThrow(/cannot be written/);
    }
  });

  test("refuses a folder that it may not make, before the work", () => {
    const closed = join(folder, "closed");
    mkdirSync(closed, { mode: 0o555 });
    const mayWrite = process.getuid?.() === 0; // to root every folder is open
    const ask = () => checkRunFolder(join(closed, "a", "run"), { runId: "one", force: false });
    if (mayWrite) expect(ask).not.toThrow();
    else expect(ask).toThrow(/cannot be written/);
  });

  test("never takes a folder with other files, a file, or a folder around the working directory", () => {
    const out = join(folder, "photos");
    mkdirSync(out);
    checkRunFolder(out, { runId: "one", force: false });
    writeFileSync(join(out, "cat.jpg"), "");
    expect(() => checkRunFolder(out, { runId: "one", force: true })).toThrow(/found other files \(cat\.jpg\)/);
    expect(() => checkRunFolder(join(out, "cat.jpg"), { runId: "one", force: true })).toThrow(/found a file/);
    for (const around of [".", "..", "/"]) {
      expect(() => checkRunFolder(around, { runId: "one", force: true })).toThrow(/around the working directory/);
    }
  });

  test("when a file cannot be written the old folder stays as it was", () => {
    const out = join(folder, "run");
    writeRunFolder(out, files("one"), { runId: "one", force: false });
    const impossible = [...files("two"), { path: "figures/a.svg/b.svg", content: "" }];
    expect(() => writeRunFolder(out, impossible, { runId: "two", force: true })).toThrow(InputError);
    expect(storedId(out)).toBe("one");
    expect(readdirSync(folder)).toEqual(["run"]);
  });

  test("names from a record cannot leave the folder", () => {
    const out = join(folder, "run");
    for (const path of ["../evil", "/evil", "data/../../evil"]) {
      expect(() => writeRunFolder(out, [{ path, content: "" }], { runId: "one", force: false })).toThrow(
        /inside the run/,
      );
      expect(() => replaceFiles(folder, [{ path, content: "" }])).toThrow(/inside the run/);
    }
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});

test("replaceFiles puts files in place by renaming", () => {
  replaceFiles(folder, [{ path: "report.html", content: "old" }]);
  replaceFiles(folder, [{ path: "report.html", content: "new" }]);
  expect(readdirSync(folder)).toEqual(["report.html"]);
  expect(readFileSync(join(folder, "report.html"), "utf8")).toBe("new");
});

describe("reading", () => {
  test.each([
    ["nothing.csv", /^x: expected a file, found none$/],
    ["", /^x: expected a file, found a directory$/],
    ["file/inside", /^x: expected a file, found none$/],
    ["loop", /^x: cannot be read \(too many links\)$/],
    ["a".repeat(5000), /^x: cannot be read \(name too long\)$/],
  ])("refuses %s", (name, message) => {
    writeFileSync(join(folder, "file"), "");
    symlinkSync(join(folder, "loop"), join(folder, "loop"));
    expect(() => readBytes(join(folder, name), "x")).toThrow(message);
  });

  test("devices are no files", () => {
    expect(() => readBytes("/dev/zero", "x")).toThrow("x: expected a file, found a device or pipe");
  });

  test("text is UTF-8, with or without a byte order mark", () => {
    writeFileSync(join(folder, "a"), "\ufeffη");
    expect(readText(join(folder, "a"))).toBe("η");
    writeFileSync(join(folder, "b"), Uint8Array.of(0xff, 0xfe, 0x41, 0x00));
    expect(() => readText(join(folder, "b"), "b")).toThrow("b: expected text in UTF-8, found other bytes");
  });
});
