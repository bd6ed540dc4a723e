import { f64, type I32, i32 } from "../expressions.ts";
import { FunctionBuilder } from "../function-builder.ts";
import type { ModuleBuilder } from "../module-builder.ts";

/**
 * The function (read, table, write, lo, hi) of `gather`: element j of each row is the one that the table names, or
 * `fill` where it says −1. lo and hi bound the rows.
 */
export function gatherFunction(
  module: ModuleBuilder,
  sizes: { readonly from: number; readonly to: number },
  fill: number,
  complete: boolean,
): FunctionBuilder {
  return overRows(module, sizes, (f, from, table, to) => {
    f.loop(0, sizes.to, 1, (j) => {
      const index = f.let(i32.load(i32.add(table, i32.shl(j, 2))));
      const target = f.let(i32.add(to, i32.shl(j, 3)));
      const source = i32.add(from, i32.shl(index, 3));
      if (complete) f.storeF64(target, 0, f64.load(source));
      else {
        f.if(
          i32.less(index, i32.constant(0)),
          () => f.storeF64(target, 0, f64.constant(fill)),
          () => f.storeF64(target, 0, f64.load(source)),
        );
      }
    });
  });
}

/** The function (read, table, write, lo, hi) of `scatter`: adds element j of each row where the table says, in order. */
export function scatterFunction(
  module: ModuleBuilder,
  sizes: { readonly from: number; readonly to: number },
): FunctionBuilder {
  return overRows(module, sizes, (f, from, table, to) => {
    f.loop(0, 8 * sizes.to, 8, (at) => f.storeF64(i32.add(to, at), 0, f64.constant(0)));
    f.loop(0, sizes.from, 1, (j) => {
      const index = f.let(i32.load(i32.add(table, i32.shl(j, 2))));
      f.if(i32.lessEqual(i32.constant(0), index), () => {
        const target = f.let(i32.add(to, i32.shl(index, 3)));
        f.storeF64(target, 0, f64.add(f64.load(target), f64.load(i32.add(from, i32.shl(j, 3)))));
      });
    });
  });
}

function overRows(
  module: ModuleBuilder,
  sizes: { readonly from: number; readonly to: number },
  body: (f: FunctionBuilder, from: I32, table: I32, to: I32) => void,
): FunctionBuilder {
  const f = new FunctionBuilder(module, new Array<"i32">(5).fill("i32"));
  const [read, table, write, lo, hi] = f.pointers<[I32, I32, I32, I32, I32]>();
  f.loop(lo, hi, 1, (row) => {
    const from = f.let(i32.add(read, i32.mul(row, 8 * sizes.from)));
    body(f, from, table, f.let(i32.add(write, i32.mul(row, 8 * sizes.to))));
  });
  return f;
}
