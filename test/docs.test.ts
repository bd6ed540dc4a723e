// Every document is executed as it stands. In docs/*.md, in order and in one folder a document:
//   ```yaml     the first line names the file that the block is written to: "# name.yaml"
//   ```console  "$ command" lines are run by a shell that knows `separatrix` (the built program) and the folder examples/;
//               the lines below a command must stand in its output in this order, "…" stands for anything
//   ```ts       run against the library's entry; "expression; // value" is a promise, held to the digits that are written
//   ```text     shown, not run
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as separatrix from "../src/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const documents = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));

interface Block {
  readonly language: string;
  readonly line: number;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(({ 1: language, 2: text, index }) => ({
    language: language!,
    text: text!,
    line: markdown.slice(0, index).split("\n").length,
  }));
}

describe.each(documents)("docs/%s", (name) => {
  const markdown = readFileSync(join(root, "docs", name), "utf8");
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "separatrix-docs-"));
    symlinkSync(join(root, "examples"), join(folder, "examples"));
    const program = join(folder, "separatrix");
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(root, "dist/cli/main.js")}' "$@"\n`);
    chmodSync(program, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(blocksOf(markdown))("the $language block in line $line", { timeout: 180_000 }, async (block) => {
    switch (block.language) {
      case "yaml":
        writeFileSync(join(folder, fileNameOf(block.text)), block.text);
        return;
      case "console":
        for (const { command, lines } of commandsOf(block.text)) expectLines(run(command, folder), lines);
        return;
      case "ts":
        await keepPromises(block.text);
        return;
      default:
        expect(block.language, "a block is yaml, console, ts or text").toBe("text");
    }
  });

  test("links lead somewhere", () => {
    for (const [, path] of markdown.matchAll(/\]\(((?!http|#)[^)#]+)[^)]*\)/g)) {
      expect(() => readFileSync(join(root, "docs", path!))).not.toThrow();
    }
  });
});

function fileNameOf(text: string): string {
  const name = /^# ([\w-]+\.(?:yaml|json))\n/.exec(text)?.[1];
  expect(name, 'a yaml block begins with "# name.yaml"').toMatch(/^[\w-]+\.(yaml|json)$/);
  return name!;
}

function commandsOf(text: string): { readonly command: string; readonly lines: readonly string[] }[] {
  const [before, ...parts] = text.split(/^\$ /m);
  expect(before, 'a console block begins with "$ "').toBe("");
  return parts.map((part) => {
    const [command, ...lines] = part.trimEnd().split("\n");
    return { command: command!.replace(/ {2,}# .*$/, ""), lines: lines.filter((line) => line.trim() !== "") };
  });
}

function run(command: string, folder: string): string {
  const path = `${folder}${delimiter}${process.env["PATH"]}`;
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PATH: path, NO_COLOR: "1" },
  });
  expect({ command, status, stderr: status === 0 ? "" : stderr }).toEqual({ command, status: 0, stderr: "" });
  return stdout;
}

/** Each line is looked for below the one before it. */
function expectLines(output: string, lines: readonly string[]): void {
  let rest = output.replaceAll("\u00a0", " ").split("\n");
  for (const line of lines) {
    const parts = line
      .trim()
      .split("…")
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pattern = new RegExp(`^\\s*${parts.join(".*")}\\s*$`);
    const at = rest.findIndex((other) => pattern.test(other));
    expect(at, `"${line}" is missing, or out of order, in\n${output}`).toBeGreaterThanOrEqual(0);
    rest = rest.slice(at + 1);
  }
}

/** Runs the block; every promised value must be what the comment says, each number to the digits that are written. */
async function keepPromises(text: string): Promise<void> {
  const imports = /^import \{([^}]*)\} from "separatrix";$/gm;
  const body = text
    .replaceAll(imports, "const {$1} = separatrix;")
    .replaceAll(/^(\w.*); \/\/ (.*)$/gm, (_, code, value) => `promised.push([${code}, ${JSON.stringify(value)}]);`);
  const promised: [unknown, string][] = [];
  const execute = new Function("separatrix", "promised", `return (async () => {${body}})();`);
  await execute(separatrix, promised);
  for (const [found, written] of promised) expectWritten(found, written);
}

/** "[0, 0.1977]" is met by [0, 0.19769…]: the words must agree, each number within one unit of its last digit. */
function expectWritten(found: unknown, written: string): void {
  const numbers = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;
  const text = JSON.stringify(found) ?? String(found);
  const skeleton = (s: string) => s.replaceAll(numbers, "#").replaceAll(/[\s…]/g, "");
  expect(skeleton(text), `${written} against ${text}`).toBe(skeleton(written));
  const [expected, values] = [written, text].map((s) => s.match(numbers) ?? []);
  expected!.forEach((number, i) => {
    expect(Math.abs(Number(values![i]) - Number(number)), `${number} against ${values![i]}`).toBeLessThanOrEqual(
      lastDigit(number),
    );
  });
}

/** One unit of the last digit of a number as written: 0.01 for 3.14, 0 for an integer. */
function lastDigit(number: string): number {
  const [digits, exponent = "0"] = number.split("e") as [string, string?];
  const decimals = digits.split(".")[1]?.length;
  return decimals === undefined ? 0 : 10 ** (Number(exponent) - decimals);
}
