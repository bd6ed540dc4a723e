import { f64x2, type I32, i32, type V128, v128 } from "../expressions.ts";
import { FunctionBuilder, type Variable } from "../function-builder.ts";
import type { ModuleBuilder } from "../module-builder.ts";
import { COLUMN_BLOCK, INNER_BLOCK, type ProductForm, TILE_COLUMNS } from "./product-form.ts";

/**
 * The function (a, b, write, tiles, inner, columns, strides of A and B in bytes along the outer and the inner index,
 * then extent and strides of each batch axis, lo, hi) of one form of products.
 *
 * A tile of C stays in registers while the inner index runs, so every element is the sum of its products in the order
 * of that index, beginning with 0, whatever the tile, the blocks and the packing: the interpreter's sum, bit for bit.
 */
export function productFunction(module: ModuleBuilder, form: ProductForm): FunctionBuilder {
  const f = new FunctionBuilder(module, new Array<"i32">(12 + 3 * form.batchAxes).fill("i32"));
  const all = f.pointers<readonly I32[]>();
  const [a, b, write, tiles, inner, columns, aOuter, aInner, bOuter, bInner] = all as readonly [
    ...[I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    ...I32[],
  ];
  const emitter = new ProductEmitter(f, form, { tiles, inner, columns, aOuter, aInner, bOuter, bInner });
  const axes = Array.from({ length: form.batchAxes }, (_, i) => all.slice(10 + 3 * i, 13 + 3 * i) as [I32, I32, I32]);
  const lastTile = i32.add(tiles, form.lastRows > 0 ? 1 : 0);
  const c = axes.length > 0 ? f.variable(write) : write;
  const nest = (axis: number, atA: I32, atB: I32, from: I32, to: I32): void => {
    const repeat = axes[axis];
    if (!repeat) {
      emitter.matrix(atA, atB, c, from, to);
      return;
    }
    const next = axes[axis + 1]?.[0] ?? lastTile;
    f.loop(from, to, 1, (i) => {
      const at = (base: I32, stride: I32) => f.let(i32.add(base, i32.mul(i, stride)));
      nest(axis + 1, at(atA, repeat[1]), at(atB, repeat[2]), i32.constant(0), next);
      if (axis === axes.length - 1) f.assign(c as Variable<"i32">, i32.add(c, emitter.matrixBytes));
    });
  };
  const [lo, hi] = all.slice(-2) as [I32, I32];
  if (axes.length > 0) {
    const inOne = axes.slice(1).reduce((bytes, [extent]) => i32.mul(bytes, extent), emitter.matrixBytes);
    f.assign(c as Variable<"i32">, i32.add(write, i32.mul(lo, inOne)));
  }
  nest(0, a, b, lo, hi);
  return f;
}

interface Sizes {
  /** Complete tiles of rows. */
  readonly tiles: I32;
  readonly inner: I32;
  readonly columns: I32;
  readonly aOuter: I32;
  readonly aInner: I32;
  readonly bOuter: I32;
  readonly bInner: I32;
}

/** A block of inner indices, `length` of them beginning at `from`, and of columns first … last − 1. */
interface Block {
  readonly from: I32;
  readonly length: I32 | number;
  readonly first: I32;
  readonly last: I32;
}

/** A tile of C: `rows` × `columns`, with the addresses of its first row of A, first column of B and first element. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly a: I32;
  readonly b: I32;
  readonly c: I32;
}

class ProductEmitter {
  /** Bytes of one matrix C. */
  readonly matrixBytes: I32;
  private readonly f: FunctionBuilder;
  private readonly form: ProductForm;
  private readonly sizes: Sizes;
  private readonly rowBytes: I32;

  constructor(f: FunctionBuilder, form: ProductForm, sizes: Sizes) {
    this.f = f;
    this.form = form;
    this.sizes = sizes;
    this.rowBytes = f.let(i32.shl(sizes.columns, 3));
    const rows = i32.add(i32.mul(sizes.tiles, form.tileRows), form.lastRows);
    this.matrixBytes = f.let(i32.mul(rows, this.rowBytes));
  }

  /** All tiles of one matrix whose rows lie in the tiles lo … hi − 1. */
  matrix(a: I32, b: I32, c: I32, lo: I32, hi: I32): void {
    const { f, form } = this;
    const { inner, columns } = this.sizes;
    const zero = i32.constant(0);
    if (form.inner !== "blocked") {
      const length = form.inner === "any" ? inner : form.inner;
      this.rowTiles(a, b, c, lo, hi, { from: zero, length, first: zero, last: columns });
      return;
    }
    f.loop(0, columns, COLUMN_BLOCK, (first) => {
      const last = f.let(smaller(i32.add(first, COLUMN_BLOCK), columns));
      f.loop(0, inner, INNER_BLOCK, (from) => {
        const length = f.let(smaller(i32.sub(inner, from), i32.constant(INNER_BLOCK)));
        this.rowTiles(a, b, c, lo, hi, { from, length, first, last });
      });
    });
  }

  private rowTiles(a: I32, b: I32, c: I32, lo: I32, hi: I32, block: Block): void {
    const { f, form } = this;
    const { tiles, inner, aOuter } = this.sizes;
    const { tileRows, lastRows } = form;
    const tileStep = form.a === "packed" ? i32.mul(inner, 8 * tileRows) : i32.mul(aOuter, tileRows);
    const rowsOf = (rows: number, tile: I32) => {
      const atA = f.let(i32.add(i32.add(a, i32.mul(tile, tileStep)), i32.mul(block.from, this.stepA())));
      const atC = f.let(i32.add(c, i32.mul(tile, i32.mul(this.rowBytes, tileRows))));
      this.columnTiles(rows, atA, b, atC, block);
    };
    if (lastRows === 0) f.loop(lo, hi, 1, (tile) => rowsOf(tileRows, tile));
    else {
      f.loop(lo, f.let(smaller(hi, tiles)), 1, (tile) => rowsOf(tileRows, tile));
      f.if(i32.less(tiles, hi), () => rowsOf(lastRows, tiles));
    }
  }

  /** The tiles of one row of tiles, from left to right. */
  private columnTiles(rows: number, a: I32, b: I32, c: I32, block: Block): void {
    const { f, form } = this;
    const { inner, bOuter } = this.sizes;
    const columnStep = form.b === "packed" ? f.let(i32.shl(inner, 3)) : form.b === "rows" ? i32.constant(8) : bOuter;
    const start = f.let(i32.add(b, i32.mul(block.from, this.stepB())));
    const column = f.variable(block.first);
    const tile = (columns: number) => {
      const atB = f.let(i32.add(start, i32.mul(column, columnStep)));
      this.tile({ rows, columns, a, b: atB, c: f.let(i32.add(c, i32.shl(column, 3))) }, block);
      f.assign(column, i32.add(column, columns));
    };
    for (const width of form.widths) {
      const fits = i32.lessEqual(i32.add(column, width), block.last);
      f.if(fits, () =>
        f.doWhile(() => {
          tile(width);
          return fits;
        }),
      );
    }
    if (form.lastColumns > 0) f.if(i32.less(column, block.last), () => tile(form.lastColumns));
  }

  /** One tile: accumulators from zero, or from C when an earlier block of inner indices has begun it. */
  private tile(tile: Tile, block: Block): void {
    const { f } = this;
    const vectors = Math.ceil(tile.columns / 2);
    const sums = Array.from({ length: tile.rows * vectors }, () => f.variable(f64x2.constant(0)));
    if (this.form.inner === "blocked") {
      f.if(block.from, () =>
        this.eachVector(tile, (i, address, offset, single) => {
          f.assign(sums[i]!, single ? v128.loadZero(address, offset) : v128.load(address, offset));
        }),
      );
    }
    this.accumulate(tile, sums, block.length);
    this.eachVector(tile, (i, address, offset, single) => {
      if (single) f.storeFirst(address, offset, sums[i]!);
      else f.storeVector(address, offset, sums[i]!);
    });
  }

  private eachVector(
    { rows, columns, c }: Tile,
    visit: (index: number, address: I32, offset: number, single: boolean) => void,
  ): void {
    const row = this.f.variable(c);
    let index = 0;
    for (let i = 0; i < rows; i++) {
      for (let v = 0; 2 * v < columns; v++) visit(index++, row, 16 * v, 2 * v + 1 === columns);
      if (i + 1 < rows) this.f.assign(row, i32.add(row, this.rowBytes));
    }
  }

  /** sums += A-tile · B-tile over `length` inner indices. */
  private accumulate(tile: Tile, sums: readonly Variable<"v128">[], length: I32 | number): void {
    const { f, form } = this;
    const [a, b] = [this.walkA(tile), this.walkB(tile)];
    const multiply = (k: number, row: readonly V128[], between = () => {}) => {
      for (let i = 0; i < tile.rows; i++) {
        const x = f.let(this.elementOfA(a, i, k));
        for (const [v, y] of row.entries()) {
          const sum = sums[i * row.length + v]!;
          f.assign(sum, f64x2.add(sum, f64x2.mul(x, y)));
        }
        if (i % 2 === 1 && i + 1 < tile.rows) between();
      }
    };
    const one = (k: number, between?: () => void) => {
      if (k > 0) for (const walk of [a, b]) walk.next();
      f.block(() => multiply(k, this.rowOfB(tile, b, k), between));
    };
    if (typeof length === "number") {
      for (let k = 0; k < length; k++) one(k);
    } else if (form.b === "columns") {
      const odd = f.let(i32.and(length, 1));
      f.loop(0, f.let(i32.sub(length, odd)), 2, () => {
        const pairs = this.transposedPairs(tile, b);
        multiply(0, pairs[0]);
        a.next();
        multiply(1, pairs[1]);
        a.pass(2);
        b.pass(2);
      });
      f.if(odd, () => one(0));
    } else this.inPasses(length, [a, b], one);
  }

  /**
   * Inner indices several a pass. Compilers place all loads of a basic block before its arithmetic, and then the
   * registers do not suffice, so each inner index has blocks of its own: between them stands a test whether there is
   * a next one and, inside where A's rows are read in place, one that is never true.
   */
  private inPasses(length: I32, walks: readonly Walk[], one: (k: number, between?: () => void) => void): void {
    const { f, form } = this;
    const count = form.a === "packed" ? 8 : 4;
    const left = f.variable(length);
    f.leavable((leaveIf) => {
      const never = () => leaveIf(i32.eq(left, i32.constant(-(2 ** 31))));
      f.doWhile(() => {
        for (let k = 0; k < count; k++) {
          if (k > 0) leaveIf(i32.less(left, i32.constant(k + 1)));
          one(k, form.a === "packed" ? undefined : never);
        }
        for (const walk of walks) walk.pass(count);
        f.assign(left, i32.sub(left, count));
        return i32.less(i32.constant(0), left);
      });
    });
  }

  private walkA(tile: Tile): Walk {
    const { form, sizes } = this;
    const apart = form.a === "rows" || form.a === "apart";
    const steps = { packed: 8 * form.tileRows, rows: 8, columns: sizes.aInner, apart: sizes.aInner };
    return new Walk(this.f, tile.a, sizes.aOuter, apart ? tile.rows : 1, steps[form.a]);
  }

  private walkB(tile: Tile): Walk {
    const { form, sizes } = this;
    const apart = form.b === "columns" || form.b === "apart";
    const steps = { packed: 8 * TILE_COLUMNS, columns: 8, rows: sizes.bInner, apart: sizes.bInner };
    return new Walk(this.f, tile.b, sizes.bOuter, apart ? tile.columns : 1, steps[form.b]);
  }

  private elementOfA(a: Walk, i: number, k: number): V128 {
    const single = a.pointers.length === 1;
    return v128.loadSplat(a.pointers[single ? 0 : i]!, a.offset(k) + (single ? 8 * i : 0));
  }

  /** One inner index of B at the columns of a tile. Reads of an odd last column may take in the next element. */
  private rowOfB(tile: Tile, b: Walk, k: number): V128[] {
    const { f } = this;
    const { pointers } = b;
    const offset = b.offset(k);
    const pair = (j: number) => {
      if (pointers.length === 1) return v128.load(pointers[0]!, 8 * j + offset);
      const first = v128.loadZero(pointers[j]!, offset);
      return j + 1 < tile.columns ? v128.loadSecond(pointers[j + 1]!, offset, first) : first;
    };
    return Array.from({ length: Math.ceil(tile.columns / 2) }, (_, v) => f.let(pair(2 * v)));
  }

  /** Two inner indices of a B whose columns are in one piece: pairs of columns are transposed in registers. */
  private transposedPairs(tile: Tile, b: Walk): [V128[], V128[]] {
    const { f } = this;
    const columns = b.pointers.map((column) => f.let(v128.load(column)));
    const rows: [V128[], V128[]] = [[], []];
    for (let j = 0; j < tile.columns; j += 2) {
      const [left, right] = [columns[j]!, columns[Math.min(j + 1, tile.columns - 1)]!];
      rows[0].push(f.let(v128.lanes(left, right, 0, 2)));
      rows[1].push(f.let(v128.lanes(left, right, 1, 3)));
    }
    return rows;
  }

  /** Bytes from one inner index of A (of B) to the next. */
  private stepA(): I32 {
    return this.form.a === "packed" ? i32.constant(8 * this.form.tileRows) : this.sizes.aInner;
  }

  private stepB(): I32 {
    return this.form.b === "packed" ? i32.constant(8 * TILE_COLUMNS) : this.sizes.bInner;
  }
}

