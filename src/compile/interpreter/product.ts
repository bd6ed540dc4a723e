import { type NodeOf, sizeOf } from "../../program/index.ts";

/**
 * out ← op(A)·op(B) for every leading index. Sums run over the inner index in order, so each element is the plain
 * left-to-right sum. The operands are first brought to row-major order without transposition: A as it is read row by
 * row, B transposed when that makes the inner loop contiguous.
 */
export function productKernel(node: NodeOf<"matmul">, out: Float64Array, [a, b]: readonly Float64Array[]): () => void {
  const [rows, columns] = node.shape.slice(-2) as [number, number];
  const { transposeA, transposeB } = node.attributes;
  const [shapeA] = node.operands.map((o) => o.shape) as [readonly number[]];
  const inner = shapeA[shapeA.length - (transposeA ? 2 : 1)]!;
  const batches = sizeOf(node.shape) / (rows * columns);
  const stepA = transposeA ? [1, rows] : [inner, 1];
  const stepB = transposeB ? [1, inner] : [columns, 1];
  return () => {
    for (let batch = 0; batch < batches; batch++) {
      const atA = batch * rows * inner;
      const atB = batch * inner * columns;
      const atOut = batch * rows * columns;
      if (transposeB && !transposeA) dots(out, atOut, a!, atA, b!, atB, rows, inner, columns);
      else updates(out, atOut, a!, atA, stepA, b!, atB, stepB, rows, inner, columns);
    }
  };
}

/** Rows of A against rows of B, four columns at a time. */
function dots(
  out: Float64Array,
  atOut: number,
  a: Float64Array,
  atA: number,
  b: Float64Array,
  atB: number,
  rows: number,
  inner: number,
  columns: number,
): void {
  for (let i = 0; i < rows; i++) {
    const rowA = atA + i * inner;
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      const b0 = atB + j * inner;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let k = 0; k < inner; k++) {
        const x = a[rowA + k]!;
        s0 += x * b[b0 + k]!;
        s1 += x * b[b0 + inner + k]!;
        s2 += x * b[b0 + 2 * inner + k]!;
        s3 += x * b[b0 + 3 * inner + k]!;
      }
      const o = atOut + i * columns + j;
      out[o] = s0;
      out[o + 1] = s1;
      out[o + 2] = s2;
      out[o + 3] = s3;
    }
    for (; j < columns; j++) {
      let s = 0;
      for (let k = 0; k < inner; k++) s += a[rowA + k]! * b[atB + j * inner + k]!;
      out[atOut + i * columns + j] = s;
    }
  }
}

/** Row updates: row i of the result gathers A[i,k] times row k of B. */
function updates(
  out: Float64Array,
  atOut: number,
  a: Float64Array,
  atA: number,
  stepA: readonly number[],
  b: Float64Array,
  atB: number,
  stepB: readonly number[],
  rows: number,
  inner: number,
  columns: number,
): void {
  const [aRow, aInner] = stepA as [number, number];
  const [bInner, bColumn] = stepB as [number, number];
  out.fill(0, atOut, atOut + rows * columns);
  for (let i = 0; i < rows; i++) {
    const row = atOut + i * columns;
    for (let k = 0; k < inner; k++) {
      const x = a[atA + i * aRow + k * aInner]!;
      const from = atB + k * bInner;
      for (let j = 0; j < columns; j++) out[row + j]! += x * b[from + j * bColumn]!;
    }
  }
}
