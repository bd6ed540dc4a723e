import {
  axpy,
  createRng,
  dot,
  generalEigen,
  generalEigenvalues,
  type Matrix,
  matrix,
  norm,
  scale,
} from "../numeric/index.ts";
import { pack, unpack } from "./packed-symmetric.ts";

export interface MomentRadius {
  /** ρ of the map. */
  readonly rho: number;
  /** What may be wrong with ρ, relative to it: rounding, and the residual of the eigenvector that was found. */
  readonly error: number;
}

/** Unknowns d(d + 1)/2 up to which the map is written out as a matrix. */
const DENSE = 136;
/** Vectors of a Krylov space, and how often it starts again from what it found. */
const VECTORS = 30;
const RESTARTS = 12;

/**
 * The spectral radius of a linear map on the symmetric d × d matrices that keeps S ⪰ 0, such as S ↦ E[A S Aᵀ] and products
 * of such maps: an eigenvalue, with an eigenvector ⪰ 0 (Krein–Rutman), not the largest of a symmetric operator in general.
 *
 * Small ones by their matrix; others by Arnoldi's method from the identity, which is inside the cone, restarted from what
 * it found. Cost: d(d + 1)/2 applications, or at most 360 of them and 30 vectors of that length.
 */
export function momentRadius(apply: (s: Matrix) => Matrix, d: number): MomentRadius {
  const unknowns = (d * (d + 1)) / 2;
  const image = (x: Float64Array) => pack(apply(unpack(x, d)));
  if (unknowns <= DENSE) {
    const columns = matrix(unknowns, unknowns);
    for (let e = 0; e < unknowns; e++) {
      columns.data.set(image(Float64Array.from({ length: unknowns }, (_, i) => (i === e ? 1 : 0))), e * unknowns);
    }
    const { re, im } = generalEigenvalues(columns);
    return { rho: Math.hypot(re[0], im[0]), error: 1e-12 };
  }
  const unit = matrix(d, d);
  for (let a = 0; a < d; a++) unit.data[a * d + a] = 1;
  return arnoldi(image, pack(unit));
}

/** The eigenvalue of largest modulus, restarted from its eigenvector until the residual no longer falls. */
function arnoldi(image: (x: Float64Array) => Float64Array, start: Float64Array): MomentRadius {
  let best: MomentRadius = { rho: 0, error: Number.POSITIVE_INFINITY };
  let v = start;
  for (let round = 0; round < RESTARTS; round++) {
    const basis: Float64Array[] = [];
    const projected = matrix(VECTORS, VECTORS);
    let next: Float64Array | null = scaled(v);
    let left = 0;
    while (next !== null && basis.length < VECTORS) {
      basis.push(next);
      const w = image(next);
      const size = norm(w);
      for (let pass = 0; pass < 2; pass++) {
        basis.forEach((u, i) => {
          const part = dot(u, w);
          projected.data[i * VECTORS + basis.length - 1] += part;
          axpy(-part, u, w);
        });
      }
      left = norm(w);
      if (!(left > 1e-14 * size)) [next, left] = [null, 0];
      else if (basis.length < VECTORS) projected.data[basis.length * VECTORS + basis.length - 1] = left;
      next = next === null ? null : scaled(w);
    }
    const size = basis.length;
    const small = matrix(size, size);
    for (let i = 0; i < size; i++) small.data.set(projected.data.subarray(i * VECTORS, i * VECTORS + size), i * size);
    const { values, vectors } = generalEigen(small, createRng(round, "second moment"));
    const rho = Math.hypot(values.re[0], values.im[0]);
    if (rho === 0) return { rho, error: 0 };
    const top = Float64Array.from({ length: size }, (_, i) => vectors.data[i * size]);
    const error = (left * Math.abs(top[size - 1])) / (norm(top) * rho);
    const before = best.error;
    if (error < before) best = { rho, error: Math.max(error, 1e-12) };
    if (error <= 1e-11 || (round > 1 && error > before / 2)) return best;
    v = new Float64Array(start.length);
    basis.forEach((u, i) => {
      axpy(top[i], u, v);
    });
  }
  return best;
}

function scaled(x: Float64Array): Float64Array {
  scale(1 / norm(x), x);
  return x;
}
