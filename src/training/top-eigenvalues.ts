import { axpy, type LanczosResult, type LinearOperator, lanczos, maxAbs, type Rng, row } from "../numeric/index.ts";

/** Residuals wanted, relative to the largest |eigenvalue|; values are then right to about their square over the gap. */
const rtol = 1e-6;

/**
 * The largest eigenvalues of an operator that changes little from call to call: each search starts at the sum of the
 * vectors found before. Null when a product is not finite.
 */
export function topEigenvalues(
  dimension: number,
  count: number,
  rng: Rng,
): (op: LinearOperator) => LanczosResult | null {
  let start: Float64Array | null = null;
  const wanted = Math.min(count, dimension);
  const image = new Float64Array(dimension);
  return (op) => {
    op.apply(start ?? new Float64Array(dimension).fill(1), image);
    if (!Number.isFinite(maxAbs(image)) || image.some(Number.isNaN)) return null;
    const found = lanczos(op, { count: wanted, rtol, rng, ...(start && { start }) });
    start = new Float64Array(dimension);
    for (let i = 0; i < found.vectors.rows; i++) axpy(1, row(found.vectors, i), start);
    return found;
  };
}
