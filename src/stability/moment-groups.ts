import { type Matrix, matrix, multiply, multiplyTransposed, row, transpose } from "../numeric/index.ts";
import type { SecondMoment } from "../sampling/index.ts";
import type { SampleFactors } from "./sample-factors.ts";

/**
 * The noise map V(S) = Σ_g c_g h_g S h_g of a batch law on the symmetric r × r matrices, h_g = F_gᵀF_g; F_g are rows
 * starts[g] … starts[g+1] − 1 of `rows` (the samples' rows times the roots of their weights in the group).
 */
export interface MomentGroups {
  readonly rows: Matrix;
  readonly starts: Int32Array;
  /** c_g */
  readonly coefficients: Float64Array;
  /** Where block g begins in a vector of blocks; blocks are k_g × k_g, row-major, one behind the other. */
  readonly blockStarts: Int32Array;
}

/** The groups of `moment` whose coefficient is not 0. */
export function momentGroups({ factor, outputs }: SampleFactors, moment: SecondMoment): MomentGroups {
  const kept = Int32Array.from(moment.coefficients.keys()).filter((g) => moment.coefficients[g] !== 0);
  const starts = new Int32Array(kept.length + 1);
  const blockStarts = new Int32Array(kept.length + 1);
  kept.forEach((g, j) => {
    const size = (moment.starts[g + 1] - moment.starts[g]) * outputs;
    starts[j + 1] = starts[j] + size;
    blockStarts[j + 1] = blockStarts[j] + size * size;
  });
  const rows = matrix(starts[kept.length], factor.cols);
  let at = 0;
  for (const g of kept) {
    for (let slot = moment.starts[g]; slot < moment.starts[g + 1]; slot++) {
      const root = Math.sqrt(moment.weights[slot]);
      for (let q = 0; q < outputs; q++) {
        rows.data.set(
          row(factor, moment.indices[slot] * outputs + q).map((x) => root * x),
          at++ * factor.cols,
        );
      }
    }
  }
  return { rows, starts, coefficients: Float64Array.from(kept, (g) => moment.coefficients[g]), blockStarts };
}

/** The blocks F_g S F_gᵀ, one behind the other, each times `scale[g]`. Cost 2·mk·r². */
export function compress(groups: MomentGroups, s: Matrix, scale: Float64Array): Float64Array {
  const { rows, starts, blockStarts } = groups;
  const image = multiply(rows, s);
  const blocks = new Float64Array(blockStarts[blockStarts.length - 1]);
  for (let g = 0; g + 1 < starts.length; g++) {
    const size = starts[g + 1] - starts[g];
    const block = multiplyTransposed(rowsOf(image, starts[g], size), rowsOf(rows, starts[g], size));
    for (let i = 0; i < size * size; i++) blocks[blockStarts[g] + i] = scale[g] * block.data[i];
  }
  return blocks;
}

/** Σ_g scale[g] F_gᵀ T_g F_g for the blocks T_g. Cost 2·mk·r². */
export function expand(groups: MomentGroups, blocks: Float64Array, scale: Float64Array): Matrix {
  const { rows, starts, blockStarts } = groups;
  const image = matrix(rows.rows, rows.cols);
  for (let g = 0; g + 1 < starts.length; g++) {
    const size = starts[g + 1] - starts[g];
    const block = matrix(size, size, blocks.subarray(blockStarts[g], blockStarts[g + 1]));
    const own = multiply(block, rowsOf(rows, starts[g], size));
    for (let i = 0; i < own.data.length; i++) image.data[starts[g] * rows.cols + i] = scale[g] * own.data[i];
  }
  return multiplyTransposed(transpose(rows), transpose(image));
}

/** V(S). */
export function applyNoise(groups: MomentGroups, s: Matrix): Matrix {
  const ones = new Float64Array(groups.coefficients.length).fill(1);
  return expand(groups, compress(groups, s, groups.coefficients), ones);
}

function rowsOf(a: Matrix, from: number, count: number): Matrix {
  return matrix(count, a.cols, a.data.subarray(from * a.cols, (from + count) * a.cols));
}
