import { f64x2, type I32, i32, type V128, v128 } from "../expressions.ts";
import { FunctionBuilder, type Variable } from "../function-builder.ts";
import type { ModuleBuilder } from "../module-builder.ts";

/** How a product reads an operand: strides in elements along the outer index (rows of A, columns of B) and the inner one. */
export interface Factor {
  readonly outer: number;
  readonly inner: number;
  /** Set when the operand is packed: panels of this many outer indices, each panel inner × panel, row-major. */
  readonly panel?: number;
}

/** An axis along which products repeat, with the strides of both operands. */
export interface BatchAxis {
  readonly extent: number;
  readonly a: number;
  readonly b: number;
}

/** One matrix product C = A·B, C row-major, for each index of the batch axes. */
export interface ProductKernel {
  readonly batch: readonly BatchAxis[];
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly a: Factor;
  readonly b: Factor;
  /** Rows of the register tile. Results do not depend on it. */
  readonly tileRows: number;
}

/** Inner indices that a block of packed columns holds: 8 KiB of B and 12 KiB of A stay in the first cache. */
const INNER_BLOCK = 256;
/** Columns of B visited before the rows advance: 512 KiB of B stay in the second cache. */
const COLUMN_BLOCK = 256;
/** Columns of the tile, in two vectors. */
export const TILE_COLUMNS = 4;

/** Units of lo and hi: indices of the first batch axis, or tiles of rows when there is none. */
export function productExtent({ batch, rows, tileRows }: ProductKernel): number {
  return batch[0]?.extent ?? Math.ceil(rows / tileRows);
}

/**
 * The function (a, b, write, lo, hi) of a product. A tile of C stays in registers while the inner index runs, so every
 * element is the sum of its products in the order of that index, beginning with 0, whatever the tile, the blocks and
 * the packing: the interpreter's sum, bit for bit.
 */
export function productFunction(module: ModuleBuilder, kernel: ProductKernel): FunctionBuilder {
  const f = new FunctionBuilder(module, new Array<"i32">(5).fill("i32"));
  const [a, b, write, lo, hi] = f.pointers<[I32, I32, I32, I32, I32]>();
  const emitter = new ProductEmitter(f, kernel);
  const nest = (axis: number, atA: I32, atB: I32, atC: I32, from: I32 | number, to: I32 | number): void => {
    const batch = kernel.batch[axis];
    if (!batch) {
      emitter.matrix(atA, atB, atC, from, to);
      return;
    }
    const size = kernel.batch.slice(axis + 1).reduce((n, { extent }) => n * extent, kernel.rows * kernel.columns);
    const next = kernel.batch[axis + 1]?.extent ?? Math.ceil(kernel.rows / kernel.tileRows);
    f.loop(from, to, 1, (i) => {
      const at = (base: I32, stride: number) => f.let(i32.add(base, i32.mul(i, 8 * stride)));
      nest(axis + 1, at(atA, batch.a), at(atB, batch.b), at(atC, size), 0, next);
    });
  };
  nest(0, a, b, write, lo, hi);
  return f;
}

