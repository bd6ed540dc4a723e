import * as iv from "../interval/index.ts";
import {
  characteristicPolynomial,
  degree,
  determinantMod,
  divideRationals,
  gcdInteger,
  type IntegerPolynomial,
  type Rational,
  rational,
  residueOf,
  roundDown,
  roundUp,
  signAt,
  subtractRationals,
} from "../modular/index.ts";
import { matrix, type Rng } from "../numeric/index.ts";
import type { LossProgram } from "../program/index.ts";
import { degreeBound } from "./degree.ts";
import { rationalScalars } from "./exact-scalars.ts";
import { encloseHessian, hessianProgram, type LossInputs, readHessian } from "./hessian-reader.ts";
import { withPrime } from "./modular-reader.ts";
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
  | { readonly kind: "point"; readonly theta: readonly number[]; readonly method: "spectrum" | "inverse" };

/**
 * Whether λ is excluded as a constant eigenvalue by det(λ − H) ≢ 0 mod p at these residues of θ (integers).
 * A value that is not 0 is a proof; 0 says nothing. Null when the program is not rational.
 */
export function excludedModulo(
  { loss, dimension, inputs }: Piece,
  lambda: Rational,
  theta: readonly number[],
  prime?: number,
): { readonly excluded: boolean; readonly prime: number } | null {
  const program = hessianProgram(loss, dimension);
  const reading = withPrime((field, scalars) => {
    const target = residueOf(field, lambda);
    if (target === null) return false;
    const at = theta.map((x) => field.fromInteger(BigInt(x)));
    const entries = readHessian(scalars, program, dimension, at, inputs);
    if (!entries.every(Number.isInteger)) return false;
    const shifted = entries.map((h, i) => field.sub(i % (dimension + 1) === 0 ? target : 0, h));
    return determinantMod(field, matrix(dimension, dimension, Float64Array.from(shifted))) !== 0;
  }, prime);
  return reading.status === "read" ? { excluded: reading.value, prime: reading.prime } : null;
}

/** Whether λ is proved to be no eigenvalue of H at θ: by the enclosed spectrum, else by a verified inverse. */
export function excludedAtPoint(
  piece: Piece,
  lambda: Rational,
  theta: readonly number[],
): "spectrum" | "inverse" | null {
  const { loss, dimension, inputs } = piece;
  const h = encloseHessian(
    loss,
    dimension,
    theta.map((x) => ({ lo: x, hi: x })),
    inputs,
  );
  if (!iv.isBoundedArray(h)) return null;
  const target = { lo: roundDown(lambda), hi: roundUp(lambda) };
  if (iv.gershgorin(h).hi < target.lo) return "spectrum";
  const spectrum = iv.symmetricSpectrum(h);
  if (spectrum.status === "enclosed") {
    const { values } = spectrum;
    if (values.lo.every((_, i) => iv.disjoint(iv.intervalAt(values, i), target))) return "spectrum";
  }
  const shifted = iv.intervalMatrix(dimension, dimension);
  for (let i = 0; i < h.lo.length; i++) {
    const entry = iv.intervalAt(h, i);
    iv.setInterval(shifted, i, i % (dimension + 1) === 0 ? iv.sub(target, entry) : iv.neg(entry));
  }
  return iv.proveInvertible(shifted).status === "invertible" ? "inverse" : null;
}

/** The enclosed spectrum of H at θ; null where it could not be enclosed. */
export function spectrumAt({ loss, dimension, inputs }: Piece, theta: readonly number[]): iv.IntervalArray | null {
  const h = encloseHessian(
    loss,
    dimension,
    theta.map((x) => ({ lo: x, hi: x })),
    inputs,
  );
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
  return domainLimit(piece.loss.loss) === null && excludedAtPoint(piece, lambda, witness.theta) !== null;
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
