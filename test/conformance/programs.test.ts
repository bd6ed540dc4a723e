import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/compile/engine.ts";
import { interpreterEngine } from "../../src/compile/interpreter/interpreter.ts";
import { createRng, type Rng } from "../../src/numeric/index.ts";
import * as p from "../../src/program/index.ts";
import { agree, engines } from "./engines.ts";

// Random programs of all shapes: whatever the compiler fuses, views, reorders or puts in the same memory, the outputs
// must be those of the interpreter. In the first suite every value is a small integer, so that sums are exact in any
// order and the comparison is bit for bit; in the second all functions are smooth and values stay near 1.

const [, ...others] = engines;

/** Keeps magnitudes small without leaving the integers. */
const bound = (x: p.Node) => p.max(p.min(x, 7), -7);
const smooth = (x: p.Node) => p.tanh(x);

/** One more node from those that exist; null when the draw does not fit them. */
type Grow = (rng: Rng, nodes: readonly p.Node[], keep: (x: p.Node) => p.Node) => p.Node | null;

const any = (rng: Rng, nodes: readonly p.Node[]) => nodes[rng.integer(nodes.length)]!;
const withRank = (rng: Rng, nodes: readonly p.Node[], rank: number) => {
  const found = nodes.filter((n) => n.shape.length >= rank);
  return found.length === 0 ? null : any(rng, found);
};
const sameShape = (rng: Rng, nodes: readonly p.Node[], shape: p.Shape) =>
  any(
    rng,
    nodes.filter((n) => p.sameShape(n.shape, shape)),
  );
const shuffled = (rng: Rng, n: number) => {
  const order: number[] = [];
  for (let i = 0; i < n; i++) order.splice(rng.integer(i + 1), 0, i);
  return order;
};

const structural: readonly Grow[] = [
  (rng, nodes, keep) => {
    const x = any(rng, nodes);
    return keep(
      p.sum(
        x,
        x.shape.map((_, axis) => axis).filter(() => rng.uniform() < 0.5),
      ),
    );
  },
  (rng, nodes) => {
    const x = any(rng, nodes);
    if (p.sizeOf(x.shape) > 400) return null;
    const at = rng.integer(x.shape.length + 1);
    const shape = x.shape.toSpliced(at, 0, 1 + rng.integer(4));
    return p.broadcast(
      x,
      shape,
      x.shape.map((_, axis) => (axis >= at ? axis + 1 : axis)),
    );
  },
  (rng, nodes) => {
    const x = any(rng, nodes);
    return p.transpose(x, shuffled(rng, x.shape.length));
  },
  (rng, nodes) => {
    const x = any(rng, nodes);
    return p.reshape(x, [p.sizeOf(x.shape)]);
  },
  (rng, nodes) => {
    const x = any(rng, nodes);
    const size = p.sizeOf(x.shape);
    const cut = [2, 3, 4, 5].filter((d) => size % d === 0)[0];
    return cut === undefined ? null : p.reshape(x, [size / cut, cut]);
  },
  (rng, nodes) => {
    const x = withRank(rng, nodes, 1);
    if (!x) return null;
    const axis = rng.integer(x.shape.length);
    const length = 1 + rng.integer(x.shape[axis]!);
    return p.slice(x, axis, rng.integer(x.shape[axis]! - length + 1), length);
  },
  (rng, nodes) => {
    const x = withRank(rng, nodes, 1);
    if (!x || p.sizeOf(x.shape) > 400) return null;
    return p.pad(x, rng.integer(x.shape.length), rng.integer(3), rng.integer(3));
  },
  (rng, nodes) => {
    const x = withRank(rng, nodes, 1);
    if (!x || p.sizeOf(x.shape) > 400) return null;
    return p.concat([x, sameShape(rng, nodes, x.shape)], rng.integer(x.shape.length));
  },
  (rng, nodes) => {
    const x = withRank(rng, nodes, 1);
    if (!x || p.sizeOf(x.shape) > 400) return null;
    const last = x.shape[x.shape.length - 1]!;
    return p.gather(
      x,
      Int32Array.from({ length: 1 + rng.integer(6) }, () => rng.integer(last + 1) - 1),
      2,
    );
  },
  (rng, nodes, keep) => {
    const x = withRank(rng, nodes, 1);
    if (!x) return null;
    const size = 1 + rng.integer(5);
    const indices = Int32Array.from({ length: x.shape[x.shape.length - 1]! }, () => rng.integer(size + 1) - 1);
    return keep(p.scatter(x, indices, size));
  },
  (rng, nodes, keep) => {
    const a = withRank(rng, nodes, 2);
    const b = a && withRank(rng, nodes, 2);
    if (!a || !b) return null;
    const x = p.reshape(a, [p.sizeOf(a.shape.slice(0, -1)), a.shape[a.shape.length - 1]!]);
    const y = p.reshape(b, [p.sizeOf(b.shape.slice(0, -1)), b.shape[b.shape.length - 1]!]);
    const inner = Math.min(x.shape[1]!, y.shape[0]!);
    const left = p.slice(x, 1, 0, inner);
    const right = p.slice(y, 0, 0, inner);
    return keep(
      rng.uniform() < 0.5
        ? p.matmul(left, right)
        : p.matmul(p.transpose(left, [1, 0]), p.transpose(right, [1, 0]), true, true),
    );
  },
];

