import { axpy, dot, lanczos, type Matrix, matrix, norm, type Rng, scale, symmetricEigen } from "../numeric/index.ts";
import { applyNoise, compress, expand, type MomentGroups } from "./moment-groups.ts";
import { findRoot } from "./root.ts";

export interface MomentOptions {
  /** Residual at which to stop, default 1e-8. */
  readonly rtol?: number;
  readonly maxApplications?: number;
}

/** The weights D_ab(x) that a parameter x (a step size, or an eigenvalue z of Q) gives to the mode pairs. */
export type WeightsAt = (x: number) => Float64Array;

export interface MomentRoot {
  /** The x at which ρ(M(x)) = 1. */
  readonly x: number;
  /** ‖M(x)v − v‖ for the unit vector v that was found. */
  readonly residual: number;
  /** v, unit. */
  readonly vector: Float64Array;
  /** S = D ∘ Σ_g √c_g F_gᵀ v_g F_g, the second moment itself up to scale. */
  readonly moment: Matrix;
}

/** "above": ρ(M) > 1 at both ends of the bracket; "below": ρ(M) < 1 at both. */
export type NoRoot = "above" | "below";

export interface MomentFinder {
  solve(weightsAt: WeightsAt, lo: number, hi: number, options?: MomentOptions): MomentRoot | NoRoot;
}

/**
 * The nonlinear eigenproblem M(x) v = v on blocks v_g (k_g × k_g),
 *
 *   (M(x) v)_g = √c_g F_g [D(x) ∘ Y] F_gᵀ,   Y = Σ_g √c_g F_gᵀ v_g F_g   (r × r),
 *
 * symmetric in v, whose largest eigenvalue is 1 exactly where Q has the eigenvalue asked for (THEORY §3).
 *
 * Every application costs O(mk·r²). A subspace keeps its vectors *and their* Y, so that the projected matrix
 * B_ij(x) = ⟨Y_i, D(x) ∘ Y_j⟩ is known for every x without further applications; the subspace grows by M(x)v at its own
 * current root until the residual is small (the error of the root is then of its square). One solver serves all
 * questions about one law: thresholds and exponents share the subspace.
 */
export class MomentSolver implements MomentFinder {
  readonly #groups: MomentGroups;
  readonly #roots: Float64Array;
  readonly #vectors: Float64Array[] = [];
  readonly #images: Matrix[] = [];

  /** @throws RangeError when a coefficient is negative. */
  constructor(groups: MomentGroups, start: Float64Array | null = null) {
    if (groups.coefficients.some((c) => c < 0)) throw new RangeError("MomentSolver: a coefficient is negative");
    this.#groups = groups;
    this.#roots = groups.coefficients.map(Math.sqrt);
    const r = groups.rows.cols;
    const unit = matrix(r, r);
    for (let a = 0; a < r; a++) unit.data[a * r + a] = 1;
    this.#add(start ?? compress(groups, unit, this.#roots));
  }

