import { spawnSync } from "node:child_process";
import { compileObjective, wasmEngine } from "../../src/compile/index.ts";
import type { LayerSpec } from "../../src/network/index.ts";
import { main } from "../command.ts";
import type { Contender, Row } from "../contender.ts";
import { type BenchNetwork, mlp, network } from "../networks.ts";

/** What a person waits for before anything is computed. */
export function startRows(): Row[] {
  const conv = (filters: number): LayerSpec => ({ type: "conv", filters, kernel: 3, padding: 1, activation: "relu" });
  const block = (inner: LayerSpec[]): LayerSpec => ({ type: "residual", layers: [{ type: "layerNorm" }, ...inner] });
  const nets: [string, () => BenchNetwork][] = [
    ["MLP of three layers", () => mlp([784, 128, 64, 10], 256, "relu")],
    ["MLP of twenty layers", () => mlp([16, ...new Array<number>(19).fill(32), 4], 256, "tanh")],
    [
      "conv net of twenty layers",
      () => {
        const stage = (filters: number) => Array.from({ length: 6 }, () => conv(filters));
        const pools: LayerSpec[] = [{ type: "maxPool", kernel: 2 }, { type: "globalAvgPool" }];
        const layers = [
          ...stage(8),
          pools[0]!,
          ...stage(8),
          ...stage(16).slice(1),
          pools[1]!,
          { type: "dense", units: 10 },
        ];
        return network([3, 12, 12], layers as LayerSpec[], 16);
      },
    ],
    [
      "transformer of twenty layers",
      () => {
        const pair: LayerSpec[] = [
          block([{ type: "attention", heads: 2, causal: true }]),
          block([
            { type: "dense", units: 32, activation: "gelu" },
            { type: "dense", units: 16 },
          ]),
        ];
        const layers = [...pair, ...pair, ...pair, { type: "globalAvgPool" }, { type: "dense", units: 4 }];
        return network([8, 16], layers as LayerSpec[], 16);
      },
    ],
  ];
  return [
    {
      name: "`node dist/cli/main.js --version`",
      target: "≤ 250 ms",
      reached: (own) => own <= 0.25,
      seconds: 0,
      contenders: () => [command(["--version"])],
    },
    {
      name: "`node dist/cli/main.js --help`",
      target: "≤ 250 ms",
      reached: (own) => own <= 0.25,
      seconds: 0,
      contenders: () => [command(["--help"])],
    },
    ...nets.flatMap(([name, make]) =>
      (["gradient", "hvp"] as const).map(
        (kind): Row => ({
          name: `compile the ${kind === "hvp" ? "HVP" : "gradient"} of a ${name}`,
          target: "≤ 50 ms",
          reached: (own) => own <= 0.05,
          rounds: 5,
          seconds: 0,
          contenders: () => [compilation(make, kind)],
        }),
      ),
    ),
  ];
}

function command(args: readonly string[]): Contender {
  return {
    name: "node",
    side: "ours",
    async block() {
      const start = performance.now();
      spawnSync(process.execPath, [main, ...args]);
      return (performance.now() - start) / 1000;
    },
  };
}

/** From the specification to the first value, less the time of a second one. */
function compilation(make: () => BenchNetwork, kind: "gradient" | "hvp"): Contender {
  return {
    name: "WebAssembly",
    side: "ours",
    async block() {
      const { problem, theta, direction } = make();
      const out = new Float64Array(theta.length);
      const objective = compileObjective(problem, wasmEngine);
      const run = () => (kind === "gradient" ? objective.gradient(theta, out) : objective.hvp(theta, direction, out));
      const [first, second] = [timed(run), timed(run)];
      objective.dispose();
      return first - second;
    },
  };
}

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}
