// Runs what continuous integration runs: format and lint, types and build, tests, and prints the closing line.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const results = mkdtempSync(join(tmpdir(), "separatrix-test-"));
const report = join(results, "vitest.json");
const steps = [
  ["format and lint", "npx", "biome", "check", "--error-on-warnings", "."],
  ["build", "npx", "tsc", "-b"],
  ["types of tests", "npx", "tsc", "-p", "tsconfig.test.json"],
  ["tests", "npx", "vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
];

let failedSteps = 0;
for (const [name, command, ...rest] of steps) {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(command, rest, { stdio: "inherit" });
  if (status !== 0) {
    failedSteps++;
    process.stdout.write(`${name}: failed\n`);
  }
}

let passed = 0;
let failed = failedSteps;
let skipped = 0;
try {
  const summary = JSON.parse(readFileSync(report, "utf8"));
  passed = summary.numPassedTests;
  failed = Math.max(failed, summary.numFailedTests);
  skipped = summary.numPendingTests + summary.numTodoTests;
} catch (error) {
  process.stdout.write(`no test results: ${error.message}\n`);
  failed = Math.max(failed, 1);
}
rmSync(results, { recursive: true, force: true });
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
