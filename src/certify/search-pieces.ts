import { largestPrimes, toNumber } from "../modular/index.ts";
import type { Rng } from "../numeric/index.ts";
import { type Problem, programCost } from "../program/index.ts";
import {
  blockFactors,
  blocksSize,
  commonFactor,
  constantBlocks,
  constantSpectrum,
  excludedOnSlice,
  findWitness,
  hasConstantHessian,
  hessianProgram,
  isRoot,
  lossInputs,
  outputCoordinates,
  type Piece,
  type PieceEvidence,
  type PieceProof,
  type PieceSpectrum,
  type PossiblePiece,
  pieceOf,
  possiblePieces,
  type Selections,
  type StepFacts,
  selectionKey,
  selectionsAt,
  targetEigenvalue,
} from "../verify/index.ts";

/** A place in parameter space, and where it comes from: "at initialisation", "along the trajectory". */
export interface Start {
  readonly theta: ArrayLike<number>;
  readonly where: string;
}

export interface SearchOptions {
  readonly theta: Float64Array;
  /** Other places whose pieces are examined where there are too many for all. */
  readonly starts?: readonly Start[];
  /** Most pieces to examine where not all can be. */
  readonly pieces: number;
  /** Draws of residues for each. */
  readonly trials: number;
  /** Most arithmetic operations to spend, estimated before the work starts. */
  readonly effort: number;
  readonly rng: Rng;
}

/** Up to here characteristic polynomials are computed over Q. */
const largestExactDimension = 12;
const realisations = 64;
/** Above this dimension the whole Hessian is not looked at. */
const largestDense = 300;
/** Most pieces of which all are examined. */
const largestCensus = 1024;
/** Primes for an estimate, the last of which confirms; the second number where the first is too few. */
const estimatePrimes = [2, 6];

/**
 * Examines the pieces of the loss under every batch: all that are not impossible where these are few, else those met at
 * the places given and around them. Null when the work is too much. For each it looks for a witness at the step size in
 * use, and for a place from which all constant eigenvalues of its Hessian can be read off.
 */
export function searchPieces(
  problem: Problem,
  facts: StepFacts,
  options: SearchOptions,
): { readonly evidence: PieceEvidence; readonly piecesExamined: number } | null {
  const loss = problem.lossProgram(problem.sampleCount);
  const n = problem.dimension;
  const flops = programCost(hessianProgram(loss, n)).flops * facts.batches.length;
  const affordable = Math.floor(options.effort / (flops + n * n) / n);
  if (affordable < 1 || n > largestDense) return slicedSearch(problem, facts, options, flops);
  const census = possiblePieces(loss, n, lossInputs(problem), Math.min(largestCensus, affordable));
  const met = census ? null : metPieces(problem, Math.min(options.pieces, affordable), options);
  const realised = met ?? realisedPieces(problem, census!, options);
  const pieces = census?.map(({ selections }) => selections) ?? met!.map(({ selections }) => selections);
  const proofs: PieceProof[] = [];
  const spectra: PieceSpectrum[] = [];
  for (const [batch, weights] of facts.batches.entries()) {
    for (const [piece, selections] of pieces.entries()) {
      const found = examine(pieceOf(problem, weights, selections), facts, options);
      if (found.witness) proofs.push({ batch, piece, witness: found.witness });
      if (found.spectrum) spectra.push({ batch, piece, ...found.spectrum });
    }
  }
  const places = realised.map(({ piece, theta, where }) => ({ piece, theta, where }));
  return {
    evidence: { all: census?.length ?? null, realised: places, proofs, spectra },
    piecesExamined: pieces.length,
  };
}

/** Where the whole Hessian is too large: a network without kinks, looked at where its output weights are 0. */
function slicedSearch(
  problem: Problem,
  facts: StepFacts,
  { theta, effort, rng }: SearchOptions,
  flops: number,
): { readonly evidence: PieceEvidence; readonly piecesExamined: number } | null {
  const loss = problem.lossProgram(problem.sampleCount);
  const own = outputCoordinates(loss);
  if (!own || flops * own.all.length * 3 > effort) return null;
  const census = possiblePieces(loss, problem.dimension, lossInputs(problem), 1);
  if (census?.length !== 1) return null;
  const points = [0, 1, 2].map((k) => {
    const at = [...theta];
    for (const i of own.weight) at[i] = 0;
    for (const i of own.all.slice(own.weight.length)) at[i] = at[i]! + k * rng.normal();
    return at;
  });
  const proofs: PieceProof[] = [];
  const spectra: PieceSpectrum[] = [];
  for (const [batch, weights] of facts.batches.entries()) {
    const piece = pieceOf(problem, weights, census[0]!.selections);
    const found = points.find((at) => excludedOnSlice(piece, targetEigenvalue(facts), at));
    if (found) proofs.push({ batch, piece: 0, witness: { kind: "slice", theta: found } });
    spectra.push({ batch, piece: 0, by: "slice", points, primes: [] });
  }
  const realised = [{ piece: 0, theta: [...theta], where: "at θ" }];
  return { evidence: { all: 1, realised, proofs, spectra }, piecesExamined: 1 };
}

