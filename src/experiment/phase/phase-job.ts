import { createRng, matrix } from "../../numeric/index.ts";
import {
  type KernelMaker,
  meanSquare,
  type PhaseCell,
  type PhaseQuantity,
  phaseCell,
  prepare,
  type UpdateRule,
} from "../../stability/index.ts";
import { lawFrom, type PlainLaw } from "../batch-law.ts";

/** Cells of a diagram that share minimum, batch law and rule, as plain data: a job that any thread can do, and twice. */
export interface PhaseJob {
  /** Φ, mk × rank, k = `outputs`. */
  readonly factor: Float64Array;
  readonly rank: number;
  readonly outputs: number;
  readonly law: PlainLaw;
  readonly rule: UpdateRule;
  readonly seed: number;
  readonly quantities: readonly PhaseQuantity[];
  readonly cells: readonly { readonly stepSize: number; readonly budget: number }[];
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
  const { factor, rank, outputs, rule, seed, quantities, cells } = job;
  const problem = prepare({
    ...{ factor: matrix(factor.length / rank, rank, factor), outputs, law: lawFrom(job.law, seed) },
    ...{ rng: createRng(seed, "stability"), sampledBatches: 100 }, // a bound for each cell, not for the record
    ...(kernel && { kernel }),
  });
  const moments = meanSquare(problem, rule, { rtol: 1e-5 });
  moments?.threshold(); // first, so that it does not depend on the cells
  return cells.map(({ stepSize, budget }, i) => {
    progress(i);
    return phaseCell(problem, stepSize, { budget, quantities, moments, rule });
  });
}