  /**
   * The root of ρ(M(x)) = 1 between `lo` and `hi`, if ρ − 1 changes sign there.
   * Stops at residual ≤ `rtol` or when the root no longer moves.
   */
  solve(weightsAt: WeightsAt, lo: number, hi: number, options: MomentOptions = {}): MomentRoot | NoRoot {
    const { rtol = 1e-8, maxApplications = 200 } = options;
    const excess = (x: number) => Math.log(this.#project(weightsAt(x)).value);
    let previous = Number.NaN;
    for (let applications = 1; ; applications++) {
      const values = [excess(lo), excess(hi)] as const;
      const bracketed = values[0] > 0 !== values[1] > 0;
      // A projection only ever underestimates ρ: a sign that is missing may still appear as the subspace grows.
      const x = bracketed ? findRoot(excess, lo, hi, { values }) : values[0] > values[1] ? lo : hi;
      const weights = weightsAt(x);
      const { value, coefficients } = this.#project(weights);
      const moment = this.#combine(coefficients, weights);
      const vector = this.#vector(coefficients);
      const image = compress(this.#groups, moment, this.#roots);
      const residual = distance(image, vector, value);
      const settled = residual <= rtol * value || (residual <= 1e-4 && Math.abs(x - previous) <= 1e-14 * Math.abs(x));
      previous = x;
      if (!bracketed && value > 1) return "above";
      if (settled || applications >= maxApplications || !this.#grow(image, coefficients)) {
        return bracketed ? { x, residual, vector, moment } : "below";
      }
    }
  }

  #add(v: Float64Array): boolean {
    const size = norm(v);
    for (let pass = 0; pass < 2; pass++) for (const u of this.#vectors) axpy(-dot(u, v), u, v);
    const left = norm(v);
    if (!(left > 1e-13 * size) || left === 0) return false;
    scale(1 / left, v);
    this.#vectors.push(v);
    this.#images.push(expand(this.#groups, v, this.#roots));
    return true;
  }

  /** Adds M(x)v; a full subspace is first replaced by its leading vector. */
  #grow(image: Float64Array, coefficients: Float64Array): boolean {
    if (this.#vectors.length >= MAX_VECTORS) {
      const leading = this.#vector(coefficients);
      const y = this.#combine(coefficients, null);
      this.#vectors.splice(0, this.#vectors.length, leading);
      this.#images.splice(0, this.#images.length, y);
    }
    return this.#add(image);
  }

  /** Largest eigenvalue of B(x), with its unit eigenvector. */
  #project(weights: Float64Array): { readonly value: number; readonly coefficients: Float64Array } {
    const s = this.#images.length;
    const b = matrix(s, s);
    for (let i = 0; i < s; i++) {
      for (let j = 0; j <= i; j++) {
        b.data[i * s + j] = weightedDot(this.#images[i].data, this.#images[j].data, weights);
        b.data[j * s + i] = b.data[i * s + j];
      }
    }
    const { values, vectors } = symmetricEigen(b);
    return { value: values[0], coefficients: vectors.data.slice(0, s) };
  }

  #vector(coefficients: Float64Array): Float64Array {
    const v = new Float64Array(this.#vectors[0].length);
    this.#vectors.forEach((u, i) => {
      axpy(coefficients[i], u, v);
    });
    return v;
  }

  /** Σ y_i Y_i, times D entry by entry when given. */
  #combine(coefficients: Float64Array, weights: Float64Array | null): Matrix {
    const r = this.#groups.rows.cols;
    const y = matrix(r, r);
    this.#images.forEach((image, i) => {
      axpy(coefficients[i], image.data, y.data);
    });
    if (weights !== null) for (let i = 0; i < y.data.length; i++) y.data[i] *= weights[i];
    return y;
  }
}

const MAX_VECTORS = 24;

function weightedDot(x: Float64Array, y: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * weights[i] * y[i];
  return sum;
}

/** ‖image − value·v‖ */
function distance(image: Float64Array, v: Float64Array, value: number): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += (image[i] - value * v[i]) ** 2;
  return Math.sqrt(sum);
}

/**
 * The same question for laws with negative coefficients (label-balanced): Lanczos on S ↦ √D ∘ V(√D ∘ S), r² unknowns,
 * once for every x tried. Needs D > 0 (GD).
 */
export function matrixSpaceFinder(groups: MomentGroups, rng: Rng): MomentFinder {
  const r = groups.rows.cols;
  const leading = (weights: Float64Array) => {
    const roots = matrix(r, r, weights.map(Math.sqrt));
    const times = (x: Float64Array) =>
      matrix(
        r,
        r,
        x.map((value, i) => value * roots.data[i]),
      );
    const operator = {
      dimension: r * r,
      apply: (x: Float64Array, out: Float64Array) => out.set(times(applyNoise(groups, times(x)).data).data),
    };
    const found = lanczos(operator, { count: 1, rtol: 1e-9, rng: rng.fork("second moment") });
    return {
      value: found.values[0],
      residual: found.residuals[0],
      vector: found.vectors.data,
      moment: times(found.vectors.data),
    };
  };
  return {
    solve(weightsAt, lo, hi) {
      const excess = (x: number) => Math.log(Math.max(leading(weightsAt(x)).value, Number.MIN_VALUE));
      const values = [excess(lo), excess(hi)] as const;
      if (values[0] > 0 === values[1] > 0) return values[0] > 0 ? "above" : "below";
      const x = findRoot(excess, lo, hi, { values, rtol: 1e-13 });
      return { x, ...leading(weightsAt(x)) };
    },
  };
}
