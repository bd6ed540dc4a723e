// Lane mode runs whole trajectories of many states of a map, one state in each double of a vector. It must give, state
// for state and bit for bit, what the interpreter gives one step at a time: the operations that IEEE 754 rounds are the
// same ones in the same order, whatever is folded, shared or interleaved. Functions are those of the compiler, so maps
// with functions are held bit for bit against the WebAssembly engine, and against the interpreter within ulps.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compileDescentEnsemble,
  compileMap,
  compileRandomMap,
  interpreterEngine,
  wasmEngine,
} from "../../src/compile/index.ts";
import { compileLanes } from "../../src/compile/lane/compile-lanes.ts";
import type { Crew } from "../../src/compile/threads/index.ts";
import { formulaMap, type MapProgram, mapDimension, updateMap } from "../../src/descent/index.ts";
import { composition, lyapunovSpectrum, oneByOne, withDraw } from "../../src/dynamics/index.ts";
import { networkProblem } from "../../src/network/index.ts";
import { createRng } from "../../src/numeric/index.ts";
import { logisticBridge, paperFigure1, twoWeightNetwork, wuMaE } from "../../src/problems/index.ts";
import * as p from "../../src/program/index.ts";
import { crewOfTwo } from "./engines.ts";
import {
  arithmeticNetwork,
  dataOf,
  expectSame,
  orbitsOf,
  randomMap,
  rules,
  type Setting,
  special,
  wild,
} from "./lane-maps.ts";

// Both ways to write a step: numbers in variables, and loops over tensors in memory.
const forms = ["straight", "loops"] as const;

describe.each(forms)("random maps, %s", (form) => {
  test.each([
    ["of arithmetic: the bits of the interpreter", false, interpreterEngine],
    ["with functions: the bits of the compiler", true, wasmEngine],
  ])("%s", (_, functions, engine) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const rng = createRng(seed, "lanes");
        const map = randomMap(rng, functions);
        const lanes = 1 + rng.integer(5);
        const states = Float64Array.from({ length: lanes * map.dimension }, () => wild(rng));
        const values = Float64Array.from({ length: lanes }, () => wild(rng));
        const setting = { scalars: {}, data: {} };
        const ensemble = compileLanes(map, { ...setting, form, parameters: ["c"], vectors: 1 + rng.integer(3) })!;
        const truth = orbitsOf(engine, map, setting, states, 4, (lane) => ({ c: values[lane]! }));
        expectSame(ensemble.orbits(states, 4, values), truth);
        ensemble.dispose();
      }),
      { numRuns: 120, seed: 5 },
    );
  });
});

// A sum begins at +0, so that of −0 alone is +0; products that vanish, kinks at −0 and conditions on NaN keep theirs.
test("signs of zero and NaN", () => {
  const x = p.input("theta", [1], { role: "parameter" });
  const one = (node: p.Node) => p.reshape(node, [1]);
  const matrix = p.reshape(x, [1, 1]);
  const masked = p.select(p.less(0, x), x, 0);
  const parts = [
    ...[p.sum(x), p.sum(p.neg(x)), p.sum(p.mul(x, -1)), p.scatter(x, Int32Array.of(0), 1), p.sub(x, 0), p.add(x, 0)],
    ...[p.matmul(matrix, p.constant(1, [1, 1])), p.sum(p.square(x)), p.max(p.mul(x, 3), 0), p.max(p.mul(x, -3), 0)],
    ...[p.less(0, p.mul(x, 0.25)), p.step(p.mul(x, 0.75)), p.less(0, p.mul(x, -0.75)), p.sum(p.abs(x))],
    ...[
      p.mul(p.sum(x), 2),
      p.sub(p.sum(x), 1),
      p.sub(1, p.sum(x)),
      p.sub(-0, p.sum(x)),
      p.sub(p.sum(x), 0),
      p.sub(p.sum(x), p.abs(x)),
    ],
    ...[p.add(p.sum(x), p.sum(p.neg(x))), p.sum(masked), p.mul(masked, 3), p.mul(masked, -3), p.add(masked, masked)],
    ...[p.neg(masked), p.div(p.sum(x), -1), p.mul(p.sum(masked), -1)],
  ];
  const size = parts.length;
  const map: MapProgram = {
    ...{ dimension: size, state: [], stateSize: 0, scalars: [], loss: null, nextState: null, symmetric: false },
    nextTheta: p.concat(parts.map(one), 0),
  };
  const states = Float64Array.from({ length: size * special.length }, (_, i) => special[Math.floor(i / size)]!);
  const setting = { scalars: {}, data: {} };
  const truth = orbitsOf(interpreterEngine, map, setting, states, 2);
  for (const form of forms) expectSame(compileLanes(map, { ...setting, form })!.orbits(states, 2), truth);
});

