import * as iv from "../interval/index.ts";
import {
  characteristicPolynomial,
  degree,
  determinantMod,
  divideRationals,
  gcdInteger,
  type IntegerPolynomial,
  type PrimeField,
  type Rational,
  rational,
  residueOf,
  roundDown,
  roundUp,
  signAt,
  subtractRationals,
} from "../modular/index.ts";
import { type Matrix, matrix, type Rng } from "../numeric/index.ts";
import type { LossProgram } from "../program/index.ts";
import { degreeBound } from "./degree.ts";
import { rationalScalars } from "./exact-scalars.ts";
import { encloseHessian, hessianProgram, type LossInputs, readHessian } from "./hessian-reader.ts";
import { withPrime } from "./modular-reader.ts";
import { outputSliceSpectrum } from "./output-slice.ts";
import { UnreadableOperation } from "./scalar-reader.ts";
import { domainLimit } from "./whole-domain.ts";

/** The loss of one piece: selections fixed, numbers of one batch. */
export interface Piece {
  readonly loss: LossProgram;
  readonly dimension: number;
  readonly inputs: LossInputs;
}

/** 1/η − w: the constant eigenvalue of H that would make the map with coupled weight decay w singular. */
export function singularEigenvalue(stepSize: Rational, weightDecay: Rational): Rational {
  return subtractRationals(divideRationals(rational(1n), stepSize), weightDecay);
}

/** Why a number is no constant eigenvalue of a piece's Hessian, in a form that can be checked again. */
export type Witness =
  | { readonly kind: "residues"; readonly prime: number; readonly theta: readonly number[] }
  | { readonly kind: "point"; readonly theta: readonly number[]; readonly method: PointMethod }
  /** θ with output weights 0, where the output layer's slice encloses all eigenvalues but zeros. */
  | { readonly kind: "slice"; readonly theta: readonly number[] };

/** H at integers mod p, where the program is rational. */
export interface ResidueHessian {
  readonly field: PrimeField;
  readonly matrix: Matrix;
}

/**
 * H modulo a prime at these residues of θ (integers), the prime replaced by a smaller one where it divides a denominator.
 * Null when the program is not rational.
 */
export function residueHessian(piece: Piece, theta: readonly number[], prime?: number): ResidueHessian | null {
  const { loss, dimension, inputs } = piece;
  const program = hessianProgram(loss, dimension);
  const reading = withPrime((field, scalars) => {
    const at = theta.map((x) => field.fromInteger(BigInt(x)));
    const entries = readHessian(scalars, program, dimension, at, inputs);
    return entries.every(Number.isInteger)
      ? { field, matrix: matrix(dimension, dimension, Float64Array.from(entries)) }
      : null;
  }, prime);
  return reading.status === "read" ? reading.value : null;
}

/**
 * Whether λ is excluded as a constant eigenvalue by det(λ − H) ≢ 0 mod p at these residues of θ (integers).
 * A value that is not 0 is a proof; 0 says nothing. Null when the program is not rational.
 */
export function excludedModulo(
  piece: Piece,
  lambda: Rational,
  theta: readonly number[],
  prime?: number,
): { readonly excluded: boolean; readonly prime: number } | null {
  const read = residueHessian(piece, theta, prime);
  if (!read) return null;
  const { field, matrix: h } = read;
  const target = residueOf(field, lambda);
  if (target === null) return { excluded: false, prime: field.prime };
  const n = piece.dimension;
  const shifted = h.data.map((entry, i) => field.sub(i % (n + 1) === 0 ? target : 0, entry));
  return { excluded: determinantMod(field, matrix(n, n, shifted)) !== 0, prime: field.prime };
}

/** How λ was proved to be no eigenvalue at a point. */
export type PointMethod = "gershgorin" | "cholesky" | "inverse";

/**
 * Whether λ is proved to be no eigenvalue of H at θ: all eigenvalues below it by Gershgorin's discs, or by a verified
 * Cholesky factor of λ − H, or else λ − H invertible by a verified approximate inverse.
 */
export function excludedAtPoint(piece: Piece, lambda: Rational, theta: readonly number[]): PointMethod | null {
  const h = hessianAt(piece, theta);
  if (!iv.isBoundedArray(h)) return null;
  const target = { lo: roundDown(lambda), hi: roundUp(lambda) };
  if (iv.gershgorin(h).hi < target.lo) return "gershgorin";
  const shifted = iv.intervalMatrix(piece.dimension, piece.dimension);
  for (let i = 0; i < h.lo.length; i++) {
    const entry = iv.intervalAt(h, i);
    iv.setInterval(shifted, i, i % (piece.dimension + 1) === 0 ? iv.sub(target, entry) : iv.neg(entry));
  }
  if (iv.provePositiveDefinite(shifted).status === "positive") return "cholesky";
  return iv.proveInvertible(shifted).status === "invertible" ? "inverse" : null;
}

