import {
  createRng,
  identity,
  type LinearOperator,
  leastSquares,
  lu,
  type Matrix,
  matrix,
  norm,
  scale,
  transpose,
} from "../numeric/index.ts";
import type { Complex, ComplexVector } from "./complex.ts";
import { type CondensedChain, condense } from "./condensed-chain.ts";
import { type DiscreteMap, denseTangent } from "./discrete-map.ts";
import { gmres } from "./gmres.ts";
import { krylovEigenvalues } from "./krylov-eigenvalues.ts";
import { monodromyOperator } from "./orbit-multipliers.ts";
import { type ShootingOptions, shootingMethod } from "./shooting.ts";

/** What a normal form needs of M = DF(x_{p−1})⋯DF(x_0), of which σ on the unit circle is an eigenvalue. */
export interface CriticalSpace {
  /** M q = σ q, ‖q‖ = 1. */
  readonly right: ComplexVector;
  /** Mᵀ p = σ̄ p, ⟨p, q⟩ = Σ p̄_i q_i = 1; null when the map has no adjoint to find it with, or ⟨p, q⟩ = 0. */
  readonly left: ComplexVector | null;
  /** The least-norm x with (z − M) x = b, and what is left of the equation relative to ‖b‖. */
  solve(z: Complex, b: ComplexVector): { readonly x: ComplexVector; readonly relativeResidual: number };
}

/** Beside a singular value this far below the largest, the equations (z − M)x = b are singular. */
const singularRtol = 1e-9;
const inverseIterations = 4;
const krylovSteps = 250;

export function criticalSpace(
  map: DiscreteMap,
  points: readonly Float64Array[],
  sigma: Complex,
  options: ShootingOptions = {},
): CriticalSpace | null {
  return shootingMethod(map.dimension, options) === "dense"
    ? denseSpace(map, points, sigma)
    : krylovSpace(map, points, sigma);
}

function denseSpace(map: DiscreteMap, points: readonly Float64Array[], sigma: Complex): CriticalSpace {
  const factors = points.map((x) => denseTangent(map, x));
  const chain = condense(factors);
  const right = nullVector(closed(chain, sigma));
  const left = nullVector(closed(condense(factors.map(transpose).reverse()), [sigma[0], -sigma[1]]));
  return {
    right,
    left: biorthogonal(left, right),
    solve(z, b) {
      const ends = [b.re, b.im].map((part) => chain.reduce(lastOnly(part, factors.length)).end);
      const { x, residualNorm } = leastSquares(closed(chain, z), joined(ends[0], ends[1]), { rtol: singularRtol });
      scale(-1, x);
      return { x: halves(x), relativeResidual: residualNorm / Math.hypot(norm(ends[0]), norm(ends[1])) || 0 };
    },
  };
}

/** C + zD on pairs (re, im), 2n×2n: singular exactly when z is an eigenvalue of M. */
function closed({ dimension: n, first, last }: CondensedChain, [re, im]: Complex): Matrix {
  const a = matrix(2 * n, 2 * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const c = first.data[i * n + j];
      const d = last.data[i * n + j];
      a.data[i * 2 * n + j] = c + re * d;
      a.data[i * 2 * n + n + j] = -im * d;
      a.data[(n + i) * 2 * n + j] = im * d;
      a.data[(n + i) * 2 * n + n + j] = c + re * d;
    }
  }
  return a;
}

function lastOnly(b: Float64Array, period: number): Float64Array[] {
  return Array.from({ length: period }, (_, k) => (k === period - 1 ? b : new Float64Array(b.length)));
}

/** A unit vector of the (nearly) singular matrix's kernel, by inverse iteration with BᵀB. */
function nullVector(b: Matrix): ComplexVector {
  const size = b.data.reduce((m, x) => Math.max(m, Math.abs(x)), 0) || 1;
  const shifted = matrix(b.rows, b.cols, b.data.slice());
  const unit = identity(b.rows);
  let [forward, backward] = [lu(shifted), lu(transpose(shifted))];
  for (let shift = 2 ** -50 * size; forward.sign === 0 || backward.sign === 0; shift *= 2) {
    for (let i = 0; i < unit.data.length; i++) shifted.data[i] += shift * unit.data[i];
    [forward, backward] = [lu(shifted), lu(transpose(shifted))];
  }
  const rng = createRng(0, "null vector");
  let x: Float64Array = Float64Array.from({ length: b.rows }, () => rng.normal());
  for (let i = 0; i < inverseIterations; i++) {
    x = forward.solve(normalized(backward.solve(normalized(x))));
  }
  return realWherePossible(halves(normalized(x)));
}

