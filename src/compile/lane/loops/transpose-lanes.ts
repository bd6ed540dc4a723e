import { type I32, i32, v128 } from "../../wasm/expressions.ts";
import { FunctionBuilder, type FunctionRef } from "../../wasm/function-builder.ts";
import type { ModuleBuilder } from "../../wasm/module-builder.ts";

/**
 * The function (rows, stride, count, lanes): reads `count` numbers of each of 2·`vectors` rows, `stride` bytes apart,
 * and writes them side by side, element by element.
 */
export function gatherLanes(module: ModuleBuilder, vectors: number): FunctionRef {
  return module.shared("gather lanes", () =>
    overElements(module, vectors, (f, first, second, at, offset) => {
      f.storeVector(at, offset, v128.loadSecond(second, 0, v128.loadZero(first)));
    }),
  );
}

/** The function (rows, stride, count, lanes) that writes them back into rows. */
export function scatterLanes(module: ModuleBuilder, vectors: number): FunctionRef {
  return module.shared("scatter lanes", () =>
    overElements(module, vectors, (f, first, second, at, offset) => {
      const value = f.let(v128.load(at, offset));
      f.storeFirst(first, 0, value);
      f.storeSecond(second, 0, value);
    }),
  );
}

function overElements(
  module: ModuleBuilder,
  vectors: number,
  body: (f: FunctionBuilder, first: I32, second: I32, at: I32, offset: number) => void,
): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32", "i32", "i32"]);
  const [rows, stride, count, lanes] = f.pointers<[I32, I32, I32, I32]>();
  const starts = Array.from({ length: 2 * vectors }, (_, lane) => f.let(i32.add(rows, i32.mul(stride, lane))));
  f.loop(0, count, 1, (i) => {
    const place = f.let(i32.shl(i, 3));
    const at = f.let(i32.add(lanes, i32.mul(i, 16 * vectors)));
    for (let u = 0; u < vectors; u++) {
      f.block(() => {
        const [first, second] = [2 * u, 2 * u + 1].map((lane) => f.let(i32.add(starts[lane]!, place))) as [I32, I32];
        body(f, first, second, at, 16 * u);
      });
    }
  });
  return f;
}
