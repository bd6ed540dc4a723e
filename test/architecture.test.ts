// The house as STYLE draws it: a room imports only the rooms its line of the table allows. Tests may import any room.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));
const longestFile = 350;

const ground = ["numeric"];
const verify = ["numeric", "interval", "modular", "sampling", "program", "autodiff", "descent"];
const upToProblems = [
  ...["numeric", "interval", "modular", "sampling", "dynamics", "program", "network", "formats", "autodiff", "descent"],
  ...["compile", "minimize", "curvature", "stability", "training", "verify", "certify", "problems", "spec", "record"],
];

/** Which rooms a room may import at run time. */
const table: Readonly<Record<string, readonly string[]>> = {
  numeric: [],
  interval: ground,
  modular: ground,
  sampling: ground,
  dynamics: ground,
  program: ground,
  network: ["numeric", "program"],
  formats: ["numeric", "program", "network"],
  autodiff: ["program"],
  descent: ["program", "autodiff", "sampling"],
  compile: ["numeric", "dynamics", "program", "autodiff", "descent"],
  minimize: ["numeric", "sampling", "compile"],
  curvature: ["numeric", "compile", "minimize"],
  stability: ["numeric", "interval", "sampling"],
  training: ["numeric", "sampling", "dynamics", "compile", "curvature", "stability"],
  verify,
  certify: [...new Set([...verify, "dynamics", "network", "compile", "verify"])],
  problems: ["numeric", "dynamics", "program", "network", "descent", "compile"],
  spec: [],
  record: [],
  experiment: upToProblems,
  report: ["record", "numeric"],
  host: ["experiment", "compile", "numeric"],
  cli: ["experiment", "report", "record", "spec", "host"],
};
/** Rooms whose types may be read from anywhere below the laboratory. */
const typesOnly: Readonly<Record<string, readonly string[]>> = { spec: upToProblems, record: upToProblems };

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : path.endsWith(".ts") ? [path] : [];
  });
}

const written = files(source).filter((f) => !f.endsWith(".d.ts"));
const sources = written.filter((f) => !f.endsWith(".test.ts") && !f.includes(`${sep}test-support${sep}`));
const roomOf = (path: string) => relative(source, path).split(sep)[0]!;
const imports: Import[] = sources.flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(/^(import|export)( type)? [^;"]*?from "([^"]+)"|import\("([^"]+)"\)/gm)].map(
    (match) => ({ file, typeOnly: match[2] !== undefined, target: match[3] ?? match[4]! }),
  ),
);
const local = imports.filter((i) => i.target.startsWith("."));

test("every room has its line in the table", () => {
  const rooms = new Set(sources.map(roomOf).filter((room) => !room.endsWith(".ts")));
  expect([...rooms].filter((room) => !(room in table))).toEqual([]);
});

test("imports go down the stairs", () => {
  const wrong = local.filter(({ file, target, typeOnly }) => {
    const from = roomOf(file);
    const to = roomOf(join(dirname(file), target));
    if (from === to || from.endsWith(".ts")) return false;
    return !(table[from]!.includes(to) || (typeOnly && typesOnly[from]?.includes(to)));
  });
  expect(wrong.map((i) => `${relative(source, i.file)} imports ${i.target}`)).toEqual([]);
});

test("only host and cli know Node", () => {
  const wrong = imports.filter((i) => i.target.startsWith("node:") && !["host", "cli"].includes(roomOf(i.file)));
  expect(wrong.map((i) => `${relative(source, i.file)} imports ${i.target}`)).toEqual([]);
});

test("the mathematical rooms need no library", () => {
  const free = ["formats", "spec", "experiment", "report", "host", "cli"];
  const wrong = imports.filter((i) => !/^(\.|node:)/.test(i.target) && !free.includes(roomOf(i.file)));
  expect(wrong.map((i) => `${relative(source, i.file)} imports ${i.target}`)).toEqual([]);
});

test(`no file is longer than ${longestFile} lines`, () => {
  const all = [...written, ...["../test", "../bench"].flatMap((folder) => files(join(source, folder)))];
  const long = all.filter((f) => readFileSync(f, "utf8").split("\n").length - 1 > longestFile);
  expect(long.map((f) => relative(source, f))).toEqual([]);
});
