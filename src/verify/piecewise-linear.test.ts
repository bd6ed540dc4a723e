// Every piecewise-linear activation of the grammar as exact pieces, against the interpreter-free evaluation of its own
// definition (docstring of network/activation.ts) at random points; slopes and flat levels are those of the definition.
import { describe, expect, test } from "vitest";
import { toNumber } from "../modular/index.ts";
import { readActivation } from "../network/activation.ts";
import { createRng } from "../numeric/index.ts";
import * as p from "../program/index.ts";
import { piecewiseLinear } from "./piecewise-linear.ts";

const clip = (x: number, lo: number, hi: number) => Math.min(Math.max(x, lo), hi);
const definitions: readonly [Parameters<typeof readActivation>[0], (x: number) => number, number][] = [
  ["identity", (x) => x, 1],
  ["relu", (x) => Math.max(x, 0), 2],
  [{ type: "leakyRelu", slope: 0.25 }, (x) => (x > 0 ? x : x / 4), 2],
  ["abs", Math.abs, 2],
  ["relu6", (x) => clip(x, 0, 6), 3],
  ["hardTanh", (x) => clip(x, -1, 1), 3],
  ["hardSigmoid", (x) => clip(x + 3, 0, 6) / 6, 3],
];

describe("piecewiseLinear", () => {
  test.each(definitions)("%j", (spec, f, count) => {
    const x = p.input("x", [], { role: "data" });
    const pieces = piecewiseLinear(readActivation(spec)(x), x)!;
    expect(pieces).toHaveLength(count);
    const rng = createRng(7, "piecewise-linear");
    for (let draw = 0; draw < 200; draw++) {
      const at = 10 * rng.normal();
      const piece = pieces.findLast(({ from }) => from === null || toNumber(from) <= at)!;
      expect(toNumber(piece.slope) * at + toNumber(piece.intercept)).toBeCloseTo(f(at), 12);
    }
  });

  test.each(["tanh", "hardSwish", "softsign", "elu", "square", "step"])("%s is none", (name) => {
    const x = p.input("x", [], { role: "data" });
    expect(piecewiseLinear(readActivation(name as "tanh")(x), x)).toBe(null);
  });

  test("a maximum of three lines, with the pieces that matter", () => {
    const x = p.input("x", [], { role: "data" });
    const pieces = piecewiseLinear(p.max(p.max(p.neg(x), p.constant(1)), p.sub(p.mul(3, x), 2)), x)!;
    expect(
      pieces.map(({ from, slope, intercept }) => [from && toNumber(from), toNumber(slope), toNumber(intercept)]),
    ).toEqual([
      [null, -1, 0],
      [-1, 0, 1],
      [1, 3, -2],
    ]);
  });
});
