// Rearranged programs compute the same real function: on random programs their values differ from the originals by the
// rounding of sums whose largest term is known; on programs whose arithmetic is exact they do not differ at all. And
// they are shorter where the mathematics says so: a network that sees m samples x_i through one activation has, with
// C₁ = Σ w x², C₂ = Σ w x y, the gradient of a single sample.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { interpreterEngine } from "../compile/index.ts";
import { scalarize } from "../compile/lane/scalarize.ts";
import { mapAsProgram, updateMap } from "../descent/index.ts";
import { networkProblem } from "../network/index.ts";
import { createRng, type Rng } from "../numeric/index.ts";
import { twoWeightNetwork } from "../problems/index.ts";
import * as p from "./index.ts";

const names = ["x", "y", "z"];

/** Random operations on three numbers; products of sums, kinks, conditions and their sums most of all. */
function randomProgram(rng: Rng, constants: () => number): p.Program {
  const nodes: p.Node[] = names.map((name) => p.input(name, [], { role: "data" }));
  const any = () => nodes[rng.integer(nodes.length)]!;
  const late = () => nodes[nodes.length - 1 - rng.integer(Math.min(4, nodes.length))]!;
  for (let k = 4 + rng.integer(20); k > 0; k--) {
    const draw = rng.integer(12);
    if (draw < 3) nodes.push(p.mul(any(), late()));
    else if (draw < 6) nodes.push([p.add, p.sub][rng.integer(2)]!(any(), late()));
    else if (draw === 6) nodes.push(p.mul(late(), constants()));
    else if (draw === 7) nodes.push(p.max(late(), rng.uniform() < 0.5 ? 0 : constants()));
    else if (draw === 8) nodes.push(p.select(p.less(0, any()), late(), rng.uniform() < 0.7 ? 0 : any()));
    else if (draw === 9) nodes.push(p.select(p.less(any(), constants()), rng.uniform() < 0.7 ? 0 : any(), late()));
    else if (draw === 10) nodes.push([p.step, p.abs, p.neg, p.square][rng.integer(4)]!(any()));
    else nodes.push(p.min(any(), late()));
    const last = nodes.pop()!;
    nodes.push(p.max(p.min(last, 64), -64));
    if (rng.uniform() < 0.7) nodes[nodes.length - 1] = last;
  }
  return p.buildProgram([late(), late()].map((node, offset) => ({ buffer: "out", offset, node })));
}

function evaluate(program: p.Program, values: readonly number[]): Float64Array {
  const executable = interpreterEngine.load(program);
  names.forEach((name, i) => {
    executable.buffers[name]?.fill(values[i]!);
  });
  executable.run();
  const out = executable.buffers["out"]!.slice();
  executable.dispose();
  return out;
}

describe("random programs", () => {
  // Small integers, and powers of two as coefficients: nothing is rounded, so nothing may change but zeros' signs.
  test("of exact arithmetic keep their values", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const rng = createRng(seed, "rearrange");
        const program = p.simplify(randomProgram(rng, () => [-2, -1, 0.5, 2, 4][rng.integer(5)]!));
        const short = p.rearrange(program);
        expect(p.operationCount(short)).toBeLessThanOrEqual(p.operationCount(program));
        for (let k = 0; k < 6; k++) {
          const values = names.map(() => rng.integer(7) - 3);
          const [found, truth] = [evaluate(short, values), evaluate(program, values)];
          if (truth.every((t) => Number.isSafeInteger(t * 2 ** 20))) {
            expect([values, found.map((x) => x + 0)]).toEqual([values, truth.map((x) => x + 0)]);
          }
        }
      }),
      { numRuns: 1500, seed: 2 },
    );
  });
});

/** The two-weight network with m samples of its own. */
function manySamples(m: number): p.Problem {
  const layer = { type: "dense", units: 1, bias: false, activation: "relu" } as const;
  const rng = createRng(m, "samples");
  const draw = () => Float64Array.from({ length: m }, () => 0.2 + 2 * rng.uniform());
  return networkProblem(
    { input: [1], layers: [layer, layer] },
    { type: "mse", scale: 0.5 },
    { inputs: draw(), targets: draw(), sampleCount: m, weights: new Float64Array(m).fill(1 / m) },
  );
}

function stepOf(problem: p.Problem): p.Program {
  const { data, frozen, weights, sampleCount } = problem;
  const map = updateMap(problem.lossProgram(sampleCount), { type: "gd" });
  const known = { ...data, frozen, weights, stepSize: Float64Array.of(0.15) };
  return p.simplify(scalarize(p.simplify(mapAsProgram(map)), known), p.scalarIdentities());
}

// a = max(u, 0), t = va, e = C(t − 1) where t > 0: u + ve, v + ae. Ten operations, whatever the number of samples.
test.each([1, 2, 5, 40])("a step on the two-weight network with %d samples: ten operations", (m) => {
  const problem = m === 2 ? twoWeightNetwork().problem : manySamples(m);
  expect(p.operationCount(p.rearrange(stepOf(problem)))).toBeLessThanOrEqual(10);
});

test("and the step that it was, to 2⁻⁵⁰ of its largest term", () => {
  const problem = manySamples(5);
  const [exact, short] = [stepOf(problem), p.rearrange(stepOf(problem))];
  const load = (program: p.Program) => {
    const { buffers, run } = interpreterEngine.load(program);
    return (u: number, v: number) => {
      buffers["theta"]!.set([u, v]);
      run();
      return [...buffers["nextTheta"]!];
    };
  };
  const [truth, found] = [load(exact), load(short)];
  const rng = createRng(1, "points");
  for (let k = 0; k < 200; k++) {
    const [u, v] = [3 * rng.normal(), 3 * rng.normal()];
    const largest = Math.abs(u) + Math.abs(v) + 5 * (u * u + v * v) ** 1.5;
    const [a, b] = [truth(u, v), found(u, v)];
    for (const i of [0, 1]) expect(Math.abs(a[i]! - b[i]!)).toBeLessThanOrEqual(2 ** -50 * largest);
  }
});
