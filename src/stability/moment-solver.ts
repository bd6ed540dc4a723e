import {
  axpy,
  dot,
  lanczos,
  type Matrix,
  matrix,
  norm,
  type Rng,
  row,
  type SymmetricEigen,
  scale,
  symmetricEigen,
} from "../numeric/index.ts";
import { applyNoise, compress, expand, type MomentGroups } from "./moment-groups.ts";
import { pack, unpack } from "./packed-symmetric.ts";
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
  /** F_gF_gᵀ, the blocks of S = I, unit. */
  readonly #start: Float64Array;
  readonly #vectors: Float64Array[] = [];
  /** Packed, see `pack`. */
  readonly #images: Float64Array[] = [];

  /** @throws RangeError when a coefficient is negative. */
  constructor(groups: MomentGroups, guess: Float64Array | null = null) {
    if (groups.coefficients.some((c) => c < 0)) throw new RangeError("MomentSolver: a coefficient is negative");
    this.#groups = groups;
    this.#roots = groups.coefficients.map(Math.sqrt);
    const r = groups.rows.cols;
    const unit = matrix(r, r);
    for (let a = 0; a < r; a++) unit.data[a * r + a] = 1;
    this.#add(compress(groups, unit, this.#roots));
    this.#start = this.#vectors[0];
    if (guess !== null) this.#add(guess.slice());
  }

  /**
   * The root of ρ(M(x)) = 1 between `lo` and `hi`, if ρ − 1 changes sign there.
   * Stops at residual ≤ `rtol` or when the root no longer moves.
   */
  solve(weightsAt: WeightsAt, lo: number, hi: number, options: MomentOptions = {}): MomentRoot | NoRoot {
    const { rtol = 1e-8, maxApplications = 200 } = options;
    const excess = (x: number) => Math.log(this.#project(weightsAt(x)).values[0]);
    let values = [excess(lo), excess(hi)] as const;
    let x = Number.NaN;
    for (let applications = 1; ; applications++) {
      const bracketed = values[0] > 0 !== values[1] > 0;
      const previous = x;
      if (!bracketed) x = values[0] > values[1] ? lo : hi;
      else x = this.#root(weightsAt, [lo, hi], values, x);
      const weights = weightsAt(x);
      const projected = this.#project(weights);
      const value = projected.values[0];
      const top = row(projected.vectors, 0);
      const moment = this.#moment(top, weights);
      const vector = combine(this.#vectors, top);
      const image = compress(this.#groups, moment, this.#roots);
      const residual = distance(image, vector, value);
      const settled = residual <= rtol * value || (residual <= 1e-4 && Math.abs(x - previous) <= 1e-14 * Math.abs(x));
      if (!bracketed && value > 1) return "above";
      if (settled || applications >= maxApplications || !this.#grow(image, weights)) {
        return bracketed ? { x, residual, vector, moment } : "below";
      }
      // A projection only ever underestimates ρ: a sign that is missing may still appear as the subspace grows.
      if (!bracketed) values = [excess(lo), excess(hi)];
    }
  }

  /**
   * The x in the bracket at which the largest eigenvalue of B(x) is 1: for the top vector v of B at one x, the root of
   * ⟨Y, D(x) ∘ Y⟩ = 1 (Y = Σ v_i Y_i) is the next x. The Rayleigh quotient is stationary at v, so this converges like
   * Newton's method, with one eigenproblem a step; where it has no root in the bracket, by bisection of B itself.
   */
  #root(weightsAt: WeightsAt, [lo, hi]: Bracket, values: Bracket, start: number): number {
    let x = start > lo && start < hi ? start : values[0] > values[1] ? lo : hi;
    for (let step = 0; step < 30; step++) {
      const { vectors } = this.#project(weightsAt(x));
      const image = unpack(combine(this.#images, row(vectors, 0)), this.#groups.rows.cols).data;
      const quotient = (at: number) => Math.log(weightedSquare(image, weightsAt(at)));
      const next = nearbyRoot(quotient, x, [lo, hi], values[1] > 0 ? 1 : -1);
      if (next === null) break;
      if (Math.abs(next - x) <= 1e-14 * Math.abs(x)) return next;
      x = next;
    }
    const excess = (at: number) => Math.log(this.#project(weightsAt(at)).values[0]);
    return findRoot(excess, lo, hi, { values });
  }

  #add(v: Float64Array): boolean {
    const size = norm(v);
    for (let pass = 0; pass < 2; pass++) for (const u of this.#vectors) axpy(-dot(u, v), u, v);
    const left = norm(v);
    if (!(left > 1e-13 * size) || left === 0) return false;
    scale(1 / left, v);
    this.#vectors.push(v);
    this.#images.push(pack(expand(this.#groups, v, this.#roots)));
    return true;
  }

  /** Adds M(x)v to the subspace, making room when it is full. */
  #grow(image: Float64Array, weights: Float64Array): boolean {
    if (this.#vectors.length >= MAX_VECTORS) this.#restart(weights);
    return this.#add(image);
  }

  /**
   * Keeps the leading eigenvectors of the projection, and the start vector: it is positive, so it always has a part of
   * the positive eigenvector that belongs to ρ, which the others might have lost.
   */
  #restart(weights: Float64Array): void {
    const { vectors } = this.#project(weights);
    const coordinates = Float64Array.from(this.#vectors, (u) => dot(u, this.#start));
    const kept: Float64Array[] = [];
    for (const direction of [coordinates, ...Array.from({ length: KEPT }, (_, i) => row(vectors, i))]) {
      const own = direction.slice();
      for (let pass = 0; pass < 2; pass++) for (const other of kept) axpy(-dot(other, own), other, own);
      const size = norm(own);
      if (size <= 1e-8) continue;
      scale(1 / size, own);
      kept.push(own);
    }
    const basis = kept.map((coefficients) => combine(this.#vectors, coefficients));
    const images = kept.map((coefficients) => combine(this.#images, coefficients));
    this.#vectors.splice(0, this.#vectors.length, ...basis);
    this.#images.splice(0, this.#images.length, ...images);
  }

  /** Eigenvalues and eigenvectors of B(x), largest first. */
  #project(weights: Float64Array): SymmetricEigen {
    const s = this.#images.length;
    const b = matrix(s, s);
    const packed = packWeights(weights, this.#groups.rows.cols);
    const weighted = new Float64Array(packed.length);
    for (let i = 0; i < s; i++) {
      for (let e = 0; e < packed.length; e++) weighted[e] = packed[e] * this.#images[i][e];
      for (let j = 0; j <= i; j++) b.data[i * s + j] = dot(weighted, this.#images[j]); // the lower triangle is read
    }
    return symmetricEigen(b);
  }

  /** D ∘ Σ y_i Y_i */
  #moment(coefficients: Float64Array, weights: Float64Array): Matrix {
    const moment = unpack(combine(this.#images, coefficients), this.#groups.rows.cols);
    for (let e = 0; e < weights.length; e++) moment.data[e] *= weights[e];
    return moment;
  }
}

type Bracket = readonly [number, number];

/** The root of f, which increases (`direction` 1) or decreases, looked for from x outwards; null without one in the bracket. */
function nearbyRoot(f: (x: number) => number, x: number, [lo, hi]: Bracket, direction: 1 | -1): number | null {
  const here = f(x);
  if (here === 0) return x;
  const side = here > 0 ? -direction : direction;
  for (let step = 2 * Math.abs(here) + 1e-15 * Math.abs(x); ; step *= 4) {
    const end = Math.min(hi, Math.max(lo, x + side * step));
    const there = f(end);
    if (there > 0 !== here > 0) return findRoot(f, x, end, { values: [here, there] });
    if (end === lo || end === hi) return null;
  }
}

/** ⟨Y, D ∘ Y⟩ */
function weightedSquare(image: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let e = 0; e < image.length; e++) sum += weights[e] * image[e] * image[e];
  return sum;
}

/** Vectors of a full subspace, and those that a restart keeps. */
const MAX_VECTORS = 16;
const KEPT = 5;

function combine(vectors: readonly Float64Array[], coefficients: Float64Array): Float64Array {
  const sum = new Float64Array(vectors[0].length);
  vectors.forEach((u, i) => {
    axpy(coefficients[i], u, sum);
  });
  return sum;
}

function packWeights(weights: Float64Array, rows: number): Float64Array {
  const packed = new Float64Array((rows * (rows + 1)) / 2);
  let e = 0;
  for (let a = 0; a < rows; a++) for (let b = 0; b <= a; b++) packed[e++] = weights[a * rows + b];
  return packed;
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
  const timesRoot = (weights: Float64Array) => (x: Float64Array) =>
    matrix(
      r,
      r,
      x.map((value, i) => value * Math.sqrt(weights[i])),
    );
  const leading = (weights: Float64Array) => {
    const times = timesRoot(weights);
    const operator = {
      dimension: r * r,
      apply: (x: Float64Array, out: Float64Array) => out.set(times(applyNoise(groups, times(x)).data).data),
    };
    const found = lanczos(operator, { count: 1, rtol: 1e-9, rng: rng.fork("second moment") });
    const [value, vector] = [Math.max(found.values[0], Number.MIN_VALUE), found.vectors.data];
    return { value, residual: found.residuals[0], vector, moment: times(vector) };
  };
  /** ⟨s, √D ∘ V(√D ∘ s)⟩: one application, where `leading` takes dozens. */
  const quotientOf = (s: Float64Array, weights: Float64Array) => {
    const moment = timesRoot(weights)(s);
    return Math.max(dot(moment.data, applyNoise(groups, moment).data), Number.MIN_VALUE);
  };
  return {
    solve(weightsAt, lo, hi) {
      const ends = [leading(weightsAt(lo)), leading(weightsAt(hi))] as const;
      const values = [Math.log(ends[0].value), Math.log(ends[1].value)] as const;
      if (values[0] > 0 === values[1] > 0) return values[0] > 0 ? "above" : "below";
      const direction = values[1] > 0 ? 1 : -1;
      let [x, found] = direction > 0 ? [hi, ends[1]] : [lo, ends[0]];
      for (let step = 0; step < 30; step++) {
        const { vector } = found;
        const next = nearbyRoot((at) => Math.log(quotientOf(vector, weightsAt(at))), x, [lo, hi], direction);
        if (next === null) break;
        const isSettled = Math.abs(next - x) <= 1e-13 * Math.abs(next);
        [x, found] = [next, leading(weightsAt(next))];
        if (isSettled) return { x, ...found };
      }
      x = findRoot((at) => Math.log(leading(weightsAt(at)).value), lo, hi, { values, rtol: 1e-13 });
      return { x, ...leading(weightsAt(x)) };
    },
  };
}
