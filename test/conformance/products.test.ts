import { describe, expect, test } from "vitest";
import { interpreterEngine } from "../../src/compile/interpreter/interpreter.ts";
import { wasmEngine } from "../../src/compile/wasm/engine.ts";
import { createRng } from "../../src/numeric/index.ts";
import * as p from "../../src/program/index.ts";
import { evaluate, onTwoThreads } from "./engines.ts";

// A product is the sum of its terms in the order of the inner index, beginning with +0, whatever tiles, panels and
// blocks the compiler chooses: every result equals the interpreter's bit for bit. The sizes cross each boundary of
// the kernels: odd rows and columns, panels, the 256 inner indices and 256 columns of a block, packed rows, the 4 and 8
// inner indices of a pass.

const sizes: [rows: number, inner: number, columns: number][] = [
  [1, 1, 1],
  [1, 7, 9],
  [9, 7, 1],
  [2, 3, 17],
  [3, 300, 5],
  [13, 2, 6],
  [13, 5, 7],
  [50, 513, 37],
  [21, 257, 261],
  [48, 64, 518],
  [70, 40, 600],
  [600, 40, 40],
  ...[5, 6, 7, 8, 9].map((inner): [number, number, number] => [6, inner, 7]),
  ...[16, 17, 22, 23, 24].map((inner): [number, number, number] => [25, inner, 41]),
];

describe.each(sizes)("%d × %d times %d columns", (rows, inner, columns) => {
  test.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])("transposed %s, %s", (ta, tb) => {
    const rng = createRng(3, `product ${rows} ${inner} ${columns}`);
    const values = (n: number) => Float64Array.from({ length: n }, () => rng.normal());
    const a = p.input("a", ta ? [inner, rows] : [rows, inner], { role: "data" });
    const b = p.input("b", tb ? [columns, inner] : [inner, columns], { role: "data" });
    const inputs = { a: values(rows * inner), b: values(inner * columns) };
    const node = p.matmul(a, b, ta, tb);
    const [expected] = evaluate(interpreterEngine, [node], inputs);
    for (const engine of [wasmEngine, onTwoThreads]) {
      const [actual] = evaluate(engine, [node], inputs);
      expect(actual!.every((x, i) => Object.is(x, expected![i]))).toBe(true);
    }
  });
});

// Attention multiplies matrices that lie side by side in one tensor: no axis of the batch can be merged.
test("matrices in between other axes", () => {
  const [samples, tokens, heads, width] = [3, 5, 4, 6] as const;
  const rng = createRng(4, "heads");
  const x = Float64Array.from({ length: samples * tokens * heads * width }, () => rng.normal());
  const split = p.transpose(p.input("x", [samples, tokens, heads, width], { role: "data" }), [0, 2, 1, 3]);
  const scores = p.matmul(split, p.neg(split), false, true);
  const nodes = [scores, p.matmul(scores, split), p.matmul(split, split, true, false)];
  const [expected, actual, shared] = [interpreterEngine, wasmEngine, onTwoThreads].map((e) =>
    evaluate(e, nodes, { x }),
  );
  expect(actual).toEqual(expected);
  expect(shared).toEqual(expected);
});
