import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileObjective, wasmEngine, wasmFactorKernel } from "../../src/compile/index.ts";
import { sampleCurvature } from "../../src/curvature/index.ts";
import { minimize } from "../../src/minimize/index.ts";
import { createRng, type Matrix, matrix } from "../../src/numeric/index.ts";
import { batchLaw } from "../../src/sampling/index.ts";
import { estimateExponent, factorCocycle } from "../../src/stability/index.ts";
import { main } from "../command.ts";
import { type Contender, ours, type Row } from "../contender.ts";
import { mlp } from "../networks.ts";
import type { Peer } from "../peers/python.ts";

/** Rows of DESIGN §6 about SGD near a minimum: seconds are absolute. */
export function stabilityRows(peer: Peer | null): Row[] {
  return [
    {
      name: "λ at one step size, 1e5 steps, m = r = 256, b = 16",
      target: "≤ 0.6 s on one thread",
      reached: (own) => own <= 0.6,
      rounds: 3,
      seconds: 0,
      contenders: () => [exponent(256, 16)],
    },
    {
      name: "`separatrix phase`: 64 step sizes × 64 batch sizes, m = r = 64, 1e4 steps a cell",
      target: "≤ 60 s on two threads",
      reached: (own) => own <= 60,
      rounds: 1,
      seconds: 0,
      contenders: () => [verb("phase", phaseDiagram, ["--threads", "2"])],
    },
    {
      name: "one step of λ, MLP 2-16-16-1 tanh, m = 32, b = 4: reduced against parameter space",
      target: "",
      rounds: 3,
      seconds: 0,
      contenders: () => reducedAgainstDirect(peer),
    },
  ];
}

function randomFactor(rows: number, rank: number): Matrix {
  const rng = createRng(4, "factor");
  return matrix(
    rows,
    rank,
    Float64Array.from({ length: rows * rank }, () => rng.normal() / Math.sqrt(rank)),
  );
}

/** The step size at which SGD with batches of b is near its edge: 2/(E‖φ‖²) · b/(b + 1). */
const nearEdge = (size: number) => (2 * size) / (size + 1);

function exponent(m: number, size: number): Contender {
  const samples = { factor: randomFactor(m, m), outputs: 1 };
  const law = batchLaw({ size, sampleCount: m });
  const cocycle = factorCocycle(samples, law, { stepSize: nearEdge(size), kernel: wasmFactorKernel });
  return ours("WebAssembly, T=1", () =>
    estimateExponent(cocycle, { rng: createRng(0, "λ"), steps: 1e5, maxSteps: 1e5, burnIn: 1000 }),
  );
}

/** λ of one interpolating minimum twice: by the tangent kernel, and by Hessian products of sampled batches in PyTorch. */
function reducedAgainstDirect(peer: Peer | null): Contender[] {
  const sizes = [2, 16, 16, 1];
  const [m, b, stepSize, steps] = [32, 4, 0.3, 2000];
  const { problem, theta } = mlp(sizes, m, "tanh");
  const objective = compileObjective(problem, wasmEngine);
  const minimum = minimize(objective, theta, { tolerance: 1e-26 });
  const law = batchLaw({ size: b, sampleCount: m });
  const { factor, rows } = sampleCurvature(objective, minimum.theta);
  const cocycle = factorCocycle({ factor, outputs: rows }, law, { stepSize, kernel: wasmFactorKernel });
  const own = { value: "" };
  const ownSteps = 1e5;
  const reduced: Contender = {
    name: "WebAssembly, on range Jᵀ",
    side: "ours",
    async block() {
      const start = performance.now();
      const found = estimateExponent(cocycle, { rng: createRng(0, "λ"), steps: ownSteps, maxSteps: ownSteps });
      own.value = `λ = ${found.value.toFixed(4)} (${found.confidence95.map((x) => x.toFixed(4)).join(" … ")})`;
      return (performance.now() - start) / 1000 / ownSteps;
    },
    note: () => own.value,
  };
  if (!peer) return [reduced];
  const stream = law.stream(createRng(1, "direct"));
  const batches = Array.from({ length: steps }, () => [...stream.next().indices]);
  const { inputs, targets } = problem.data as { inputs: Float64Array; targets: Float64Array };
  const args = {
    ...{ inputs: [...inputs], targets: [...targets], theta: [...minimum.theta] },
    ...{ sizes, eta: stepSize, batches },
  };
  let value = 0;
  const direct: Contender = {
    name: `PyTorch, a Hessian product a step, T=${peer.threads}`,
    side: "peer",
    async block() {
      const answer = await peer.ask({ work: "tangent", way: "direct, a Hessian product a step", seconds: 0, args });
      value = answer["value"]!;
      return answer["seconds"]!;
    },
    note: () => `λ ≈ ${value.toFixed(3)} over ${steps} steps`,
  };
  return [reduced, direct];
}

/** 64 samples that a network of 161 parameters fits: rank 64. The edge of stability crosses the diagram. */
const phaseDiagram = {
  model: {
    input: [8],
    layers: [
      { type: "dense", units: 16, activation: "tanh" },
      { type: "dense", units: 1 },
    ],
  },
  data: {
    inputs: Array.from({ length: 64 }, (_, i) =>
      Array.from({ length: 8 }, (_, j) => Math.sin(3 * i + 5 * j * j + i * j)),
    ),
    targets: { from: "model" },
  },
  loss: { type: "mse", scale: 0.5 },
  parameters: { init: "torch", seed: 0 },
  optimizer: { type: "sgd", stepSize: 0.1 },
  phase: {
    x: { path: "optimizer.stepSize", range: [0.05, 5], count: 64, scale: "log" },
    y: { path: "batch.size", values: Array.from({ length: 64 }, (_, i) => i + 1) },
    steps: 1e4,
  },
};

/** A verb of the command line on an experiment, with everything that a person waits for. */
function verb(name: string, experiment: object, options: readonly string[]): Contender {
  const file = join(mkdtempSync(join(tmpdir(), "separatrix-bench-")), "experiment.json");
  writeFileSync(file, JSON.stringify(experiment));
  return {
    name: `${name} ${options.join(" ")}`,
    side: "ours",
    async block() {
      const start = performance.now();
      const { status, stderr } = spawnSync(process.execPath, [main, name, file, "--json", ...options], {
        maxBuffer: 2 ** 28,
      });
      if (status !== 0) throw new Error(String(stderr));
      return (performance.now() - start) / 1000;
    },
  };
}
