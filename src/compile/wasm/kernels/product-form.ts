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

/** Inner indices of a block: 8 KiB of B stay in the first cache. Columns of a block: 512 KiB in the second. */
export const INNER_BLOCK = 256;
export const COLUMN_BLOCK = 256;
/** Columns of the tile, in two vectors. */
export const TILE_COLUMNS = 4;

/** What the code of a product depends on; the sizes are arguments of its function. */
export interface ProductForm {
  readonly batchAxes: number;
  readonly tileRows: number;
  /** Rows of a last, incomplete tile, or 0. */
  readonly lastRows: number;
  /** Columns of the tiles, the widest first; each is used as long as it fits. */
  readonly widths: readonly number[];
  /** Columns that no tile of these widths covers: fewer than TILE_COLUMNS. */
  readonly lastColumns: number;
  /** The number of inner indices when it is small, "blocked" when the sums pause in C, else "any". */
  readonly inner: number | "any" | "blocked";
  /** Where A's rows stand: in panels, each in one piece, side by side in columns, or apart. */
  readonly a: "packed" | "rows" | "columns" | "apart";
  /** Where B's columns stand: in panels, side by side in rows, each in one piece, or apart. */
  readonly b: "packed" | "rows" | "columns" | "apart";
}

/** A product as its form and the arguments that complete it, in the order of `productFunction`. */
export interface SizedProduct {
  readonly form: ProductForm;
  readonly sizes: readonly number[];
  /** Units of lo and hi: indices of the first batch axis, or tiles of rows when there is none. */
  readonly extent: number;
}

export function productForm(kernel: ProductKernel): SizedProduct {
  const { batch, rows, inner, columns, a, b } = kernel;
  const tileRows = Math.min(kernel.tileRows, a.panel ?? rows);
  const blocked = b.outer === 1 && (inner > INNER_BLOCK || columns > COLUMN_BLOCK);
  const widths = b.panel === undefined ? widthsFor(tileRows, columns) : [TILE_COLUMNS];
  const form: ProductForm = {
    batchAxes: batch.length,
    tileRows,
    lastRows: rows % tileRows,
    widths: widths.filter((width) => width <= columns),
    lastColumns: columns % TILE_COLUMNS,
    inner: blocked ? "blocked" : inner <= 4 ? inner : "any",
    a: a.panel !== undefined ? "packed" : a.inner === 1 ? "rows" : a.outer === 1 ? "columns" : "apart",
    b: b.panel !== undefined ? "packed" : b.outer === 1 ? "rows" : b.inner === 1 ? "columns" : "apart",
  };
  const strides = [a.outer, a.inner, b.outer, b.inner].map((stride) => 8 * stride);
  const tiles = Math.floor(rows / tileRows);
  const repeats = batch.flatMap((axis) => [axis.extent, 8 * axis.a, 8 * axis.b]);
  const extent = batch[0]?.extent ?? Math.ceil(rows / tileRows);
  return { form, sizes: [tiles, inner, columns, ...strides, ...repeats], extent };
}

/**
 * Columns of tiles by their rows: the sums, the row of B and the column of A of one step fit the fifteen registers
 * that the compilers of browsers and Node give out.
 */
function widthsFor(rows: number, columns: number): number[] {
  if (rows >= 3 || columns < 8) return [TILE_COLUMNS];
  return rows === 2 ? [8, TILE_COLUMNS] : [12, TILE_COLUMNS];
}
