// The README's quickstart, executed as it stands: the values of the paper's two-weight network at its balanced minimum
// (closed forms; THEORY: μ = log|1 − 7.06η|, λ = ½ log|1 − 1.62η| + ½ log|1 − 12.5η|).
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { toolVersion } from "../src/experiment/index.ts";
import * as separatrix from "../src/index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const packageJson = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

test("the quickstart gives the numbers it promises", async () => {
  const code = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  const body = code.replace(/^import .*$/m, "").replaceAll(/^(record\..*?); \/\/ (.*)$/gm, "promised.push([$1, $2]);");
  const promised: [unknown, unknown][] = [];
  const execute = new Function("check", "promised", `return (async () => {${body}})();`);
  await execute(separatrix.check, promised);
  expect(promised).toHaveLength(3);
  for (const [found, expected] of promised) {
    const [a, b] = [found, expected].map((value) => [value].flat(3) as number[]);
    expect(a).toHaveLength(b!.length);
    a!.forEach((value, i) => {
      expect(value).toBeCloseTo(b![i]!, 13);
    });
  }
});

test("the library says the version of the package", () => expect(toolVersion).toBe(packageJson.version));

test("every file that the README names is there", () => {
  for (const [, path] of readme.matchAll(/\]\(((?!http)[^)]+)\)/g)) {
    expect(() => readFileSync(new URL(`../${path}`, import.meta.url))).not.toThrow();
  }
});
