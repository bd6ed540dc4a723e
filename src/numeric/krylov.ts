import type { LinearOperator } from "./linear-operator.ts";
import type { Rng } from "./rng.ts";
import { tridiagonalQl } from "./tridiagonal-ql.ts";
import { axpy, dot, maxAbs, norm, scale } from "./vector.ts";

/**
 * An orthonormal basis q_0 … q_{k−1} of a Krylov space of a symmetric operator A and the tridiagonal QᵀAQ:
 * `alphas[j]` = ⟨q_j, Aq_j⟩, `betas[j]` couples q_j and q_{j+1} (0 where the space was invariant and the basis went on
 * from a fresh random vector). `betas[k−1]` is the norm of what is left over, 0 when the basis spans everything.
 */
export interface Krylov {
  readonly basis: Float64Array[];
  readonly alphas: number[];
  readonly betas: number[];
}

/** Eigenvalues of QᵀAQ, largest first, and the residual norm ‖Ay − θy‖ of each Ritz vector y = Qs. */
export interface Ritz {
  readonly values: Float64Array;
  readonly residuals: Float64Array;
}

/**
 * The Lanczos recurrence from a random vector, orthogonalised twice against the whole basis and against the
 * orthonormal `locked` vectors ("twice is enough", Parlett, The Symmetric Eigenvalue Problem, §6.9). Ends when `enough`
 * says so (asked every few steps), after `maxSteps`, or when nothing is left of the space.
 * Cost per step: one application and 4n·(steps so far); memory n·steps.
 */
export function krylov(
  op: LinearOperator,
  options: {
    readonly locked?: readonly Float64Array[];
    /** Where to begin instead of at a random vector; must not lie in the span of `locked`. */
    readonly start?: Float64Array;
    readonly maxSteps: number;
    readonly rng: Rng;
    readonly enough?: (ritz: Ritz) => boolean;
  },
): Krylov {
  const { locked = [], start, maxSteps, rng, enough = () => false } = options;
  const space: Krylov = { basis: [], alphas: [], betas: [] };
  let next = (start && beginAt(start, locked)) ?? freshVector(op.dimension, locked, space.basis, rng);
  let size = 0; // estimate of ‖A‖
  while (next && space.basis.length < maxSteps) {
    const q = next;
    const w = new Float64Array(op.dimension);
    op.apply(q, w);
    space.basis.push(q);
    const alpha = dot(q, w);
    space.alphas.push(alpha);
    const before = norm(w);
    size = Math.max(size, before);
    orthogonalize(w, locked, space.basis);
    const beta = norm(w);
    if (beta > INVARIANT * size) {
      scale(1 / beta, w);
      space.betas.push(beta);
      next = w;
    } else {
      space.betas.push(0);
      next = freshVector(op.dimension, locked, space.basis, rng);
    }
    const k = space.basis.length;
    if ((k < 12 || k % 6 === 0) && next && enough(ritzValues(space))) break;
  }
  return space;
}

/** A remainder below this times ‖A‖ is rounding: the space is invariant. */
const INVARIANT = 1e-14;

/** Ritz values and residuals from the tridiagonal alone, in O(k²). */
export function ritzValues(space: Krylov): Ritz {
  const k = space.alphas.length;
  const last = new Float64Array(k);
  if (k > 0) last[k - 1] = 1;
  const values = tridiagonalValues(space, last, 1);
  const order = Array.from(values.keys()).sort((i, j) => values[j] - values[i]);
  const beta = k > 0 ? space.betas[k - 1] : 0;
  return {
    values: Float64Array.from(order, (i) => values[i]),
    residuals: Float64Array.from(order, (i) => Math.abs(beta * last[i])),
  };
}

/**
 * The Gauss quadrature rule of the spectral measure of A at q_0, Σ⟨q_0, u_i⟩²δ(λ − λ_i): nodes (largest first) and
 * positive weights of sum 1, exact for polynomials of degree 2k − 1 (Golub, Welsch 1969).
 */
export function quadrature(space: Krylov): { nodes: Float64Array; weights: Float64Array } {
  const k = space.alphas.length;
  const first = new Float64Array(k);
  if (k > 0) first[0] = 1;
  const values = tridiagonalValues(space, first, 1);
  const order = Array.from(values.keys()).sort((i, j) => values[j] - values[i]);
  return {
    nodes: Float64Array.from(order, (i) => values[i]),
    weights: Float64Array.from(order, (i) => first[i] ** 2),
  };
}

/** The Ritz vectors, largest value first, at the given places in that order; each of norm 1. */
export function ritzVectors(space: Krylov, places: readonly number[]): Float64Array[] {
  const k = space.alphas.length;
  const coefficients = new Float64Array(k * k);
  for (let i = 0; i < k; i++) coefficients[i * k + i] = 1;
  const values = tridiagonalValues(space, coefficients, k);
  const order = Array.from(values.keys()).sort((i, j) => values[j] - values[i]);
  return places.map((place) => {
    const y = new Float64Array(space.basis[0].length);
    for (let j = 0; j < k; j++) axpy(coefficients[order[place] * k + j], space.basis[j], y);
    scale(1 / norm(y), y);
    return y;
  });
}

/** Eigenvalues of QᵀAQ, unordered; `rows` (k rows of `width`) is rotated along. */
function tridiagonalValues(space: Krylov, rows: Float64Array, width: number): Float64Array {
  const k = space.alphas.length;
  const offDiagonal = new Float64Array(k);
  for (let j = 1; j < k; j++) offDiagonal[j] = space.betas[j - 1];
  const diagonal = Float64Array.from(space.alphas);
  const size = Math.max(maxAbs(diagonal), maxAbs(offDiagonal)) || 1;
  scale(1 / size, diagonal);
  scale(1 / size, offDiagonal);
  tridiagonalQl({ diagonal, offDiagonal }, rows, width);
  scale(size, diagonal);
  return diagonal;
}

/** w ← w minus its components along all these orthonormal vectors, twice. */
function orthogonalize(w: Float64Array, locked: readonly Float64Array[], basis: readonly Float64Array[]): void {
  for (let pass = 0; pass < 2; pass++) {
    for (const q of locked) axpy(-dot(q, w), q, w);
    for (const q of basis) axpy(-dot(q, w), q, w);
  }
}

/** The part of `start` orthogonal to the locked vectors, of norm 1; null when rounding is all that is left. */
function beginAt(start: Float64Array, locked: readonly Float64Array[]): Float64Array | null {
  const w = start.slice();
  const size = norm(w);
  orthogonalize(w, locked, []);
  const left = norm(w);
  if (!(left > 1e-8 * size)) return null;
  scale(1 / left, w);
  return w;
}

/** A random unit vector orthogonal to everything so far; null when the space is exhausted. */
function freshVector(
  n: number,
  locked: readonly Float64Array[],
  basis: readonly Float64Array[],
  rng: Rng,
): Float64Array | null {
  if (locked.length + basis.length >= n) return null;
  for (;;) {
    const w = Float64Array.from({ length: n }, () => rng.normal());
    scale(1 / norm(w), w);
    orthogonalize(w, locked, basis);
    const left = norm(w);
    if (left > 1e-8) {
      scale(1 / left, w);
      orthogonalize(w, locked, basis);
      scale(1 / norm(w), w);
      return w;
    }
  }
}