/** Where one operand is read while the inner index runs, in passes of several inner indices. */
class Walk {
  readonly pointers: readonly Variable<"i32">[];
  private readonly f: FunctionBuilder;
  private readonly step: I32 | number;

  /** `count` pointers `distance` bytes apart, all of which move `step` bytes from one inner index to the next. */
  constructor(f: FunctionBuilder, start: I32, distance: I32, count: number, step: I32 | number) {
    this.f = f;
    this.step = step;
    this.pointers = Array.from({ length: count }, (_, i) => f.variable(i32.add(start, times(distance, i))));
  }

  /** Bytes beyond a pointer of the k-th inner index of a pass: a known step needs no new pointer until the next pass. */
  offset(k: number): number {
    return typeof this.step === "number" ? k * this.step : 0;
  }

  /** To the next inner index of a pass. */
  next(): void {
    if (typeof this.step !== "number") this.move(this.step);
  }

  /** From the last inner index of a pass, which has `count`, to the next pass. */
  pass(count: number): void {
    this.move(typeof this.step === "number" ? i32.constant(count * this.step) : this.step);
  }

  private move(bytes: I32): void {
    for (const pointer of this.pointers) this.f.assign(pointer, i32.add(pointer, bytes));
  }
}

function smaller(a: I32, b: I32): I32 {
  return i32.select(i32.less(a, b), a, b);
}

function times(x: I32, count: number): I32 {
  return count === 0 ? i32.constant(0) : i32.mul(x, count);
}
