import { axpy, type LinearOperator, leastSquares, matrix, norm } from "../numeric/index.ts";
import { type ArnoldiSpace, arnoldi } from "./arnoldi.ts";

export interface GmresOptions {
  /** ‖Ax − b‖ wanted, relative to ‖b‖. */
  readonly rtol: number;
  /** Basis vectors kept at most: memory n × this. */
  readonly maxSteps: number;
  /** λ of ‖Ax − b‖² + λ‖x‖², minimised over the Krylov space. */
  readonly damping?: number;
}

export interface GmresResult {
  readonly x: Float64Array;
  /** ‖Ax − b‖/‖b‖ of the undamped minimiser over the space. */
  readonly relativeResidual: number;
  readonly steps: number;
}

/** Singular values of the Hessenberg matrix below this times the largest are taken for 0. */
const rankRtol = 1e-12;

/**
 * Minimises ‖Ax − b‖² + λ‖x‖² over the Krylov space of b without restart (Saad, Schultz 1986; Tikhonov in the
 * projected problem after Calvetti et al. 2000). For a consistent singular A with symmetric range the limit is the
 * solution of least norm.
 */
export function gmres(op: LinearOperator, b: Float64Array, options: GmresOptions): GmresResult {
  const { rtol, maxSteps, damping = 0 } = options;
  const size = norm(b);
  const x = new Float64Array(op.dimension);
  if (size === 0) return { x, relativeResidual: 0, steps: 0 };
  const monitor = givensMonitor();
  const space = arnoldi(op, b, { maxSteps, enough: ({ columns }) => monitor(columns.at(-1)!) <= rtol });
  const y = projectedSolution(space, size, damping);
  y.forEach((t, j) => {
    axpy(t, space.basis[j], x);
  });
  return { x, relativeResidual: monitor(null), steps: space.columns.length };
}

/** The relative residual after each new column of the Hessenberg matrix, by Givens rotations. */
function givensMonitor(): (column: Float64Array | null) => number {
  const cosines: number[] = [];
  const sines: number[] = [];
  let residual = 1;
  return (column) => {
    if (!column) return residual;
    const h = column.slice();
    const j = cosines.length;
    for (let i = 0; i < j; i++) {
      const t = cosines[i] * h[i] + sines[i] * h[i + 1];
      h[i + 1] = cosines[i] * h[i + 1] - sines[i] * h[i];
      h[i] = t;
    }
    const r = Math.hypot(h[j], h[j + 1]);
    cosines.push(r > 0 ? h[j] / r : 1);
    sines.push(r > 0 ? h[j + 1] / r : 0);
    residual *= Math.abs(r > 0 ? sines[j] : 1);
    return residual;
  };
}

/** The y that minimises ‖H y − ‖b‖e_0‖² + λ‖y‖². */
function projectedSolution({ columns }: ArnoldiSpace, size: number, damping: number): Float64Array {
  const k = columns.length;
  const a = matrix(k + 1 + (damping > 0 ? k : 0), k);
  columns.forEach((column, j) => {
    for (let i = 0; i < column.length; i++) a.data[i * k + j] = column[i];
    if (damping > 0) a.data[(k + 1 + j) * k + j] = Math.sqrt(damping);
  });
  const right = new Float64Array(a.rows);
  right[0] = size;
  return leastSquares(a, right, { rtol: rankRtol }).x;
}
