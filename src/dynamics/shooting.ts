import { axpy, dot, type LinearOperator, leastSquares, matrix, norm } from "../numeric/index.ts";
import { type CondensedChain, condense } from "./condensed-chain.ts";
import { type DiscreteMap, denseTangent } from "./discrete-map.ts";
import { gmres } from "./gmres.ts";

/** Changes a_j of q parameters as further unknowns, and as many further equations. */
export interface Border {
  /** ∂F/∂parameter_j at each point. */
  readonly columns: readonly (readonly Float64Array[])[];
  readonly rows: readonly BorderRow[];
}

/** ⟨vector, δ_0⟩ + Σ_j weights_j·a_j = value. */
export interface BorderRow {
  readonly vector: Float64Array;
  readonly weights: readonly number[];
  readonly value: number;
}

/** A_k δ_k − δ_{k+1} + Σ_j a_j·column_{jk} = rights_k with δ_p = δ_0, A_k = DF(x_k). */
export interface ShootingEquations {
  readonly rights: readonly Float64Array[];
  readonly border?: Border;
  /** λ: what is minimised is the squared residual + λ(‖δ_0‖² + ‖a‖²). */
  readonly damping?: number;
}

export interface ShootingSolution {
  /** δ_0 … δ_{p−1}. */
  readonly steps: readonly Float64Array[];
  /** a. */
  readonly parameters: readonly number[];
  /** What is left of the equations relative to their right side; only the iterative method leaves anything that matters. */
  readonly relativeResidual: number;
}

/** The linearised equations of a closed orbit. */
export interface ShootingSystem {
  solve(equations: ShootingEquations): ShootingSolution;
}

export type ShootingMethod = "dense" | "krylov";

export interface ShootingOptions {
  /** "dense" up to 128 dimensions by default. */
  readonly method?: ShootingMethod;
  /** Of the iterative solver. Default 1e-8. */
  readonly rtol?: number;
  /** Basis vectors of the iterative solver. Default 250, fewer where they would take more than 512 MiB. */
  readonly maxKrylov?: number;
}

/** Directions along which the equations change less than this relative to the others count as a family: no step is taken along them. */
export const familyRtol = 1e-11;
const denseDimension = 128;
const krylovBytes = 2 ** 29;

export function shootingMethod(n: number, { method }: ShootingOptions = {}): ShootingMethod {
  return method ?? (n <= denseDimension ? "dense" : "krylov");
}

/**
 * The equations of multiple shooting at `points`, solved in the least-squares sense with the least step.
 *
 * Dense: DF from n tangents a point, orthogonal condensation to the first point, pivoted QR there. Cost p·(n tangents +
 * 12 n³). Krylov: GMRES on (M − I, column; border) with M = DF(x_{p−1})⋯DF(x_0) by p tangents an application; memory
 * n × steps.
 */
export function shootingSystem(
  map: DiscreteMap,
  points: readonly Float64Array[],
  options: ShootingOptions = {},
): ShootingSystem {
  return shootingMethod(map.dimension, options) === "dense"
    ? denseSystem(condense(points.map((x) => denseTangent(map, x))))
    : krylovSystem(map, points, options);
}

function denseSystem(chain: CondensedChain): ShootingSystem {
  const n = chain.dimension;
  return {
    solve({ rights, border = noBorder, damping = 0 }) {
      const right = chain.reduce(rights);
      const sides = border.columns.map((column) => chain.reduce(column));
      // Parameters are measured so that no column is longer than the others together: else those would count as a family.
      const units = sides.map(({ end }) => 1 / Math.max(1, norm(end) / closingNorm(chain)));
      const cols = n + sides.length;
      const a = matrix(cols + (damping > 0 ? cols : 0), cols);
      const b = new Float64Array(a.rows);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) a.data[i * cols + j] = chain.first.data[i * n + j] + chain.last.data[i * n + j];
        for (const [j, { end }] of sides.entries()) a.data[i * cols + n + j] = units[j] * end[i];
      }
      b.set(right.end);
      for (const [i, { vector, weights, value }] of border.rows.entries()) {
        a.data.set(vector, (n + i) * cols);
        a.data.set(
          weights.map((weight, j) => units[j] * weight),
          (n + i) * cols + n,
        );
        b[n + i] = value;
      }
      if (damping > 0) for (let j = 0; j < cols; j++) a.data[(cols + j) * cols + j] = Math.sqrt(damping);
      const { x } = leastSquares(a, b, { rtol: familyRtol });
      const start = x.slice(0, n);
      const parameters = units.map((unit, j) => unit * x[n + j]);
      const tops = right.tops.map((top, k) => {
        const moved = top.slice();
        for (const [j, side] of sides.entries()) axpy(-parameters[j], side.tops[k], moved);
        return moved;
      });
      return { steps: chain.expand(start, start, { tops, end: right.end }), parameters, relativeResidual: 0 };
    },
  };
}

