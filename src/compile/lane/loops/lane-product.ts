import { f64x2, type I32, i32, type V128, v128 } from "../../wasm/expressions.ts";
import { FunctionBuilder, type Variable } from "../../wasm/function-builder.ts";
import type { ProductKernel } from "../../wasm/kernels/product-form.ts";
import type { ModuleBuilder } from "../../wasm/module-builder.ts";

/** A product whose elements are vectors of lanes: C = A·B in each lane. */
export interface LaneProduct {
  readonly kernel: ProductKernel;
  /** Whether A, and B, have one number for all lanes. */
  readonly uniform: readonly [boolean, boolean];
  readonly vectors: number;
}

/** Sums of a tile, the row of B and an element of A of one inner index fit the registers that engines give out. */
const MOST_SUMS = 9;

/**
 * The function (a, b, write) of a product in lanes. A tile of C stays in registers while the inner index runs: every
 * element is the sum of its products in the order of that index, beginning at +0, whatever the tile.
 */
export function laneProductFunction(module: ModuleBuilder, product: LaneProduct): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32", "i32"]);
  const [a, b, c] = f.pointers<[I32, I32, I32]>();
  const emitter = new LaneProductEmitter(f, product);
  emitter.repeats(0, a, b, f.variable(c));
  return f;
}

/** Rows and columns of C from somewhere on, in tiles of that size. */
interface Run {
  readonly from: number;
  readonly count: number;
  readonly size: number;
}

class LaneProductEmitter {
  private readonly f: FunctionBuilder;
  private readonly product: LaneProduct;
  /** Bytes along the outer and the inner index of A and B, and of an element of C. */
  private readonly a: { readonly outer: number; readonly inner: number };
  private readonly b: { readonly outer: number; readonly inner: number };
  private readonly element: number;

  constructor(f: FunctionBuilder, product: LaneProduct) {
    const { kernel, uniform, vectors } = product;
    this.f = f;
    this.product = product;
    this.element = 16 * vectors;
    const bytes = ({ outer, inner }: { outer: number; inner: number }, isUniform: boolean) => {
      const size = isUniform ? 8 : this.element;
      return { outer: size * outer, inner: size * inner };
    };
    this.a = bytes(kernel.a, uniform[0]);
    this.b = bytes(kernel.b, uniform[1]);
  }

  /** The products along the batch axes from `axis` on; C is written one matrix after another. */
  repeats(axis: number, a: I32, b: I32, c: Variable<"i32">): void {
    const { f, element } = this;
    const { kernel, uniform } = this.product;
    const repeat = kernel.batch[axis];
    if (!repeat) {
      this.matrix(a, b, c);
      if (axis > 0) f.assign(c, i32.add(c, element * kernel.rows * kernel.columns));
      return;
    }
    const step = (elements: number, isUniform: boolean) => elements * (isUniform ? 8 : element);
    f.loop(0, repeat.extent, 1, (i) => {
      const atA = f.let(i32.add(a, i32.mul(i, step(repeat.a, uniform[0]))));
      const atB = f.let(i32.add(b, i32.mul(i, step(repeat.b, uniform[1]))));
      this.repeats(axis + 1, atA, atB, c);
    });
  }

  private matrix(a: I32, b: I32, c: I32): void {
    const { f, element } = this;
    const { rows, columns } = this.product.kernel;
    const tile = tileFor(rows, columns);
    for (const down of runs(rows, tile.rows)) {
      this.along(down, a, this.a.outer, c, element * columns, (atA, rowOfC) => {
        for (const across of runs(columns, tile.columns)) {
          this.along(across, b, this.b.outer, rowOfC, element, (atB, atC) => {
            this.lanes(atA, atB, atC, (x, y, z) => {
              f.block(() => this.tile(down.size, across.size, x, y, z));
            });
          });
        }
      });
    }
  }

