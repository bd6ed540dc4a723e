// Leaving out additions of +0 whose effect on the sign of a zero nobody can tell keeps every output, bit for bit: random
// programs of single numbers on values of which every other is a zero of either sign, against the interpreter.
import fc from "fast-check";
import { expect, test } from "vitest";
import { interpreterEngine } from "../compile/index.ts";
import { createRng, type Rng } from "../numeric/index.ts";
import * as p from "./index.ts";

const values = [0, -0, 0, -0, 1, -1, 0.5, Infinity, -Infinity, Number.NaN, 5e-324];
const binary = [p.add, p.add, p.sub, p.mul, p.div, p.max, p.min, p.less];
const unary = [
  p.neg,
  p.abs,
  p.square,
  p.sqrt,
  p.step,
  p.tanh,
  p.exp,
  (x: p.Node) => p.add(0, x),
  (x: p.Node) => p.max(x, 0),
];

function randomProgram(rng: Rng): p.Program {
  const nodes: p.Node[] = Array.from({ length: 4 }, (_, i) => p.input("x", [], { offset: i, role: "data" }));
  const any = () => nodes[rng.integer(nodes.length)]!;
  nodes.push(p.constant(0), p.constant(-0), p.constant(2));
  for (let k = 0; k < 20; k++) {
    const draw = rng.uniform();
    if (draw < 0.5) nodes.push(unary[rng.integer(unary.length)]!(any()));
    else if (draw < 0.9) nodes.push(binary[rng.integer(binary.length)]!(any(), any()));
    else nodes.push(p.select(p.less(any(), any()), any(), any()));
  }
  const outputs = nodes.slice(-3).map((node, offset) => ({ buffer: "y", offset, node }));
  return p.buildProgram(outputs, { x: 4 });
}

function run(program: p.Program, x: Float64Array): Float64Array {
  const executable = interpreterEngine.load(program);
  executable.buffers["x"]!.set(x);
  executable.run();
  return executable.buffers["y"]!.slice();
}

const count = (program: p.Program) => program.nodes.filter((node) => node.op === "add").length;

test("outputs keep their bits, and additions go", () => {
  let [before, after] = [0, 0];
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const rng = createRng(seed, "zero signs");
      const program = randomProgram(rng);
      const bare = p.withoutIdleZeros(program);
      before += count(program);
      after += count(bare);
      for (let k = 0; k < 8; k++) {
        const x = Float64Array.from({ length: 4 }, () => values[rng.integer(values.length)]!);
        const [found, truth] = [run(bare, x), run(program, x)];
        for (let i = 0; i < 3; i++) expect(Object.is(found[i], truth[i])).toBe(true);
      }
    }),
    { numRuns: 400, seed: 2 },
  );
  expect(before - after).toBeGreaterThan(50);
});

// (0 + x) + y with y that may be −0 must keep its +0; before a comparison, or beside a number that is no −0, it need not.
test("what is left out", () => {
  const [x, y] = [0, 1].map((offset) => p.input("x", [], { offset, role: "data" })) as [p.Node, p.Node];
  const sum = p.add(0, x);
  const left = (node: p.Node) => count(p.withoutIdleZeros(p.buildProgram([{ buffer: "y", offset: 0, node }])));
  expect(left(p.add(sum, y))).toBe(2);
  expect(left(p.less(sum, y))).toBe(0);
  expect(left(p.add(sum, p.abs(y)))).toBe(1);
  expect(left(p.add(sum, p.add(0, y)))).toBe(2); // one of the two +0 must stay
  expect(left(p.add(0, p.mul(sum, 0.9)))).toBe(1);
});
