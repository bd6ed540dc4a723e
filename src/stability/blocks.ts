import { dot, type Matrix, matrix, multiplyTransposed, norm, row, symmetricEigen } from "../numeric/index.ts";
import { type HessianFrame, hessianFrame, type SampleFactors } from "./sample-factors.ts";

/** An invariant subspace that every batch maps into itself, in coordinates that diagonalise H there. */
export interface Block extends HessianFrame {
  /** Rows of the whole factor that span the block, ascending. */
  readonly rows: Int32Array;
  /** How many blocks are copies of this one (same samples, same kernel), itself included: their exponents are equal. */
  readonly copies: number;
}

/** Rows r, s are orthogonal when |K_rs| ≤ this × √(K_rr K_ss). */
const ORTHOGONAL = 1e-12;

/**
 * Splits N into the spans of the connected components of the graph {K_rs ≠ 0} on the rows of Φ. The spans are orthogonal
 * and invariant under every batch, so exponents and thresholds are those of the worst block. Largest block first; a
 * sample with fewer rows in a block than others is filled up with zero rows.
 *
 * Cost: one row of K for every row when the kernel is irreducible, O((mk)²r) at worst; then O(mk·r² + r³).
 */
export function splitBlocks(samples: SampleFactors, probabilities: Float64Array): Block[] {
  const { factor, outputs } = samples;
  const components = connectedRows(factor);
  if (components.length === 1 && components[0].length === factor.rows) {
    const frame = hessianFrame(samples, probabilities);
    return frame.eigenvalues.length === 0 ? [] : [{ ...frame, rows: components[0], copies: 1 }];
  }
  const parts = distinctParts(components.map((rows) => part(factor, outputs, rows)));
  const ranks = shareRank(parts, factor.cols);
  const blocks = parts.map(({ part, copies }, c): Block => {
    const own = rootOf(part, ranks[c]);
    return {
      ...hessianFrame(spread(own, part, probabilities.length, outputs), probabilities),
      rows: part.rows,
      copies,
    };
  });
  return blocks
    .filter((block) => block.eigenvalues.length > 0)
    .sort((a, b) => b.eigenvalues.length - a.eigenvalues.length || a.rows[0] - b.rows[0]);
}

/** Connected components of the non-zero rows, found breadth-first. */
function connectedRows(factor: Matrix): Int32Array[] {
  const norms = Float64Array.from({ length: factor.rows }, (_, i) => norm(row(factor, i)));
  let unseen = Int32Array.from(norms.keys()).filter((i) => norms[i] > 0);
  const components: Int32Array[] = [];
  while (unseen.length > 0) {
    const component = [unseen[0]];
    unseen = unseen.subarray(1);
    for (let next = 0; next < component.length && unseen.length > 0; next++) {
      const from = component[next];
      const near = unseen.map((i) =>
        Math.abs(dot(row(factor, from), row(factor, i))) > ORTHOGONAL * norms[from] * norms[i] ? 1 : 0,
      );
      component.push(...unseen.filter((_, j) => near[j] === 1));
      unseen = unseen.filter((_, j) => near[j] === 0);
    }
    components.push(Int32Array.from(component).sort());
  }
  return components;
}

/** A component: its rows, how many of them each sample has, and its own kernel K = UΛUᵀ. */
interface Part {
  readonly rows: Int32Array;
  readonly samples: Int32Array;
  readonly kernel: Matrix;
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

function part(factor: Matrix, outputs: number, rows: Int32Array): Part {
  const own = matrix(rows.length, factor.cols);
  rows.forEach((i, j) => {
    own.data.set(row(factor, i), j * factor.cols);
  });
  const kernel = multiplyTransposed(own, own);
  return { rows, samples: rows.map((i) => Math.floor(i / outputs)), kernel, ...symmetricEigen(kernel) };
}

function distinctParts(parts: readonly Part[]): { readonly part: Part; copies: number }[] {
  const distinct: { readonly part: Part; copies: number }[] = [];
  for (const part of parts) {
    const twin = distinct.find((other) => samePart(other.part, part));
    if (twin === undefined) distinct.push({ part, copies: 1 });
    else twin.copies++;
  }
  return distinct;
}

function samePart(a: Part, b: Part): boolean {
  if (a.samples.length !== b.samples.length || a.samples.some((i, j) => i !== b.samples[j])) return false;
  const size = a.values[0];
  return a.kernel.data.every((x, i) => Math.abs(x - b.kernel.data[i]) <= ORTHOGONAL * size);
}

/** Ranks of the parts: copies counted, the largest eigenvalues of all parts together make up the rank of the whole. */
function shareRank(parts: readonly { readonly part: Part; readonly copies: number }[], rank: number): Int32Array {
  const all = parts.flatMap(({ part, copies }, c) => Array.from(part.values, (value) => ({ value, c, copies })));
  const ranks = new Int32Array(parts.length);
  let total = 0;
  for (const { value, c, copies } of all.sort((a, b) => b.value - a.value)) {
    if (total >= rank || value <= 0) break;
    total += copies;
    ranks[c]++;
  }
  return ranks;
}

/** Rows of U Λ^½ with the first `rank` columns: a factor of the part's kernel. */
function rootOf({ rows, values, vectors }: Part, rank: number): Matrix {
  const root = matrix(rows.length, rank);
  for (let a = 0; a < rank; a++) {
    const size = Math.sqrt(values[a]);
    for (let i = 0; i < rows.length; i++) root.data[i * rank + a] = size * vectors.data[a * rows.length + i];
  }
  return root;
}

/** The part's rows put under their samples, the same number for every sample. */
function spread(root: Matrix, { samples }: Part, sampleCount: number, outputs: number): SampleFactors {
  const used = new Int32Array(sampleCount);
  const slots = samples.map((i) => used[i]++);
  const width = Math.min(outputs, Math.max(...used));
  const factor = matrix(sampleCount * width, root.cols);
  samples.forEach((i, j) => {
    factor.data.set(row(root, j), (i * width + slots[j]) * root.cols);
  });
  return { factor, outputs: width };
}
