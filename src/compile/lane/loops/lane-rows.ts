import { f64x2, type I32, i32, type V128, v128 } from "../../wasm/expressions.ts";
import { FunctionBuilder } from "../../wasm/function-builder.ts";
import { type RowOp, rowsExtent } from "../../wasm/kernels/rows.ts";
import { exp, log } from "../../wasm/math/index.ts";
import type { ModuleBuilder } from "../../wasm/module-builder.ts";
import type { RowNode } from "../../wasm/steps.ts";

/** Sizes of an operation along the last axis, in elements: rows, and what is read and written of each. */
interface Rows {
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly vectors: number;
}

export function laneRowsKey(node: RowNode, vectors: number): string {
  const { count, from, to } = rowsOf(node, vectors);
  const fill = node.op === "gather" ? node.attributes.fill : 0;
  return `lane ${node.op} ${count} ${from} ${to} ${vectors} ${Object.is(fill, -0) ? "-0" : fill}`;
}

/** The function (read, write) of an operation along the last axis, of gather and scatter (read, table, write). */
export function laneRowsFunction(module: ModuleBuilder, node: RowNode, vectors: number): FunctionBuilder {
  const rows = rowsOf(node, vectors);
  switch (node.op) {
    case "gather":
      return gather(module, rows, node.attributes.fill);
    case "scatter":
      return scatter(module, rows);
    case "maxAlong":
    case "argmaxMask":
      return largest(module, rows, node.op);
    default:
      return exponentials(module, rows, node.op);
  }
}

function rowsOf(node: RowNode, vectors: number): Rows {
  const last = (shape: readonly number[]) => shape[shape.length - 1]!;
  const from = last(node.operands[0]!.shape);
  const to = node.op === "maxAlong" || node.op === "logSumExp" ? 1 : last(node.shape);
  return { count: rowsExtent(node), from, to, vectors };
}

/** Visits each vector of each row with the addresses of its first element, there and in the result. */
function eachRow(
  f: FunctionBuilder,
  { count, from, to, vectors }: Rows,
  read: I32,
  write: I32,
  body: (x: I32, y: I32) => void,
) {
  const element = 16 * vectors;
  f.loop(0, count, 1, (row) => {
    const source = f.let(i32.add(read, i32.mul(row, from * element)));
    const target = f.let(i32.add(write, i32.mul(row, to * element)));
    f.loop(0, element, 16, (offset) => body(f.let(i32.add(source, offset)), f.let(i32.add(target, offset))));
  });
}

/** The j-th element, by byte offsets that grow from one to the next. */
function eachElement(f: FunctionBuilder, { vectors }: Rows, length: number, body: (offset: I32) => void): void {
  f.loop(0, 16 * vectors * length, 16 * vectors, body);
}

function gather(module: ModuleBuilder, rows: Rows, fill: number): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32", "i32"]);
  const [read, table, write] = f.pointers<[I32, I32, I32]>();
  eachRow(f, rows, read, write, (source, target) => {
    f.loop(0, rows.to, 1, (j) => {
      const index = f.let(i32.load(i32.add(table, i32.shl(j, 2))));
      const to = f.let(i32.add(target, i32.mul(j, 16 * rows.vectors)));
      f.if(
        i32.less(index, i32.constant(0)),
        () => f.storeVector(to, 0, f64x2.constant(fill)),
        () => f.storeVector(to, 0, v128.load(i32.add(source, i32.mul(index, 16 * rows.vectors)))),
      );
    });
  });
  return f;
}

/** Adds element after element where the table says. */
function scatter(module: ModuleBuilder, rows: Rows): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32", "i32"]);
  const [read, table, write] = f.pointers<[I32, I32, I32]>();
  eachRow(f, rows, read, write, (source, target) => {
    eachElement(f, rows, rows.to, (offset) => f.storeVector(i32.add(target, offset), 0, f64x2.constant(0)));
    f.loop(0, rows.from, 1, (j) => {
      const index = f.let(i32.load(i32.add(table, i32.shl(j, 2))));
      f.if(i32.lessEqual(i32.constant(0), index), () => {
        const to = f.let(i32.add(target, i32.mul(index, 16 * rows.vectors)));
        const term = v128.load(i32.add(source, i32.mul(j, 16 * rows.vectors)));
        f.storeVector(to, 0, f64x2.add(v128.load(to), term));
      });
    });
  });
  return f;
}

/** The first largest element of a row (the last NaN where there is one), and how many come before it. */
function largestOf(f: FunctionBuilder, rows: Rows, source: I32): { best: V128; place: V128 } {
  const best = f.variable(v128.load(source));
  const place = f.variable(f64x2.constant(0));
  const index = f.variable(f64x2.constant(0));
  eachElement(f, rows, rows.from, (offset) => {
    const x = f.let(v128.load(i32.add(source, offset)));
    const larger = f.let(v128.or(f64x2.less(best, x), f64x2.ne(x, x)));
    f.assign(best, v128.select(larger, x, best));
    f.assign(place, v128.select(larger, index, place));
    f.assign(index, f64x2.add(index, f64x2.constant(1)));
  });
  return { best, place };
}

function largest(module: ModuleBuilder, rows: Rows, op: "maxAlong" | "argmaxMask"): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32"]);
  const [read, write] = f.pointers<[I32, I32]>();
  eachRow(f, rows, read, write, (source, target) => {
    const { best, place } = largestOf(f, rows, source);
    if (op === "maxAlong") return f.storeVector(target, 0, best);
    const index = f.variable(f64x2.constant(0));
    eachElement(f, rows, rows.to, (offset) => {
      f.storeVector(i32.add(target, offset), 0, v128.and(f64x2.eq(place, index), f64x2.constant(1)));
      f.assign(index, f64x2.add(index, f64x2.constant(1)));
    });
  });
  return f;
}

/** Terms exp(x − largest) added up in order; softmax divides them by their sum, logSumExp takes its logarithm. */
function exponentials(
  module: ModuleBuilder,
  rows: Rows,
  op: Exclude<RowOp, "maxAlong" | "argmaxMask">,
): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32"]);
  const [read, write] = f.pointers<[I32, I32]>();
  eachRow(f, rows, read, write, (source, target) => {
    const { best } = largestOf(f, rows, source);
    const total = f.variable(f64x2.constant(0));
    eachElement(f, rows, rows.from, (offset) => {
      const shifted = f.let(f64x2.sub(v128.load(i32.add(source, offset)), best));
      const term = f.let(exp(f, shifted));
      if (op === "softmax") f.storeVector(i32.add(target, offset), 0, term);
      f.assign(total, f64x2.add(total, term));
    });
    if (op === "softmax") {
      eachElement(f, rows, rows.to, (offset) => {
        const at = f.let(i32.add(target, offset));
        f.storeVector(at, 0, f64x2.div(v128.load(at), total));
      });
      return;
    }
    const sum = f.let(f64x2.add(best, f.let(log(f, total))));
    const finite = f64x2.eq(f64x2.sub(best, best), f64x2.constant(0));
    f.storeVector(target, 0, v128.select(finite, sum, best));
  });
  return f;
}
