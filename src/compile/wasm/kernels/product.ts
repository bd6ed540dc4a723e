import { f64, type I32, i32 } from "../expressions.ts";
import { FunctionBuilder } from "../function-builder.ts";
import type { ModuleBuilder } from "../module-builder.ts";

/** Strides of the two operands of a product, in elements: along the batch axes, the rows of op(·) and its columns. */
export interface ProductKernel {
  readonly batch: readonly number[];
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly a: { readonly batch: readonly number[]; readonly row: number; readonly column: number };
  readonly b: { readonly batch: readonly number[]; readonly row: number; readonly column: number };
}

/**
 * The function (a, b, write, lo, hi) of a matrix product; lo and hi bound the rows of all matrices counted through.
 * Every element is the sum of its products in the order of the inner index, beginning with 0.
 */
export function productFunction(module: ModuleBuilder, kernel: ProductKernel): FunctionBuilder {
  const f = new FunctionBuilder(module, new Array<"i32">(5).fill("i32"));
  const [a, b, write, lo, hi] = f.pointers<[I32, I32, I32, I32, I32]>();
  const { batch, rows, inner, columns } = kernel;
  const nest = (axis: number, atA: I32, atB: I32, to: I32, from: I32 | number, until: I32 | number) => {
    if (axis < batch.length) {
      const size = batch.slice(axis + 1).reduce((x, y) => x * y, rows * columns);
      return f.loop(0, batch[axis]!, 1, (i) => {
        const nextA = f.let(i32.add(atA, i32.mul(i, 8 * kernel.a.batch[axis]!)));
        const nextB = f.let(i32.add(atB, i32.mul(i, 8 * kernel.b.batch[axis]!)));
        nest(axis + 1, nextA, nextB, f.let(i32.add(to, i32.mul(i, 8 * size))), from, until);
      });
    }
    f.loop(from, until, 1, (i) => {
      const rowA = f.let(i32.add(atA, i32.mul(i, 8 * kernel.a.row)));
      const rowOut = f.let(i32.add(to, i32.mul(i, 8 * columns)));
      f.loop(0, columns, 1, (j) => {
        const columnB = f.let(i32.add(atB, i32.mul(j, 8 * kernel.b.column)));
        const sum = f.variable(f64.constant(0));
        f.loop(0, inner, 1, (k) => {
          const x = f64.load(i32.add(rowA, i32.mul(k, 8 * kernel.a.column)));
          const y = f64.load(i32.add(columnB, i32.mul(k, 8 * kernel.b.row)));
          f.assign(sum, f64.add(sum, f64.mul(x, y)));
        });
        f.storeF64(i32.add(rowOut, i32.shl(j, 3)), 0, sum);
      });
    });
  };
  if (batch.length === 0) nest(0, a, b, write, lo, hi);
  else nest(0, a, b, write, 0, rows);
  return f;
}

export function productExtent(kernel: ProductKernel): number {
  return kernel.batch.length === 0 ? kernel.rows : 1;
}
