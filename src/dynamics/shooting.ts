import { axpy, dot, type LinearOperator, leastSquares, type Matrix, matrix, norm } from "../numeric/index.ts";
import { type CondensedChain, condense } from "./condensed-chain.ts";
import { type DiscreteMap, denseTangent } from "./discrete-map.ts";
import { gmres } from "./gmres.ts";

/** One more unknown a, a change of the parameter, and one more equation ⟨vector, δ_0⟩ + weight·a = value. */
export interface Border {
  /** ∂F/∂parameter at each point. */
  readonly column: readonly Float64Array[];
  readonly vector: Float64Array;
  readonly weight: number;
  readonly value: number;
}

/** A_k δ_k − δ_{k+1} + a·column_k = rights_k with δ_p = δ_0, A_k = DF(x_k); a = 0 without a border. */
export interface ShootingEquations {
  readonly rights: readonly Float64Array[];
  readonly border?: Border;
  /** λ: what is minimised is the squared residual + λ(‖δ_0‖² + a²). */
  readonly damping?: number;
}

export interface ShootingSolution {
  /** δ_0 … δ_{p−1}. */
  readonly steps: readonly Float64Array[];
  /** a. */
  readonly parameter: number;
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
    solve({ rights, border, damping = 0 }) {
      const right = chain.reduce(rights);
      const side = border && chain.reduce(border.column);
      const cols = n + (side ? 1 : 0);
      const a = matrix(cols + (damping > 0 ? cols : 0), cols);
      const b = new Float64Array(a.rows);
      // a is measured so that its column is no longer than the others together: else they would count as a family.
      const unit = side ? 1 / Math.max(1, norm(side.end) / closingNorm(chain)) : 1;
      fillClosing(chain, side?.end, unit, a);
      b.set(right.end);
      if (border) {
        a.data.set(border.vector, n * cols);
        a.data[n * cols + n] = unit * border.weight;
        b[n] = border.value;
      }
      if (damping > 0) for (let j = 0; j < cols; j++) a.data[(cols + j) * cols + j] = Math.sqrt(damping);
      const { x } = leastSquares(a, b, { rtol: familyRtol });
      const start = x.slice(0, n);
      const parameter = side ? unit * x[n] : 0;
      const tops = right.tops.map((top, k) => {
        const moved = top.slice();
        if (side) axpy(-parameter, side.tops[k], moved);
        return moved;
      });
      return { steps: chain.expand(start, start, { tops, end: right.end }), parameter, relativeResidual: 0 };
    },
  };
}

/** [C + D, unit·side] into the upper left of `a`. */
function fillClosing(
  { dimension: n, first, last }: CondensedChain,
  side: Float64Array | undefined,
  unit: number,
  a: Matrix,
): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) a.data[i * a.cols + j] = first.data[i * n + j] + last.data[i * n + j];
    if (side) a.data[i * a.cols + n] = unit * side[i];
  }
}

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
    solve({ rights, border, damping = 0 }) {
      // δ_{k+1} = A_k δ_k + a column_k − rights_k; unrolled from δ_0: (M − I) δ_0 + a γ = ρ.
      const zero = new Float64Array(n);
      const rho = push(map, points, zero, rights, 1).at(-1)!;
      const gamma = border && push(map, points, zero, border.column, 1).at(-1)!;
      const op = borderedMonodromy(map, points, gamma, border);
      const b = new Float64Array(op.dimension);
      b.set(rho);
      if (border) b[n] = border.value;
      const { x, relativeResidual } = gmres(op, b, { rtol, maxSteps, damping });
      const parameter = gamma ? x[n] : 0;
      const all = rights.map((right, k) => {
        const moved = right.slice();
        if (border) axpy(-parameter, border.column[k], moved);
        return moved;
      });
      return { steps: push(map, points, x.slice(0, n), all, -1).slice(0, -1), parameter, relativeResidual };
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

/** (δ, a) ↦ ((M − I)δ + aγ, ⟨vector, δ⟩ + weight·a). */
function borderedMonodromy(
  map: DiscreteMap,
  points: readonly Float64Array[],
  gamma: Float64Array | undefined,
  border: Border | undefined,
): LinearOperator {
  const n = map.dimension;
  let [a, b] = [new Float64Array(n), new Float64Array(n)];
  return {
    dimension: n + (border ? 1 : 0),
    apply(x, out) {
      const delta = x.subarray(0, n);
      a.set(delta);
      for (const point of points) {
        map.tangent(point, a, b);
        [a, b] = [b, a];
      }
      for (let i = 0; i < n; i++) out[i] = a[i] - delta[i];
      if (gamma) axpy(x[n], gamma, out.subarray(0, n));
      if (border) out[n] = dot(border.vector, delta) + border.weight * x[n];
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
