// The network, and the ways to run a map and its Jacobian, that tests of update rules share.
import { jvp } from "../../autodiff/index.ts";
import { compileObjective, interpreterEngine } from "../../compile/index.ts";
import { initialParameters, networkProblem, readModel } from "../../network/index.ts";
import { createRng } from "../../numeric/index.ts";
import * as p from "../../program/index.ts";
import { type MapProgram, mapAsProgram, mapDimension, mapInputs, mapOutputs } from "../index.ts";

export type Buffers = Readonly<Record<string, Float64Array>>;

const model = readModel({
  input: [2],
  layers: [
    { type: "dense", units: 3, activation: "tanh" },
    { type: "dense", units: 1 },
  ],
});
export const n = model.dimension;
const m = 4;
const rng = createRng(5, "descent");
export const random = (size: number, scale = 1) => Float64Array.from({ length: size }, () => scale * rng.normal());
export const problem = networkProblem(
  model,
  { type: "mse", scale: 0.5 },
  { inputs: random(2 * m), targets: random(m), sampleCount: m, weights: [0.1, 0.2, 0.3, 0.4] },
);
export const loss = problem.lossProgram(m);
export const objective = compileObjective(problem, interpreterEngine);
export const { theta: start } = initialParameters(model, "torch", 1);
export const data: Buffers = { ...problem.data, weights: problem.weights };

export function runner(map: MapProgram) {
  const executable = interpreterEngine.load(mapAsProgram(map));
  return (inputs: Buffers) => {
    for (const [name, values] of Object.entries(inputs)) executable.buffers[name]?.set(values);
    executable.run();
    const { nextTheta, nextState } = executable.buffers;
    return { theta: nextTheta!.slice(), state: nextState?.slice() ?? new Float64Array(0) };
  };
}

/** D(θ′, s′), dense, row-major. */
export function jacobian(map: MapProgram, inputs: Buffers): Float64Array {
  const size = mapDimension(map);
  const seeds = new Map<p.Node, p.Node>(
    mapInputs(map).map((node) => {
      const { buffer, offset } = node.attributes;
      const base = buffer === "theta" ? 0 : map.dimension;
      return [node, p.input("direction", node.shape, { offset: base + offset, role: "direction" })];
    }),
  );
  const nodes = mapOutputs(map).map((o) => o.node);
  const tangents = jvp(nodes, seeds).map((t, i) => t ?? p.constant(0, nodes[i]!.shape));
  const executable = interpreterEngine.load(
    p.buildProgram([{ buffer: "tangent", offset: 0, node: p.concat(tangents, 0) }], { direction: size, theta: n }),
  );
  for (const [name, values] of Object.entries(inputs)) executable.buffers[name]?.set(values);
  const result = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    executable.buffers["direction"]!.fill(0)[j] = 1;
    executable.run();
    executable.buffers["tangent"]!.forEach((t, i) => {
      result[i * size + j] = t;
    });
  }
  return result;
}

export const gradientAt = (theta: Float64Array) => {
  const out = new Float64Array(n);
  objective.gradient(theta, out);
  return out;
};

/** H of the objective at θ, dense. */
export function hessian(theta: Float64Array): Float64Array {
  const result = new Float64Array(n * n);
  const unit = new Float64Array(n);
  const out = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit.fill(0)[j] = 1;
    objective.hvp(theta, unit, out);
    result.set(out, j * n);
  }
  return result;
}