describe.each(rules)("$type", (rule) => {
  test("descent on random networks and formulas: the bits of the interpreter", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const rng = createRng(seed, "descent lanes");
        const problem = rng.uniform() < 0.7 ? arithmeticNetwork(rng) : [wuMaE, paperFigure1][rng.integer(2)]!();
        const map = updateMap(problem.lossProgram(problem.sampleCount), rule);
        const n = mapDimension(map);
        const lanes = 1 + rng.integer(3);
        const states = Float64Array.from({ length: lanes * n }, (_, i) =>
          i % n < problem.dimension ? rng.normal() : Math.abs(rng.normal()),
        );
        const setting = { scalars: {}, data: dataOf(problem) };
        const steps = Float64Array.from({ length: lanes }, () => 0.2 * rng.uniform());
        const truth = orbitsOf(interpreterEngine, map, setting, states, 6, (lane) => ({ stepSize: steps[lane]! }));
        for (const form of forms) {
          const ensemble = compileLanes(map, { ...setting, form, parameters: ["stepSize"] })!;
          expectSame(ensemble.orbits(states, 6, steps), truth);
          ensemble.dispose();
        }
      }),
      { numRuns: 12, seed: 3 },
    );
  });
});

// An epoch of fixed batches is one step of lanes: the composition of its maps, for networks and for formulas, whose
// batches are weights; an index that is drawn twice counts twice.
test.each<[string, () => p.Problem]>([
  ["a network", () => arithmeticNetwork(createRng(12, "epochs"))],
  ["formulas", wuMaE],
])("an epoch of batches on %s", (_, make) => {
  const problem = make();
  const m = problem.sampleCount;
  const batches = [[0, m - 1], [m - 1], [0, 0]].map((indices) => ({
    indices: Int32Array.from(indices),
    weights: new Float64Array(indices.length).fill(1 / indices.length),
  }));
  const rule = { type: "momentum", momentum: 0.5 } as const;
  const ensemble = compileDescentEnsemble(problem, rule, wasmEngine, { stepSize: 0.1, batches })!;
  const random = compileRandomMap(problem, rule, interpreterEngine, {
    stepSize: 0.1,
    stream: () => ({ next: () => batches[0]! }),
  });
  const epoch = composition(batches.map((batch) => withDraw(random, batch)));
  const n = ensemble.dimension;
  const rng = createRng(5, "epoch starts");
  const states = Float64Array.from({ length: 3 * n }, () => rng.normal());
  expectSame(ensemble.orbits(states, 8), oneByOne(epoch).orbits(states, 8));
});

describe.each(forms)("whole trajectories, %s", (form) => {
  const { problem } = twoWeightNetwork();
  const map = updateMap(problem.lossProgram(2), { type: "gd" });
  const setting = { scalars: { stepSize: 0.3 }, data: dataOf(problem), form };
  const states = (lanes: number) => Float64Array.from({ length: 2 * lanes }, (_, i) => 0.3 + ((i * 37) % 101) / 80);

  // 0 lanes, one, odd numbers, one more and one less than whole groups: tails are padded and must not be seen.
  test.each([0, 1, 2, 3, 5, 15, 16, 17, 31, 33])("%d lanes", (lanes) => {
    for (const vectors of [1, 4, 8]) {
      const ensemble = compileLanes(map, { ...setting, vectors })!;
      const truth = orbitsOf(interpreterEngine, map, setting, states(lanes), 7);
      expectSame(ensemble.orbits(states(lanes), 7), truth);
      const ends = new Float64Array(2 * lanes);
      ensemble.advance(states(lanes), 7, ends);
      expectSame(
        ends,
        Float64Array.from({ length: 2 * lanes }, (_, i) => truth[(Math.floor(i / 2) * 7 + 6) * 2 + (i % 2)]!),
      );
    }
  });

  // 5000 steps are five calls of a group, 9000 lanes three tiles; every lane as if alone, and in the same array.
  test("steps and lanes beyond those of one call", () => {
    const ensemble = compileLanes(map, setting)!;
    const far = compileLanes(map, { ...setting, vectors: 1 })!;
    const all = states(9000);
    ensemble.advance(all, 5000, all);
    for (const lane of [0, 4095, 4096, 8999]) {
      const own = states(9000).slice(2 * lane, 2 * lane + 2);
      far.advance(own, 2500, own);
      far.advance(own, 2500, own);
      expectSame(all.slice(2 * lane, 2 * lane + 2), own);
    }
  });

  // Lots of lanes go to whichever thread is free; where a lot begins and ends changes nothing.
  test("two threads, each lane with its own step size: the bits of one", () => {
    const own = { scalars: {}, data: dataOf(problem), parameters: ["stepSize"], form };
    const steps = Float64Array.from({ length: 20_001 }, (_, i) => 0.1 + (i % 300) / 1000);
    let pieces = 0;
    const load: Crew["load"] = (tool, data, piece) => {
      const job = crewOfTwo.load(tool, data, piece);
      const run: typeof job.run = (stage, count) => {
        pieces += count;
        job.run(stage, count);
      };
      return { ...job, run };
    };
    const [one, two] = [null, { ...crewOfTwo, load }].map((crew) => {
      const ensemble = compileLanes(map, own, crew)!;
      const out = new Float64Array(40_002);
      ensemble.advance(states(20_001), 200, out, steps);
      ensemble.dispose();
      return out;
    });
    expectSame(two!, one!);
    expect(pieces).toBeGreaterThan(8);
  });

  test("no steps leave the states as they are", () => {
    const ensemble = compileLanes(map, setting)!;
    const out = new Float64Array(6);
    ensemble.advance(states(3), 0, out);
    expectSame(out, states(3));
    expect(ensemble.orbits(states(3), 0).length).toBe(0);
  });
});

