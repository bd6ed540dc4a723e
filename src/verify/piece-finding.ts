import {
  addRationals,
  compareRationals,
  divideRationals,
  equalRationals,
  type Rational,
  rational,
  roundDown,
  roundedInterval,
  showPolynomial,
  showRational,
  simplestRational,
} from "../modular/index.ts";
import type { Problem } from "../program/index.ts";
import { type ConstantEigenvalues, constantEigenvalues, type Eigenvalue } from "./constant-eigenvalues.ts";
import { type ExceptionalStep, type Finding, isNear } from "./decide.ts";
import type { PieceEvidence } from "./evidence.ts";
import { type NumberedPiece, numberedPieces, pieceOf, refuteWitnesses, type StepFacts } from "./piece-proofs.ts";

/** What checking the evidence of pieces gives. */
interface Pieces {
  readonly count: number;
  /** Pieces, under every batch, with a witness. */
  readonly settled: number;
  /** "3 at θ, 12 at initialisation", or "all that exist". */
  readonly which: string;
  /** Whether every piece under every batch has a witness and these are all pieces: then the map is non-singular everywhere. */
  readonly everywhere: boolean;
  readonly exceptional: readonly ExceptionalStep[];
  readonly complete: boolean;
  readonly settledBelow: number | null;
}

/**
 * What the pieces add to a finding that structure left open, with every witness, spectrum and realisation checked here.
 * Evidence that does not hold is worth nothing: it leaves the verdict open.
 */
export function withPieces(finding: Finding, problem: Problem, facts: StepFacts, evidence: PieceEvidence): Finding {
  const pieces = examine(problem, facts, evidence);
  if (typeof pieces === "string") return { ...finding, reason: `the evidence of pieces does not hold: ${pieces}` };
  const stepSize = simplestRational(facts.stepSize);
  const { complete, settledBelow, everywhere, count, settled, which } = pieces;
  const exceptional = merged(finding.exceptional, pieces.exceptional);
  const base = { ...finding, exceptional, complete, settledBelow };
  const hit = exceptional.find((e) => e.polynomial === undefined && compareRationals(e.value, stepSize) === 0);
  const state = hit ? "singular on one" : everywhere ? "a witness for each" : `${settled} with a witness`;
  const hypothesis = { name: "pieces", value: count, reason: `${count} pieces, ${which}: ${state}` };
  const byPieces = {
    ...{ ...base, scope: "everywhere" as const, method: "pieces" },
    statement:
      "With the selections of a piece held fixed, one point of parameter space at which 1/η is no eigenvalue of the Hessian proves the map non-singular on the whole piece.",
    source: "Separatrix, docs/non-singularity.md, extension principle",
    hypotheses: [{ ...hypothesis, status: everywhere ? ("holds" as const) : ("fails" as const) }],
  };
  if (everywhere) {
    const near = exceptional.filter((e) => isNear(e.value, stepSize));
    const reach = !complete ? "this" : exceptional.length === 0 ? "every" : "every-except-listed";
    const reason = count === 1 ? "one verified point" : `a witness for each of ${count} pieces`;
    const warning = "the step size is numerically at an exceptional step size; it is judged by its own value";
    const warnings = [...finding.warnings, ...near.map(() => warning)];
    return { ...byPieces, verdict: "proved", reach, reason, warnings };
  }
  if (hit) {
    const reason = `singular on ${hit.piece}: ${hit.reason}`;
    return { ...byPieces, verdict: "disproved", reach: "every-except-listed", reason };
  }
  const scope = evidence.all === null && count > 0 && settled === count ? "pieces" : base.scope;
  return { ...base, scope, hypotheses: [...finding.hypotheses, { ...hypothesis, status: "unchecked" }] };
}

