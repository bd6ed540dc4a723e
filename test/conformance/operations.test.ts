import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng, type Rng } from "../../src/numeric/index.ts";
import * as p from "../../src/program/index.ts";
import { agree, engines, evaluate, type Inputs } from "./engines.ts";

// Every operation on random shapes, inputs of every kind: the engines agree with the interpreter bit for bit where
// IEEE 754 or the order of additions decides the result, and within the stated ulps for functions and free sums.

const [reference, ...others] = engines;

type Sample = { readonly nodes: readonly p.Node[]; readonly inputs: Inputs; readonly ulps?: number };
type Draw = (rng: Rng) => Sample;

const SPECIAL = [0, -0, 1, -1, Infinity, -Infinity, Number.NaN, 5e-324, -5e-324, 1e-310, 1.7e308, 0.5, 2];
const wild = (rng: Rng) =>
  rng.uniform() < 0.3 ? SPECIAL[rng.integer(SPECIAL.length)]! : rng.normal() * 10 ** (rng.integer(5) - 2);
const tame = (rng: Rng) => rng.normal();

function shapeOf(rng: Rng, least = 0): number[] {
  return Array.from({ length: least + rng.integer(5 - least) }, () => 1 + rng.integer(6));
}

/** An input tensor of its own buffer, filled by `draw`; it begins a little inside the buffer. */
function tensor(
  rng: Rng,
  name: string,
  shape: p.Shape,
  draw: (rng: Rng) => number,
  inputs: Record<string, Float64Array>,
) {
  const offset = rng.integer(3);
  inputs[name] = Float64Array.from({ length: p.sizeOf(shape) + offset }, () => draw(rng));
  return p.input(name, shape, { offset, role: "data" });
}

const unary =
  (f: (x: p.Node, rng: Rng) => p.Node, draw = wild, least = 0, ulps?: number): Draw =>
  (rng) => {
    const inputs: Record<string, Float64Array> = {};
    const x = tensor(rng, "x", shapeOf(rng, least), draw, inputs);
    return { nodes: [f(x, rng)], inputs, ...(ulps === undefined ? {} : { ulps }) };
  };

const binary =
  (f: (a: p.Node, b: p.Node) => p.Node): Draw =>
  (rng) => {
    const inputs: Record<string, Float64Array> = {};
    const shape = shapeOf(rng);
    const a = tensor(rng, "a", shape, wild, inputs);
    const b = tensor(rng, "b", shape.slice(rng.integer(shape.length + 1)), wild, inputs);
    const c = SPECIAL[rng.integer(SPECIAL.length)]!;
    return { nodes: [f(a, b), f(a, p.constant(c, shape)), f(p.constant(c, shape), a), f(a, a)], inputs };
  };

const permutation = (rng: Rng, n: number) => {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
};

