// The grammar of the command line and what an error ends with (DESIGN §4): misuse is exit code 2 and one line with the
// nearest name; a fault of ours is 70.
import { describe, expect, test } from "vitest";
import { InputError, InterruptedError } from "../experiment/index.ts";
import { SpecError } from "../spec/index.ts";
import { commandLine } from "./command-line.ts";
import { errorLine, exitCodeOf } from "./exit.ts";
import { reproducingCommand } from "./reproducing-command.ts";
import { verbRows } from "./verbs.ts";

async function parse(...args: string[]) {
  const calls: { verb: string; file: string | undefined; options: Record<string, unknown> }[] = [];
  const program = commandLine("0.0.0", 4, async (verb, file, options) => {
    calls.push({ verb: verb.name, file, options });
    return 0;
  });
  const before = process.exitCode;
  await program.parseAsync(args, { from: "user" });
  process.exitCode = before;
  return calls[0];
}

test("every verb that runs an experiment takes the global options", async () => {
  for (const { name } of verbRows.filter(({ kind }) => kind === "experiment")) {
    const call = await parse(
      ...[
        name,
        "a.yaml",
        "--set",
        "seed=1",
        "--set",
        "batch.size=2",
        "--out",
        "runs/a",
        "--force",
        "--json",
        "--strict",
      ],
      ...["--seed", "7", "--threads", "2", "--engine", "reference", "--dry-run", "--quiet", "--debug"],
    );
    expect(call).toEqual({
      verb: name,
      file: "a.yaml",
      options: {
        ...{ set: ["seed=1", "batch.size=2"], out: "runs/a", force: true, json: true, strict: true, seed: 7 },
        ...{ threads: 2, engine: "reference", dryRun: true, quiet: true, debug: true },
      },
    });
  }
});

test("defaults", async () => {
  expect((await parse("check", "a.yaml"))?.options).toMatchObject({ set: [], threads: 4, engine: "wasm", json: false });
});

describe("misuse", () => {
  test.each([
    [["chekc", "a.yaml"], /unknown command 'chekc'.*Did you mean check\?/],
    [["check"], /missing required argument 'file'/],
    [["check", "a.yaml", "b.yaml"], /too many arguments/],
    [["check", "a.yaml", "--forse"], /unknown option '--forse'.*Did you mean --force\?/],
    [["check", "a.yaml", "--seed", "x"], /--seed: expected an integer ≥ 0, found "x"/],
    [["check", "a.yaml", "--threads", "0"], /--threads: expected an integer ≥ 1, found "0"/],
    [["check", "a.yaml", "--engine", "cuda"], /Allowed choices are wasm, reference/],
    [["check", "a.yaml", "--out"], /argument missing/],
  ])("%j", async (args, message) => {
    const error = await parse(...args).catch((caught: unknown) => caught);
    expect(exitCodeOf(error)).toBe(2);
    const line = errorLine(error, false);
    expect(line).toMatch(message);
    expect(line).toMatch(/^separatrix: [^\n]*\n$/);
  });
});

test("help of every verb has its question and an example", () => {
  const program = commandLine("0.0.0", 1, async () => 0);
  for (const { name, summary, example } of verbRows) {
    const command = program.commands.find((candidate) => candidate.name() === name)!;
    let help = "";
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help.replace(/\s+/g, " ")).toContain(summary.replace(/\s+/g, " "));
    expect(help).toContain(example);
  }
});

test.each([
  [new SpecError("a.yaml:1:1: no"), 2, "separatrix: a.yaml:1:1: no\n"],
  [new InputError("d.csv: expected a file, found none"), 2, "separatrix: d.csv: expected a file, found none\n"],
  [Object.assign(new Error("bad"), { name: "RecordError" }), 2, "separatrix: bad\n"],
  [new InterruptedError("stopped"), 3, "separatrix: stopped\n"],
  [new RangeError("Array buffer allocation failed"), 2, /does not fit into memory/],
  [
    new TypeError("x is undefined"),
    70,
    "separatrix: a fault of ours, please report it: x is undefined (--debug shows where)\n",
  ],
  ["a word", 70, /a fault of ours.*a word/],
])("%s ends with %d", (error, code, line) => {
  expect(exitCodeOf(error)).toBe(code);
  expect(errorLine(error, false)).toMatch(line);
  if (error instanceof Error) expect(errorLine(error, true)).toContain("command-line.test.ts");
});

test("the command that repeats a run names what changes numbers, quoted for a shell", () => {
  const plain = { set: [], engine: "wasm" } as const;
  expect(reproducingCommand("check", "a.yaml", plain)).toBe("separatrix check a.yaml");
  const options = { set: ["parameters.values=[1, 2]", "title=it's"], seed: 3, engine: "reference" } as const;
  expect(reproducingCommand("stability", "my file.yaml", options)).toBe(
    "separatrix stability 'my file.yaml' --set 'parameters.values=[1, 2]' --set 'title=it'\\''s' --seed 3 --engine reference",
  );
});