/** A complex vector that is a multiple of a real one, turned onto it; others are turned so that ⟨re, im⟩ = 0. */
function realWherePossible({ re, im }: ComplexVector): ComplexVector {
  let [rr, ri, ii] = [0, 0, 0];
  for (let i = 0; i < re.length; i++) {
    rr += re[i] * re[i];
    ri += re[i] * im[i];
    ii += im[i] * im[i];
  }
  const angle = 0.5 * Math.atan2(-2 * ri, rr - ii);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return {
    re: re.map((x, i) => c * x - s * im[i]),
    im: im.map((y, i) => s * re[i] + c * y),
  };
}

function krylovSpace(map: DiscreteMap, points: readonly Float64Array[], sigma: Complex): CriticalSpace | null {
  const op = monodromyOperator(map, points);
  const right = krylovVector(op, sigma);
  if (!right) return null;
  const adjoint = adjointOperator(map, points);
  const left = adjoint && krylovVector(adjoint, [sigma[0], -sigma[1]]);
  return {
    right,
    left: left ? biorthogonal(left, right) : null,
    solve(z, b) {
      const n = op.dimension;
      const shifted: LinearOperator = {
        dimension: 2 * n,
        apply(x, out) {
          const [re, im] = [x.subarray(0, n), x.subarray(n)];
          op.apply(re, out.subarray(0, n));
          op.apply(im, out.subarray(n));
          for (let i = 0; i < n; i++) {
            out[i] = z[0] * re[i] - z[1] * im[i] - out[i];
            out[n + i] = z[1] * re[i] + z[0] * im[i] - out[n + i];
          }
        },
      };
      const { x, relativeResidual } = gmres(shifted, joined(b.re, b.im), { rtol: 1e-10, maxSteps: krylovSteps });
      return { x: halves(x), relativeResidual };
    },
  };
}

/** The Ritz vector of the converged value nearest to σ, within 1e-4 of it. */
function krylovVector(op: LinearOperator, [re, im]: Complex): ComplexVector | null {
  const { pairs } = krylovEigenvalues(op, { count: 6, centre: 1, rng: createRng(0, "critical vector") });
  const gap = (value: Complex) => Math.hypot(value[0] - re, value[1] - im);
  const nearest = [...pairs].sort((a, b) => gap(a.value) - gap(b.value))[0];
  if (!nearest || gap(nearest.value) > 1e-4) return null;
  const v = realWherePossible(nearest.vector());
  const length = Math.hypot(norm(v.re), norm(v.im));
  scale(1 / length, v.re);
  scale(1 / length, v.im);
  return v;
}

/** u ↦ DF(x_0)ᵀ⋯DF(x_{p−1})ᵀ u, where the map has an adjoint or is symmetric. */
function adjointOperator(map: DiscreteMap, points: readonly Float64Array[]): LinearOperator | null {
  const apply = map.adjoint ?? (map.symmetric ? map.tangent : null);
  if (!apply) return null;
  return monodromyOperator({ ...map, tangent: apply.bind(map) }, points.toReversed());
}

/** p/⟨q, p⟩: then ⟨p, q⟩ = Σ p̄_i q_i = 1. */
function biorthogonal(p: ComplexVector, q: ComplexVector): ComplexVector | null {
  const [re, im] = inner(q, p);
  const square = re * re + im * im;
  if (!(square > 1e-16)) return null;
  return {
    re: p.re.map((x, i) => (x * re + p.im[i] * im) / square),
    im: p.im.map((y, i) => (y * re - p.re[i] * im) / square),
  };
}

/** ⟨a, b⟩ = Σ ā_i b_i. */
export function inner(a: ComplexVector, b: ComplexVector): Complex {
  let [re, im] = [0, 0];
  for (let i = 0; i < a.re.length; i++) {
    re += a.re[i] * b.re[i] + a.im[i] * b.im[i];
    im += a.re[i] * b.im[i] - a.im[i] * b.re[i];
  }
  return [re, im];
}

function normalized(x: Float64Array): Float64Array {
  const y = x.slice();
  scale(1 / norm(x), y);
  return y;
}

function joined(re: Float64Array, im: Float64Array): Float64Array {
  const x = new Float64Array(re.length + im.length);
  x.set(re);
  x.set(im, re.length);
  return x;
}

function halves(x: Float64Array): ComplexVector {
  const n = x.length / 2;
  return { re: x.slice(0, n), im: x.slice(n) };
}
