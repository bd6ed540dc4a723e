import { sizeOf } from "../../../program/index.ts";
import { type F64, f64, f64x2, type I32, i32, v128 } from "../expressions.ts";
import { FunctionBuilder, type Variable } from "../function-builder.ts";
import { exp, log } from "../math/index.ts";
import type { ModuleBuilder } from "../module-builder.ts";
import type { RowNode } from "../steps.ts";

/** The operations along the last axis of a dense tensor. */
export type RowOp = "softmax" | "logSumExp" | "maxAlong" | "argmaxMask";

export function rowsExtent(node: RowNode): number {
  const { shape } = node.operands[0]!;
  return sizeOf(shape) / shape[shape.length - 1]!;
}

/** The function (read, write, lo, hi) of a row operation; lo and hi bound the rows. */
export function rowsFunction(module: ModuleBuilder, op: RowOp, length: number): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32", "i32", "i32"]);
  const [read, write, lo, hi] = f.pointers<[I32, I32, I32, I32]>();
  const reduces = op === "logSumExp" || op === "maxAlong";
  f.loop(lo, hi, 1, (row) => {
    const from = f.let(i32.add(read, i32.mul(row, 8 * length)));
    const to = f.let(i32.add(write, i32.mul(row, reduces ? 8 : 8 * length)));
    const largest = f.let(op === "argmaxMask" ? f64.constant(0) : maximum(f, from, length));
    switch (op) {
      case "maxAlong":
        return f.storeF64(to, 0, largest);
      case "argmaxMask":
        return markFirstLargest(f, from, to, length);
      case "softmax": {
        const total = f.let(f64x2.splat(sumOfExponentials(f, from, length, largest, to)));
        return eachPair(f, length, (at, single) => {
          const place = i32.add(to, at);
          if (single) f.storeFirst(place, 0, f64x2.div(v128.loadZero(place), total));
          else f.storeVector(place, 0, f64x2.div(v128.load(place), total));
        });
      }
      case "logSumExp": {
        const total = f64x2.splat(sumOfExponentials(f, from, length, largest, null));
        const sum = f.let(f64.add(largest, f64x2.lane(f.let(log(f, f.let(total))), 0)));
        const finite = f.let(f64.eq(f64.sub(largest, largest), f64.constant(0)));
        f.storeF64(to, 0, sum);
        f.if(i32.eqz(finite), () => f.storeF64(to, 0, largest));
      }
    }
  });
  return f;
}

/** The first largest element of a row; NaN when there is one. */
function maximum(f: FunctionBuilder, from: I32, length: number): F64 {
  const best = f.variable(f64.load(from));
  f.loop(8, 8 * length, 8, (at) => {
    const x = f.let(f64.load(i32.add(from, at)));
    f.assign(best, f64.select(i32.or(f64.less(best, x), f64.ne(x, x)), x, best));
  });
  return best;
}

/** Σ exp(x − largest), two lanes side by side; the terms are stored at `to` when given. */
function sumOfExponentials(f: FunctionBuilder, from: I32, length: number, largest: F64, to: I32 | null): F64 {
  const shift = f.let(f64x2.splat(largest));
  const sum = f.variable(f64x2.constant(0));
  eachPair(f, length, (at, single) => {
    const place = i32.add(from, at);
    const x = f.let(f64x2.sub(single ? v128.loadZero(place) : v128.load(place), shift));
    const e = f.let(exp(f, x));
    if (to && single) f.storeFirst(i32.add(to, at), 0, e);
    else if (to) f.storeVector(i32.add(to, at), 0, e);
    f.assign(sum, f64x2.add(sum, single ? v128.and(e, v128.bits(-1n, 0n)) : e));
  });
  return f64.add(f64x2.lane(sum, 0), f64x2.lane(sum, 1));
}

/** 1 at the first largest element, or at the last NaN; 0 elsewhere. */
function markFirstLargest(f: FunctionBuilder, from: I32, to: I32, length: number): void {
  const best = f.variable(f64.load(from));
  const place: Variable<"i32"> = f.variable(i32.constant(0));
  f.loop(0, 8 * length, 8, (at) => {
    const x = f.let(f64.load(i32.add(from, at)));
    f.storeF64(i32.add(to, at), 0, f64.constant(0));
    f.if(i32.or(f64.less(best, x), f64.ne(x, x)), () => {
      f.assign(best, x);
      f.assign(place, at);
    });
  });
  f.storeF64(i32.add(to, place), 0, f64.constant(1));
}

/** Calls the body for each pair of a row with its byte offset, and for an odd last element alone. */
function eachPair(f: FunctionBuilder, length: number, body: (at: I32, single: boolean) => void): void {
  const even = length - (length % 2);
  f.loop(0, 8 * even, 16, (at) => body(at, false));
  if (length % 2 === 1) f.block(() => body(i32.constant(8 * even), true));
}
