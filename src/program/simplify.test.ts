import { describe, expect, test } from "vitest";
import * as p from "./index.ts";
import { simplify } from "./simplify.ts";

const x = p.input("x", [3], { role: "data" });
const y = p.input("y", [3], { role: "data" });

/** What a node becomes. */
const simplified = (node: p.Node) => simplify(p.buildProgram([{ buffer: "out", offset: 0, node }])).outputs[0]!.node;

describe("simplify", () => {
  // Each identity holds for every double: x·1, x/1, x − (+0), x + (−0), −(−x), a + (−b) = a − b, (−a)(−b) = ab.
  test.each([
    ["x·1", p.mul(x, 1), x],
    ["1·x", p.mul(1, x), x],
    ["x/1", p.div(x, 1), x],
    ["x − 0", p.sub(x, 0), x],
    ["x + (−0)", p.add(x, -0), x],
    ["−(−x)", p.neg(p.neg(x)), x],
    ["select(c, x, x)", p.select(p.less(x, y), x, x), x],
    ["transpose twice", p.transpose(p.transpose(p.reshape(x, [3, 1]), [1, 0]), [1, 0]), p.reshape(x, [3, 1])],
  ])("%s", (_, node, expected) => {
    const found = simplified(node);
    expect([found.op, found.operands, found.shape]).toEqual([expected.op, expected.operands, expected.shape]);
  });

  // −0 + 0 = +0, so adding +0 is not the identity; 0·x is NaN at infinity; 0 − 0 = +0 but −0 is not.
  test.each([
    ["x + 0", p.add(x, 0), "add"],
    ["0·x", p.mul(x, 0), "mul"],
    ["0 − x", p.sub(p.constant(0, [3]), x), "sub"],
    ["x/3", p.div(x, 3), "div"],
  ])("%s stays", (_, node, op) => {
    expect(simplified(node).op).toBe(op);
  });

  test("signs go outwards and become differences", () => {
    const found = simplified(p.add(p.mul(p.neg(x), y), x));
    expect(found.op).toBe("sub");
    expect(found.operands[0]).toBe(x);
    expect(found.operands[1]!.op).toBe("mul");
  });

  test("division by a power of two is a product, exactly", () => {
    const found = simplified(p.div(x, -0.125));
    expect(found.op).toBe("mul");
    expect(found.operands[1]!.attributes).toEqual({ values: Float64Array.of(-8) });
  });

  test("equal nodes are computed once, whatever made them", () => {
    const program = simplify(
      p.buildProgram([
        { buffer: "a", offset: 0, node: p.exp(p.mul(x, y)) },
        { buffer: "b", offset: 0, node: p.neg(p.exp(p.mul(x, y))) },
        { buffer: "c", offset: 0, node: p.mul(x, p.add(p.constant(1), 1).shape.length === 0 ? 2 : 3) },
      ]),
    );
    expect(program.nodes.filter((n) => n.op === "exp")).toHaveLength(1);
    expect(program.nodes.map((n) => n.op).sort()).toEqual(
      ["constant", "exp", "input", "input", "mul", "mul", "neg"].sort(),
    );
  });

  test("correctly rounded operations on constants are folded, others are left to the engine", () => {
    const sum = simplified(p.add(p.constant([1, 2], [2]), p.sqrt(p.constant(2, [2]))));
    expect(sum.attributes).toEqual({ values: Float64Array.of(1 + Math.SQRT2, 2 + Math.SQRT2) });
    expect(simplified(p.exp(p.constant(1))).op).toBe("exp");
  });

  test("what is equal for all copies is computed before copying", () => {
    const spread = (z: p.Node) => p.broadcast(z, [5, 3], [1]);
    const found = simplified(p.mul(p.mul(spread(x), spread(y)), 2));
    expect(found.op).toBe("broadcast");
    expect(found.operands[0]!.shape).toEqual([3]);
  });

  test("a buffer that lost its last reader keeps its place", () => {
    const program = simplify(p.buildProgram([{ buffer: "out", offset: 0, node: p.select(p.constant(1, [3]), x, y) }]));
    expect(program.bufferSizes).toEqual({ x: 3, y: 3, out: 3 });
  });
});

describe("without rounding", () => {
  const kept = (node: p.Node) =>
    simplify(p.buildProgram([{ buffer: "out", offset: 0, node }]), undefined, { rounding: "never" }).outputs[0]!.node;

  // 0.1·3 is 3/10 for whoever wrote it, and 0.30000000000000004 in doubles.
  test.each([
    ["0.1·3", p.mul(p.constant(0.1), 3), "mul"],
    ["1/3", p.div(p.constant(1), 3), "div"],
    ["0.1 + 0.2", p.add(p.constant(0.1), 0.2), "add"],
    ["√2", p.sqrt(p.constant(2)), "sqrt"],
  ])("%s stays", (_, node, op) => {
    expect(simplified(node).op).toBe("constant");
    expect(kept(node).op).toBe(op);
  });

  test("integers and choices fold", () => {
    expect(kept(p.mul(p.constant(6), 7))).toMatchObject({
      op: "constant",
      attributes: { values: Float64Array.of(42) },
    });
    expect(kept(p.neg(p.constant(0.1)))).toMatchObject({
      op: "constant",
      attributes: { values: Float64Array.of(-0.1) },
    });
    expect(kept(p.max(p.constant(0.1), 0.2))).toMatchObject({
      op: "constant",
      attributes: { values: Float64Array.of(0.2) },
    });
  });
});