/** A tile of C: `rows` × `columns`, at these addresses of its first row of A, first column of B and first element. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly a: I32;
  readonly b: I32;
  readonly c: I32;
}

class ProductEmitter {
  private readonly f: FunctionBuilder;
  private readonly kernel: ProductKernel;
  /** Columns of a full tile. */
  private readonly width: number;

  constructor(f: FunctionBuilder, kernel: ProductKernel) {
    this.f = f;
    this.kernel = kernel;
    this.width = kernel.b.panel ?? widthFor(Math.min(kernel.rows, kernel.tileRows), kernel.columns);
  }

  /** All tiles of one matrix whose rows lie in the tiles lo … hi − 1. */
  matrix(a: I32, b: I32, c: I32, lo: I32 | number, hi: I32 | number): void {
    const { f, kernel } = this;
    const { inner, columns } = kernel;
    const blocked = kernel.b.panel !== undefined && inner > INNER_BLOCK;
    if (!blocked) {
      this.columnBlocks(a, b, c, lo, hi, i32.constant(0), i32.constant(inner));
      return;
    }
    for (let first = 0; first < columns; first += COLUMN_BLOCK) {
      const last = Math.min(columns, first + COLUMN_BLOCK);
      f.loop(0, inner, INNER_BLOCK, (from) => {
        const rest = f.let(i32.sub(i32.constant(inner), from));
        const length = f.let(i32.select(i32.less(rest, i32.constant(INNER_BLOCK)), rest, i32.constant(INNER_BLOCK)));
        this.rowTiles(a, b, c, lo, hi, from, length, first, last);
      });
    }
  }

  private columnBlocks(a: I32, b: I32, c: I32, lo: I32 | number, hi: I32 | number, from: I32, length: I32): void {
    const { columns, b: factor } = this.kernel;
    const block = factor.panel === undefined ? columns : COLUMN_BLOCK;
    for (let first = 0; first < columns; first += block) {
      this.rowTiles(a, b, c, lo, hi, from, length, first, Math.min(columns, first + block));
    }
  }

  private rowTiles(
    a: I32,
    b: I32,
    c: I32,
    lo: I32 | number,
    hi: I32 | number,
    from: I32,
    length: I32,
    first: number,
    last: number,
  ): void {
    const { f, kernel, width } = this;
    const { rows, columns, tileRows, inner } = kernel;
    const full = Math.floor(rows / tileRows);
    const panels = Math.floor((last - first) / width);
    const remainder = (last - first) % width;
    const { a: fa, b: fb } = kernel;
    const rowsOf = (height: number, tile: I32) => {
      const tileStep = fa.panel === undefined ? tileRows * fa.outer : inner * fa.panel;
      const atA = f.let(i32.add(i32.add(a, i32.mul(tile, 8 * tileStep)), i32.mul(from, 8 * innerStep(fa))));
      const atC = f.let(i32.add(c, i32.mul(tile, 8 * tileRows * columns)));
      const atB = f.let(i32.add(b, i32.mul(from, 8 * innerStep(fb))));
      const panelStep = fb.panel === undefined ? width * fb.outer : inner * fb.panel;
      const place = (panel: I32, count: number): Tile => ({
        rows: height,
        columns: count,
        a: atA,
        b: f.let(i32.add(atB, i32.mul(panel, 8 * panelStep))),
        c: f.let(i32.add(atC, i32.mul(panel, 8 * width))),
      });
      const begin = first / width;
      f.loop(begin, begin + panels, 1, (panel) => this.tile(place(panel, width), from, length));
      if (remainder > 0) f.block(() => this.tile(place(i32.constant(begin + panels), remainder), from, length));
    };
    if (rows % tileRows === 0) {
      f.loop(lo, hi, 1, (tile) => rowsOf(tileRows, tile));
      return;
    }
    const isLast = typeof hi === "number" ? i32.constant(hi > full ? 1 : 0) : i32.less(i32.constant(full), hi);
    const until = typeof hi === "number" ? Math.min(hi, full) : f.let(i32.select(isLast, i32.constant(full), hi));
    f.loop(lo, until, 1, (tile) => rowsOf(tileRows, tile));
    f.if(isLast, () => rowsOf(rows % tileRows, i32.constant(full)));
  }

  /** One tile: accumulators from zero, or from C when an earlier block of inner indices has begun it. */
  private tile(tile: Tile, from: I32, length: I32): void {
    const { f, kernel } = this;
    const vectors = Math.ceil(tile.columns / 2);
    const sums = Array.from({ length: tile.rows * vectors }, () => f.variable(f64x2.constant(0)));
    if (kernel.b.panel !== undefined && kernel.inner > INNER_BLOCK) {
      f.if(from, () =>
        this.eachVector(tile, (row, v, address, offset, single) => {
          const sum = sums[row * vectors + v]!;
          f.assign(sum, single ? v128.loadZero(address, offset) : v128.load(address, offset));
        }),
      );
      this.accumulate(tile, sums, length);
    } else this.accumulate(tile, sums, kernel.inner);
    this.eachVector(tile, (row, v, address, offset, single) => {
      const sum = sums[row * vectors + v]!;
      if (single) f.storeFirst(address, offset, sum);
      else f.storeVector(address, offset, sum);
    });
  }

  private eachVector(
    { rows, columns, c }: Tile,
    visit: (row: number, vector: number, address: I32, offset: number, single: boolean) => void,
  ): void {
    for (let row = 0; row < rows; row++) {
      for (let v = 0; 2 * v < columns; v++) {
        visit(row, v, c, 8 * (row * this.kernel.columns + 2 * v), 2 * v + 1 === columns);
      }
    }
  }

  /** sums += A-tile · B-tile over `length` inner indices. */
  private accumulate(tile: Tile, sums: Variable<"v128">[], length: I32 | number): void {
    const { f, kernel } = this;
    const transposed = kernel.b.panel === undefined && kernel.b.outer !== 1 && kernel.b.inner === 1;
    const unroll = transposed ? 2 : 1;
    const a = f.variable(tile.a);
    const b = f.variable(tile.b);
    const step = (count: number) => {
      if (transposed && count === 2) this.twoSteps(tile, sums, a, b);
      else for (let k = 0; k < count; k++) f.block(() => this.oneStep(tile, sums, a, b, k));
    };
    const advance = (count: number) => {
      f.assign(a, i32.add(a, 8 * count * innerStep(kernel.a)));
      f.assign(b, i32.add(b, 8 * count * innerStep(kernel.b)));
    };
    if (typeof length === "number") {
      const whole = length - (length % unroll);
      if (whole === unroll) step(unroll);
      else {
        f.loop(0, whole, unroll, () => {
          step(unroll);
          advance(unroll);
        });
      }
      if (whole === unroll && length > whole) advance(unroll);
      for (let k = whole; k < length; k++) {
        f.block(() => this.oneStep(tile, sums, a, b, 0));
        if (k + 1 < length) advance(1);
      }
      return;
    }
    f.loop(0, length, 1, () => {
      step(1);
      advance(1);
    });
  }

  /** One inner index, `k` after the pointers. */
  private oneStep(tile: Tile, sums: Variable<"v128">[], a: I32, b: I32, k: number): void {
    const { f } = this;
    const vectors = Math.ceil(tile.columns / 2);
    const row = Array.from({ length: vectors }, (_, v) => f.let(this.columnPair(tile, b, k, v)));
    for (let i = 0; i < tile.rows; i++) {
      const x = f.let(v128.loadSplat(a, this.offsetA(i, k)));
      for (const [v, y] of row.entries()) this.add(sums[i * vectors + v]!, x, y);
    }
  }

  /** Two inner indices of a B whose columns are contiguous: pairs of columns are transposed in registers. */
  private twoSteps(tile: Tile, sums: Variable<"v128">[], a: I32, b: I32): void {
    const { f } = this;
    const vectors = Math.ceil(tile.columns / 2);
    const pairs = Array.from({ length: vectors }, (_, v) => {
      const column = (j: number) => f.let(v128.load(b, 8 * Math.min(j, tile.columns - 1) * this.kernel.b.outer));
      const [left, right] = [column(2 * v), column(2 * v + 1)];
      return [f.let(v128.lanes(left, right, 0, 2)), f.let(v128.lanes(left, right, 1, 3))] as const;
    });
    for (const k of [0, 1] as const) {
      for (let i = 0; i < tile.rows; i++) {
        const x = f.let(v128.loadSplat(a, this.offsetA(i, k)));
        for (const [v, pair] of pairs.entries()) this.add(sums[i * vectors + v]!, x, pair[k]);
      }
    }
  }

  private add(sum: Variable<"v128">, x: V128, y: V128): void {
    this.f.assign(sum, f64x2.add(sum, f64x2.mul(x, y)));
  }

  private offsetA(row: number, k: number): number {
    const { a } = this.kernel;
    return 8 * (a.panel === undefined ? row * a.outer + k * a.inner : row + k * a.panel);
  }

  /** B at columns 2v and 2v + 1 of the tile. */
  private columnPair(tile: Tile, b: I32, k: number, v: number): V128 {
    const { panel, outer, inner } = this.kernel.b;
    if (panel !== undefined) return v128.load(b, 8 * (k * panel + 2 * v));
    if (outer === 1) return v128.load(b, 8 * (k * inner + 2 * v)); // may read past the row; those lanes are not stored
    const at = (j: number) => 8 * (k * inner + Math.min(j, tile.columns - 1) * outer);
    return v128.loadSecond(b, at(2 * v + 1), v128.loadZero(b, at(2 * v)));
  }
}

function innerStep({ inner, panel }: Factor): number {
  return panel ?? inner;
}

/**
 * Columns of a tile by its rows: the sums, the row of B and the column of A of one step fit the fifteen registers
 * that the compilers of browsers and Node give out.
 */
function widthFor(rows: number, columns: number): number {
  const vectors = rows >= 3 ? 2 : rows === 2 ? 4 : 6;
  return 2 * Math.max(1, Math.min(vectors, Math.ceil(columns / 2)));
}
