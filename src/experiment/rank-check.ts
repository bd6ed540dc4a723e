import type { Objective } from "../compile/index.ts";
import { type RankCheck, rankLocallyConstant, type SampleCurvature } from "../curvature/index.ts";
import { createRng } from "../numeric/index.ts";
import type { RunSpec } from "../spec/index.ts";
import type { FoundMinimum } from "./minimum.ts";
import type { Tick } from "./progress.ts";

/** Whether the tangent kernel keeps its rank at nearby minima (THEORY §3). */
export function rankCheck(
  objective: Objective,
  { theta, result }: FoundMinimum,
  factor: SampleCurvature,
  { stability, seed }: RunSpec,
  tick: Tick,
): RankCheck {
  const { rankTolerance } = stability;
  const note = "rank of the tangent kernel at nearby minima";
  tick(note, null);
  return rankLocallyConstant(objective, theta, {
    ...{ rtol: rankTolerance, factor, residual: neighbourResidual(result.maxResidual!, rankTolerance) },
    rng: createRng(seed, "rank"),
    onProgress: () => tick(note, null),
  });
}

/**
 * How far neighbouring minima are descended to. A residual r lends the kernel spurious eigenvalues of relative order r²,
 * so where the minimum itself stopped short of rounding, r² at a hundredth of the cut is near enough.
 */
function neighbourResidual(here: number, rankTolerance: number): number {
  return here <= 1e-11 ? 1e-12 : Math.max(2 * here, 0.1 * Math.sqrt(rankTolerance));
}
