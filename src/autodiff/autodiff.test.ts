// Forward and reverse mode are checked against central differences of order eight (an independent truth, good to about
// 1e-11 relative on these scales), against each other (⟨u, Jv⟩ = ⟨Jᵀu, v⟩) and by the symmetry of the Hessian.
import { describe, expect, test } from "vitest";
import { interpreterEngine } from "../compile/index.ts";
import { createRng } from "../numeric/index.ts";
import * as p from "../program/index.ts";
import { hvp, jvp, vjp } from "./index.ts";

const RTOL_DIFFERENCE = 1e-9;
const RTOL_EXACT = 1e-13;

const shape = [2, 3, 4];
const positive = (x: p.Node) => p.add(p.square(x), 0.5);

/** One function of one tensor of shape [2, 3, 4] for every operation that a derivative passes through. */
const functions: Record<string, (x: p.Node) => p.Node> = {
  neg: p.neg,
  abs: p.abs,
  square: p.square,
  sqrt: (x) => p.sqrt(positive(x)),
  exp: p.exp,
  expm1: p.expm1,
  log: (x) => p.log(positive(x)),
  log1p: (x) => p.log1p(positive(x)),
  sin: p.sin,
  cos: p.cos,
  tanh: p.tanh,
  sigmoid: p.sigmoid,
  softplus: p.softplus,
  erf: p.erf,
  pow: (x) => p.pow(positive(x), 1.7),
  add: (x) => p.add(x, p.sin(x)),
  sub: (x) => p.sub(p.cos(x), x),
  mul: (x) => p.mul(x, p.exp(x)),
  div: (x) => p.div(p.sin(x), positive(x)),
  max: (x) => p.max(x, p.mul(0.3, p.sin(x))),
  min: (x) => p.min(x, p.mul(0.3, p.sin(x))),
  step: (x) => p.mul(p.step(x), p.square(x)),
  less: (x) => p.mul(p.less(x, 0.1), p.square(x)),
  lessEqual: (x) => p.mul(p.lessEqual(x, 0.1), p.square(x)),
  select: (x) => p.select(p.less(0, x), p.sin(x), p.exp(x)),
  broadcast: (x) => p.square(p.broadcast(x, [4, 5, 2, 3], [2, 3, 0])),
  sum: (x) => p.square(p.sum(x, [0, 2])),
  reshape: (x) => p.square(p.reshape(x, [6, 4])),
  transpose: (x) => p.square(p.transpose(x, [2, 0, 1])),
  slice: (x) => p.square(p.slice(x, 1, 1, 2)),
  pad: (x) => p.square(p.pad(x, 2, 1, 3)),
  concat: (x) => p.concat([p.square(x), p.sin(p.slice(x, 1, 0, 2))], 1),
  gather: (x) => p.square(p.gather(x, Int32Array.of(3, -1, 0, 0, 2), 1.5)),
  scatter: (x) => p.square(p.scatter(x, Int32Array.of(1, 1, 0, -1), 3)),
  matmul: (x) => p.matmul(p.sin(x), x, false, true),
  "matmul, first transposed": (x) => p.matmul(p.sin(x), x, true, false),
  "matmul, both transposed": (x) => p.matmul(p.sin(x), p.transpose(x, [0, 2, 1]), true, true),
  "matmul, plain": (x) => p.matmul(p.sin(x), p.transpose(x, [0, 2, 1])),
  maxAlong: (x) => p.square(p.maxAlong(x)),
  argmaxMask: (x) => p.mul(p.argmaxMask(x), p.square(x)),
  softmax: p.softmax,
  logSumExp: p.logSumExp,
};

test("every operation but the leaves is covered", () => {
  const covered = new Set(Object.keys(functions).map((name) => name.split(",")[0]));
  for (const op of Object.keys(p.operations)) if (op !== "input" && op !== "constant") expect(covered).toContain(op);
});

describe.each(Object.entries(functions))("%s", (_, f) => {
  const rng = createRng(7, "autodiff");
  const random = (size: number) => Float64Array.from({ length: size }, () => rng.normal());
  const x = p.input("x", shape, { role: "parameter" });
  const dx = p.input("dx", shape, { role: "direction" });
  const y = f(x);
  const u = p.input("u", y.shape, { role: "direction" });
  const point = random(p.sizeOf(shape));
  const direction = random(p.sizeOf(shape));
  const cotangent = random(p.sizeOf(y.shape));

  const evaluate = (node: p.Node, inputs: Record<string, Float64Array>) => {
    const executable = interpreterEngine.load(p.buildProgram([{ buffer: "out", offset: 0, node }]));
    for (const [name, values] of Object.entries(inputs)) executable.buffers[name]?.set(values);
    executable.run();
    return executable.buffers["out"]!.slice();
  };
  const at = (node: p.Node, where = point) => evaluate(node, { x: where, dx: direction, u: cotangent });
  const differences = (node: p.Node) => {
    const h = 2 ** -7;
    const weights = [4 / 5, -1 / 5, 4 / 105, -1 / 280];
    const total = new Float64Array(p.sizeOf(node.shape));
    weights.forEach((w, j) => {
      const plus = at(
        node,
        point.map((v, i) => v + (j + 1) * h * direction[i]!),
      );
      const minus = at(
        node,
        point.map((v, i) => v - (j + 1) * h * direction[i]!),
      );
      for (let i = 0; i < total.length; i++) total[i]! += (w * (plus[i]! - minus[i]!)) / h;
    });
    return total;
  };
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((s, v, i) => s + v * b[i]!, 0);
  const size = (a: Float64Array) => Math.sqrt(dot(a, a));

  test("jvp equals central differences", () => {
    const tangent = at(jvp([y], new Map([[x, dx]]))[0]!);
    const error = size(differences(y).map((d, i) => d - tangent[i]!));
    expect(error).toBeLessThan(RTOL_DIFFERENCE * (1 + size(tangent)));
  });

  test("vjp is the adjoint of jvp", () => {
    const tangent = at(jvp([y], new Map([[x, dx]]))[0]!);
    const pulled = at(vjp(y, u, [x])[0]!);
    expect(Math.abs(dot(cotangent, tangent) - dot(pulled, direction))).toBeLessThan(
      RTOL_EXACT * (1 + size(cotangent) * size(tangent)),
    );
  });

  test("hvp is symmetric and equals differences of the gradient", () => {
    const scalar = p.sum(p.mul(y, u));
    const g = vjp(scalar, p.constant(1), [x])[0]!;
    const hv = at(hvp(scalar, [x], [dx])[0]!);
    expect(size(differences(g).map((d, i) => d - hv[i]!))).toBeLessThan(RTOL_DIFFERENCE * (1 + size(hv)));
    const other = random(point.length);
    const hw = evaluate(hvp(scalar, [x], [dx])[0]!, { x: point, dx: other, u: cotangent });
    expect(Math.abs(dot(other, hv) - dot(direction, hw))).toBeLessThan(
      RTOL_EXACT * (1 + size(other) * size(hv) + size(direction) * size(hw)),
    );
  });
});
