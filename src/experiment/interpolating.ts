import type { Objective } from "../compile/index.ts";
import { type RankCheck, type SampleCurvature, sampleCurvature } from "../curvature/index.ts";
import { createRng } from "../numeric/index.ts";
import type { Problem } from "../program/index.ts";
import type { BatchSizeHint, Hypothesis, Results } from "../record/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import type { RunSpec } from "../spec/index.ts";
import {
  invertibility,
  type KernelMaker,
  lambda,
  type MeanSquare,
  meanSquare,
  mu,
  muVerdict,
  type PreparedProblem,
  prepare,
  ruleLambda,
  sampleTraces,
  stableStepSizes,
  type UpdateRule,
  undetermined,
  type Verdict,
} from "../stability/index.ts";
import { lawOf } from "./batch-law.ts";
import { batchLaws } from "./batch-laws.ts";
import { exponentSpectrum, finiteSampleOf } from "./exponent-spectrum.ts";
import { flatStability, requireFiniteSteps } from "./flat.ts";
import { indefiniteStability } from "./indefinite.ts";
import { kinkDistance } from "./kink-distance.ts";
import { lrConversions } from "./lr.ts";
import type { FoundMinimum } from "./minimum.ts";
import type { Tick } from "./progress.ts";
import { rankCheck } from "./rank-check.ts";
import { curvesTable, finite, lambdaFields, liftedFields, setsResult } from "./stability-fields.ts";

/** What the stability questions are asked about. */
export interface StabilityContext {
  readonly spec: RunSpec;
  readonly problem: Problem;
  readonly objective: Objective;
  readonly minimum: FoundMinimum;
  readonly labels: Int32Array | null;
  readonly rule: UpdateRule;
  /** Those of one period, several for a schedule that repeats; `stepSize` is the first. */
  readonly stepSizes: readonly number[];
  readonly stepSize: number;
  readonly kernel: KernelMaker | undefined;
  readonly tick: Tick;
}

export interface StabilityAnswer {
  readonly results: Partial<Results>;
  readonly warnings: readonly string[];
  readonly law: BatchLaw;
  /** Non-zero eigenvalues of the Hessian, when all are known. */
  readonly eigenvalues: Float64Array | null;
  /** tr Cov of the average of the iterates over that of the iterates, where both are known. */
  readonly varianceRatio?: number | null;
}