type Looking = Omit<PieceSpectrum, "batch" | "piece">;

/** A witness at the step size in use, unless its eigenvalue is proved constant, and where to look for all of them. */
function examine(piece: Piece, facts: StepFacts, { theta, trials, rng }: SearchOptions) {
  const lambda = targetEigenvalue(facts);
  const blocks = constantBlocks(piece);
  const isProved = blockFactors(blocks).some(({ polynomial }) => isRoot(polynomial, lambda));
  const points = pointsAround(theta, rng);
  const witness = isProved ? null : findWitness(piece, lambda, points, trials, rng);
  return {
    witness,
    spectrum: overRationals(piece, rng) ?? moduloPrimes(piece, blocksSize(blocks), rng) ?? enclosed(points),
  };
}

function overRationals(piece: Piece, rng: Rng): Looking | null {
  if (piece.dimension > largestExactDimension) return null;
  const points = integerPoints(piece.dimension, hasConstantHessian(piece) ? 1 : 2, 1000, rng);
  return constantSpectrum(piece, points) ? { by: "rationals", points, primes: [] } : null;
}

/** One prime where it proves that there are no constant eigenvalues but those known; else a few, for an estimate. */
function moduloPrimes(piece: Piece, known: number, rng: Rng): Looking | null {
  if (hasConstantHessian(piece)) return null; // its characteristic polynomial has as many factors as eigenvalues
  const points = integerPoints(piece.dimension, 3, 2 ** 24, rng);
  const first = commonFactor(piece, points, largestPrimes(1));
  if (!first) return null;
  if (first.degree <= known) return { by: "residues", points: points.slice(0, 2), primes: largestPrimes(1) };
  const found = estimatePrimes.find((count) => commonFactor(piece, points, largestPrimes(count))?.polynomial);
  return found === undefined ? null : { by: "residues", points, primes: largestPrimes(found) };
}

function enclosed(points: readonly (readonly number[])[]): Looking {
  return { by: "intervals", points, primes: [] };
}

function integerPoints(dimension: number, count: number, largest: number, rng: Rng): number[][] {
  const point = () => Array.from({ length: dimension }, () => rng.integer(2 * largest + 1) - largest);
  return Array.from({ length: count }, point);
}

interface Realised {
  readonly piece: number;
  readonly selections: Selections;
  readonly theta: readonly number[];
  readonly where: string;
}

/** Possible pieces that are known to exist, each with a θ certified to lie inside. */
function realisedPieces(problem: Problem, census: readonly PossiblePiece[], options: SearchOptions): Realised[] {
  const loss = problem.lossProgram(problem.sampleCount);
  const indices = new Map(census.map(({ selections }, i) => [selectionKey(loss, selections), i]));
  const found = new Map<number, Realised>();
  const note = (theta: readonly number[], where: string) => {
    const selections = selectionsAt(problem, theta);
    const piece = selections ? indices.get(selectionKey(loss, selections)) : undefined;
    if (selections && piece !== undefined && !found.has(piece)) found.set(piece, { piece, selections, theta, where });
  };
  for (const { theta, where } of places(options)) {
    if (found.size === census.length) break;
    note(theta, where);
  }
  for (const [piece, { point }] of census.entries())
    if (point && !found.has(piece)) note(point.map(toNumber), "listed");
  return [...found.values()].sort((a, b) => a.piece - b.piece);
}

/** Different pieces met at θ, at the places given, and around them. */
function metPieces(problem: Problem, most: number, options: SearchOptions): Realised[] {
  const loss = problem.lossProgram(problem.sampleCount);
  const found = new Map<string, Realised>();
  for (const { theta, where } of places(options)) {
    if (found.size === most) break;
    const selections = selectionsAt(problem, theta);
    const key = selections && selectionKey(loss, selections);
    if (selections && key !== null && !found.has(key)) {
      found.set(key, { piece: found.size, selections, theta, where });
    }
  }
  return [...found.values()];
}

function* places({ theta, starts = [], rng }: SearchOptions): Generator<Start & { readonly theta: readonly number[] }> {
  yield { theta: [...theta], where: "at θ" };
  for (const start of starts) yield { theta: Array.from(start.theta), where: start.where };
  for (let draw = 1; draw <= realisations; draw++) {
    const spread = 4 ** (draw % 5) / 8;
    const at = Array.from(theta, (x) => (draw % 2 ? x : 0) + spread * rng.normal());
    yield { theta: at, where: "at random" };
  }
}

/** Points at which smooth Hessians are enclosed; any θ of Rⁿ will do. */
function pointsAround(theta: ArrayLike<number>, rng: Rng): number[][] {
  const near = Array.from(theta, (x) => 0.7 * x + 0.1 * rng.normal());
  return [Array.from(theta), near, Array.from(theta, () => 0.01 * rng.normal())];
}
