import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gradient } from "../../autodiff/index.ts";
import * as p from "../../program/index.ts";
import { wasmEngine } from "./engine.ts";
import { lower } from "./lower.ts";
import { planMemory } from "./memory-plan.ts";
import { schedule } from "./schedule.ts";
import { type Place, Temporary } from "./steps.ts";

/** The loss ½ mean |W₂ tanh(W₁x + b) − y|² and its gradient, as a program. */
function network(samples: number, inputs: number, hidden: number): p.Program {
  const theta = (shape: p.Shape, offset: number) => p.input("theta", shape, { offset, role: "parameter" });
  const w1 = theta([hidden, inputs], 0);
  const b = theta([hidden], hidden * inputs);
  const w2 = theta([1, hidden], hidden * (inputs + 1));
  const x = p.input("x", [samples, inputs], { role: "data", perSample: true });
  const y = p.input("y", [samples, 1], { role: "data", perSample: true });
  const z = p.matmul(x, w1, false, true);
  const residual = p.sub(p.matmul(p.tanh(p.add(z, p.broadcast(b, z.shape, [1]))), w2, false, true), y);
  const loss = p.mul(0.5 / samples, p.sum(p.square(residual)));
  const [g1, gb, g2] = gradient(loss, [w1, b, w2]) as [p.Node, p.Node, p.Node];
  return p.buildProgram([
    { buffer: "loss", offset: 0, node: loss },
    { buffer: "gradient", offset: 0, node: g1 },
    { buffer: "gradient", offset: hidden * inputs, node: gb },
    { buffer: "gradient", offset: hidden * (inputs + 1), node: g2 },
  ]);
}

function compile(given: p.Program) {
  const program = p.simplify(given);
  const plan = schedule(program);
  const lowered = lower(program, plan);
  return { program, lowered, plan: planMemory(program, lowered, plan.views) };
}

describe("lowering", () => {
  // Products: x·W₁ᵀ, h·W₂ᵀ, r·W₂, rᵀh, δᵀx. Loops: tanh with its bias; residual, loss and signal; δ with the bias
  // gradient. The derivative 1 − h² sinks into the loop that uses it and is never stored.
  test("a gradient is its products and one loop between them", () => {
    const { lowered } = compile(network(8, 3, 5));
    expect(lowered.steps.filter((s) => s.kind === "product")).toHaveLength(5);
    const loops = lowered.steps.flatMap((s) => (s.kind === "loop" && s.kernel.operations.length > 1 ? [s] : []));
    expect(loops.map((s) => s.kernel.operations.map((o) => o.op))).toEqual([
      ["add", "tanh"],
      ["sub", "square", "mul", "mul"],
      ["square", "sub", "mul"],
    ]);
    expect(loops.map((s) => s.writes.length)).toEqual([1, 2, 2]);
  });

  test("results are computed where the caller reads them", () => {
    const { lowered } = compile(network(8, 3, 5));
    expect([...lowered.windows.values()].map((w) => w.offset).sort((a, b) => a - b)).toEqual([0, 0, 15, 20]);
  });

  // Of the four parts the first is computed in its place, the second is read elsewhere too, a sum and a product are not
  // elementwise: these are copied.
  test("parts of a concatenation are computed in place when nothing else reads them", () => {
    const x = p.input("x", [4, 6], { role: "data" });
    const shared = p.mul(x, 2);
    const outer = p.mul(
      p.broadcast(p.slice(x, 1, 0, 2), [4, 2, 3], [0, 1]),
      p.broadcast(p.slice(x, 1, 3, 3), [4, 2, 3], [0, 2]),
    );
    const parts = [p.reshape(outer, [4, 6]), shared, p.sum(p.reshape(x, [4, 2, 3]), [2]), p.matmul(x, x, false, true)];
    const joined = p.concat(parts, 1);
    const { lowered } = compile(
      p.buildProgram([
        { buffer: "joined", offset: 0, node: joined },
        { buffer: "sum", offset: 0, node: p.sum(shared) },
      ]),
    );
    const direct = lowered.steps.filter(
      (s) =>
        s.kind === "loop" &&
        s.kernel.operations.length > 0 &&
        s.writes.some((w) => "node" in w && w.node.op === "concat"),
    );
    const copied = lowered.steps.filter((s) => s.kind === "loop" && s.kernel.operations.length === 0);
    expect([direct.length, copied.length]).toEqual([1, 3]);
  });
});

describe("memory", () => {
  test("values that live at the same time never share bytes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (m, d, h) => {
          const { lowered, plan } = compile(network(m, d, h));
          const lives = new Map<object, { first: number; last: number; from: number; to: number }>();
          lowered.steps.forEach((step, time) => {
            for (const place of [...step.reads, ...step.writes]) {
              const value = valueAt(place);
              if (!value) continue;
              const from = plan.addressOf({ ...place, offset: 0 });
              const size = value instanceof Temporary ? value.size : p.sizeOf((value as p.Node).shape);
              const life = lives.get(value) ?? { first: time, last: time, from, to: from + 8 * size };
              lives.set(value, { ...life, last: time });
            }
          });
          const all = [...lives.values()];
          all.forEach((a, i) => {
            for (const b of all.slice(i + 1)) {
              const together = a.first <= b.last && b.first <= a.last;
              expect(together && a.from < b.to && b.from < a.to).toBe(false);
            }
          });
        },
      ),
    );
  });

  // A chain of equal steps needs two arrays in turn, however long it is.
  test("memory of finished values is used again", () => {
    const rows = 64;
    const chain = (length: number) => {
      let x = p.input("x", [rows, rows], { role: "data" });
      for (let i = 0; i < length; i++) x = p.matmul(x, x);
      return compile(p.buildProgram([{ buffer: "out", offset: 0, node: x }])).plan.scratchBytes;
    };
    expect(chain(20)).toBe(chain(4));
  });

  test("a program beyond four gibibytes is refused with its size", () => {
    const x = p.input("x", [20_000], { role: "data" });
    const table = p.add(p.broadcast(x, [20_000, 20_000], [0]), p.broadcast(x, [20_000, 20_000], [1]));
    const program = p.buildProgram([{ buffer: "out", offset: 0, node: p.matmul(table, p.square(table)) }]);
    expect(() => wasmEngine.load(program)).toThrow(/needs \d+\.\d GiB, more than the 4 GiB/);
  });

  test("an executable that was disposed of says so", () => {
    const executable = wasmEngine.load(network(2, 1, 1));
    executable.run();
    executable.dispose();
    expect(() => executable.run()).toThrow("disposed");
  });

  test("a thousand programs may be compiled and dropped", () => {
    const x = p.input("x", [3], { role: "data" });
    const program = p.buildProgram([{ buffer: "out", offset: 0, node: p.add(x, 1) }]);
    for (let i = 0; i < 1000; i++) {
      const executable = wasmEngine.load(program);
      executable.run();
      executable.dispose();
    }
  });
});

function valueAt(place: Place): object | null {
  if ("temporary" in place) return place.temporary;
  if (!("node" in place) || place.node.op === "input" || place.node.op === "constant") return null;
  return place.node;
}
