import {
  addRationals,
  compareRationals,
  divideRationals,
  equalRationals,
  type Rational,
  rational,
  realRoots,
  showPolynomial,
  showRational,
  simplestRational,
  toNumber,
} from "../modular/index.ts";
import type { Problem } from "../program/index.ts";
import { certifyPiece } from "./certified-piece.ts";
import { type ExceptionalStep, type Finding, isNear } from "./decide.ts";
import type { PieceEvidence } from "./evidence.ts";
import { formalPieces, selectionKey } from "./formal-pieces.ts";
import { lossInputs } from "./hessian-reader.ts";
import { pieceOf, refutePieceProofs, type StepFacts, targetEigenvalue } from "./piece-proofs.ts";
import { type ConstantSpectrum, constantSpectrum, isRoot } from "./piece-spectrum.ts";
import { encloseNumber } from "./read-number.ts";

/** What checking the evidence of pieces gives. */
interface Pieces {
  readonly count: number;
  /** Null when every formal piece under every batch has a witness: then the map is non-singular everywhere. */
  readonly refutation: string | null;
  readonly exceptional: readonly ExceptionalStep[];
  readonly complete: boolean;
  /** Whether the map is singular on a realised piece. */
  readonly singular: boolean;
}

/**
 * What the pieces add to a finding that structure left open, with every witness, spectrum and realisation checked here.
 * Evidence that does not hold is worth nothing: it leaves the verdict open.
 */
export function withPieces(finding: Finding, problem: Problem, facts: StepFacts, evidence: PieceEvidence): Finding {
  const pieces = examine(problem, facts, evidence);
  const stepSize = simplestRational(facts.stepSize);
  const exceptional = merged(finding.exceptional, pieces.exceptional);
  const base = { ...finding, exceptional, complete: pieces.complete };
  const everywhere = pieces.refutation === null;
  const settled = {
    ...{ ...base, scope: "everywhere" as const, method: "pieces" },
    statement:
      "With the selections of a piece held fixed, one point of parameter space at which 1/η is no eigenvalue of the Hessian proves the map non-singular on the whole piece.",
    source: "Separatrix, docs/non-singularity.md, extension principle",
    hypotheses: [
      {
        ...{ name: "pieces", status: everywhere ? ("holds" as const) : ("fails" as const), value: pieces.count },
        reason: pieces.singular ? "singular on a piece" : (pieces.refutation ?? "every piece has a witness"),
      },
    ],
  };
  if (everywhere) {
    const near = exceptional.filter((e) => isNear(e.value, stepSize));
    const reach = !pieces.complete ? "this" : exceptional.length === 0 ? "every" : "every-except-listed";
    const reason = pieces.count === 1 ? "one verified point" : `a witness for each of ${pieces.count} pieces`;
    const warning = "the step size is numerically at an exceptional step size; it is judged by its own value";
    return {
      ...settled,
      verdict: "proved",
      reach,
      reason,
      warnings: [...finding.warnings, ...near.map(() => warning)],
    };
  }
  if (!pieces.singular) return base;
  const hit = exceptional.find((e) => e.polynomial === undefined && compareRationals(e.value, stepSize) === 0);
  const where = hit ? `${hit.piece}: ${hit.reason}` : "a piece whose Hessian has the constant eigenvalue 1/η";
  return { ...settled, verdict: "disproved", reach: "every-except-listed", reason: `singular on ${where}` };
}

function examine(problem: Problem, facts: StepFacts, evidence: PieceEvidence): Pieces {
  const { count } = formalPieces(problem.lossProgram(problem.sampleCount));
  const realised = realisedPieces(problem, evidence);
  const points = new Map(evidence.spectra.map((s) => [`${s.batch}/${s.piece}`, s.points]));
  const lambda = targetEigenvalue(facts);
  const found = new Map<string, ExceptionalStep>();
  let complete = true;
  let singular = false;
  for (const [batch, weights] of facts.batches.entries()) {
    for (let piece = 0; piece < count; piece++) {
      const at = points.get(`${batch}/${piece}`);
      const spectrum = at ? constantSpectrum(pieceOf(problem, weights, piece), at) : null;
      if (!spectrum) {
        complete = false;
        continue;
      }
      const where = realised.get(piece);
      singular ||= where !== undefined && spectrum.constant && isRoot(spectrum.polynomial, lambda);
      for (const step of stepsOf(spectrum, facts, where !== undefined, pieceName(where, batch, facts))) {
        const key = step.polynomial ?? showRational(step.value);
        if (found.get(key)?.realised !== "yes") found.set(key, step);
      }
    }
  }
  const steps = [...found.values()];
  return {
    count,
    refutation: refutePieceProofs(problem, facts, evidence.proofs),
    exceptional: steps.filter((s) => s.realised === "yes"),
    complete: complete && steps.every((s) => s.realised === "yes"),
    singular,
  };
}

/** The pieces that the evidence proves to exist: θ lies inside them, certified. */
function realisedPieces(problem: Problem, { realised }: PieceEvidence): Map<number, readonly number[]> {
  const loss = problem.lossProgram(problem.sampleCount);
  const formal = formalPieces(loss);
  const inputs = lossInputs(problem);
  const found = new Map<number, readonly number[]>();
  for (const { piece, theta } of realised) {
    if (theta.length !== problem.dimension || !(piece >= 0 && piece < formal.count)) continue;
    const at = certifyPiece(loss, problem.dimension, theta.map(encloseNumber), inputs);
    const same = at.status === "inside" && selectionKey(loss, at.selections) === selectionKey(loss, formal.at(piece));
    if (same && !found.has(piece)) found.set(piece, theta);
  }
  return found;
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
    const middle: Rational = divideRationals(addRationals(root.lo, root.hi), rational(2n));
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

function pieceName(theta: readonly number[] | undefined, batch: number, { batches }: StepFacts): string {
  const shown = theta?.slice(0, 4).map((x) => Number(x.toPrecision(4)));
  const where = shown ? `the piece around θ = (${shown.join(", ")}${theta!.length > 4 ? ", …" : ""})` : "a piece";
  return batches.length > 1 ? `${where}, batch ${batch + 1} of ${batches.length}` : where;
}

function merged(a: readonly ExceptionalStep[], b: readonly ExceptionalStep[]): ExceptionalStep[] {
  const others = b.filter((x) => !a.some((y) => compareRationals(x.value, y.value) === 0));
  return [...a, ...others].sort((x, y) => compareRationals(x.value, y.value));
}
