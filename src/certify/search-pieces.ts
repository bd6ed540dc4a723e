import type { Rng } from "../numeric/index.ts";
import { type Problem, programCost } from "../program/index.ts";
import {
  certifyPiece,
  constantSpectrum,
  encloseNumber,
  findWitness,
  formalPieces,
  hasConstantHessian,
  hessianProgram,
  lossInputs,
  type PieceEvidence,
  type PieceProof,
  type PieceSpectrum,
  pieceOf,
  type StepFacts,
  selectionKey,
  targetEigenvalue,
} from "../verify/index.ts";

export interface SearchOptions {
  readonly theta: Float64Array;
  /** Most formal pieces to examine. */
  readonly pieces: number;
  /** Draws of residues for each. */
  readonly trials: number;
  /** Most arithmetic operations to spend, estimated before the work starts. */
  readonly effort: number;
  readonly rng: Rng;
}

const largestExactDimension = 12;
const realisations = 64;

/**
 * Examines every formal piece of the loss under every batch; null when there are too many, or the work is too much.
 * For each piece it looks for a witness at the step size in use, and where the loss is rational for the points whose
 * characteristic polynomials hold all exceptional step sizes.
 */
export function searchPieces(
  problem: Problem,
  facts: StepFacts,
  options: SearchOptions,
): { readonly evidence: PieceEvidence; readonly piecesExamined: number } | null {
  const loss = problem.lossProgram(problem.sampleCount);
  const { count } = formalPieces(loss);
  const { dimension } = problem;
  const work = (programCost(hessianProgram(loss, dimension)).flops + dimension * dimension) * dimension;
  if (count > options.pieces || work * count * facts.batches.length > options.effort) return null;
  const lambda = targetEigenvalue(facts);
  const around = pointsAround(options.theta, options.rng);
  const proofs: PieceProof[] = [];
  const spectra: PieceSpectrum[] = [];
  for (const [batch, weights] of facts.batches.entries()) {
    for (let piece = 0; piece < count; piece++) {
      const at = pieceOf(problem, weights, piece);
      const witness = findWitness(at, lambda, around, options.trials, options.rng);
      if (witness) proofs.push({ batch, piece, witness });
      if (dimension > largestExactDimension) continue;
      const points = integerPoints(dimension, hasConstantHessian(at) ? 1 : 2, options.rng);
      if (constantSpectrum(at, points)) spectra.push({ batch, piece, points });
    }
  }
  const realised = [...realisedPieces(problem, options)].map(([piece, theta]) => ({ piece, theta }));
  return { evidence: { proofs, spectra, realised }, piecesExamined: count };
}

function integerPoints(dimension: number, count: number, rng: Rng): number[][] {
  const point = () => Array.from({ length: dimension }, () => rng.integer(2001) - 1000);
  return Array.from({ length: count }, point);
}

/** Formal pieces that some θ makes, certified to lie inside: each with such a θ. */
function realisedPieces(problem: Problem, { theta, rng }: SearchOptions): Map<number, readonly number[]> {
  const loss = problem.lossProgram(problem.sampleCount);
  const formal = formalPieces(loss);
  const indices = new Map(Array.from({ length: formal.count }, (_, i) => [selectionKey(loss, formal.at(i)), i]));
  const inputs = lossInputs(problem);
  const found = new Map<number, readonly number[]>();
  for (let draw = 0; draw < realisations && found.size < formal.count; draw++) {
    const spread = 4 ** (draw % 5) / 8;
    const at = draw === 0 ? [...theta] : Array.from(theta, (x) => (draw % 2 ? x : 0) + spread * rng.normal());
    const piece = certifyPiece(loss, problem.dimension, at.map(encloseNumber), inputs);
    const index = piece.status === "inside" ? indices.get(selectionKey(loss, piece.selections)) : undefined;
    if (index !== undefined && !found.has(index)) found.set(index, at);
  }
  return found;
}

/** Points at which smooth Hessians are enclosed; any θ of Rⁿ will do. */
function pointsAround(theta: Float64Array, rng: Rng): number[][] {
  const near = Array.from(theta, (x) => 0.7 * x + 0.1 * rng.normal());
  return [[...theta], near, theta.length > 0 ? Array.from(theta, () => 0.01 * rng.normal()) : []];
}
