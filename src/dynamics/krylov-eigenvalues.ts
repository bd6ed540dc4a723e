import { axpy, generalEigenvalues, type LinearOperator, matrix, type Rng } from "../numeric/index.ts";
import { type ArnoldiSpace, arnoldi } from "./arnoldi.ts";
import { type Complex, type ComplexVector, modulus } from "./complex.ts";
import { hessenbergEigenvector } from "./hessenberg-eigenvector.ts";

export interface RitzPair {
  readonly value: Complex;
  /** ‖Av − θv‖ for the unit Ritz vector v. */
  readonly residual: number;
  /** Unit length. */
  readonly vector: () => ComplexVector;
}

export interface KrylovEigenvalues {
  /** Those that converged, farthest from `centre` first. */
  readonly pairs: readonly RitzPair[];
  /** Ritz values that did not, or were not asked. */
  readonly open: readonly Complex[];
  readonly steps: number;
}

export interface KrylovEigenvalueOptions {
  /** How many are wanted. */
  readonly count: number;
  /** Where the bulk of the spectrum sits: what is far from it is found first. */
  readonly centre: number;
  /** Residual wanted, relative to the largest modulus seen. Default 1e-11. */
  readonly rtol?: number;
  /** Default 250, fewer where the basis would take more than 512 MiB. */
  readonly maxSteps?: number;
  readonly rng: Rng;
}

const basisBytes = 2 ** 29;
/** Looking at the Ritz values costs as much as several steps, so it is done at 8, 10, 13, … steps. */
const checkGrowth = 1.25;
/** Beyond the wanted ones this many Ritz values are tried, and as many of those nearest to the centre. */
const extraValues = 4;

/**
 * The eigenvalues of a (non-symmetric) operator that lie farthest from `centre`, by Arnoldi without restart. A pair's
 * value is within its residual times its condition number of an eigenvalue. An operator that is a multiple of the
 * identity but for a few directions (descent on a loss with few samples) is found in as many steps as those.
 */
export function krylovEigenvalues(op: LinearOperator, options: KrylovEigenvalueOptions): KrylovEigenvalues {
  const { count, centre, rtol = 1e-11, maxSteps = 250, rng } = options;
  const n = op.dimension;
  const limit = Math.max(1, Math.min(n, maxSteps, Math.floor(basisBytes / (8 * n))));
  const start = Float64Array.from({ length: n }, () => rng.normal());
  let found: KrylovEigenvalues = { pairs: [], open: [], steps: 0 };
  const look = (space: ArnoldiSpace) => {
    found = readPairs(space, count, centre, rtol);
    return found;
  };
  let nextLook = 8;
  const space = arnoldi(op, start, {
    maxSteps: limit,
    rng,
    enough(grown) {
      if (grown.columns.length < nextLook) return false;
      nextLook = Math.ceil(checkGrowth * nextLook);
      return wantedConverged(look(grown), count, centre);
    },
  });
  return look(space);
}

/** Whether the `count` values farthest from the centre have all converged. */
function wantedConverged({ pairs, open }: KrylovEigenvalues, count: number, centre: number): boolean {
  const farthestOpen = open.reduce((far, value) => Math.max(far, distanceTo(centre, value)), 0);
  return pairs.length >= count && distanceTo(centre, pairs[count - 1].value) >= farthestOpen;
}

function readPairs(space: ArnoldiSpace, count: number, centre: number, rtol: number): KrylovEigenvalues {
  const k = space.columns.length;
  const h = matrix(k, k);
  space.columns.forEach((column, j) => {
    for (let i = 0; i < Math.min(column.length, k); i++) h.data[i * k + j] = column[i];
  });
  const { re, im } = generalEigenvalues(h);
  const rest = space.columns[k - 1][k] ?? 0;
  const size = Math.hypot(re[0], im[0]);
  const values = Array.from(re, (x, i): Complex => [x, im[i]]);
  values.sort((a, b) => distanceTo(centre, b) - distanceTo(centre, a) || b[1] - a[1]);
  const pairs: RitzPair[] = [];
  const open: Complex[] = [];
  values.forEach((value, i) => {
    const isAsked = i < count + extraValues || i >= k - extraValues;
    const coefficients = isAsked ? hessenbergEigenvector(h, value) : null;
    const residual = coefficients ? rest * Math.hypot(coefficients.re[k - 1], coefficients.im[k - 1]) : Infinity;
    if (coefficients && residual <= rtol * size)
      pairs.push({ value, residual, vector: () => combine(space, coefficients) });
    else open.push(value);
  });
  return { pairs, open, steps: k };
}

function distanceTo(centre: number, [re, im]: Complex): number {
  return modulus([re - centre, im]);
}

function combine({ basis }: ArnoldiSpace, { re, im }: ComplexVector): ComplexVector {
  const n = basis[0].length;
  const vector = { re: new Float64Array(n), im: new Float64Array(n) };
  re.forEach((t, j) => {
    axpy(t, basis[j], vector.re);
    axpy(im[j], basis[j], vector.im);
  });
  return vector;
}
