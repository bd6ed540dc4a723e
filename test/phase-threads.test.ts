// A phase diagram on the built program: the same bits on one thread and on two, and after Ctrl-C (DESIGN §2, §4).
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 180_000 });

const command = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const points = Array.from({ length: 16 }, (_, i) => [Math.sin(3 * i + 1), Math.cos(5 * i), Math.sin(7 * i * i)]);
const experiment = {
  model: {
    input: [3],
    layers: [
      { type: "dense", units: 8, activation: "tanh" },
      { type: "dense", units: 1 },
    ],
  },
  data: { inputs: points, targets: { from: "model" } },
  loss: { type: "mse", scale: 0.5 },
  optimizer: { type: "sgd", stepSize: 0.2 },
  phase: {
    x: { path: "optimizer.stepSize", range: [0.3, 6], count: 8, scale: "log" },
    y: { path: "batch.size", range: [1, 12], count: 6 },
    steps: 2000,
  },
};
let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "separatrix-phase-"));
  file = join(folder, "phase.json");
  writeFileSync(file, JSON.stringify(experiment));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const argumentsFor = (out: string, threads: number) => [
  ...[command, "phase", file, "--out", join(folder, out), "--threads", String(threads), "--quiet"],
];
const cellsIn = (out: string) => readFileSync(join(folder, out, "data", "phase.csv"), "utf8");

test("one thread, two threads, and a run that was stopped on the way give the same cells", async () => {
  expect(spawnSync(process.execPath, argumentsFor("one", 1)).status).toBe(0);
  expect(spawnSync(process.execPath, argumentsFor("two", 2)).status).toBe(0);
  expect(cellsIn("two")).toBe(cellsIn("one"));

  const journal = join(folder, "stopped", "unfinished.jsonl");
  const running = spawn(process.execPath, argumentsFor("stopped", 1));
  const ended = new Promise((done) => running.on("exit", done));
  await vi.waitUntil(() => existsSync(journal), { timeout: 60_000, interval: 5 });
  running.kill("SIGINT");
  expect(await ended).toBe(3);
  expect(readdirSync(join(folder, "stopped"))).toEqual(["unfinished.jsonl"]);
  expect(spawnSync(process.execPath, argumentsFor("stopped", 2)).status).toBe(0);
  expect(cellsIn("stopped")).toBe(cellsIn("one"));
  expect(existsSync(journal)).toBe(false);
});
