import { axpy, dot, type LinearOperator, norm, type Rng, scale } from "../numeric/index.ts";

/**
 * An orthonormal basis v_0 … of a Krylov space of A and the Hessenberg matrix of A in it: `columns[j]` holds
 * h_0j … h_{j+1,j}, A v_j = Σ_i h_ij v_i. `basis` has one vector more than there are columns unless the space was
 * invariant at the end.
 */
export interface ArnoldiSpace {
  readonly basis: Float64Array[];
  readonly columns: Float64Array[];
}

export interface ArnoldiOptions {
  readonly maxSteps: number;
  /** Asked after every step; true ends it. */
  readonly enough?: (space: ArnoldiSpace) => boolean;
  /** With a generator an invariant space goes on from a fresh vector; without, it ends there. */
  readonly rng?: Rng;
}

/** A remainder below this times the size of A is rounding: the space is invariant. */
const invariantRtol = 1e-14;

/**
 * Arnoldi's process from `start`, orthogonalised twice (Parlett: "twice is enough"). Cost a step: one application and
 * 8n·(steps so far); memory n·steps.
 */
export function arnoldi(op: LinearOperator, start: Float64Array, options: ArnoldiOptions): ArnoldiSpace {
  const { maxSteps, enough = () => false, rng } = options;
  const n = op.dimension;
  const space: ArnoldiSpace = { basis: [], columns: [] };
  let next: Float64Array | null = start.slice();
  scale(1 / norm(next), next);
  let size = 0;
  while (next && space.columns.length < maxSteps) {
    space.basis.push(next);
    const j = space.basis.length - 1;
    const w: Float64Array = new Float64Array(n);
    op.apply(next, w);
    size = Math.max(size, norm(w));
    const column = new Float64Array(j + 2);
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i <= j; i++) {
        const h = dot(space.basis[i], w);
        column[i] += h;
        axpy(-h, space.basis[i], w);
      }
    }
    const rest = norm(w);
    if (rest > invariantRtol * size && j + 1 < n) {
      column[j + 1] = rest;
      scale(1 / rest, w);
      next = w;
    } else {
      next = rng ? freshVector(n, space.basis, rng) : null;
    }
    space.columns.push(column);
    if (enough(space)) break;
  }
  if (next && space.basis.length === space.columns.length) space.basis.push(next);
  return space;
}

/** A random unit vector orthogonal to the basis; null when there is none. */
function freshVector(n: number, basis: readonly Float64Array[], rng: Rng): Float64Array | null {
  if (basis.length >= n) return null;
  const w = Float64Array.from({ length: n }, () => rng.normal());
  for (let pass = 0; pass < 3; pass++) {
    for (const v of basis) axpy(-dot(v, w), v, w);
    scale(1 / norm(w), w);
  }
  return w;
}
