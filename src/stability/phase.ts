import { scanSubject } from "./lambda.ts";
import type { MeanSquare } from "./mean-square.ts";
import type { PreparedProblem } from "./prepared-problem.ts";
import { ruleScanSubject } from "./rule-lambda.ts";
import { probe } from "./step-size-scan.ts";
import { ruleExponent, type UpdateRule } from "./update-rule.ts";

/** One cell of a phase diagram; numbers are null where they were not asked for or do not exist. */
export interface PhaseCell {
  readonly mu: number | null;
  readonly lambda: number | null;
  readonly lambdaLo: number | null;
  readonly lambdaHi: number | null;
  readonly meanSquare: number | null;
  /** Sign of λ, 0 while undecided. */
  readonly sign: -1 | 0 | 1;
  /**
   * What decided it: "contraction" and "mean-square" outline the region where stability is certain; "linearized" where
   * residuals are left and λ is the exponent of the linearised steps, an estimate.
   */
  readonly by: "contraction" | "mean-square" | "log-det" | "exponent" | "linearized" | null;
  /** The most steps that this cell was allowed to take. */
  readonly budget: number;
}

export type PhaseQuantity = "mu" | "lambda" | "meanSquare";

export interface PhaseCellOptions {
  /** Most steps of λ; a cell stops as soon as its interval excludes 0, after 200 at the earliest. */
  readonly budget: number;
  /** Default all. */
  readonly quantities?: readonly PhaseQuantity[];
  /** Of the same rule, shared by the cells of one problem; null for laws without a second moment. */
  readonly moments: MeanSquare | null;
  /** Default GD, whose stochastic steps are those of SGD. */
  readonly rule?: UpdateRule;
}

/**
 * μ, λ and ½ log ρ(Q) at one step size. All cells whose problems were prepared from the same generator see the same
 * batches, as far as their laws allow, so that neighbouring cells err alike.
 */
export function phaseCell(problem: PreparedProblem, stepSize: number, options: PhaseCellOptions): PhaseCell {
  const { budget, quantities = ["mu", "lambda", "meanSquare"], moments, rule = { type: "gd" } } = options;
  const wants = (quantity: PhaseQuantity) => quantities.includes(quantity);
  const subject = rule.type === "gd" ? scanSubject(problem) : ruleScanSubject(problem, rule);
  const point = wants("lambda")
    ? probe(subject, stepSize, { meanSquareStable: (eta) => moments?.sign(eta) === -1, scanSteps: budget })
    : null;
  const mu = problem.eigenvalues.reduce(
    (largest, eigenvalue) => Math.max(largest, ruleExponent(rule, stepSize, eigenvalue)),
    Number.NEGATIVE_INFINITY,
  );
  return {
    mu: wants("mu") ? finite(mu) : null,
    lambda: finite(point?.value),
    lambdaLo: finite(point?.confidence95[0]),
    lambdaHi: finite(point?.confidence95[1]),
    meanSquare: wants("meanSquare") ? finite(moments?.exponent(stepSize)) : null,
    sign: point?.sign ?? 0,
    by: point?.by ?? null,
    budget,
  };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

export interface PhaseGrid {
  readonly columns: number;
  readonly rows: number;
}

/** A cell to compute: cell (column, row) is number row × columns + column. */
export interface PhaseTask {
  readonly cell: number;
  readonly budget: number;
}

/**
 * What is left to do, given the cells known so far (null where unknown): first every cell with `steps`, then, with four
 * times as many, those whose sign is open or differs from a neighbour's. Empty when the diagram is finished.
 *
 * Each task is independent of the others and safe to do twice, so a diagram may be computed by several workers, and one
 * that was interrupted goes on from the cells that were kept.
 */
export function phaseTasks(grid: PhaseGrid, known: readonly (PhaseCell | null)[], steps: number): PhaseTask[] {
  const missing = known.flatMap((cell, i) => (cell === null ? [{ cell: i, budget: steps }] : []));
  if (missing.length > 0) return missing;
  return known.flatMap((cell, i) => {
    const careful = cell!.lambda !== null && cell!.budget < 4 * steps && (cell!.sign === 0 || borders(grid, known, i));
    return careful ? [{ cell: i, budget: 4 * steps }] : [];
  });
}

/** Whether a neighbour has the opposite sign; a sign that is certain needs no more steps whatever the neighbours say. */
function borders({ columns, rows }: PhaseGrid, known: readonly (PhaseCell | null)[], i: number): boolean {
  const { sign, by } = known[i]!;
  if (by !== "exponent" && by !== "linearized") return false;
  const [column, row] = [i % columns, Math.floor(i / columns)];
  const around = [
    [column - 1, row],
    [column + 1, row],
    [column, row - 1],
    [column, row + 1],
  ];
  return around.some(([x, y]) => x >= 0 && x < columns && y >= 0 && y < rows && known[y * columns + x]!.sign === -sign);
}
