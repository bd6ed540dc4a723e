// A listing names every value once, in running order, and its costs are the counts one does by hand: a product of
// [2, 3] by [3, 4] takes 2·2·3·4 flops, a row sum one addition an element.
import { expect, test } from "vitest";
import * as p from "./index.ts";

const x = p.input("inputs", [2, 3], { role: "data", perSample: true });
const w = p.input("theta", [4, 3], { role: "parameter" });
const b = p.input("theta", [4], { offset: 12, role: "parameter" });
const z = p.add(p.matmul(x, w, false, true), p.broadcast(b, [2, 4], [1]));
const loss = p.sum(p.mul(0.5, p.square(p.sub(p.tanh(z), p.constant([1, 2, 3, 4, 5, 6, 7, 8], [2, 4])))));
const program = p.buildProgram([{ buffer: "loss", offset: 0, node: loss }], { frozen: 0 });

test("a listing", () => {
  expect(p.printProgram(program)).toBe(`frozen: 0 numbers in
inputs: 6 numbers in
theta: 16 numbers in
loss: 1 number out

%0   [2, 3]  inputs[0..5]               data, a row for each sample
%1   [4, 3]  theta[0..11]               parameter
%2   [4]     theta[12..15]              parameter
%3   [2, 4]  matmul %0, transposed %1   48 flops
%4   [2, 4]  broadcast %2 to axes 1
%5   [2, 4]  add %3, %4                 8 flops
%6   [2, 4]  tanh %5                    8 functions
%7   [2, 4]  8 numbers (1, 2, 3, 4, …)
%8   [2, 4]  sub %6, %7                 8 flops
%9   [2, 4]  square %8                  8 flops
%10  [2, 4]  mul 0.5, %9                8 flops
%11  []      sum %10 over axes 0,1      8 flops

loss[0] = %11
`);
});

test("the cost of a program is that of its operations", () => {
  expect(p.programCost(program)).toEqual({ flops: 48 + 5 * 8, functions: 8, bytes: 8 * (7 * 8 + 1) });
});

test("every operation prints", () => {
  const t = p.input("x", [2, 4], { role: "data" });
  const nodes = [
    p.pow(t, 1.5),
    p.transpose(t, [1, 0]),
    p.slice(t, 1, 1, 2),
    p.pad(t, 0, 1, 2),
    p.concat([t, t], 0),
    p.gather(t, Int32Array.of(0, -1), Number.NEGATIVE_INFINITY),
    p.gather(t, Int32Array.of(0, 1)),
    p.scatter(t, Int32Array.of(0, 1, 1, 0), 2),
    p.matmul(t, t, true, false),
    p.select(p.less(t, 0), t, 1),
    p.softmax(t),
  ];
  const outputs = nodes.map((node, i) => ({ buffer: `y${i}`, offset: 0, node }));
  const lines = p.printProgram(p.buildProgram(outputs)).split("\n");
  const expressions = lines.filter((l) => l.startsWith("%")).map((l) => l.replace(/^%\d+ +\[[^\]]*\] +/, ""));
  expect(expressions).toEqual([
    "x[0..7]                                data",
    "pow %0, 1.5                            8 functions",
    "transpose %0 by 1,0",
    "slice %0[1..2] of axis 1",
    "pad %0 by 1 and 2 on axis 0",
    "concat %0, %0 on axis 0",
    "gather %0 at 2 places, else -Infinity",
    "gather %0 at 2 places",
    "scatter %0 to 4 places                 8 flops",
    "matmul transposed %0, %0               64 flops",
    "less %0, 0                             8 flops",
    "select %10, %0, 1                      8 flops",
    "softmax %0                             24 flops, 8 functions",
  ]);
});
