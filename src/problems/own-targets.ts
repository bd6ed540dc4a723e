import { compileObjective, interpreterEngine } from "../compile/index.ts";
import { type LossSpec, type Model, type NetworkProblemOptions, networkProblem } from "../network/index.ts";
import type { Problem } from "../program/index.ts";

/**
 * The problem whose targets are the network's own outputs at θ: every θ is an interpolating minimum of it, so any
 * architecture gives exact test cases. Losses with a stationary point at f = y: mse and huber.
 */
export function ownTargets(
  model: Model,
  loss: LossSpec & { readonly type: "mse" | "huber" },
  data: { readonly inputs: Float64Array; readonly sampleCount: number; readonly weights?: ArrayLike<number> },
  theta: Float64Array,
  options: NetworkProblemOptions = {},
): Problem {
  const targets = new Float64Array(data.sampleCount * model.outputCount);
  const objective = compileObjective(networkProblem(model, loss, { ...data, targets }, options), interpreterEngine);
  objective.outputs(theta, targets);
  objective.dispose();
  return networkProblem(model, loss, { ...data, targets: targets.slice() }, options);
}
