import { sizeOf } from "../../../program/index.ts";
import { type F64, f64, f64x2, type I32, i32, v128 } from "../expressions.ts";
import { FunctionBuilder } from "../function-builder.ts";
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
  if (op === "maxAlong" || op === "argmaxMask") largestOfRows(f, op, length);
  else exponentialRows(f, op, length);
  return f;
}

function exponentialRows(f: FunctionBuilder, op: "softmax" | "logSumExp", length: number): void {
  const [read, write, lo, hi] = f.pointers<[I32, I32, I32, I32]>();
  f.loop(lo, hi, 1, (row) => {
    const from = f.let(i32.add(read, i32.mul(row, 8 * length)));
    const to = f.let(i32.add(write, i32.mul(row, op === "logSumExp" ? 8 : 8 * length)));
    const largest = f.let(maximum(f, from, length));
    if (op === "logSumExp") {
      const total = f64x2.splat(sumOfExponentials(f, from, length, largest, null));
      const sum = f.let(f64.add(largest, f64x2.lane(f.let(log(f, f.let(total))), 0)));
      const finite = f64.eq(f64.sub(largest, largest), f64.constant(0));
      f.storeF64(to, 0, f64.select(finite, sum, largest));
      return;
    }
    const total = f.let(f64x2.splat(sumOfExponentials(f, from, length, largest, to)));
    eachPair(f, length, (at, single) => {
      const place = i32.add(to, at);
      if (single) f.storeFirst(place, 0, f64x2.div(v128.loadZero(place), total));
      else f.storeVector(place, 0, f64x2.div(v128.load(place), total));
    });
  });
}

/** The largest element of a row; NaN when there is one. */
function maximum(f: FunctionBuilder, from: I32, length: number): F64 {
  const best = f.variable(v128.loadSplat(from));
  eachPair(f, length, (at, single) => {
    const place = i32.add(from, at);
    f.assign(best, f64x2.max(best, single ? v128.loadSplat(place) : v128.load(place)));
  });
  return f64.max(f64x2.lane(best, 0), f64x2.lane(best, 1));
}

/**
 * The first largest element of each row (the last NaN where there is one), or 1 at its place and 0 elsewhere. Two rows
 * at a time, one in each lane and without branches; a last odd row stands in both.
 */
function largestOfRows(f: FunctionBuilder, op: "maxAlong" | "argmaxMask", length: number): void {
  const [read, write, lo, hi] = f.pointers<[I32, I32, I32, I32]>();
  const width = op === "maxAlong" ? 8 : 8 * length;
  f.loop(lo, hi, 2, (row) => {
    const next = f.let(i32.select(i32.less(i32.add(row, 1), hi), i32.add(row, 1), row));
    const at = (base: I32, index: I32, bytes: number) => f.let(i32.add(base, i32.mul(index, bytes)));
    const [from, fromNext] = [at(read, row, 8 * length), at(read, next, 8 * length)];
    const [to, toNext] = [at(write, row, width), at(write, next, width)];
    const pair = (offset: I32) => v128.loadSecond(i32.add(fromNext, offset), 0, v128.loadZero(i32.add(from, offset)));
    const best = f.variable(pair(i32.constant(0)));
    const place = f.variable(f64x2.constant(0));
    const index = f.variable(f64x2.constant(0));
    f.loop(0, 8 * length, 8, (offset) => {
      const x = f.let(pair(offset));
      const larger = f.let(v128.or(f64x2.less(best, x), f64x2.ne(x, x)));
      f.assign(best, v128.select(larger, x, best));
      if (op === "maxAlong") return;
      f.assign(place, v128.select(larger, index, place));
      f.assign(index, f64x2.add(index, f64x2.constant(1)));
    });
    if (op === "maxAlong") {
      f.storeFirst(to, 0, best);
      f.storeSecond(toNext, 0, best);
      return;
    }
    f.assign(index, f64x2.constant(0));
    f.loop(0, 8 * length, 8, (offset) => {
      const mark = f.let(v128.and(f64x2.eq(place, index), f64x2.constant(1)));
      f.storeFirst(i32.add(to, offset), 0, mark);
      f.storeSecond(i32.add(toNext, offset), 0, mark);
      f.assign(index, f64x2.add(index, f64x2.constant(1)));
    });
  });
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

/** Calls the body for each pair of a row with its byte offset, and for an odd last element alone. */
function eachPair(f: FunctionBuilder, length: number, body: (at: I32, single: boolean) => void): void {
  const even = length - (length % 2);
  f.loop(0, 8 * even, 16, (at) => body(at, false));
  if (length % 2 === 1) f.block(() => body(i32.constant(8 * even), true));
}
