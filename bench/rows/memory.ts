import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSpec } from "../../src/spec/index.ts";
import { main } from "../command.ts";

/** What `--dry-run` forecasts for a run, and the largest resident memory that the run took. */
export interface MemoryLine {
  readonly what: string;
  readonly forecast: number;
  readonly used: number;
}

/** Prints the peak of a Node process when it ends. */
const tellPeak = `
  import { isMainThread } from "node:worker_threads";
  const tell = () => process.stderr.write("\\npeak " + process.resourceUsage().maxRSS + "\\n");
  if (isMainThread) process.on("exit", tell);`;
const reporting = `--import=data:text/javascript,${encodeURIComponent(tellPeak)}`;

/** `stability` of interpolating networks on one thread: 16, 300 and 700 rows of the tangent kernel. */
export function memoryLines(): MemoryLine[] {
  return [16, 300, 700].map((samples) => {
    const folder = mkdtempSync(join(tmpdir(), "separatrix-bench-"));
    const file = join(folder, "experiment.json");
    const text = JSON.stringify(experiment(samples));
    readSpec(text, { file });
    writeFileSync(file, text);
    const options = ["stability", file, "--threads", "1"];
    const dry = spawnSync(process.execPath, [main, ...options, "--dry-run"], { encoding: "utf8" });
    const [, amount, unit] = /about ([\d.]+) (MB|GB) of the/.exec(dry.stdout)!;
    const run = spawnSync(process.execPath, [reporting, main, ...options, "--json"], { maxBuffer: 2 ** 28 });
    const peak = Number(/peak (\d+)/.exec(String(run.stderr))?.[1] ?? Number.NaN);
    return {
      what: `\`stability\`, ${samples} rows of the tangent kernel, full rank`,
      forecast: Number(amount) * (unit === "GB" ? 1e9 : 1e6),
      used: 1024 * peak,
    };
  });
}

function experiment(samples: number): object {
  return {
    model: {
      input: [10],
      layers: [
        { type: "dense", units: 60, activation: "tanh" },
        { type: "dense", units: 30, activation: "tanh" },
        { type: "dense", units: 1 },
      ],
    },
    data: {
      inputs: Array.from({ length: samples }, (_, i) =>
        Array.from({ length: 10 }, (_, j) => Math.sin(3 * i + 5 * j * j + i * j)),
      ),
      targets: { from: "model" },
    },
    loss: { type: "mse", scale: 0.5 },
    parameters: { init: "torch", seed: 0 },
    optimizer: { type: "gd", stepSize: 0.05 },
    stability: { steps: 400, maxSteps: 400, burnIn: 100, tolerance: 1, stepSizes: { count: 3 } },
  };
}
