import type * as iv from "../interval/index.ts";
import { type Rational, simplestRational } from "../modular/index.ts";
import type { LossProgram, Problem } from "../program/index.ts";
import { certifyPiece } from "./certified-piece.ts";
import { dataSelections } from "./data-selections.ts";
import type { PieceEvidence } from "./evidence.ts";
import { fixSelections, type Selections } from "./fixed-selections.ts";
import { lossInputs } from "./hessian-reader.ts";
import { checkWitness, type Piece, singularEigenvalue, type Witness } from "./piece-spectrum.ts";
import { possiblePieces } from "./possible-pieces.ts";
import { type ExactNumbers, encloseNumber } from "./read-number.ts";
import { selectionKey } from "./selection-key.ts";

/** The step that is asked about: coupled weight decay w, and the sample weights of each batch of positive probability. */
export interface StepFacts {
  readonly stepSize: number;
  readonly weightDecay: number;
  readonly batches: readonly ExactNumbers[];
}

/** A witness for piece number `piece` under batch number `batch`. */
export interface PieceProof {
  readonly batch: number;
  readonly piece: number;
  readonly witness: Witness;
}

/** A piece that evidence is about, with a θ certified to lie inside where one is given. */
export interface NumberedPiece {
  readonly selections: Selections;
  readonly theta: readonly number[] | null;
  readonly where: string;
}

/** 1/η − w, with η and w read as the simplest rationals. */
export function targetEigenvalue({ stepSize, weightDecay }: StepFacts): Rational {
  return singularEigenvalue(simplestRational(stepSize), simplestRational(weightDecay));
}

/** The loss of a batch with these selections, and those that the data make. */
export function pieceOf(problem: Problem, weights: ExactNumbers, selections: Selections): Piece {
  const loss = problem.lossProgram(problem.sampleCount);
  const inputs = lossInputs(problem, weights);
  const settled = new Map([...dataSelections(loss, inputs), ...selections]);
  return { loss: fixSelections(loss, settled), dimension: problem.dimension, inputs };
}

/** The selections made around θ, certified; null where θ is on a kink or too near one. */
export function selectionsAt(problem: Problem, theta: readonly number[]): Selections | null {
  if (theta.length !== problem.dimension || !theta.every(Number.isFinite)) return null;
  const at: iv.Interval[] = theta.map(encloseNumber);
  const piece = certifyPiece(problem.lossProgram(problem.sampleCount), problem.dimension, at, lossInputs(problem));
  return piece.status === "inside" ? piece.selections : null;
}

/** The pieces that evidence numbers, or what about them does not hold. */
export function numberedPieces(problem: Problem, evidence: PieceEvidence): readonly NumberedPiece[] | string {
  const loss = problem.lossProgram(problem.sampleCount);
  if (evidence.all === null) return metPieces(problem, loss, evidence);
  const possible = possiblePieces(loss, problem.dimension, lossInputs(problem), evidence.all);
  if (possible?.length !== evidence.all) return `there are not ${evidence.all} pieces`;
  const pieces = possible.map(({ selections }): NumberedPiece => ({ selections, theta: null, where: "" }));
  for (const { piece, theta, where } of evidence.realised) {
    const own = pieces[piece];
    const made = own && selectionsAt(problem, theta);
    if (!made || selectionKey(loss, made) !== selectionKey(loss, own.selections)) return outside;
    pieces[piece] = { ...own, theta, where };
  }
  return pieces;
}

const outside = "a point is not certain to lie inside its piece";

function metPieces(
  problem: Problem,
  loss: LossProgram,
  { realised }: PieceEvidence,
): readonly NumberedPiece[] | string {
  const pieces: NumberedPiece[] = [];
  const keys = new Set<string>();
  for (const { piece, theta, where } of realised) {
    const selections = selectionsAt(problem, theta);
    if (!selections || piece !== pieces.length) return outside;
    const key = selectionKey(loss, selections);
    if (keys.has(key)) return "a piece is counted twice";
    keys.add(key);
    pieces.push({ selections, theta, where });
  }
  return pieces;
}

/** The first of the proofs that does not hold, in words; null when all do. */
export function refuteWitnesses(
  problem: Problem,
  facts: StepFacts,
  pieces: readonly NumberedPiece[],
  proofs: readonly PieceProof[],
): string | null {
  const lambda = targetEigenvalue(facts);
  for (const { batch, piece, witness } of proofs) {
    const weights = facts.batches[batch];
    const own = pieces[piece];
    if (!weights || !own) return "there is no such piece";
    if (!checkWitness(pieceOf(problem, weights, own.selections), lambda, witness)) {
      return `the witness of piece ${piece} of batch ${batch} does not hold`;
    }
  }
  return null;
}
