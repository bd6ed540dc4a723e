import {
  addRationals,
  compareRationals,
  divideRationals,
  equalRationals,
  rational,
  realRoots,
  showPolynomial,
  showRational,
  simplestRational,
  toNumber,
} from "../modular/index.ts";
import type { Rng } from "../numeric/index.ts";
import { type Problem, programCost } from "../program/index.ts";
import {
  type ConstantSpectrum,
  certifyPiece,
  constantSpectrum,
  type ExceptionalStep,
  encloseNumber,
  findWitness,
  formalPieces,
  hessianProgram,
  isRoot,
  lossInputs,
  type PieceProof,
  pieceOf,
  type StepFacts,
  selectionKey,
  targetEigenvalue,
} from "../verify/index.ts";

export interface PieceSearch {
  /** Whether every formal piece under every batch has a proof: then the map is non-singular everywhere. */
  readonly everywhere: boolean;
  readonly proofs: readonly PieceProof[];
  readonly piecesExamined: number;
  readonly exceptional: readonly ExceptionalStep[];
  /** Whether `exceptional` holds every exceptional step size. */
  readonly complete: boolean;
  /** The realised piece on which the map is singular at the step size in use. */
  readonly singular: { readonly theta: readonly number[]; readonly piece: number; readonly batch: number } | null;
  readonly reason: string;
}

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
 * For each piece it looks for a witness at the step size in use, and where the loss is rational for all exceptional
 * step sizes at once (exactly where the Hessian is constant, a superset elsewhere).
 */
export function searchPieces(problem: Problem, facts: StepFacts, options: SearchOptions): PieceSearch | null {
  const loss = problem.lossProgram(problem.sampleCount);
  const { count } = formalPieces(loss);
  const { dimension } = problem;
  const work = (programCost(hessianProgram(loss, dimension)).flops + dimension * dimension) * dimension;
  if (count > options.pieces || work * count * facts.batches.length > options.effort) return null;
  const lambda = targetEigenvalue(facts);
  const realised = realisedPieces(problem, options);
  const points = pointsAround(options.theta, options.rng);
  const proofs: PieceProof[] = [];
  const open: string[] = [];
  const found = new Map<string, ExceptionalStep>();
  let complete = true;
  let singular: PieceSearch["singular"] = null;
  for (const [batch, weights] of facts.batches.entries()) {
    for (let piece = 0; piece < count; piece++) {
      const at = pieceOf(problem, weights, piece);
      const witness = findWitness(at, lambda, points, options.trials, options.rng);
      if (witness) proofs.push({ batch, piece, witness });
      const spectrum = dimension <= largestExactDimension ? constantSpectrum(at, options.rng) : null;
      if (!spectrum) complete = false;
      const where = realised.get(piece);
      for (const step of spectrum
        ? stepsOf(spectrum, facts, where !== undefined, pieceName(where, batch, facts))
        : []) {
        const key = step.polynomial ?? showRational(step.value);
        if (found.get(key)?.realised !== "yes") found.set(key, step);
      }
      if (witness) continue;
      const isConstant = spectrum?.constant === true && isRoot(spectrum.polynomial, lambda);
      if (isConstant && where) singular ??= { theta: where, piece, batch };
      else open.push(isConstant ? "a piece that may not exist is singular" : "a piece could not be decided");
    }
  }
  const steps = [...found.values()];
  const everywhere = proofs.length === count * facts.batches.length;
  return {
    everywhere,
    proofs,
    piecesExamined: count,
    exceptional: steps.filter((s) => s.realised === "yes").sort((a, b) => compareRationals(a.value, b.value)),
    complete: complete && steps.every((s) => s.realised === "yes"),
    singular,
    reason: everywhere ? "every piece has a witness" : (open[0] ?? "singular on a piece"),
  };
}

/** 1/(λ + w) for the positive values of λ + w among the roots. */
function stepsOf(
  { polynomial, constant }: ConstantSpectrum,
  { weightDecay }: StepFacts,
  isRealised: boolean,
  piece: string,
): ExceptionalStep[] {
  const decay = simplestRational(weightDecay);
  const realised = constant && isRealised ? "yes" : "unknown";
  return realRoots(polynomial).flatMap((root): ExceptionalStep[] => {
    const middle = divideRationals(addRationals(root.lo, root.hi), rational(2n));
    const sum = addRationals(middle, decay);
    if (sum.numerator <= 0n) return [];
    const value = divideRationals(rational(1n), sum);
    if (equalRationals(root.lo, root.hi)) {
      const reason = `the Hessian has the constant eigenvalue ${showRational(middle)} there`;
      return [{ value, realised, piece, reason }];
    }
    const equation = `${showPolynomial(root.polynomial, "λ")} = 0`;
    const reason = `the Hessian has a constant eigenvalue λ = ${toNumber(middle)} with ${equation} there`;
    return [{ value, realised, piece, reason, polynomial: `${equation}, λ = ${toNumber(middle)}` }];
  });
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

function pieceName(theta: readonly number[] | undefined, batch: number, { batches }: StepFacts): string {
  const shown = theta?.slice(0, 4).map((x) => Number(x.toPrecision(4)));
  const where = shown ? `the piece around θ = (${shown.join(", ")}${theta!.length > 4 ? ", …" : ""})` : "a piece";
  return batches.length > 1 ? `${where}, batch ${batch + 1} of ${batches.length}` : where;
}