/** What the evidence shows, or what of it does not hold. */
function examine(problem: Problem, facts: StepFacts, evidence: PieceEvidence): Pieces | string {
  const pieces = numberedPieces(problem, evidence);
  if (typeof pieces === "string") return pieces;
  const refutation = refuteWitnesses(problem, facts, pieces, evidence.proofs);
  if (refutation !== null) return refutation;
  const batchCount = facts.batches.length;
  const found = new Map<string, ExceptionalStep>();
  const looked: ConstantEigenvalues[] = [];
  const keys = new Set<string>();
  for (const { batch, piece, ...spectrum } of evidence.spectra) {
    const weights = facts.batches[batch];
    const own = pieces[piece];
    if (!weights || !own || keys.has(`${batch}/${piece}`)) return "there is no such piece";
    keys.add(`${batch}/${piece}`);
    const eigenvalues = constantEigenvalues(pieceOf(problem, weights, own.selections), spectrum);
    looked.push(eigenvalues);
    for (const step of stepsOf(eigenvalues, facts, own, batch)) {
      const key = `${step.polynomial ?? ""} ${showRational(step.value)}`; // roots may agree in all digits shown
      if (found.get(key)?.realised !== "yes") found.set(key, step);
    }
  }
  const steps = [...found.values()].sort((a, b) => compareRationals(a.value, b.value));
  const proved = new Map<number, Set<number>>();
  for (const { batch, piece } of evidence.proofs) proved.set(piece, (proved.get(piece) ?? new Set()).add(batch));
  const settled = [...proved.values()].filter((batches) => batches.size === batchCount).length;
  const whole = looked.length === pieces.length * batchCount;
  return {
    ...{ count: pieces.length, settled, which: evidence.all === null ? places(pieces) : "all that exist" },
    everywhere: evidence.all !== null && settled === pieces.length,
    exceptional: steps.filter((s) => s.realised === "yes"),
    complete:
      evidence.all !== null &&
      whole &&
      looked.every((e) => e.others === "proved" && !(e.positiveOnly && facts.weightDecay > 0)) &&
      steps.every((s) => s.realised === "yes"),
    settledBelow: whole ? settledBelow(looked, steps, facts) : null,
  };
}

/** "3 at θ, 12 at initialisation". */
function places(pieces: readonly NumberedPiece[]): string {
  const counts = new Map<string, number>();
  for (const { where } of pieces) counts.set(where, (counts.get(where) ?? 0) + 1);
  return [...counts].map(([where, count]) => `${count} ${where}`).join(", ");
}

/** The least step size that is neither listed nor excluded, a little rounded down. */
function settledBelow(
  looked: readonly ConstantEigenvalues[],
  steps: readonly ExceptionalStep[],
  { weightDecay }: StepFacts,
): number | null {
  if (looked.some((e) => e.others !== "proved" && e.others !== "above")) return null;
  const decay = simplestRational(weightDecay);
  const floors = looked
    .filter((e) => e.floor > 0 || (e.positiveOnly && weightDecay > 0)) // under decay 0 and negative eigenvalues count
    .map((e) => divideRationals(rational(1n), addRationals(simplestRational(e.floor), decay)));
  const open = [...steps.filter((s) => s.realised !== "yes").map((s) => s.value), ...floors];
  return open.length === 0 ? null : Math.min(...open.map((x) => roundDown(x) * (1 - 1e-9)));
}

/** 1/(λ + w) for the positive values of λ + w among the constant eigenvalues and those that may be. */
function stepsOf(
  { proved, candidates }: ConstantEigenvalues,
  facts: StepFacts,
  piece: NumberedPiece,
  batch: number,
): ExceptionalStep[] {
  const decay = simplestRational(facts.weightDecay);
  const name = pieceName(piece, batch, facts);
  const realised = piece.theta ? "yes" : "unknown"; // else a piece that may not exist
  return [
    ...proved.flatMap((x) => stepOf(x, decay, realised, name, "has")),
    ...candidates.flatMap((x) => stepOf(x, decay, "unknown", name, "may have")),
  ];
}

function stepOf(
  { lo, hi, polynomial }: Eigenvalue,
  decay: Rational,
  realised: ExceptionalStep["realised"],
  piece: string,
  has: string,
): ExceptionalStep[] {
  const middle = divideRationals(addRationals(lo, hi), rational(2n));
  const sum = addRationals(middle, decay);
  if (sum.numerator <= 0n) return [];
  const value = divideRationals(rational(1n), sum);
  if (equalRationals(lo, hi)) {
    const reason = `the Hessian ${has} the constant eigenvalue ${showRational(middle)} there`;
    return [{ value, realised, piece, reason }];
  }
  const equation = polynomial ? `${showPolynomial(polynomial, "λ")} = 0` : null;
  const about = `λ = ${roundedInterval(lo, hi)}`;
  const text = equation ? `${equation}, ${about}` : about;
  const reason = `the Hessian ${has} a constant eigenvalue ${text} there`;
  return [{ value, realised, piece, reason, polynomial: text }];
}

function pieceName({ theta }: NumberedPiece, batch: number, { batches }: StepFacts): string {
  const shown = theta?.slice(0, 4).map((x) => Number(x.toPrecision(4)));
  const where = shown ? `the piece around θ = (${shown.join(", ")}${theta!.length > 4 ? ", …" : ""})` : "a piece";
  return batches.length > 1 ? `${where}, batch ${batch + 1} of ${batches.length}` : where;
}

function merged(a: readonly ExceptionalStep[], b: readonly ExceptionalStep[]): ExceptionalStep[] {
  const others = b.filter((x) => !a.some((y) => compareRationals(x.value, y.value) === 0));
  return [...a, ...others].sort((x, y) => compareRationals(x.value, y.value));
}
