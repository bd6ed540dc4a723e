import { createRng, type Matrix, matrix } from "../../numeric/index.ts";
import {
  denseCell,
  type HessianCellOptions,
  type KernelMaker,
  meanSquare,
  type PhaseCell,
  type PhaseQuantity,
  phaseCell,
  prepare,
  prepareDense,
  prepareLinearized,
  type UpdateRule,
  walkCell,
} from "../../stability/index.ts";
import { lawFrom, type PlainLaw } from "../batch-law.ts";
import { kernelTolerance } from "../linearized-problem.ts";

/** Cells of a diagram that share minimum, batch law and rule, as plain data: a job that any thread can do, and twice. */
export interface PhaseJob {
  readonly curvature: FactorCurvature | HessianCurvature;
  readonly law: PlainLaw;
  readonly rule: UpdateRule;
  readonly seed: number;
  readonly quantities: readonly PhaseQuantity[];
  readonly cells: readonly { readonly stepSize: number; readonly budget: number }[];
}

export interface FactorCurvature {
  readonly kind: "factor";
  /** Φ, mk × rank, k = `outputs`. */
  readonly numbers: Float64Array;
  readonly rank: number;
  readonly outputs: number;
}

/** Where there is no Φ. "walk": residuals are left; "indefinite": some samples have indefinite Hessians. */
export interface HessianCurvature {
  readonly kind: "walk" | "indefinite";
  /** H_i, m × n × n. */
  readonly numbers: Float64Array;
  readonly dimension: number;
  /** Of H: those that move. */
  readonly eigenvalues: Float64Array;
  /** Operations that the second moment of a cell may take. */
  readonly momentBudget: number;
}

/**
 * The cells of a job, in its order. Every random stream is derived from the seed alone: all cells of a diagram see the
 * same batches as far as their laws allow, and nothing depends on which thread does what, or when.
 */
export function phaseJob(
  job: PhaseJob,
  kernel: KernelMaker | undefined,
  progress: (done: number) => void,
): PhaseCell[] {
  const cellAt =
    job.curvature.kind === "factor" ? factorCells(job, job.curvature, kernel) : hessianCells(job, job.curvature);
  return job.cells.map(({ stepSize, budget }, i) => {
    progress(i);
    return cellAt(stepSize, budget);
  });
}

type CellAt = (stepSize: number, budget: number) => PhaseCell;

function factorCells(
  { law, rule, seed, quantities }: PhaseJob,
  curvature: FactorCurvature,
  kernel: KernelMaker | undefined,
): CellAt {
  const { numbers, rank, outputs } = curvature;
  const problem = prepare({
    ...{ factor: matrix(numbers.length / rank, rank, numbers), outputs, law: lawFrom(law, seed) },
    ...{ rng: createRng(seed, "stability"), sampledBatches: 100 }, // a bound for each cell, not for the record
    ...(kernel && { kernel }),
  });
  const moments = meanSquare(problem, rule, { rtol: 1e-5 });
  moments?.threshold(); // first, so that it does not depend on the cells
  return (stepSize, budget) => phaseCell(problem, stepSize, { budget, quantities, moments, rule });
}

function hessianCells({ law, rule, seed, quantities }: PhaseJob, curvature: HessianCurvature): CellAt {
  const { kind, numbers, dimension: n, eigenvalues, momentBudget } = curvature;
  const hessians = Array.from({ length: numbers.length / (n * n) }, (_, i): Matrix => {
    return matrix(n, n, numbers.subarray(i * n * n, (i + 1) * n * n));
  });
  const shared: Omit<HessianCellOptions, "stepSize" | "budget"> = { quantities, rule, eigenvalues, momentBudget };
  const problem = { law: lawFrom(law, seed), hessians };
  if (kind === "indefinite") {
    const dense = prepareDense({ ...problem, rng: createRng(seed, "stability") });
    return (stepSize, budget) => denseCell(dense, { ...shared, stepSize, budget });
  }
  const walk = prepareLinearized({
    ...problem,
    ...{ rng: createRng(seed, "linearized"), rankTolerance: kernelTolerance },
  });
  return (stepSize, budget) => walkCell(walk, { ...shared, stepSize, budget });
}
