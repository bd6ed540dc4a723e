import { type Rational, simplestRational } from "../modular/index.ts";
import type { Problem } from "../program/index.ts";
import { fixSelections } from "./fixed-selections.ts";
import { formalPieces } from "./formal-pieces.ts";
import { lossInputs } from "./hessian-reader.ts";
import { checkWitness, type Piece, singularEigenvalue, type Witness } from "./piece-spectrum.ts";
import type { ExactNumbers } from "./read-number.ts";

/** The step that is asked about: coupled weight decay w, and the sample weights of each batch of positive probability. */
export interface StepFacts {
  readonly stepSize: number;
  readonly weightDecay: number;
  readonly batches: readonly ExactNumbers[];
}

/** A witness for piece number `piece` (of `formalPieces`) under batch number `batch`. */
export interface PieceProof {
  readonly batch: number;
  readonly piece: number;
  readonly witness: Witness;
}

/** 1/η − w, with η and w read as the simplest rationals. */
export function targetEigenvalue({ stepSize, weightDecay }: StepFacts): Rational {
  return singularEigenvalue(simplestRational(stepSize), simplestRational(weightDecay));
}

/** Piece number `index` of the loss under a batch. */
export function pieceOf(problem: Problem, weights: ExactNumbers, index: number): Piece {
  const loss = problem.lossProgram(problem.sampleCount);
  return {
    loss: fixSelections(loss, formalPieces(loss).at(index)),
    dimension: problem.dimension,
    inputs: lossInputs(problem, weights),
  };
}

/**
 * Whether the proofs show that one step is non-singular on all of parameter space: for every batch and every formal
 * piece there is a witness that 1/η − w is no constant eigenvalue of its Hessian, and every witness checks.
 * @returns null, or the reason why not.
 */
export function refutePieceProofs(problem: Problem, facts: StepFacts, proofs: readonly PieceProof[]): string | null {
  const { count } = formalPieces(problem.lossProgram(problem.sampleCount));
  const lambda = targetEigenvalue(facts);
  const given = new Map(proofs.map((proof) => [`${proof.batch}/${proof.piece}`, proof.witness]));
  if (given.size !== count * facts.batches.length) return `expected ${count * facts.batches.length} proofs`;
  for (const [batch, weights] of facts.batches.entries()) {
    for (let index = 0; index < count; index++) {
      const witness = given.get(`${batch}/${index}`);
      if (!witness) return `piece ${index} of batch ${batch} has no proof`;
      if (!checkWitness(pieceOf(problem, weights, index), lambda, witness)) {
        return `the witness of piece ${index} of batch ${batch} does not hold`;
      }
    }
  }
  return null;
}
