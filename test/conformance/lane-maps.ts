import { expect } from "vitest";
import { compileMap, type Engine } from "../../src/compile/index.ts";
import { type MapProgram, mapDimension, type UpdateRuleSpec } from "../../src/descent/index.ts";
import { networkProblem } from "../../src/network/index.ts";
import type { Rng } from "../../src/numeric/index.ts";
import * as p from "../../src/program/index.ts";
import { agree } from "./engines.ts";

// Maps for the tests of lane mode, and their orbits one step at a time.

export type Values = Readonly<Record<string, number>>;
export type Data = Readonly<Record<string, Float64Array>>;
export type Setting = { readonly scalars: Values; readonly data: Data };

export const dataOf = (problem: p.Problem): Data => ({
  ...problem.data,
  frozen: problem.frozen,
  weights: problem.weights,
});

/** [lanes, steps, n], one step at a time; lane i with the parameters at(i) in place of its own scalars. */
export function orbitsOf(
  engine: Engine,
  map: MapProgram,
  { scalars, data }: Setting,
  states: Float64Array,
  steps: number,
  at: (lane: number) => Values = () => ({}),
): Float64Array {
  const n = mapDimension(map);
  const lanes = states.length / n;
  const out = new Float64Array(lanes * steps * n);
  for (let lane = 0; lane < lanes; lane++) {
    const own = compileMap(map, engine, { scalars: { ...scalars, ...at(lane) }, data });
    let x = states.slice(lane * n, (lane + 1) * n);
    for (let t = 0; t < steps; t++) {
      const next = new Float64Array(n);
      own.step(x, next);
      out.set(next, (lane * steps + t) * n);
      x = next;
    }
    own.dispose();
  }
  return out;
}

export function expectSame(found: Float64Array, truth: Float64Array, ulps?: number): void {
  expect(found.length).toBe(truth.length);
  truth.forEach((value, i) => {
    if (!agree(found[i]!, value, ulps, 1)) expect.fail(`number ${i} is ${found[i]}, reference ${value}`);
  });
}

export const special = [0, -0, Infinity, -Infinity, Number.NaN, 5e-324, -5e-324, 1e-310, 1.7e308, 1, -1, 0.5];
export const wild = (rng: Rng) => (rng.uniform() < 0.25 ? special[rng.integer(special.length)]! : rng.normal());

/** A map of random operations on its coordinates and one parameter "c"; products and sums of tensors among them. */
export function randomMap(rng: Rng, functions: boolean): MapProgram {
  const n = 1 + rng.integer(4);
  const theta = p.input("theta", [n], { role: "parameter" });
  const c = p.input("c", [], { role: "scalar" });
  const nodes: p.Node[] = [c, p.constant(wild(rng))];
  for (let i = 0; i < n; i++) nodes.push(p.reshape(p.slice(theta, 0, i, 1), []));
  const any = () => nodes[rng.integer(nodes.length)]!;
  const unary = [p.neg, p.abs, p.square, p.step, p.sqrt];
  const smooth = [p.exp, p.tanh, p.sigmoid, p.sin, p.cos, p.erf, p.softplus, p.expm1, p.log1p];
  const binary = [p.add, p.sub, p.mul, p.mul, p.div, p.max, p.min, p.less, p.lessEqual];
  for (let k = 4 + rng.integer(24); k > 0; k--) {
    const draw = rng.integer(10);
    if (draw < 2) nodes.push((functions && rng.uniform() < 0.5 ? smooth : unary)[rng.integer(5)]!(any()));
    else if (draw < 6) nodes.push(binary[rng.integer(binary.length)]!(any(), any()));
    else if (draw === 6) nodes.push(p.select(p.less(any(), any()), any(), rng.uniform() < 0.5 ? 0 : any()));
    else if (draw === 7) nodes.push(p.max(p.mul(any(), wild(rng)), 0));
    else if (draw === 8) nodes.push(p.select(p.less(0, p.mul(any(), wild(rng))), any(), 0));
    else if (!functions) nodes.push(...tensorial(rng, [any(), any(), any(), any()]));
  }
  const next = Array.from({ length: n }, () => p.reshape(any(), [1]));
  return {
    ...{ dimension: n, state: [], stateSize: 0, scalars: ["c"], loss: null, nextState: null, symmetric: false },
    nextTheta: p.concat(next, 0),
  };
}

/** Numbers through a tensor and back: products, sums, rows, gathers and scatters of four of them. */
function tensorial(rng: Rng, four: readonly p.Node[]): p.Node[] {
  const row = p.concat(
    four.map((x) => p.reshape(x, [1])),
    0,
  );
  const square = p.reshape(row, [2, 2]);
  const scalar = (x: p.Node, i: number) => p.reshape(p.slice(p.reshape(x, [p.sizeOf(x.shape)]), 0, i, 1), []);
  const index = () => rng.integer(4);
  const alone = p.slice(row, 0, index(), 1);
  switch (rng.integer(8)) {
    case 0:
      return [scalar(p.matmul(square, square, rng.uniform() < 0.5, rng.uniform() < 0.5), index())];
    case 1:
      return [p.sum(row), scalar(p.sum(square, [rng.integer(2)]), 0)];
    case 2:
      return [p.maxAlong(row), scalar(p.argmaxMask(row), index())];
    case 3:
      return [scalar(p.gather(row, Int32Array.of(3, -1, 0, 1), wild(rng)), index())];
    case 4:
      return [scalar(p.scatter(row, Int32Array.of(1, 1, -1, 0), 4), index())];
    case 5:
      return [scalar(p.pad(p.transpose(square, [1, 0]), 0, 1, 0), index())];
    case 6:
      // Sums of one term are that term, but for −0.
      return [p.sum(alone), scalar(p.matmul(p.reshape(alone, [1, 1]), p.reshape(alone, [1, 1])), 0)];
    default:
      return [scalar(p.mul(p.broadcast(row, [2, 4], [1]), p.concat([square, p.neg(square)], 1)), index())];
  }
}

export const rules: readonly UpdateRuleSpec[] = [
  { type: "gd" },
  { type: "gd", weightDecay: 0.01, clipNorm: 2 },
  { type: "momentum", momentum: 0.8, dampening: 0.1 },
  { type: "nesterov" },
  { type: "adam", biasCorrection: false },
  { type: "adamw", weightDecay: 0.01 },
  { type: "rmsprop" },
  { type: "adagrad" },
  { type: "amsgrad" },
  { type: "lion" },
  { type: "signSgd" },
  { type: "sam", rho: 0.05 },
];

/** A network of arithmetic only: no engine rounds anything differently. */
export function arithmeticNetwork(rng: Rng): p.Problem {
  const [inputs, hidden, m] = [1 + rng.integer(2), 1 + rng.integer(3), 1 + rng.integer(4)];
  const activation = (["relu", "abs", "hardTanh", "square", "leakyRelu"] as const)[rng.integer(5)]!;
  const bias = rng.uniform() < 0.5;
  const dense = [
    { type: "dense", units: hidden, bias, activation },
    { type: "dense", units: 1, bias },
  ] as const;
  const values = (size: number) => Float64Array.from({ length: size }, () => rng.normal());
  return networkProblem(
    { input: [inputs], layers: [...dense] },
    rng.uniform() < 0.5 ? { type: "mse", scale: 0.5 } : { type: "huber", delta: 0.3 },
    { inputs: values(m * inputs), targets: values(m), sampleCount: m, weights: new Float64Array(m).fill(1 / m) },
  );
}
