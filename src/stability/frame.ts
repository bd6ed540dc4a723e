import {
  ANNIHILATED,
  axpy,
  dot,
  identity,
  type Matrix,
  matrix,
  maxAbs,
  multiply,
  multiplyTransposed,
  norm,
  scale,
  symmetricEigen,
} from "../numeric/index.ts";
import type { CocyclePath } from "./cocycle.ts";

/** Orthonormal vectors of length d, row after row in `data`, under a cocycle. */
export interface Frame {
  readonly dimension: number;
  readonly data: Float64Array;
  count: number;
}

export interface Orthonormalized {
  readonly r: Float64Array;
  readonly kept: number;
  readonly sizes: Float64Array;
}

/** An orthonormal frame from rows that may depend on each other; dependent rows are dropped. */
export function frameOf(dimension: number, rows: readonly Float64Array[]): Frame {
  const frame: Frame = { dimension, data: new Float64Array(rows.length * dimension), count: rows.length };
  rows.forEach((vector, i) => {
    const size = norm(vector);
    frame.data.set(size > 0 ? vector.map((x) => x / size) : vector, i * dimension);
  });
  orthonormalize(frame, 1e-8);
  return frame;
}

/**
 * Gram–Schmidt, twice (enough, by Giraud and Langou 2005), in place. Returns R by rows of length `count`, with
 * old_j = Σ_{i ≤ j} R_ij q_i; rows whose remainder is at most `drop` are dropped from the frame, and from R. `sizes` are
 * the remainders of the rows kept.
 */
export function orthonormalize(frame: Frame, drop: number): Orthonormalized {
  const { dimension: d, data, count } = frame;
  const r = new Float64Array(count * count);
  const sizes = new Float64Array(count);
  let kept = 0;
  for (let j = 0; j < count; j++) {
    const vector = data.subarray(j * d, (j + 1) * d);
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < kept; i++) {
        const q = data.subarray(i * d, (i + 1) * d);
        const t = dot(q, vector);
        r[i * count + j] += t;
        axpy(-t, q, vector);
      }
    }
    const size = norm(vector);
    if (size <= drop) continue;
    scale(1 / size, vector);
    r[kept * count + j] = size;
    sizes[kept] = size;
    if (kept !== j) data.copyWithin(kept * d, j * d, (j + 1) * d);
    kept++;
  }
  frame.count = kept;
  return { r, kept, sizes };
}

/**
 * Follows the frame for `steps` steps and returns the unit vector of its span that has grown most: the image of the top
 * singular direction of the whole product on the frame. Null when every direction was annihilated.
 */
export function mostGrown(path: CocyclePath, frame: Frame, steps: number): Float64Array | null {
  let product = identity(frame.count); // of the R's, scaled
  for (let t = 0; t < steps; t++) {
    path.step(frame.data, frame.count);
    const { r, kept } = orthonormalize(frame, ANNIHILATED);
    if (kept === 0) return null;
    // When a direction was annihilated, what is left may be too small beside it to be seen: the race starts anew.
    product = kept < product.rows ? identity(kept) : scaled(multiply(matrix(kept, kept, r), product));
  }
  const top = symmetricEigen(multiplyTransposed(product, product)).vectors.data;
  const image = new Float64Array(frame.dimension);
  for (let i = 0; i < frame.count; i++) {
    axpy(top[i], frame.data.subarray(i * frame.dimension, (i + 1) * frame.dimension), image);
  }
  scale(1 / norm(image), image);
  return image;
}

/** Divided by its largest entry. */
function scaled(a: Matrix): Matrix {
  scale(1 / maxAbs(a.data), a.data);
  return a;
}
