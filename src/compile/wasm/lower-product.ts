import type { Node, NodeOf } from "../../program/index.ts";
import { type PackKernel, packedSize } from "./kernels/pack.ts";
import { type BatchAxis, type Factor, type ProductKernel, TILE_COLUMNS } from "./kernels/product-form.ts";
import { isNative } from "./native-products.ts";
import { type Place, type Step, Temporary } from "./steps.ts";
import type { View } from "./view.ts";

/** Packed operands of a program by what they hold: a matrix that several products read is packed once. */
export type Packed = Map<string, Temporary>;

/** How products are computed. */
export interface ProductOptions {
  /** Rows of the register tile. */
  readonly tileRows: number;
  /** Whether a library of the machine computes the large ones. */
  readonly native: boolean;
  /** Whether operands may be packed into panels. */
  readonly packs: boolean;
}

/** A matrix product as steps: packs an operand where that pays, then multiplies. */
export function productSteps(
  node: NodeOf<"matmul">,
  [a, b]: readonly [View, View],
  packed: Packed,
  options: ProductOptions,
): Step[] {
  const axes = node.shape.length;
  const { transposeA, transposeB } = node.attributes;
  const [rows, columns] = node.shape.slice(-2) as [number, number];
  const operand = (view: View, outer: number, inner: number): Operand => {
    return { view, outer: view.strides[axes - outer]!, inner: view.strides[axes - inner]! };
  };
  const left = transposeA ? operand(a, 1, 2) : operand(a, 2, 1);
  const right = transposeB ? operand(b, 2, 1) : operand(b, 1, 2);
  const sizes: Sizes = {
    batch: batchAxes(node.shape.slice(0, -2), a.strides, b.strides),
    rows,
    inner: a.shape[axes - (transposeA ? 2 : 1)]!,
    columns,
  };
  // A column is computed as the row Cᵀ = BᵀAᵀ: the same sums, two elements at a time.
  if (columns === 1 && rows > 1) {
    const batch = sizes.batch.map((axis) => ({ extent: axis.extent, a: axis.b, b: axis.a }));
    return oneProduct(node, { ...sizes, batch, rows: 1, columns: rows }, right, left, packed, options);
  }
  return oneProduct(node, sizes, left, right, packed, options);
}

/** A matrix as a product reads it: strides along its outer index (rows of A, columns of B) and the inner one. */
interface Operand {
  readonly view: View;
  readonly outer: number;
  readonly inner: number;
}

interface Sizes {
  readonly batch: readonly BatchAxis[];
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

function oneProduct(
  node: Node,
  sizes: Sizes,
  a: Operand,
  b: Operand,
  packed: Packed,
  { tileRows, native, packs }: ProductOptions,
): Step[] {
  const steps: Step[] = [];
  const pack = ({ view, outer, inner }: Operand, count: number, panel: number): { factor: Factor; place: Place } => {
    const { root, offset } = view;
    const kernel: PackKernel = { count, inner: sizes.inner, outerStride: outer, innerStride: inner, panel };
    const key = `${root.id} ${offset} ${Object.values(kernel)}`;
    let temporary = packed.get(key);
    if (!temporary) {
      packed.set(key, (temporary = new Temporary(packedSize(kernel))));
      steps.push({ kind: "pack", kernel, reads: [{ node: root, offset }], writes: [{ temporary, offset: 0 }] });
    }
    return { factor: { outer: 1, inner: panel, panel }, place: { temporary, offset: 0 } };
  };
  const asItIs = ({ view, outer, inner }: Operand): { factor: Factor; place: Place } => ({
    factor: { outer, inner },
    place: { node: view.root, offset: view.offset },
  });
  const writes = [{ node, offset: 0 }];
  const [plainA, plainB] = [asItIs(a), asItIs(b)];
  const plain: ProductKernel = { ...sizes, a: plainA.factor, b: plainB.factor, tileRows };
  if (native && isNative(plain))
    return [{ kind: "native", kernel: plain, reads: [plainA.place, plainB.place], writes }];
  const left = packs && packsA(sizes) ? pack(a, sizes.rows, tileRows) : plainA;
  const right = packs && packsB(sizes, b) ? pack(b, sizes.columns, TILE_COLUMNS) : plainB;
  const kernel: ProductKernel = { ...sizes, a: left.factor, b: right.factor, tileRows };
  steps.push({ kind: "product", kernel, reads: [left.place, right.place], writes });
  return steps;
}

/** Panels of B pay when several tiles of rows read each; columns that lie apart cost more than those side by side. */
function packsB({ batch, rows, inner, columns }: Sizes, b: Operand): boolean {
  if (batch.length > 0 || rows < 12 || columns < 2) return false;
  if (b.outer === 1) return rows >= 24 && inner >= 16;
  return inner >= 4 || b.inner !== 1;
}

/** Panels of A pay when several tiles of columns read each. */
function packsA({ batch, rows, inner, columns }: Sizes): boolean {
  return batch.length === 0 && rows > 1 && columns >= 40 && inner >= 16;
}

/** The leading axes, neighbours merged where one stride each serves both operands. */
function batchAxes(lead: readonly number[], a: readonly number[], b: readonly number[]): BatchAxis[] {
  const axes: BatchAxis[] = [];
  lead.forEach((extent, axis) => {
    if (extent === 1) return;
    const last = axes[axes.length - 1];
    const merges = last && last.a === a[axis]! * extent && last.b === b[axis]! * extent;
    if (merges) axes[axes.length - 1] = { extent: last.extent * extent, a: a[axis]!, b: b[axis]! };
    else axes.push({ extent, a: a[axis]!, b: b[axis]! });
  });
  return axes;
}
