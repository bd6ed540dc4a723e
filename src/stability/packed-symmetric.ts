import { type Matrix, matrix } from "../numeric/index.ts";

/** The lower triangle of a symmetric matrix, off-diagonal entries times √2: inner products stay what they were. */
export function pack({ rows, data }: Matrix): Float64Array {
  const packed = new Float64Array((rows * (rows + 1)) / 2);
  let e = 0;
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < a; b++) packed[e++] = Math.SQRT2 * data[a * rows + b];
    packed[e++] = data[a * rows + a];
  }
  return packed;
}

/** The full matrix again. */
export function unpack(packed: Float64Array, rows: number): Matrix {
  const full = matrix(rows, rows);
  let e = 0;
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < a; b++) {
      full.data[a * rows + b] = packed[e++] / Math.SQRT2;
      full.data[b * rows + a] = full.data[a * rows + b];
    }
    full.data[a * rows + a] = packed[e++];
  }
  return full;
}
