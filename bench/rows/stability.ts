import { compileObjective, wasmDenseKernels, wasmEngine, wasmFactorKernel } from "../../src/compile/index.ts";
import { sampleCurvature } from "../../src/curvature/index.ts";
import { minimize } from "../../src/minimize/index.ts";
import { createRng, installDenseKernels, type Matrix, matrix } from "../../src/numeric/index.ts";
import { batchLaw } from "../../src/sampling/index.ts";
import {
  estimateExponent,
  factorCocycle,
  meanSquare,
  type PhaseCell,
  phaseCell,
  phaseTasks,
  prepare,
} from "../../src/stability/index.ts";
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
      name: "phase diagram, 64 step sizes × 64 batch sizes, m = r = 64, 1e4 steps a cell",
      target: "≤ 60 s on two threads",
      reached: (own) => own <= 60,
      rounds: 1,
      seconds: 0,
      contenders: () => [ours("WebAssembly, T=1", () => phaseDiagram(64, 64, 1e4))],
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

/** All cells of a diagram; every cell prepared from one generator, its second visit with four times the steps. */
function phaseDiagram(side: number, m: number, steps: number): PhaseCell[] {
  installDenseKernels(wasmDenseKernels());
  const factor = randomFactor(m, m);
  const columns = Array.from({ length: side }, (_, i) => 10 ** (-1 + (1.5 * i) / (side - 1)));
  const problems = Array.from({ length: side }, (_, row) => {
    const law = batchLaw({ size: Math.max(1, Math.round(((row + 1) * m) / side)), sampleCount: m });
    const problem = prepare({ factor, law, rng: createRng(0, "phase"), kernel: wasmFactorKernel });
    return { problem, moments: meanSquare(problem) };
  });
  const cells: (PhaseCell | null)[] = new Array<null>(side * side).fill(null);
  for (const { cell } of phaseTasks({ columns: side, rows: side }, cells, steps)) {
    const { problem, moments } = problems[Math.floor(cell / side)]!;
    cells[cell] = phaseCell(problem, columns[cell % side]!, { budget: steps, moments });
  }
  return cells as PhaseCell[];
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
