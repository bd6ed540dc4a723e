import { matrix, symmetricEigen } from "../numeric/index.ts";

/**
 * Roots R_i (k×k) of positive semidefinite blocks B_i, R_iᵀR_i = B_i: the factor that turns rows of J into rows of a
 * Gauss–Newton factor, Φ_i = R_iJ_i. Negative eigenvalues of a block are cut to 0 (`clipped` is the largest of them, as
 * a positive number), so that G = JᵀBJ stays positive semidefinite.
 */
export interface OutputRoots {
  readonly blocks: Float64Array;
  readonly outputCount: number;
  readonly clipped: number;
  /** y_i = R_i x_i, sample by sample; `out` may be `x`. */
  apply(x: Float64Array, out: Float64Array): void;
  /** y_i = R_iᵀ x_i. */
  applyTransposed(x: Float64Array, out: Float64Array): void;
  /** The least-norm v_i with R_iᵀv_i = x_i as far as x_i lies in the range of B_i. */
  solveTransposed(x: Float64Array, out: Float64Array): void;
}

/** Eigenvalues of a block below this times its largest count as 0 when it is inverted. */
const RANGE_TOLERANCE = 1e-13;

/** Roots of m blocks of k×k, row-major one after another. Cost m·k³ (m·k when every block is diagonal). */
export function outputRoots(hessians: Float64Array, outputCount: number): OutputRoots {
  const k = outputCount;
  const square = k * k;
  const blocks = new Float64Array(hessians.length);
  const inverses = new Float64Array(hessians.length); // of R_iᵀ on the range
  let clipped = 0;
  for (let at = 0; at < hessians.length; at += square) {
    const block = hessians.subarray(at, at + square);
    const low = isDiagonal(block, k)
      ? diagonalRoot(block, k, blocks.subarray(at, at + square), inverses.subarray(at, at + square))
      : spectralRoot(block, k, blocks.subarray(at, at + square), inverses.subarray(at, at + square));
    clipped = Math.max(clipped, -low);
  }
  return {
    blocks,
    outputCount: k,
    clipped,
    apply: (x, out) => multiplyBlocks(blocks, k, x, out),
    applyTransposed: (x, out) => multiplyBlocksTransposed(blocks, k, x, out),
    solveTransposed: (x, out) => multiplyBlocks(inverses, k, x, out),
  };
}

function isDiagonal(block: Float64Array, k: number): boolean {
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) if (i !== j && block[i * k + j] !== 0) return false;
  return true;
}

/** R = diag(√b_j). Returns the smallest b_j. */
function diagonalRoot(block: Float64Array, k: number, root: Float64Array, inverse: Float64Array): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let j = 0; j < k; j++) {
    const b = block[j * k + j];
    smallest = Math.min(smallest, b);
    root[j * k + j] = Math.sqrt(Math.max(0, b));
    if (b > 0) inverse[j * k + j] = 1 / root[j * k + j];
  }
  return smallest;
}

/** R = Λ^{1/2}V, rows √λ_j v_j; the inverse of Rᵀ on its range is Λ^{−1/2}V. Returns the smallest eigenvalue. */
function spectralRoot(block: Float64Array, k: number, root: Float64Array, inverse: Float64Array): number {
  const { values, vectors } = symmetricEigen(matrix(k, k, block));
  for (let j = 0; j < k; j++) {
    const s = Math.sqrt(Math.max(0, values[j]));
    const t = values[j] > RANGE_TOLERANCE * values[0] ? 1 / s : 0;
    for (let i = 0; i < k; i++) {
      root[j * k + i] = s * vectors.data[j * k + i];
      inverse[j * k + i] = t * vectors.data[j * k + i];
    }
  }
  return values[k - 1];
}

function multiplyBlocks(blocks: Float64Array, k: number, x: Float64Array, out: Float64Array): void {
  const y = new Float64Array(k);
  for (let at = 0; at < x.length; at += k) {
    for (let i = 0; i < k; i++) {
      let sum = 0;
      for (let j = 0; j < k; j++) sum += blocks[(at + i) * k + j] * x[at + j];
      y[i] = sum;
    }
    out.set(y, at);
  }
}

function multiplyBlocksTransposed(blocks: Float64Array, k: number, x: Float64Array, out: Float64Array): void {
  const y = new Float64Array(k);
  for (let at = 0; at < x.length; at += k) {
    y.fill(0);
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) y[j] += blocks[(at + i) * k + j] * x[at + i];
    out.set(y, at);
  }
}

/** S ← R S Rᵀ for a symmetric (m·k)×(m·k) kernel, block by block, in place. */
export function conjugateByRoots(kernel: Float64Array, roots: OutputRoots): void {
  const { blocks, outputCount: k } = roots;
  const size = blocks.length / k;
  const held = new Float64Array(k * size);
  for (let at = 0; at < size; at += k) {
    held.fill(0); // rows at … at+k of R S
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        const r = blocks[(at + i) * k + j];
        if (r === 0) continue;
        const from = (at + j) * size;
        for (let c = 0; c < size; c++) held[i * size + c] += r * kernel[from + c];
      }
    }
    kernel.set(held, at * size);
    for (let i = 0; i < k; i++) {
      const line = kernel.subarray((at + i) * size, (at + i + 1) * size);
      multiplyBlocks(blocks, k, line.slice(), line);
    }
  }
}
