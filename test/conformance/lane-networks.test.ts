// Networks of every layer in lane mode: descent on many copies at once, by loops over tensors whose elements are lanes.
// A net of arithmetic only (convolution, pooling, ReLU, squared error) takes the steps of the interpreter bit for bit,
// sums included: they are added in its order. With functions (tanh, normalisation by powers, softmax) an engine is within
// 2.5 ulp of the exact value and the interpreter's Math functions within 1, so a few steps stay within the ulps stated.
import { describe, expect, test } from "vitest";
import { compileMap, interpreterEngine, wasmEngine } from "../../src/compile/index.ts";
import { compileLanes } from "../../src/compile/lane/compile-lanes.ts";
import { type UpdateRuleSpec, updateMap } from "../../src/descent/index.ts";
import { lyapunovSpectrum } from "../../src/dynamics/index.ts";
import {
  initialParameters,
  type LossSpec,
  type ModelSpec,
  networkProblem,
  readModel,
} from "../../src/network/index.ts";
import { createRng } from "../../src/numeric/index.ts";
import type { Problem } from "../../src/program/index.ts";
import { crewOfTwo } from "./engines.ts";
import { dataOf, expectSame, orbitsOf } from "./lane-maps.ts";

function problemOf(model: ModelSpec, loss: LossSpec, outputs: number, samples = 5): Problem {
  const rng = createRng(samples, "lane networks");
  const values = (size: number) => Float64Array.from({ length: size }, () => rng.normal());
  const inputs = values(samples * model.input.reduce((a, b) => a * b, 1));
  const targets = loss.type === "crossEntropy" ? distributions(samples, outputs) : values(samples * outputs);
  const data = { inputs, targets, sampleCount: samples, weights: new Float64Array(samples).fill(1 / samples) };
  const { frozen } = initialParameters(readModel(model), "torch", 3);
  return networkProblem(model, loss, data, { frozen });
}

/** Rows of probabilities. */
function distributions(rows: number, classes: number): Float64Array {
  return Float64Array.from({ length: rows * classes }, (_, i) =>
    i % classes === Math.floor(i / classes) % classes ? 1 : 0,
  );
}

const squared = { type: "mse", scale: 0.5 } as const;
const dense = (units: number, activation: "relu" | "tanh" | "identity") =>
  ({ type: "dense", units, activation }) as const;

const arithmetic: Record<string, ModelSpec> = {
  "an MLP with ReLU": { input: [3], layers: [dense(7, "relu"), dense(6, "relu"), dense(2, "identity")] },
  "a convolution with stride, padding and pooling": {
    input: [2, 6, 5],
    layers: [
      { type: "conv", filters: 4, kernel: 3, padding: 1, activation: "relu" },
      { type: "maxPool", kernel: 2 },
      { type: "conv", filters: 3, kernel: [2, 2], stride: 1, groups: 1, activation: "relu" },
      { type: "flatten" },
      dense(2, "identity"),
    ],
  },
  "a convolution in one dimension, dilated, with average pooling": {
    input: [1, 9],
    layers: [
      { type: "conv", filters: 2, kernel: [3], dilation: 2, activation: "relu" },
      { type: "avgPool", kernel: [2] },
      { type: "flatten" },
      dense(2, "identity"),
    ],
  },
};

const withFunctions: Record<string, [ModelSpec, LossSpec]> = {
  "an MLP with tanh": [{ input: [2], layers: [dense(9, "tanh"), dense(8, "tanh"), dense(2, "identity")] }, squared],
  "residual blocks with layer normalisation": [
    {
      input: [4],
      layers: [
        dense(5, "tanh"),
        { type: "residual", layers: [{ type: "layerNorm" }, dense(5, "relu"), dense(5, "identity")] },
        dense(2, "identity"),
      ],
    },
    squared,
  ],
  "batch normalisation with cross-entropy": [
    { input: [3], layers: [dense(6, "relu"), { type: "batchNorm" }, dense(4, "identity")] },
    { type: "crossEntropy" },
  ],
  "attention, two heads, causal": [
    {
      input: [4, 6],
      layers: [
        { type: "attention", heads: 2, causal: true },
        { type: "residual", layers: [{ type: "layerNorm" }, dense(8, "tanh"), dense(6, "identity")] },
        { type: "flatten" },
        dense(2, "identity"),
      ],
    },
    squared,
  ],
  "a frozen first layer, evaluated once": [
    { input: [3], layers: [{ ...dense(6, "tanh"), trainable: false }, dense(5, "tanh"), dense(2, "identity")] },
    squared,
  ],
};

/** Orbits of five lanes, each with its own step size, in loops and by `engine`. */
function compared(problem: Problem, rule: UpdateRuleSpec, engine: typeof wasmEngine, vectors: number) {
  const map = updateMap(problem.lossProgram(problem.sampleCount), rule);
  const n = map.dimension + map.stateSize;
  const rng = createRng(7, "starts");
  const states = Float64Array.from({ length: 5 * n }, (_, i) => (i % n < map.dimension ? 0.4 * rng.normal() : 0));
  const steps = Float64Array.from({ length: 5 }, (_, lane) => 0.01 + 0.01 * lane);
  const setting = { scalars: {}, data: dataOf(problem) };
  const ensemble = compileLanes(map, { ...setting, parameters: ["stepSize"], form: "loops", vectors })!;
  const truth = orbitsOf(engine, map, setting, states, 3, (lane) => ({ stepSize: steps[lane]! }));
  return { found: ensemble.orbits(states, 3, steps), truth };
}