// tanh of the compiler is within 2.5 ulp of the exact value, Math.tanh within 1: after a few steps of a net that does
// not amplify, that is all the difference there is, whether the functions are written out or called.
test.each([1, 3, 12])("a tanh net of %d hidden units: the interpreter within 64 ulps", (hidden) => {
  const rng = createRng(hidden, "tanh lanes");
  const values = (size: number) => Float64Array.from({ length: size }, () => rng.normal());
  const problem = networkProblem(
    {
      input: [2],
      layers: [
        { type: "dense", units: hidden, activation: "tanh" },
        { type: "dense", units: 1 },
      ],
    },
    { type: "mse", scale: 0.5 },
    { inputs: values(6), targets: values(3), sampleCount: 3, weights: new Float64Array(3).fill(1 / 3) },
  );
  const map = updateMap(problem.lossProgram(3), { type: "momentum" });
  const setting = { scalars: { stepSize: 0.05 }, data: dataOf(problem) };
  const states = values(3 * mapDimension(map));
  const ensemble = compileLanes(map, setting)!;
  expectSame(ensemble.orbits(states, 5), orbitsOf(interpreterEngine, map, setting, states, 5), 64);
});

// The frames of lanes and those of `lyapunovSpectrum`, which pushes and orthonormalises one vector after another, are
// the same to the last bit: exponents, intervals, history and all. With 5 and 8 coordinates scalar products have four
// interleaved parts and a rest; at the superstable fixed point every step annihilates a vector; the last one escapes.
describe.each(forms)("frames of tangent vectors, %s", (form) => {
  const henonFormula = formulaMap({ variables: ["x", "y"], parameters: ["a"], next: ["1 - a*x^2 + y", "0.3*x"] });
  const chain = (n: number) =>
    formulaMap({
      variables: Array.from({ length: n }, (_, i) => `x${i}`),
      parameters: ["r"],
      next: Array.from({ length: n }, (_, i) => `r*x${i}*(1-x${i})*0.9 + 0.1*r*x${(i + 1) % n}*(1-x${(i + 1) % n})`),
    });
  const { problem } = twoWeightNetwork();
  const momentum = updateMap(problem.lossProgram(2), { type: "momentum", momentum: 0.5 });
  test.each<[string, MapProgram, Setting, number, number]>([
    ["Hénon", henonFormula, { scalars: { a: 1.4 }, data: {} }, 2, 0.1],
    ["Hénon, one exponent", henonFormula, { scalars: { a: 1.4 }, data: {} }, 1, 0.1],
    ["five coupled logistic maps", chain(5), { scalars: { r: 3.9 }, data: {} }, 5, 0.3],
    ["eight, three exponents", chain(8), { scalars: { r: 3.9 }, data: {} }, 3, 0.3],
    ["superstable", chain(1), { scalars: { r: 2 }, data: {} }, 1, 0.3],
    ["escape", henonFormula, { scalars: { a: 3 }, data: {} }, 2, 0.1],
    ["momentum on the two-weight network", momentum, { scalars: { stepSize: 0.5 }, data: dataOf(problem) }, 4, 0.7],
  ])("%s", (_, map, setting, count, start) => {
    const n = mapDimension(map);
    const initial = Float64Array.from({ length: n }, (_, i) => (i < map.dimension ? start + 0.05 * i : 0));
    const own = compileMap(map, wasmEngine, setting);
    const ensemble = compileLanes(map, { ...setting, form, tangents: count })!;
    const options = { count, steps: 1500, transient: 70 };
    const alone = lyapunovSpectrum(own, initial, { ...options, rng: createRng(3, "frame") });
    const together = lyapunovSpectrum(own, initial, { ...options, rng: createRng(3, "frame"), ensemble });
    expect(together).toEqual(alone);
  });

  test("many states with frames, each with its own parameter and as if alone", () => {
    const own = { scalars: {}, parameters: ["a"], tangents: 2, vectors: 2, form };
    const ensemble = compileLanes(henonFormula, own)!;
    const values = Float64Array.of(1.4, 1.2, 0.2, 1.35, 1.1, 1.4, 1);
    const states = Float64Array.from({ length: 14 }, (_, i) => 0.1 + 0.01 * i);
    const frames = Float64Array.from({ length: 28 }, (_, i) => (i % 4 === 0 || i % 4 === 3 ? 1 : 0));
    const written = ensemble.carry(states.slice(), frames.slice(), 50, values).slice();
    values.forEach((a, lane) => {
      const alone = ensemble.carry(
        states.slice(2 * lane, 2 * lane + 2),
        frames.slice(4 * lane, 4 * lane + 4),
        50,
        Float64Array.of(a),
      );
      expectSame(written.slice(lane * 200, (lane + 1) * 200), alone);
      // The product of the lengths of a step is |det DF| = 0.3.
      for (let t = 0; t < 50; t++) expect(alone[4 * t + 2]! * alone[4 * t + 3]!).toBeCloseTo(0.3, 12);
    });
  });
});

