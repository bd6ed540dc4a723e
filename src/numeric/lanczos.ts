import { type Krylov, krylov, type Ritz, ritzValues, ritzVectors } from "./krylov.ts";
import type { LinearOperator } from "./linear-operator.ts";
import { type Matrix, matrix } from "./matrix.ts";
import type { Rng } from "./rng.ts";
import { axpy, maxAbs, norm } from "./vector.ts";

export interface LanczosOptions {
  /** How many eigenvalues, at each end asked for. */
  readonly count: number;
  /** Residual norm wanted, relative to the largest |eigenvalue| seen. Default 1e-10. */
  readonly rtol?: number;
  /** Basis vectors kept at most (memory n × this). Default 300 + 4·count. */
  readonly maxSteps?: number;
  readonly rng: Rng;
  /**
   * Where to begin: near the eigenvectors wanted, such as the sum of those of an operator close by. What is found from
   * there is checked from a random vector in the complement, so it hides nothing that a random start would find.
   */
  readonly start?: Float64Array;
  /** Which end of the spectrum. Default "largest"; "both" gives `count` at each (all n when there are fewer). */
  readonly which?: "largest" | "smallest" | "both";
}

export interface LanczosResult {
  /** Largest first, whatever `which` was. */
  readonly values: Float64Array;
  /** Row i is the unit Ritz vector v of `values[i]`. */
  readonly vectors: Matrix;
  /** ‖Av − λv‖ as computed with one more application: some eigenvalue of A lies within it of `values[i]`. */
  readonly residuals: Float64Array;
  /** Applications of A spent on Krylov spaces. */
  readonly steps: number;
  /** Whether every residual is below rtol × the largest |value|. */
  readonly converged: boolean;
}

/**
 * Extreme eigenvalues of a symmetric operator by Lanczos with full re-orthogonalisation.
 *
 * One Krylov space shows one copy of a multiple eigenvalue. So when `count` > 1 the pairs found are locked and a second
 * space is grown from a random vector orthogonal to them; whatever it finds beyond the last of them joins, until
 * nothing does. (Residuals bound the distance to *an* eigenvalue; that none was skipped holds with probability 1 over
 * the random starts up to rounding (a search of the complement stops early with probability 1e-6), never as a proof.)
 *
 * Cost: `steps` applications and about 4n·steps² operations. Error: each value within its residual of an eigenvalue,
 * and within residual²/gap when the gap is known.
 * @throws RangeError when `count` is not an integer ≥ 1.
 */
export function lanczos(op: LinearOperator, options: LanczosOptions): LanczosResult {
  const { count, rtol = 1e-10, maxSteps = 300 + 4 * count, rng, which = "largest", start } = options;
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`lanczos: count must be an integer ≥ 1, got ${count}`);
  const space = krylov(op, {
    ...{ maxSteps, rng, ...(start && { start }) },
    enough: (ritz) => allConverged(ritz, places(ritz, count, which), rtol),
  });
  let steps = space.basis.length;
  let pairs = extract(op, space, count, which);
  while ((count > 1 || start) && pairs.length < op.dimension && meets(pairs, rtol)) {
    const check = krylov(op, {
      locked: pairs.map((pair) => pair.vector),
      maxSteps,
      rng,
      enough: (ritz) => settled(ritz, pairs, count, which, rtol),
    });
    steps += check.basis.length;
    const merged = keepWanted([...pairs, ...extract(op, check, 1, which)], count, which);
    if (merged.every((pair) => pairs.includes(pair))) break;
    pairs = merged;
  }
  return {
    values: Float64Array.from(pairs, (pair) => pair.value),
    vectors: stack(pairs, op.dimension),
    residuals: Float64Array.from(pairs, (pair) => pair.residual),
    steps,
    converged: meets(pairs, rtol),
  };
}

interface Pair {
  readonly value: number;
  readonly vector: Float64Array;
  readonly residual: number;
}

type Which = "largest" | "smallest" | "both";

/** The places, in decreasing order of Ritz values, that `which` asks for. */
function places(ritz: { readonly values: ArrayLike<number> }, count: number, which: Which): number[] {
  const k = ritz.values.length;
  const all = Array.from({ length: k }, (_, i) => i);
  const wanted = (i: number) => (which !== "smallest" && i < count) || (which !== "largest" && i >= k - count);
  return all.filter(wanted);
}

function allConverged(ritz: Ritz, wanted: readonly number[], rtol: number): boolean {
  const scale = maxAbs(ritz.values);
  const ends = ritz.values.length > wanted.length; // otherwise there may be more to find at that end
  return ends && wanted.every((i) => ritz.residuals[i] <= 0.5 * rtol * scale);
}

/** Probability, over the random start, of stopping a search of the complement while it still hides something. */
const overlooked = 1e-6;

/**
 * Whether the complement of the locked pairs holds nothing beyond the last of them, or what it holds has converged.
 * After k steps from a random vector the largest Ritz value falls short of the largest eigenvalue by the fraction ε of the
 * spread with probability at most 1.648 √n e^(−(2k − 1)√ε) (Kuczyński, Woźniakowski, SIAM J. Matrix Anal. 13, 1992).
 */
function settled(ritz: Ritz, pairs: readonly Pair[], count: number, which: Which, rtol: number): boolean {
  const last = ritz.values.length - 1;
  if (last < 1) return false;
  const n = pairs[0].vector.length;
  const scale = Math.max(...pairs.map((pair) => Math.abs(pair.value)), maxAbs(ritz.values));
  const enough = Math.log((1.648 * Math.sqrt(n)) / overlooked);
  const inside = (i: number, opposite: number, sign: number, limit: number) => {
    const gap = sign * (limit - ritz.values[i]);
    const spread = sign * (limit - ritz.values[opposite]);
    const excluded = gap > 0 && (2 * last + 1) * Math.sqrt(gap / spread) >= enough;
    return excluded || ritz.residuals[i] <= 0.5 * rtol * scale;
  };
  const top = which === "smallest" || inside(0, last, 1, pairs[Math.min(count, pairs.length) - 1].value);
  return top && (which === "largest" || inside(last, 0, -1, pairs[Math.max(0, pairs.length - count)].value));
}

/** The wanted Ritz pairs of a space, with true residuals. */
function extract(op: LinearOperator, space: Krylov, count: number, which: Which): Pair[] {
  if (space.basis.length === 0) return [];
  const ritz = ritzValues(space);
  const wanted = places(ritz, count, which);
  const vectors = ritzVectors(space, wanted);
  const image = new Float64Array(op.dimension);
  return wanted.map((place, i) => {
    op.apply(vectors[i], image);
    axpy(-ritz.values[place], vectors[i], image);
    return { value: ritz.values[place], vector: vectors[i], residual: norm(image) };
  });
}

function keepWanted(pairs: Pair[], count: number, which: Which): Pair[] {
  const sorted = pairs.sort((a, b) => b.value - a.value);
  return places({ values: sorted.map((pair) => pair.value) }, count, which).map((i) => sorted[i]);
}

function meets(pairs: readonly Pair[], rtol: number): boolean {
  const scale = pairs.reduce((largest, pair) => Math.max(largest, Math.abs(pair.value)), 0);
  return pairs.every((pair) => pair.residual <= rtol * scale);
}

function stack(pairs: readonly Pair[], n: number): Matrix {
  const vectors = matrix(pairs.length, n);
  pairs.forEach((pair, i) => {
    vectors.data.set(pair.vector, i * n);
  });
  return vectors;
}