describe("loops over lanes", () => {
  test.each(Object.entries(arithmetic))("%s: the bits of the interpreter", (_, model) => {
    const problem = problemOf(model, squared, 2);
    for (const [rule, vectors] of [
      [{ type: "gd" }, 1],
      [{ type: "momentum", momentum: 0.9, weightDecay: 0.01 }, 2],
      [{ type: "adam", biasCorrection: false }, 4],
    ] as const) {
      const { found, truth } = compared(problem, rule, interpreterEngine, vectors);
      expectSame(found, truth);
    }
  });

  test.each(Object.entries(withFunctions))(
    "%s: the interpreter within 256 ulps after three steps",
    (_, [model, loss]) => {
      const problem = problemOf(model, loss, loss.type === "crossEntropy" ? 4 : 2);
      for (const [rule, vectors] of [
        [{ type: "gd" }, 2],
        [{ type: "nesterov" }, 1],
      ] as const) {
        const { found, truth } = compared(problem, rule, interpreterEngine, vectors);
        expectSame(found, truth, 256);
      }
    },
  );

  // 16 tiles of products, tiles of every remainder; the straight form of the same map has the same bits.
  test("products of all small sizes: the bits of straight-line code", () => {
    for (let units = 1; units <= 5; units++) {
      const problem = problemOf(
        { input: [units], layers: [dense(6 - units, "tanh"), dense(2, "identity")] },
        squared,
        2,
        3,
      );
      const map = updateMap(problem.lossProgram(3), { type: "gd" });
      const setting = { scalars: { stepSize: 0.1 }, data: dataOf(problem) };
      const rng = createRng(units, "small products");
      const states = Float64Array.from({ length: 3 * map.dimension }, () => rng.normal());
      const [straight, loops] = (["straight", "loops"] as const).map((form) =>
        compileLanes(map, { ...setting, form })!
          .orbits(states, 4)
          .slice(),
      );
      expectSame(loops!, straight!);
    }
  });
});

const { layers, input } = { input: [2], layers: [dense(16, "tanh"), dense(16, "tanh"), dense(1, "identity")] };
const net = problemOf({ input, layers }, squared, 1, 32);
const map = updateMap(net.lossProgram(32), { type: "gd" });
const setting = { scalars: { stepSize: 0.05 }, data: dataOf(net) };
const starts = (count: number) => {
  const rng = createRng(count, "337 parameters");
  return Float64Array.from({ length: count * map.dimension }, () => 0.3 * rng.normal());
};

describe("2-16-16-1 with 32 samples, 337 parameters", () => {
  test("goes by loops when many steps are asked for, one by one when few are, or of one state", () => {
    expect(compileLanes(map, { ...setting, states: 100, stateSteps: 1e6 })).not.toBeNull();
    expect(compileLanes(map, { ...setting, states: 100, stateSteps: 1000 })).toBeNull();
    expect(compileLanes(map, { ...setting, states: 1, stateSteps: 1e6 })).toBeNull();
  });

  test("two threads: the bits of one, each with memory of its own to work in", () => {
    const [one, two] = [null, crewOfTwo].map((crew) => {
      const ensemble = compileLanes(map, setting, crew)!;
      const out = new Float64Array(201 * map.dimension);
      ensemble.advance(starts(201), 10, out);
      ensemble.dispose();
      return out;
    });
    expectSame(two!, one!);
  });

  // Pushed and orthonormalised one after another by `lyapunovSpectrum`, and together in lanes. The engine adds sums
  // along the last axis of loops in two lanes, so the states differ by rounding from the first step on.
  test("two Lyapunov exponents are those of array mode to 1e-9", () => {
    const own = compileMap(map, wasmEngine, setting);
    const bare = { dimension: own.dimension, step: own.step, tangent: own.tangent };
    const ensemble = compileLanes(map, { ...setting, tangents: 2 })!;
    const options = { count: 2, steps: 60, transient: 5 };
    const alone = lyapunovSpectrum(bare, starts(1), { ...options, rng: createRng(3, "frame") });
    const together = lyapunovSpectrum(bare, starts(1), { ...options, rng: createRng(3, "frame"), ensemble });
    alone.exponents.forEach(({ value }, j) => {
      expect(Math.abs(together.exponents[j]!.value - value)).toBeLessThan(1e-9);
    });
  });

  test("what does not fit beside the cache goes one by one", () => {
    const large = problemOf({ input: [64], layers: [dense(200, "relu"), dense(2, "identity")] }, squared, 2, 128);
    const far = updateMap(large.lossProgram(128), { type: "gd" });
    expect(compileLanes(far, { scalars: { stepSize: 0.1 }, data: dataOf(large) })).toBeNull();
  });
});