  /** The tiles of a run, with the pointer into an operand and that into C. */
  private along(
    { from, count, size }: Run,
    operand: I32,
    operandBytes: number,
    c: I32,
    bytes: number,
    body: (operand: I32, c: I32) => void,
  ): void {
    const { f } = this;
    f.block(() => {
      const at = f.let(i32.add(operand, from * operandBytes));
      const to = f.let(i32.add(c, from * bytes));
      if (count === 1) return body(at, to);
      const [movingAt, movingTo, left] = [f.variable(at), f.variable(to), f.variable(i32.constant(count))];
      f.doWhile(() => {
        body(movingAt, movingTo);
        f.assign(movingAt, i32.add(movingAt, size * operandBytes));
        f.assign(movingTo, i32.add(movingTo, size * bytes));
        f.assign(left, i32.sub(left, 1));
        return left;
      });
    });
  }

  /** The same for each vector of an element. */
  private lanes(a: I32, b: I32, c: I32, body: (a: I32, b: I32, c: I32) => void): void {
    const { f } = this;
    const { uniform, vectors } = this.product;
    if (vectors === 1) body(a, b, c);
    else {
      f.loop(0, 16 * vectors, 16, (offset) => {
        const moved = (pointer: I32, isUniform: boolean) => (isUniform ? pointer : f.let(i32.add(pointer, offset)));
        body(moved(a, uniform[0]), moved(b, uniform[1]), f.let(i32.add(c, offset)));
      });
    }
  }

  private tile(rows: number, columns: number, a: I32, b: I32, c: I32): void {
    const { f, element } = this;
    const { kernel, uniform } = this.product;
    const sums = Array.from({ length: rows * columns }, () => f.variable(f64x2.constant(0)));
    const [atA, atB] = [f.variable(a), f.variable(b)];
    const left = f.variable(i32.constant(kernel.inner));
    const load = (pointer: I32, offset: number, isUniform: boolean): V128 =>
      f.let(isUniform ? v128.loadSplat(pointer, offset) : v128.load(pointer, offset));
    f.doWhile(() => {
      const row = Array.from({ length: columns }, (_, j) => load(atB, j * this.b.outer, uniform[1]));
      for (let i = 0; i < rows; i++) {
        const x = load(atA, i * this.a.outer, uniform[0]);
        row.forEach((y, j) => {
          const sum = sums[i * columns + j]!;
          f.assign(sum, f64x2.add(sum, f64x2.mul(x, y)));
        });
      }
      f.assign(atA, i32.add(atA, this.a.inner));
      f.assign(atB, i32.add(atB, this.b.inner));
      f.assign(left, i32.sub(left, 1));
      return left;
    });
    sums.forEach((sum, k) => {
      const [i, j] = [Math.floor(k / columns), k % columns];
      f.storeVector(c, element * (i * kernel.columns + j), sum);
    });
  }
}

/** The tile that takes the fewest instructions for a matrix of that size. */
function tileFor(rows: number, columns: number): { rows: number; columns: number } {
  let best = { rows: 1, columns: 1, cost: Number.POSITIVE_INFINITY };
  for (let r = 1; r <= Math.min(rows, MOST_SUMS); r++) {
    for (let c = 1; c <= Math.min(columns, 4) && r * c <= MOST_SUMS; c++) {
      const cost = runs(rows, r).reduce(
        (sum, down) =>
          runs(columns, c).reduce((s, across) => s + down.count * across.count * tileCost(down, across), sum),
        0,
      );
      if (cost < best.cost) best = { rows: r, columns: c, cost };
    }
  }
  return best;
}

/** Instructions of an inner index: loads, products and sums, and those of the loop itself. */
function tileCost(down: Run, across: Run): number {
  return down.size + across.size + 2 * down.size * across.size + 4;
}

/** So many indices in tiles of that size, and what is left as one tile. */
function runs(extent: number, size: number): Run[] {
  const whole = Math.floor(extent / size);
  const rest = extent % size;
  return [
    ...(whole > 0 ? [{ from: 0, count: whole, size }] : []),
    ...(rest > 0 ? [{ from: whole * size, count: 1, size: rest }] : []),
  ];
}