/** μ, λ, mean square and the stable step sizes at an interpolating minimum, each with what it rests on (THEORY §3). */
export function interpolatingStability(context: StabilityContext): StabilityAnswer {
  const { spec, problem, objective, minimum, labels, rule, stepSize, tick } = context;
  const { steps, maxSteps, tolerance, burnIn, rankTolerance, stepSizes } = spec.stability;
  tick("tangent kernel", null);
  const curvature = sampleCurvature(objective, minimum.theta, rankTolerance);
  if (!curvature.semidefinite) return indefiniteStability(context);
  const traces = sampleTraces({ factor: curvature.factor, outputs: curvature.rows });
  const prepareWith = (law: BatchLaw) => prepareProblem(context, curvature, law);
  const law = lawOf(spec, problem, labels, traces);
  const prepared = prepareWith(law);
  const { eigenvalues } = prepared;
  if (eigenvalues.length === 0) return flatStability(objective, law);
  requireFiniteSteps([stepSize], eigenvalues[0]!);
  const rank = rankCheck(objective, minimum, curvature, spec, tick);
  const kink = kinkDistance(objective, minimum.theta);
  const doubt = doubtOf(rank.constant, kink.on);

  tick("mean-square threshold", null);
  const isPlain = rule.type === "gd";
  const moments = meanSquare(prepared);
  const ruleMoments = isPlain ? moments : meanSquare(prepared, rule);
  const options = {
    ...{ steps, maxSteps, tolerance, burnIn },
    progress: (done: number, most: number) =>
      tick(`λ at step size ${stepSize}`, Math.min(1, done / Math.min(most, steps))),
  };
  const finiteSample = finiteSampleOf(prepared);
  const found = isPlain
    ? lambda(prepared, stepSize, { ...options, moments, ...(finiteSample && { finiteSample }) })
    : null;
  const spectrum = exponentSpectrum(context, prepared);
  const lifted = isPlain
    ? null
    : ruleLambda(prepared, rule, stepSize, { ...options, contracts: ruleMoments?.sign(stepSize) === -1 });
  const sets = stableStepSizes(prepared, {
    ...{ count: stepSizes.count, steps, rule, moments },
    ...(stepSizes.range ? { range: stepSizes.range } : {}),
    progress: (done, total) => tick("scanning step sizes", done / total),
  });
  const muFound = mu(eigenvalues, rule, stepSize);
  const muSays = doubt ?? muVerdict({ sharpness: eigenvalues[0]!, residual: 0 }, rule, stepSize);
  const lambdaSays = doubt ?? pick((found ?? lifted)!);
  const threshold = isPlain ? null : (ruleMoments?.threshold() ?? null);
  const stable = setsResult(sets, isPlain, threshold);
  return {
    law,
    eigenvalues,
    warnings: [...sets.warnings, ...spectrum.warnings],
    results: {
      curvature: {
        sharpness: eigenvalues[0]!,
        sharpnessResidual: 0,
        smallestEigenvalue: null,
        smallestResidual: null,
        ntkRank: curvature.rank,
        ntkSize: curvature.size,
        ntkGap: curvature.gap,
        rankLocallyConstant: rank.constant,
      },
      spectrum: {
        operator: "hessian",
        eigenvalues: [...eigenvalues],
        residuals: Array.from(eigenvalues, () => 0),
        dimension: objective.dimension,
        complete: true,
      },
      mu: { ...finite(muFound.value), at: muFound.at, ...muSays },
      lambda: { ...(found ? lambdaFields(found) : liftedFields(lifted!)), ...lambdaSays },
      meanSquare: meanSquareResult(ruleMoments, stepSize, doubt),
      stableStepSizes: stable,
      hypotheses: hypotheses(context, prepared, rank, kink),
      lr: lrConversions(
        spec.loss,
        problem.outputCount,
        { samples: problem.sampleCount, batch: spec.batch.size },
        stepSize,
        stable,
      ),
      batchSizes:
        isPlain && muSays.verdict === "stable" && lambdaSays.verdict !== "stable"
          ? batchSizeHint(context, traces, prepareWith)
          : null,
      laws: batchLaws(context, curvature, traces),
      ...spectrum.results,
      curves: curvesTable(sets.curve, isPlain),
    },
  };
}

function prepareProblem(
  { spec, kernel }: StabilityContext,
  curvature: SampleCurvature,
  law: BatchLaw,
): PreparedProblem {
  return prepare({
    ...{ factor: curvature.factor, outputs: curvature.rows, law },
    rng: createRng(spec.seed, "stability"),
    ...(kernel ? { kernel } : {}),
  });
}

/** What makes every verdict undetermined. */
function doubtOf(rankConstant: boolean, onKink: boolean): Verdict | null {
  if (onKink) return undetermined("on-a-kink", "the minimum lies exactly on a kink, where the loss has no Hessian");
  if (rankConstant) return null;
  return undetermined("rank-not-constant", "the rank of the tangent kernel changes at nearby minima");
}

function pick({ verdict, cause, reason }: Verdict): Verdict {
  return { verdict, cause, reason };
}

/** The verdict is that of the threshold; an exponent whose sign rounding has turned is not shown. */
function meanSquareResult(moments: MeanSquare | null, stepSize: number, doubt: Verdict | null): Results["meanSquare"] {
  if (moments === null) {
    const reason = "the steps of this batch law depend on each other, so the second moment is that of a whole epoch";
    return { exponent: null, superstable: false, verdict: "not-applicable", cause: null, reason };
  }
  const sign = moments.sign(stepSize);
  const { value, superstable } = finite(moments.exponent(stepSize));
  const says: Verdict =
    sign === 0
      ? undetermined("interval-contains-zero", "the step size is the mean-square threshold up to rounding")
      : { verdict: sign < 0 ? "stable" : "unstable", cause: null, reason: null };
  const isLost = value !== null && sign !== 0 && Math.sign(value) !== sign;
  return { exponent: isLost ? null : value, superstable, ...(doubt ?? says) };
}