// Sums and products in another order: the same map over the reals, so that a few steps later states differ by rounding.
test("rearranged lanes: the bits of no engine, the values of all", () => {
  const { problem } = twoWeightNetwork(0.3);
  const map = updateMap(problem.lossProgram(2), { type: "gd" });
  const setting = { scalars: {}, data: dataOf(problem), parameters: ["stepSize"] };
  const rng = createRng(8, "rearranged");
  const states = Float64Array.from({ length: 200 }, () => 1.2 * rng.normal());
  const steps = Float64Array.from({ length: 100 }, () => 0.3 * rng.uniform());
  const found = compileLanes(map, { ...setting, rearrange: true })!.orbits(states, 3, steps);
  const truth = compileLanes(map, setting)!.orbits(states, 3, steps);
  truth.forEach((value, i) => {
    expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(2 ** -44 * (1 + Math.abs(value)));
  });
});

describe("refusals", () => {
  const logistic = formulaMap({ variables: ["x"], parameters: ["r"], next: ["r*x*(1-x)"] });

  test("a step that is asked for a few times is no business of lanes", () => {
    const few = { scalars: { r: 3 }, stateSteps: 20 };
    expect(compileLanes(logistic, few)).toBeNull();
    expect(compileLanes(logistic, { ...few, stateSteps: 1e6 })).not.toBeNull();
  });

  test("a scalar without a value, and rows that do not fit", () => {
    expect(() => compileLanes(logistic, { scalars: {} })).toThrow('laneProgram: the map needs numbers for "r"');
    const ensemble = compileLanes(logistic, { scalars: {}, parameters: ["r"] })!;
    expect(() => ensemble.orbits(Float64Array.of(0.1, 0.2), 1, Float64Array.of(3))).toThrow(
      "lanes: 2 × 1 values of parameters expected, got 1",
    );
    expect(() => ensemble.advance(Float64Array.of(0.1), 0.5, new Float64Array(1), Float64Array.of(3))).toThrow(
      "lanes: steps must be an integer ≥ 0, got 0.5",
    );
  });

  // L = (1 − r)θ²/2 + rθ³/3 makes descent with η = 1 the logistic map: exactly so at r = 2, all numbers dyadic.
  test("the logistic map, by formula and as descent", () => {
    const problem = logisticBridge(2);
    const descent = updateMap(problem.lossProgram(1), { type: "gd" });
    const byDescent = compileLanes(descent, { scalars: { stepSize: 1 }, data: dataOf(problem) })!;
    const byFormula = compileLanes(logistic, { scalars: { r: 2 } })!;
    const starts = Float64Array.of(0.25, 0.5, 0.75);
    expectSame(byDescent.orbits(starts, 3), byFormula.orbits(starts, 3));
  });
});