const draws = {
  input: unary((x) => x),
  constant: (rng) => {
    const shape = shapeOf(rng);
    const full = p.constant(
      Float64Array.from({ length: p.sizeOf(shape) }, () => wild(rng)),
      shape,
    );
    return { nodes: [full, p.constant(wild(rng), shape)], inputs: {} };
  },
  neg: unary(p.neg),
  abs: unary(p.abs),
  square: unary(p.square),
  sqrt: unary(p.sqrt),
  exp: unary(p.exp, wild, 0, 3),
  expm1: unary(p.expm1, wild, 0, 4),
  log: unary(p.log, wild, 0, 3),
  log1p: unary(p.log1p, wild, 0, 3),
  sin: unary(p.sin, wild, 0, 2),
  cos: unary(p.cos, wild, 0, 2),
  tanh: unary(p.tanh, wild, 0, 4),
  sigmoid: unary(p.sigmoid, wild, 0, 5),
  softplus: unary(p.softplus, wild, 0, 5),
  erf: unary(p.erf, wild, 0, 4),
  step: unary(p.step),
  pow: unary((x, rng) => p.pow(x, [0, 1, 2, 3, -1, 0.5, 1.5, -2.5, 6][rng.integer(9)]!), wild, 0, 4),
  add: binary(p.add),
  sub: binary(p.sub),
  mul: binary(p.mul),
  div: binary(p.div),
  max: binary(p.max),
  min: binary(p.min),
  less: binary(p.less),
  lessEqual: binary(p.lessEqual),
  select: (rng) => {
    const inputs: Record<string, Float64Array> = {};
    const shape = shapeOf(rng);
    const [a, b, c] = ["a", "b", "c"].map((name) => tensor(rng, name, shape, wild, inputs)) as [p.Node, p.Node, p.Node];
    const nodes = [
      p.select(a, b, c),
      p.select(p.less(a, b), c, 0),
      p.select(p.step(a), 0, c),
      p.select(p.lessEqual(a, b), b, -0),
    ];
    return { nodes, inputs };
  },
  broadcast: unary((x, rng) => {
    const shape = [...x.shape];
    const axes = x.shape.map((_, axis) => axis);
    for (let extra = rng.integer(3); extra > 0; extra--) {
      const at = rng.integer(shape.length + 1);
      shape.splice(at, 0, 1 + rng.integer(4));
      axes.forEach((axis, i) => {
        if (axis >= at) axes[i] = axis + 1;
      });
    }
    const order = permutation(rng, shape.length);
    const permuted = order.map((axis) => shape[axis]!);
    return p.broadcast(
      x,
      permuted,
      axes.map((axis) => order.indexOf(axis)),
    );
  }),
  sum: unary(
    (x, rng) =>
      p.sum(
        x,
        x.shape.map((_, axis) => axis).filter(() => rng.uniform() < 0.5),
      ),
    tame,
    0,
    64,
  ),
  reshape: unary((x, rng) =>
    p.reshape(p.transpose(x, permutation(rng, x.shape.length)), regroup(rng, p.sizeOf(x.shape))),
  ),
  transpose: unary((x, rng) => p.transpose(x, permutation(rng, x.shape.length))),
  slice: unary(
    (x, rng) => {
      const axis = rng.integer(x.shape.length);
      const length = 1 + rng.integer(x.shape[axis]!);
      return p.slice(x, axis, rng.integer(x.shape[axis]! - length + 1), length);
    },
    wild,
    1,
  ),
  pad: unary((x, rng) => p.pad(x, rng.integer(x.shape.length), rng.integer(4), rng.integer(4)), wild, 1),
  concat: unary(
    (x, rng) => {
      const axis = rng.integer(x.shape.length);
      const parts = Array.from({ length: 1 + rng.integer(4) }, () => (rng.uniform() < 0.5 ? x : p.neg(x)));
      return p.concat([...parts, p.slice(x, axis, 0, 1), p.constant(2, x.shape)], axis);
    },
    wild,
    1,
  ),
  gather: unary(
    (x, rng) => {
      const last = x.shape[x.shape.length - 1]!;
      const missing = rng.uniform() < 0.5 ? 1 : 0;
      const indices = Int32Array.from({ length: 1 + rng.integer(12) }, () => rng.integer(last + missing) - missing);
      return p.gather(x, indices, wild(rng));
    },
    wild,
    1,
  ),
  scatter: unary(
    (x, rng) => {
      const size = 1 + rng.integer(6);
      const indices = Int32Array.from({ length: x.shape[x.shape.length - 1]! }, () => rng.integer(size + 1) - 1);
      return p.scatter(x, indices, size);
    },
    wild,
    1,
  ),
  matmul: (rng) => {
    const inputs: Record<string, Float64Array> = {};
    const batch = Array.from({ length: rng.integer(3) }, () => 1 + rng.integer(3));
    const size = () => (rng.uniform() < 0.3 ? 1 + rng.integer(40) : 1 + rng.integer(9));
    const [rows, inner, columns] = [size(), size(), size()];
    const [ta, tb] = [rng.uniform() < 0.5, rng.uniform() < 0.5];
    const draw = rng.uniform() < 0.5 ? wild : tame;
    const a = tensor(rng, "a", [...batch, ...(ta ? [inner, rows] : [rows, inner])], draw, inputs);
    const b = tensor(rng, "b", [...batch, ...(tb ? [columns, inner] : [inner, columns])], draw, inputs);
    const row = tensor(rng, "c", [inner], draw, inputs);
    const repeated = p.broadcast(row, [...batch, inner, columns], [batch.length]);
    return { nodes: [p.matmul(a, b, ta, tb), p.matmul(a, repeated, ta, false)], inputs };
  },
  maxAlong: unary(p.maxAlong, wild, 1),
  argmaxMask: unary(p.argmaxMask, wild, 1),
  softmax: unary(
    (x, rng) => p.softmax(rng.uniform() < 0.5 ? x : p.transpose(x, permutation(rng, x.shape.length))),
    tame,
    1,
    64,
  ),
  logSumExp: unary(p.logSumExp, tame, 1, 64),
} satisfies { readonly [K in p.OpName]: Draw };

/** A random shape of the given size. */
function regroup(rng: Rng, size: number): number[] {
  const shape: number[] = [];
  for (let rest = size; rest > 1; ) {
    const factors = Array.from({ length: rest }, (_, i) => i + 1).filter((d) => d > 1 && rest % d === 0);
    const factor = factors[rng.integer(factors.length)]!;
    shape.push(factor);
    rest /= factor;
  }
  while (rng.uniform() < 0.3) shape.splice(rng.integer(shape.length + 1), 0, 1);
  return shape;
}

describe.each(others)("$name agrees with the interpreter", (engine) => {
  test.each(Object.entries(draws) as [p.OpName, Draw][])("%s", (op, draw) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const { nodes, inputs, ulps } = draw(createRng(seed, op));
        const expected = evaluate(reference, nodes, inputs);
        const actual = evaluate(engine, nodes, inputs);
        const scale = op === "sum" || op === "logSumExp" ? 1 : 0;
        expected.forEach((values, n) => {
          values.forEach((value, i) => {
            const found = actual[n]![i]!;
            const where = `output ${n} [${nodes[n]!.shape}] element ${i}: ${found}, reference ${value}`;
            if (!agree(found, value, ulps, scale)) expect.fail(where);
          });
        });
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});
