import { createFactorKernel, type FactorKernel, type Matrix, type Rng } from "../numeric/index.ts";
import type { BatchLaw, WeightedBatch } from "../sampling/index.ts";
import { type BatchSpectra, batchSpectra } from "./batch-spectra.ts";
import { type Block, splitBlocks } from "./blocks.ts";
import { commonEigenvalues, type PoleSum, poleSums } from "./commuting.ts";
import type { KernelMaker } from "./factor-cocycle.ts";
import { largestBatchNorm, sampleFactors } from "./sample-factors.ts";

/** SGD near a minimum, as far as stability is concerned. */
export interface StabilityProblem {
  /** Φ (mk × r), rank r, k rows a sample, with H_i = Σ φφᵀ over the rows of sample i (loss scale and curvature inside). */
  readonly factor: Matrix;
  /** k, default 1. */
  readonly outputs?: number;
  readonly law: BatchLaw;
  /** Every random stream is a fork of this one, so that all step sizes see the same batches. */
  readonly rng: Rng;
  readonly kernel?: KernelMaker;
  /** Most batches whose spectra are sampled where not all can be listed, default 2000: the log-det bound rests on them. */
  readonly sampledBatches?: number;
}

/** What every question about the problem shares: invariant blocks, spectra of batches, exact laws where there are any. */
export interface PreparedProblem {
  readonly law: BatchLaw;
  readonly rng: Rng;
  readonly blocks: readonly PreparedBlock[];
  /** Non-zero eigenvalues of H, largest first. */
  readonly eigenvalues: Float64Array;
  /** 2/max_i w_i‖H_i‖: below this step size no batch stretches any vector, and λ < 0. */
  readonly contractionLimit: number;
}

export interface PreparedBlock extends Block {
  readonly index: number;
  readonly kernel: FactorKernel;
  readonly spectra: BatchSpectra;
  /** Distinct batches with probabilities, null when there are more than 10 000. */
  readonly distinct: readonly WeightedBatch[] | null;
  /** Exponents in closed form, when the batches commute and can be listed. */
  readonly poleSums: readonly PoleSum[] | null;
}

/** @throws RangeError when the factor does not hold k rows for each of the law's samples. */
export function prepare(problem: StabilityProblem): PreparedProblem {
  const { factor, outputs = 1, law, rng, kernel = createFactorKernel } = problem;
  if (factor.rows !== law.sampleCount * outputs) {
    throw new RangeError(
      `prepare: ${law.sampleCount} samples of ${outputs} outputs need that many rows, got ${factor.rows}`,
    );
  }
  const distinct = law.distinctBatches();
  const samples = sampleFactors(factor, outputs);
  const blocks = splitBlocks(samples, law.probabilities).map((block, index): PreparedBlock => {
    const kappa = distinct === null ? null : commonEigenvalues(block.samples);
    return {
      ...block,
      index,
      kernel: kernel(block.samples.factor, block.samples.outputs),
      spectra: batchSpectra(block.samples, law, rng.fork(`log-det ${index}`), problem.sampledBatches),
      distinct,
      poleSums: kappa === null || distinct === null ? null : poleSums(kappa, distinct),
    };
  });
  const eigenvalues = blocks.flatMap((block) =>
    Array.from({ length: block.copies }, () => [...block.eigenvalues]).flat(),
  );
  return {
    law,
    rng,
    blocks,
    eigenvalues: Float64Array.from(eigenvalues).sort().reverse(),
    contractionLimit: 2 / largestBatchNorm(samples, law),
  };
}
