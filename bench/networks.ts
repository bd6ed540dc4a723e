import { initialParameters, type LayerSpec, networkProblem, readModel } from "../src/network/index.ts";
import { createRng } from "../src/numeric/index.ts";
import type { Problem } from "../src/program/index.ts";

/** A network on random data with ½‖f − y‖², with parameters as PyTorch draws them. */
export interface BenchNetwork {
  readonly problem: Problem;
  readonly theta: Float64Array;
  /** A direction in parameter space. */
  readonly direction: Float64Array;
}

export function network(input: readonly number[], layers: readonly LayerSpec[], samples: number): BenchNetwork {
  const model = readModel({ input, layers });
  const rng = createRng(1, "benchmark");
  const normal = (count: number) => Float64Array.from({ length: count }, () => rng.normal());
  const inputs = normal(samples * input.reduce((a, b) => a * b));
  const targets = normal(samples * model.outputCount);
  const frozen = new Float64Array(model.frozenSize).fill(1);
  const problem = networkProblem(
    model,
    { type: "mse", scale: 0.5 },
    { inputs, targets, sampleCount: samples },
    { frozen },
  );
  return { problem, theta: initialParameters(model, "torch", 1).theta, direction: normal(model.dimension) };
}

/** Dense layers of these sizes; `activation` between them. */
export function mlp(sizes: readonly number[], samples: number, activation: "tanh" | "relu"): BenchNetwork {
  const layers = sizes.slice(1).map((units, i): LayerSpec => {
    return i + 2 < sizes.length ? { type: "dense", units, activation } : { type: "dense", units };
  });
  return network([sizes[0]!], layers, samples);
}