function hypotheses(
  { spec, minimum, stepSize }: StabilityContext,
  prepared: PreparedProblem,
  rank: RankCheck,
  kink: ReturnType<typeof kinkDistance>,
): Hypothesis[] {
  const { maxResidual } = minimum.result;
  const row = (name: string, status: Hypothesis["status"], value: number | null, reason: string): Hypothesis => {
    return { name, status, value, reason };
  };
  const batches = prepared.blocks.map((block) => ({
    ...invertibility(block.spectra, stepSize),
    exact: block.spectra.exact,
  }));
  const smallest = batches.reduce((least, b) => Math.min(least, b.smallest), Number.POSITIVE_INFINITY);
  const singular = batches.some((b) => b.singular);
  const exact = batches.every((b) => b.exact);
  const blocks = prepared.blocks.reduce((sum, b) => sum + b.copies, 0);
  return [
    row(
      "interpolation",
      "holds",
      maxResidual,
      `largest residual ${show(maxResidual!)}, tolerance ${spec.stability.interpolationTolerance}`,
    ),
    row("rank", rank.constant ? "holds" : "fails", rank.ranks[0], rankReason(rank)),
    row(
      "invertibility",
      singular ? "fails" : exact ? "holds" : "unchecked",
      smallest,
      `smallest |det(I − ηH_B)| is ${show(smallest)} ${exact ? "over all batches" : "among sampled batches"}`,
    ),
    row(
      "irreducibility",
      blocks <= 1 ? "holds" : "fails",
      blocks,
      irreducibleReason(blocks, prepared.eigenvalues.length),
    ),
    row("kink-distance", kink.on ? "fails" : "holds", kink.distance, kinkReason(kink)),
  ];
}

function rankReason({ ranks, constant, lost }: RankCheck): string {
  const [here, ...nearby] = ranks;
  if (nearby.length === 0) {
    return lost > 0 ? `${here} here; no nearby minimum was reached` : `${here}, and the minimum is isolated`;
  }
  if (nearby.every((r) => r === here)) return `${here} here and at ${nearby.length} nearby minima`;
  const there = `${here} here, ${nearby.join(", ")} at nearby minima`;
  return constant ? `${there}, equal up to eigenvalues near the cut` : there;
}

function irreducibleReason(blocks: number, rank: number): string {
  if (rank <= 1) return `rank ${rank}`;
  return blocks <= 1 ? "the kernel does not split" : `${blocks} independent blocks; the largest exponent is reported`;
}

function kinkReason({ kinks, distance, on }: ReturnType<typeof kinkDistance>): string {
  if (kinks === 0) return "the loss has no kinks";
  if (on) return "an activation switches exactly here";
  return distance === null
    ? "no kink moves with the parameters"
    : `nearest at distance ${show(distance)} in parameter space`;
}

function show(value: number): string {
  return value === 0 ? "0" : Number(value.toPrecision(2)).toString();
}

/** The smallest batch size, doubling from the user's, whose mean-square threshold reaches the step size in use. */
function batchSizeHint(
  { spec, problem, labels, stepSize, tick }: StabilityContext,
  traces: Float64Array,
  prepareWith: (law: BatchLaw) => PreparedProblem,
): BatchSizeHint {
  const tried: number[] = [];
  for (let size = 2 * spec.batch.size; size <= problem.sampleCount; size *= 2) {
    tick(`mean-square threshold at batch ${size}`, null);
    tried.push(size);
    const moments: MeanSquare | null = meanSquare(prepareWith(lawOf(spec, problem, labels, traces, { size })));
    if (moments !== null && moments.threshold() > stepSize) return { smallestStable: size, tried, by: "mean-square" };
  }
  return { smallestStable: null, tried, by: "mean-square" };
}