function hessianAt({ loss, dimension, inputs }: Piece, theta: readonly number[]): iv.IntervalMatrix {
  const at = theta.map((x) => ({ lo: x, hi: x }));
  return encloseHessian(loss, dimension, at, inputs);
}

/** The enclosed spectrum of H at θ; null where it could not be enclosed, or θ does not speak for the whole piece. */
export function spectrumAt(piece: Piece, theta: readonly number[]): iv.IntervalArray | null {
  if (domainLimit(piece.loss.loss) !== null) return null;
  const h = hessianAt(piece, theta);
  if (!iv.isBoundedArray(h)) return null;
  const spectrum = iv.symmetricSpectrum(h);
  return spectrum.status === "enclosed" ? spectrum.values : null;
}

/** Tries to find a witness that λ is no constant eigenvalue: residues where the program is rational, else points. */
export function findWitness(
  piece: Piece,
  lambda: Rational,
  points: readonly (readonly number[])[],
  trials: number,
  rng: Rng,
): Witness | null {
  for (let trial = 0; trial < trials; trial++) {
    const theta = Array.from({ length: piece.dimension }, () => rng.integer(2 ** 25));
    const found = excludedModulo(piece, lambda, theta);
    if (found === null) break;
    if (found.excluded) return { kind: "residues", prime: found.prime, theta };
  }
  if (domainLimit(piece.loss.loss) !== null) return null;
  for (const theta of points) {
    const method = excludedAtPoint(piece, lambda, theta);
    if (method) return { kind: "point", theta, method };
  }
  return null;
}

/** Checks a witness again, from nothing but the piece, λ and the witness. */
export function checkWitness(piece: Piece, lambda: Rational, witness: Witness): boolean {
  if (witness.theta.length !== piece.dimension || !witness.theta.every(Number.isFinite)) return false;
  if (witness.kind === "residues") {
    if (!witness.theta.every(Number.isSafeInteger)) return false;
    const found = excludedModulo(piece, lambda, witness.theta, witness.prime);
    return found?.excluded === true && found.prime === witness.prime;
  }
  if (witness.kind === "slice") return excludedOnSlice(piece, lambda, witness.theta);
  return domainLimit(piece.loss.loss) === null && excludedAtPoint(piece, lambda, witness.theta) !== null;
}

/** Whether λ ≠ 0 is in none of the enclosures of the output layer's slice. */
export function excludedOnSlice(piece: Piece, lambda: Rational, theta: readonly number[]): boolean {
  const spectrum = lambda.numerator === 0n ? null : outputSliceSpectrum(piece, theta);
  const target = { lo: roundDown(lambda), hi: roundUp(lambda) };
  return spectrum?.lo.every((_, i) => iv.disjoint(iv.intervalAt(spectrum, i), target)) ?? false;
}

export interface ConstantSpectrum {
  /** Every constant eigenvalue of H on the piece is a root. */
  readonly polynomial: IntegerPolynomial;
  /** Whether H itself is constant, so that every root is one. */
  readonly constant: boolean;
}

/** Whether the Hessian of a piece is constant: its loss is of degree at most two in the parameters. */
export function hasConstantHessian({ loss }: Piece): boolean {
  return degreeBound(loss.loss, new Set(loss.parameters.map((x) => x.node))) <= 2;
}

/**
 * A polynomial over Q whose roots hold every constant eigenvalue of the piece's Hessian: its characteristic polynomial
 * where the loss is of degree two, else the greatest common divisor of those at the points given (two random ones leave,
 * with probability 1, exactly the constant ones). Null when the program is not rational, or no point is given.
 */
export function constantSpectrum(piece: Piece, points: readonly (readonly number[])[]): ConstantSpectrum | null {
  const { loss, dimension, inputs } = piece;
  const program = hessianProgram(loss, dimension);
  const constant = hasConstantHessian(piece);
  const characteristic = (theta: readonly number[]): IntegerPolynomial => {
    const scalars = rationalScalars();
    const entries = readHessian(scalars, program, dimension, theta.map(scalars.number), inputs);
    const rows = Array.from({ length: dimension }, (_, i) => entries.slice(i * dimension, (i + 1) * dimension));
    return characteristicPolynomial(rows);
  };
  try {
    const [first, ...others] = (constant ? points.slice(0, 1) : points).map(characteristic);
    return first ? { polynomial: others.reduce(gcdInteger, first), constant } : null;
  } catch (error) {
    if (error instanceof UnreadableOperation) return null;
    throw error;
  }
}

/** Whether λ is a root. */
export function isRoot(polynomial: IntegerPolynomial, lambda: Rational): boolean {
  return degree(polynomial) > 0 && signAt(polynomial, lambda) === 0;
}