const noBorder: Border = { columns: [], rows: [] };

/** √(‖C‖² + ‖D‖²). */
function closingNorm({ first, last }: CondensedChain): number {
  return Math.hypot(norm(first.data), norm(last.data));
}

function krylovSystem(
  map: DiscreteMap,
  points: readonly Float64Array[],
  { rtol = 1e-8, maxKrylov = 250 }: ShootingOptions,
): ShootingSystem {
  const n = map.dimension;
  const maxSteps = Math.max(1, Math.min(n + 1, maxKrylov, Math.floor(krylovBytes / (8 * (n + 1)))));
  return {
    solve({ rights, border = noBorder, damping = 0 }) {
      // δ_{k+1} = A_k δ_k + Σ a_j column_jk − rights_k; unrolled from δ_0: (M − I) δ_0 + Σ a_j γ_j = ρ.
      const zero = new Float64Array(n);
      const rho = push(map, points, zero, rights, 1).at(-1)!;
      const gammas = border.columns.map((column) => push(map, points, zero, column, 1).at(-1)!);
      const op = borderedMonodromy(map, points, gammas, border.rows);
      const b = new Float64Array(op.dimension);
      b.set(rho);
      for (const [i, { value }] of border.rows.entries()) b[n + i] = value;
      const { x, relativeResidual } = gmres(op, b, { rtol, maxSteps, damping });
      const parameters = Array.from(x.subarray(n));
      const all = rights.map((right, k) => {
        const moved = right.slice();
        for (const [j, column] of border.columns.entries()) axpy(-parameters[j], column[k], moved);
        return moved;
      });
      return { steps: push(map, points, x.slice(0, n), all, -1).slice(0, -1), parameters, relativeResidual };
    },
  };
}

/** δ_0 … δ_p with δ_{k+1} = A_k δ_k + sign·adds_k. */
function push(
  map: DiscreteMap,
  points: readonly Float64Array[],
  start: Float64Array,
  adds: readonly Float64Array[],
  sign: 1 | -1,
): Float64Array[] {
  const chain = [start];
  points.forEach((x, k) => {
    const next = new Float64Array(map.dimension);
    map.tangent(x, chain[k], next);
    axpy(sign, adds[k], next);
    chain.push(next);
  });
  return chain;
}

/** (δ, a) ↦ ((M − I)δ + Σ a_jγ_j, ⟨vector_i, δ⟩ + Σ weights_ij·a_j). */
function borderedMonodromy(
  map: DiscreteMap,
  points: readonly Float64Array[],
  gammas: readonly Float64Array[],
  rows: readonly BorderRow[],
): LinearOperator {
  const n = map.dimension;
  let [a, b] = [new Float64Array(n), new Float64Array(n)];
  return {
    dimension: n + rows.length,
    apply(x, out) {
      const delta = x.subarray(0, n);
      a.set(delta);
      for (const point of points) {
        map.tangent(point, a, b);
        [a, b] = [b, a];
      }
      for (let i = 0; i < n; i++) out[i] = a[i] - delta[i];
      for (const [j, gamma] of gammas.entries()) axpy(x[n + j], gamma, out.subarray(0, n));
      for (const [i, { vector, weights }] of rows.entries()) {
        out[n + i] = weights.reduce((sum, weight, j) => sum + weight * x[n + j], dot(vector, delta));
      }
    },
  };
}

/** F(x_k) − x_{k+1} for every k, cyclically, and the norm of the largest. */
export function shootingResiduals(
  map: DiscreteMap,
  points: readonly Float64Array[],
): { readonly residuals: readonly Float64Array[]; readonly largest: number } {
  let largest = 0;
  const residuals = points.map((x, k) => {
    const image = new Float64Array(map.dimension);
    map.step(x, image);
    axpy(-1, points[(k + 1) % points.length], image);
    const size = norm(image);
    largest = size <= largest ? largest : size; // NaN stays
    return image;
  });
  return { residuals, largest };
}
