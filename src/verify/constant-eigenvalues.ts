import * as iv from "../interval/index.ts";
import {
  degree,
  divideExactly,
  exactRational,
  gcdInteger,
  type IntegerPolynomial,
  primitivePart,
  type Rational,
  realRoots,
  roundDown,
  roundUp,
} from "../modular/index.ts";
import { commonFactor } from "./common-factor.ts";
import { type BlockFactor, blockFactors, blocksSize, constantBlocks } from "./constant-blocks.ts";
import type { PieceSpectrum } from "./evidence.ts";
import { outputSliceSpectrum } from "./output-slice.ts";
import { constantSpectrum, hasConstantHessian, type Piece, spectrumAt } from "./piece-spectrum.ts";
import { spectralExclusion } from "./spectral-exclusion.ts";

/** A number known to lie in [lo, hi], or to be lo when they agree; `polynomial` vanishes there when it is known. */
export interface Eigenvalue {
  readonly lo: Rational;
  readonly hi: Rational;
  readonly polynomial: IntegerPolynomial | null;
}

/** The constant eigenvalues of one piece's Hessian, as far as they are known. */
export interface ConstantEigenvalues {
  /** Proved to be constant eigenvalues. */
  readonly proved: readonly Eigenvalue[];
  /** May be; with those proved these are all, as far as `others` says. */
  readonly candidates: readonly Eigenvalue[];
  /**
   * Whether others are excluded: "proved"; "estimate" (from several primes); "above" (proved above `floor`, by enclosed
   * spectra); "open" where nothing is known.
   */
  readonly others: "proved" | "estimate" | "above" | "open";
  readonly floor: number;
  /** Whether `others` speaks of positive eigenvalues only. */
  readonly positiveOnly: boolean;
}

/**
 * What looking at the Hessian of a piece as `spectrum` says tells of its constant eigenvalues. Coordinates that decouple
 * with constant entries prove that there are some; the common factor of characteristic polynomials over Q, its degree
 * modulo a prime, or enclosed spectra exclude others.
 */
export function constantEigenvalues(piece: Piece, { by, points, primes }: Looking): ConstantEigenvalues {
  if (by === "slice") return bySpectra([], points, (theta) => outputSliceSpectrum(piece, theta));
  const blocks = constantBlocks(piece);
  const known = blockFactors(blocks);
  const base = {
    proved: known.flatMap(({ polynomial }) => roots(polynomial)),
    candidates: [],
    floor: 0,
    positiveOnly: false,
  };
  if (by === "rationals") {
    const found = constantSpectrum(piece, points);
    if (!found) return { ...base, others: "open" };
    if (found.constant) return { ...base, proved: roots(found.polynomial), others: "proved" };
    if (points.length < 2) return { ...base, others: "open" };
    return { ...base, candidates: roots(without(found.polynomial, known)), others: "proved" };
  }
  if (by === "residues") {
    const found = commonFactor(piece, points, primes);
    if (!found) return { ...base, others: "open" };
    if (found.degree <= blocksSize(blocks)) return { ...base, others: "proved" };
    if (!found.polynomial) return { ...base, others: "open" };
    return { ...base, candidates: roots(without(found.polynomial, known)), others: "estimate" };
  }
  if (hasConstantHessian(piece)) return constantHessian(piece, points[0]!) ?? { ...base, others: "open" };
  return bySpectra(known, points, (theta) => spectrumAt(piece, theta));
}

/** All eigenvalues of a Hessian that is the same everywhere, enclosed; several may share an enclosure. */
function constantHessian(piece: Piece, theta: readonly number[]): ConstantEigenvalues | null {
  const spectrum = spectrumAt(piece, theta);
  if (!spectrum) return null;
  const { survivors, floor } = spectralExclusion([spectrum]);
  const others = floor > 0 ? "above" : "proved";
  return { proved: survivors.map(fromInterval), candidates: [], others, floor, positiveOnly: true };
}

type Looking = Pick<PieceSpectrum, "by" | "points" | "primes">;

/** Enclosed spectra at several points: what survives in all of them and holds more than what is proved stays open. */
function bySpectra(
  known: readonly BlockFactor[],
  points: readonly (readonly number[])[],
  spectrum: (theta: readonly number[]) => iv.IntervalArray | null,
): ConstantEigenvalues {
  const proved = known.flatMap(({ polynomial, multiplicity }) =>
    realRoots(polynomial).map((root) => ({ ...root, multiplicity: root.multiplicity * multiplicity })),
  );
  const base = { proved, candidates: [], floor: 0, positiveOnly: true };
  const spectra = points.map(spectrum).filter((s) => s !== null);
  if (spectra.length < 2) return { ...base, others: "open" };
  const { survivors, floor } = spectralExclusion(spectra);
  const at = proved.map(({ lo, hi }) => ({ lo: roundDown(lo), hi: roundUp(hi) }));
  // Where no more eigenvalues of one point can lie in a survivor than are proved to, it holds no others.
  const explained = (x: iv.Interval) => {
    const inside = proved.reduce((total, root, i) => total + (iv.disjoint(at[i]!, x) ? 0 : root.multiplicity), 0);
    return spectra.some((s) => countIn(s, x) <= inside);
  };
  const candidates = survivors.filter((x) => !explained(x)).map(fromInterval);
  return { ...base, candidates, others: floor > 0 ? "above" : "proved", floor };
}

function countIn(spectrum: iv.IntervalArray, x: iv.Interval): number {
  let count = 0;
  for (let i = 0; i < spectrum.lo.length; i++) if (!iv.disjoint(iv.intervalAt(spectrum, i), x)) count++;
  return count;
}

function roots(polynomial: IntegerPolynomial): readonly Eigenvalue[] {
  return degree(polynomial) > 0 ? realRoots(polynomial) : [];
}

/** f without the roots of the factors: divided by what it has in common with them as often as that occurs. */
function without(f: IntegerPolynomial, factors: readonly BlockFactor[]): IntegerPolynomial {
  let rest = primitivePart(f);
  for (const { polynomial } of factors) {
    for (let common = gcdInteger(rest, polynomial); degree(common) > 0; common = gcdInteger(rest, polynomial)) {
      rest = divideExactly(rest, common)!;
    }
  }
  return rest;
}

function fromInterval({ lo, hi }: iv.Interval): Eigenvalue {
  return { lo: exactRational(lo), hi: exactRational(hi), polynomial: null };
}