const exactOnes: readonly Grow[] = [
  (rng, nodes) => {
    const x = any(rng, nodes);
    return [p.neg, p.abs, p.step][rng.integer(3)]!(x);
  },
  (rng, nodes, keep) => keep(p.square(any(rng, nodes))),
  (rng, nodes, keep) => {
    const x = any(rng, nodes);
    const y = rng.uniform() < 0.2 ? p.constant(rng.integer(5) - 2, x.shape) : sameShape(rng, nodes, x.shape);
    return keep([p.add, p.sub, p.mul, p.max, p.min, p.less, p.lessEqual][rng.integer(7)]!(x, y));
  },
  (rng, nodes) => {
    const x = any(rng, nodes);
    const condition = p.less(x, rng.integer(5) - 2);
    return p.select(
      condition,
      sameShape(rng, nodes, x.shape),
      rng.uniform() < 0.3 ? 0 : sameShape(rng, nodes, x.shape),
    );
  },
  (rng, nodes) => {
    const x = withRank(rng, nodes, 1);
    return x && [p.maxAlong, p.argmaxMask][rng.integer(2)]!(x);
  },
  ...structural,
];

const smoothOnes: readonly Grow[] = [
  (rng, nodes) => [p.tanh, p.sigmoid, p.sin, p.cos, p.erf, p.neg][rng.integer(6)]!(any(rng, nodes)),
  (rng, nodes, keep) => keep([p.exp, p.softplus, p.expm1, p.square][rng.integer(4)]!(any(rng, nodes))),
  (rng, nodes) => [p.log, p.sqrt, p.log1p][rng.integer(3)]!(p.add(p.square(any(rng, nodes)), 1)),
  (rng, nodes, keep) => {
    const x = any(rng, nodes);
    return keep([p.add, p.sub, p.mul][rng.integer(3)]!(x, sameShape(rng, nodes, x.shape)));
  },
  (rng, nodes) => {
    const x = any(rng, nodes);
    return p.div(sameShape(rng, nodes, x.shape), p.add(p.abs(x), 1));
  },
  (rng, nodes) => {
    const x = withRank(rng, nodes, 1);
    return x && p.softmax(x);
  },
  (rng, nodes, keep) => {
    const x = withRank(rng, nodes, 1);
    return x && keep(p.logSumExp(x));
  },
  ...structural,
];

function randomProgram(rng: Rng, grow: readonly Grow[], keep: (x: p.Node) => p.Node, fill: (rng: Rng) => number) {
  const values: Record<string, Float64Array> = {};
  const nodes: p.Node[] = [];
  for (let i = 0; i < 3; i++) {
    const shape = Array.from({ length: rng.integer(4) }, () => 1 + rng.integer(6));
    values[`x${i}`] = Float64Array.from({ length: p.sizeOf(shape) + 1 }, () => fill(rng));
    nodes.push(p.input(`x${i}`, shape, { offset: rng.integer(2), role: "data" }));
  }
  nodes.push(p.constant(fill(rng), [3, 2]));
  for (let i = rng.integer(40); i >= 0; i--) {
    const node = grow[rng.integer(grow.length)]!(rng, nodes, keep);
    if (node && p.sizeOf(node.shape) < 3000) nodes.push(node);
  }
  const offsets: Record<string, number> = { a: 0, b: 1 };
  const outputs: p.Output[] = [];
  for (let i = 1 + rng.integer(5); i > 0; i--) {
    const node = any(rng, nodes.slice(-12));
    const buffer = rng.uniform() < 0.5 ? "a" : "b";
    outputs.push({ buffer, offset: offsets[buffer]!, node });
    offsets[buffer]! += p.sizeOf(node.shape) + rng.integer(2);
  }
  return { program: p.buildProgram(outputs), values };
}

/** Output buffers of one engine after two runs; the second finds the memory used. */
function run(engine: Engine, program: p.Program, values: Readonly<Record<string, Float64Array>>) {
  const executable = engine.load(program);
  for (const [name, v] of Object.entries(values)) {
    const buffer = executable.buffers[name];
    buffer?.set(v.subarray(0, buffer.length));
  }
  executable.run();
  executable.run();
  return executable.buffers;
}

type Fill = (rng: Rng) => number;

function compare(
  [grow, keep, fill]: readonly [readonly Grow[], (x: p.Node) => p.Node, Fill],
  engine: Engine,
  rewrite: (program: p.Program) => p.Program,
  ulps?: number,
): void {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const { program, values } = randomProgram(createRng(seed, "programs"), grow, keep, fill);
      const expected = run(interpreterEngine, program, values);
      const actual = run(engine, rewrite(program), values);
      for (const name of Object.keys(program.bufferSizes)) {
        expected[name]!.forEach((value, i) => {
          const found = actual[name]![i]!;
          if (!agree(found, value, ulps, 1)) expect.fail(`${name}[${i}] is ${found}, reference ${value}`);
        });
      }
    }),
    { numRuns: 400, seed: 11 },
  );
}

const same = (x: p.Program) => x;

describe.each(others)("random programs on $name", (engine) => {
  test("integers, bit for bit", () => compare([exactOnes, bound, (rng) => rng.integer(7) - 3], engine, same));
  test("smooth functions, to 2⁻⁴⁰ of the largest", () =>
    compare([smoothOnes, smooth, (rng) => rng.normal()], engine, same, 2 ** 12));
});

// Simplification promises the same bits for every double, so the interpreter must not notice it.
test("simplified random programs, bit for bit on any doubles", () => {
  const special = [0, -0, Infinity, -Infinity, Number.NaN, 5e-324, 1.7e308, 1, -1];
  const wild = (rng: Rng) => (rng.uniform() < 0.3 ? special[rng.integer(special.length)]! : rng.normal());
  compare([exactOnes, (x) => x, wild], interpreterEngine, p.simplify);
});
