import {
  axpy,
  createRng,
  type LinearOperator,
  type Matrix,
  matrix,
  multiplyTransposed,
  norm,
  type Rng,
  row,
  symmetricEigen,
  transpose,
} from "../numeric/index.ts";
import { type Complex, modulus, sortByModulus } from "./complex.ts";
import { condense } from "./condensed-chain.ts";
import { type DiscreteMap, denseTangent } from "./discrete-map.ts";
import { krylovEigenvalues } from "./krylov-eigenvalues.ts";
import { isFamilyDirection } from "./orbit-family.ts";
import { marginalWidth, type OrbitStability, orbitStability } from "./orbit-stability.ts";
import { periodicEigenvalues } from "./periodic-eigenvalues.ts";
import { type ShootingOptions, shootingMethod } from "./shooting.ts";

export interface MultiplierOptions extends ShootingOptions {
  /** How many are wanted where not all are computed. Default 6. */
  readonly count?: number;
  /** For the start of Krylov spaces and of directions in a kernel. Default: a fixed stream. */
  readonly rng?: Rng;
  /** The dimension of the family that the orbit is known to belong to; found out by default. */
  readonly familyDimension?: number;
}

export interface OrbitMultipliers {
  /** Eigenvalues of DF(x_{p−1})⋯DF(x_0) without those of family directions, largest modulus first. */
  readonly multipliers: readonly Complex[];
  /** Multipliers equal to 1 that were dropped because the orbit belongs to a family of that dimension. */
  readonly familyDimension: number;
  /** Whether all n multipliers were computed. */
  readonly complete: boolean;
  /** The largest residual ‖Mv − μv‖ of those given; 0 by the dense method, which is backward stable. */
  readonly residual: number;
  /** The largest modulus among approximations that did not converge; 0 when there are none. */
  readonly openModulus: number;
  readonly stability: OrbitStability;
  /** What was dropped or left open, in words; empty when nothing was. */
  readonly reason: string;
}

/** Singular values of M − I below this times the largest make a kernel worth asking about. */
const kernelRtol = 1e-6;
/** Krylov values this close to 1 are asked about. */
const nearOne = 1e-6;

/**
 * Floquet multipliers of a periodic orbit. Up to 128 dimensions all of them, by periodic QR; beyond, those farthest
 * from 1 by Arnoldi with tangent maps. Where M v = v and the orbit is seen to belong to a family along v, the
 * multipliers 1 of the family are dropped and `reason` says so.
 */
export function orbitMultipliers(
  map: DiscreteMap,
  points: readonly Float64Array[],
  options: MultiplierOptions = {},
): OrbitMultipliers {
  const { rng = createRng(0, "multipliers") } = options;
  return shootingMethod(map.dimension, options) === "dense"
    ? denseMultipliers(map, points, options, rng)
    : krylovMultipliers(map, points, options, rng);
}

function denseMultipliers(
  map: DiscreteMap,
  points: readonly Float64Array[],
  options: MultiplierOptions,
  rng: Rng,
): OrbitMultipliers {
  const factors = points.map((x) => denseTangent(map, x));
  const all = periodicEigenvalues(factors);
  const familyDimension = options.familyDimension ?? denseFamily(map, points, factors, options, rng);
  const dropped = new Set([...all].sort((a, b) => fromOne(a) - fromOne(b)).slice(0, familyDimension));
  const multipliers = all.filter((value) => !dropped.has(value));
  return {
    multipliers,
    familyDimension,
    complete: true,
    residual: 0,
    openModulus: 0,
    stability: orbitStability(multipliers),
    reason: droppedWords(familyDimension),
  };
}

/** The dimension of the kernel of M − I when a random vector of it leads along a family, else 0. */
function denseFamily(
  map: DiscreteMap,
  points: readonly Float64Array[],
  factors: readonly Matrix[],
  options: ShootingOptions,
  rng: Rng,
): number {
  const n = map.dimension;
  const { first, last } = condense(factors);
  const closing = matrix(
    n,
    n,
    first.data.map((x, i) => x + last.data[i]),
  );
  const columns = transpose(closing);
  const { values, vectors } = symmetricEigen(multiplyTransposed(columns, columns));
  const kernel = Array.from(values.keys()).filter((i) => values[i] <= kernelRtol ** 2 * Math.max(values[0], 1e-300));
  if (kernel.length === 0) return 0;
  const v = new Float64Array(n);
  for (const i of kernel) axpy(rng.normal(), row(vectors, i), v);
  return isFamilyDirection(map, points, v, options) ? kernel.length : 0;
}

function krylovMultipliers(
  map: DiscreteMap,
  points: readonly Float64Array[],
  options: MultiplierOptions,
  rng: Rng,
): OrbitMultipliers {
  const { count = 6, maxKrylov = 250 } = options;
  const found = krylovEigenvalues(monodromyOperator(map, points), { count, centre: 1, maxSteps: maxKrylov, rng });
  const units = found.pairs.filter(({ value }) => fromOne(value) <= nearOne);
  const isFamily =
    units.length > 0 &&
    (options.familyDimension ?? (isFamilyDirection(map, points, units[0].vector().re, options) ? 1 : 0)) > 0;
  const kept = found.pairs.filter((pair) => !(isFamily && units.includes(pair)));
  const multipliers = sortByModulus(kept.map(({ value }) => value));
  const openModulus = found.open.reduce((m, value) => Math.max(m, modulus(value)), 0);
  const complete = found.steps === map.dimension && found.open.length === 0;
  const read = orbitStability(multipliers);
  const isOpen = read === "stable" && openModulus >= 1 - marginalWidth;
  const open = isOpen ? `multipliers of modulus about ${openModulus.toPrecision(6)} did not converge` : "";
  return {
    multipliers,
    familyDimension: isFamily ? units.length : 0,
    complete,
    residual: kept.reduce((m, { residual }) => Math.max(m, residual), 0),
    openModulus,
    stability: isOpen ? "marginal" : read,
    reason: [isFamily ? droppedWords(units.length, "at least ") : "", open].filter(Boolean).join("; "),
  };
}

/** v ↦ DF(x_{p−1})⋯DF(x_0) v. */
export function monodromyOperator(map: DiscreteMap, points: readonly Float64Array[]): LinearOperator {
  let [a, b] = [new Float64Array(map.dimension), new Float64Array(map.dimension)];
  return {
    dimension: map.dimension,
    apply(v, out) {
      a.set(v);
      for (const x of points) {
        map.tangent(x, a, b);
        [a, b] = [b, a];
      }
      out.set(a);
    },
  };
}

function fromOne([re, im]: Complex): number {
  return norm(Float64Array.of(re - 1, im));
}

function droppedWords(dimension: number, atLeast = ""): string {
  if (dimension === 0) return "";
  const many = dimension === 1 ? "one multiplier" : `${dimension} multipliers`;
  return `dropped ${atLeast}${many} equal to 1: the orbit belongs to a family`;
}
