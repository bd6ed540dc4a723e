import { showRational } from "../modular/index.ts";
import type { Rng } from "../numeric/index.ts";
import type { Problem } from "../program/index.ts";
import {
  blockFactors,
  constantBlocks,
  findWitness,
  isRoot,
  pieceOf,
  type StepFacts,
  selectionsAt,
  targetEigenvalue,
} from "../verify/index.ts";

/** What one step does on the piece around θ: "singular" and "non-singular" are proved. */
export interface PlaceExamination {
  readonly status: "singular" | "non-singular" | "open";
  readonly reason: string;
}

/** Is one step of gradient descent singular on the piece around θ, under some batch? */
export function examinePlace(problem: Problem, facts: StepFacts, theta: readonly number[], rng: Rng): PlaceExamination {
  const selections = selectionsAt(problem, theta);
  if (!selections) return { status: "open", reason: "too near a kink" };
  const lambda = targetEigenvalue(facts);
  let open = false;
  for (const weights of facts.batches) {
    const piece = pieceOf(problem, weights, selections);
    if (blockFactors(constantBlocks(piece)).some(({ polynomial }) => isRoot(polynomial, lambda))) {
      return { status: "singular", reason: `the Hessian has the constant eigenvalue ${showRational(lambda)}` };
    }
    open ||= findWitness(piece, lambda, [theta], 2, rng) === null;
  }
  return open
    ? { status: "open", reason: "no witness was found" }
    : { status: "non-singular", reason: `a witness that ${showRational(lambda)} is no constant eigenvalue` };
}
