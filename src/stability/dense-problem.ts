import {
  type Matrix,
  matrix,
  multiply,
  multiplyTransposed,
  type Rng,
  symmetricEigen,
  symmetricEigenvalues,
} from "../numeric/index.ts";
import type { BatchLaw, WeightedBatch } from "../sampling/index.ts";
import { denseOperator } from "./batch-operator.ts";
import { type BatchSpectra, logDetBound } from "./batch-spectra.ts";
import { commonDenseEigenvalues, type PoleSum, poleSumExponent, poleSums, weightedSum } from "./commuting.ts";
import { controlledIfSmall, type SmallFactor } from "./controlled-cocycle.ts";
import { denseMoments, denseThreshold } from "./dense-moments.ts";
import { type ExponentEstimate, estimateExponent } from "./exponent.ts";
import { commonIslands } from "./islands.ts";
import { isRough, type Lambda, type LambdaOptions, lambdaVerdict, nothingMoves, stepsToDecide } from "./lambda.ts";
import { projectiveExponent } from "./projective-line.ts";
import { ruleCocycle } from "./rule-cocycle.ts";
import { lostWarnings, type StableStepSizes, type StableStepSizesOptions, scanWarnings } from "./stable-step-sizes.ts";
import { stepSizeGrid } from "./step-size-grid.ts";
import { type ScanSubject, scan, stableEdges } from "./step-size-scan.ts";
import { logContraction, ruleExponent, stepSizeLimit } from "./update-rule.ts";
import type { Interval } from "./verdict.ts";

/**
 * SGD near an interpolating minimum some of whose samples have an indefinite Hessian, so that there is no factor Φ
 * (formula objectives): I − ηH_B is iterated directly, on the complement N of the common kernel of the H_i.
 */
export interface DenseProblem {
  readonly law: BatchLaw;
  readonly rng: Rng;
  /** H_i in coordinates of N that diagonalise H. */
  readonly hessians: readonly Matrix[];
  /** Of H = Σ p_i H_i on N, descending; some may be ≤ 0. */
  readonly eigenvalues: Float64Array;
  readonly spectra: BatchSpectra;
  readonly poleSums: readonly PoleSum[] | null;
}

/** Directions in which no H_i exceeds this × the largest belong to the common kernel. */
const KERNEL = 1e-6;
const SAMPLED = 500;

/** @throws RangeError when there is not one Hessian for each sample of the law. */
export function prepareDense(problem: {
  readonly hessians: readonly Matrix[];
  readonly law: BatchLaw;
  readonly rng: Rng;
}): DenseProblem {
  const { law, rng } = problem;
  if (problem.hessians.length !== law.sampleCount) {
    throw new RangeError(`prepareDense: ${law.sampleCount} samples, got ${problem.hessians.length} Hessians`);
  }
  const { hessians, eigenvalues } = diagonalised(onCommonRange(problem.hessians, law.probabilities), law);
  const distinct = law.distinctBatches();
  const kappa = hessians[0].rows > 0 && distinct !== null ? commonDenseEigenvalues(hessians) : null;
  return {
    law,
    rng,
    hessians,
    eigenvalues,
    spectra: denseSpectra(hessians, law, distinct, rng.fork("log-det")),
    poleSums: kappa === null ? null : poleSums(kappa, distinct!),
  };
}

/** λ with its log-det lower bound and its verdict, as `lambda` gives it; nothing is proved from above. */
export function denseLambda(problem: DenseProblem, stepSize: number, options: LambdaOptions = {}): Lambda {
  const rank = problem.eigenvalues.length;
  if (rank === 0) return nothingMoves();
  const { value, error, method, estimate } = exponent(problem, stepSize, options);
  const bound = logDetBound(problem.spectra, stepSize);
  const superstable = value === Number.NEGATIVE_INFINITY;
  const exact: Interval = [value - error, value + error];
  const signInterval = estimate?.signInterval ?? exact;
  const verdict = lambdaVerdict(superstable, signInterval, { lower: bound.safe, upper: null });
  const steps = estimate?.steps ?? null;
  const known = Number.isFinite(bound.value);
  return {
    value: superstable ? null : value,
    superstable,
    confidence95: superstable ? null : (estimate?.confidence95 ?? exact),
    signInterval: superstable ? null : signInterval,
    lowerBound: known ? bound.value : null,
    upperBound: null,
    method: `${method}${bound.exact ? "" : "; lower bound sampled"}`,
    lowerProof: known ? (bound.exact ? "log-det" : "log-det-sampled") : null,
    upperProof: null,
    block: { index: 0, count: 1, rank },
    steps,
    moreSteps: verdict.verdict === "undetermined" && steps !== null ? stepsToDecide(value, signInterval) : null,
    ...verdict,
  };
}

/** The stable sets, as `stableStepSizes` gives them; none where H has a negative eigenvalue (GD, mean square). */
export function denseStableStepSizes(problem: DenseProblem, options: StableStepSizesOptions = {}): StableStepSizes {
  const { count = 400, steps = 1e5, rule = { type: "gd" }, progress } = options;
  const { law, eigenvalues, spectra } = problem;
  const saddle = eigenvalues[eigenvalues.length - 1] < 0;
  const limit = stepSizeLimit({ type: "gd" }, Math.max(eigenvalues[0], -eigenvalues[eigenvalues.length - 1]));
  const threshold = saddle ? null : secondMomentThreshold(problem);
  const subject: ScanSubject = {
    contractionLimit: 0, // an indefinite sample stretches at every step size
    bound: (stepSize) => logDetBound(spectra, stepSize),
    lambda: (stepSize, lambdaOptions) => denseLambda(problem, stepSize, lambdaOptions),
  };
  const scanOptions = {
    meanSquareStable: (stepSize: number) => threshold !== null && stepSize < threshold,
    ...{ scanSteps: steps / 20, refineSteps: steps / 4 },
    ...(progress && { progress }),
  };
  const smallest = Math.min(0.01 * limit, threshold ?? limit) / 10;
  const start = stepSizeGrid(options.range ?? [0, 8 * limit], { count, scale: limit, smallest });
  const { grid, points } = scan(subject, start, { ...scanOptions, extend: options.range === undefined });
  const closed = problem.poleSums === null ? null : commonIslands(problem.poleSums);
  const edges = closed === null ? stableEdges(subject, points, grid.range[0], scanOptions) : null;
  const sgd = closed?.intervals ?? edges!.intervals;
  return {
    gd: saddle ? [] : [[0, stepSizeLimit(rule, eigenvalues[0])]],
    meanSquare: threshold !== null ? [[0, threshold]] : law.fixedEpoch !== null ? sgd : saddle ? [] : null,
    sgd,
    scanned: grid.range,
    resolution: grid.resolution,
    sgdError: edges?.errors ?? sgd.map((): Interval => [0, 0]),
    complete: closed !== null,
    curve: points.map((point) => ({
      ...point,
      mu: Math.max(...eigenvalues.map((eigenvalue) => ruleExponent(rule, point.stepSize, eigenvalue))),
      upperBound: null,
    })),
    warnings: closed === null ? scanWarnings(points, grid.range, grid.resolution) : lostWarnings(closed.lost),
  };
}

function onCommonRange(hessians: readonly Matrix[], probabilities: Float64Array): Matrix[] {
  const squares = weightedSum(
    hessians.map((h) => multiplyTransposed(h, h)),
    probabilities.map((p) => (p > 0 ? 1 : 0)),
  );
  const { values, vectors } = symmetricEigen(squares);
  const rank = values.filter((value) => value > KERNEL ** 2 * values[0]).length;
  const basis = matrix(rank, vectors.cols, vectors.data.slice(0, rank * vectors.cols));
  return hessians.map((h) => multiplyTransposed(multiply(basis, h), basis));
}

/** Turned into the eigenbasis of H. */
function diagonalised(hessians: readonly Matrix[], { probabilities }: BatchLaw) {
  const { values, vectors } = symmetricEigen(weightedSum(hessians, probabilities));
  const turned = hessians.map((h) => multiplyTransposed(multiply(vectors, h), vectors));
  return { hessians: turned, eigenvalues: values };
}

function denseSpectra(
  hessians: readonly Matrix[],
  law: BatchLaw,
  distinct: readonly WeightedBatch[] | null,
  rng: Rng,
): BatchSpectra {
  const stream = law.stream(rng);
  const batches =
    distinct ??
    Array.from({ length: SAMPLED }, () => {
      const { indices, weights } = stream.next();
      return { indices: indices.slice(), weights: weights.slice(), probability: 1 / SAMPLED };
    });
  const rank = hessians[0].rows;
  const values = new Float64Array(batches.length * rank);
  batches.forEach((batch, t) => {
    values.set(symmetricEigenvalues(batchHessian(hessians, batch)), t * rank);
  });
  const starts = Int32Array.from({ length: batches.length + 1 }, (_, t) => t * rank);
  return { exact: distinct !== null, batches, starts, values, rank };
}

function batchHessian(hessians: readonly Matrix[], { indices, weights }: WeightedBatch): Matrix {
  return weightedSum(
    Array.from(indices, (i) => hessians[i]),
    weights,
  );
}

interface Found {
  readonly value: number;
  readonly error: number;
  readonly method: string;
  readonly estimate: ExponentEstimate | null;
}

function exponent(problem: DenseProblem, stepSize: number, options: LambdaOptions): Found {
  const { law, rng, hessians, eigenvalues } = problem;
  if (law.fixedEpoch?.length === 1) {
    const value = Math.max(...eigenvalues.map((eigenvalue) => logContraction(stepSize * eigenvalue)));
    return { value, error: 0, method: "full-batch", estimate: null };
  }
  if (problem.poleSums !== null) {
    const each = problem.poleSums.map((sum) => poleSumExponent(sum, stepSize));
    const { value, error } = each.reduce((a, b) => (b.value > a.value ? b : a));
    return {
      value,
      error: error > 1e-9 ? error : 0,
      method: eigenvalues.length === 1 ? "rank-one" : "commuting",
      estimate: null,
    };
  }
  const n = eigenvalues.length;
  const isListed = law.epochLength === 1 && problem.spectra.exact;
  const exact =
    isListed && n === 2 && projectiveExponent(distinctFactors(problem, stepSize), options.planeTolerance ?? 1e-9);
  if (exact)
    return { ...exact, error: exact.error > 1e-9 ? exact.error : 0, method: "value-iteration", estimate: null };
  const controlled = isListed
    ? controlledIfSmall(n, problem.spectra.batches.length, () => distinctFactors(problem, stepSize), isRough(options))
    : null;
  const cocycle =
    controlled ?? ruleCocycle(denseOperator(hessians), law, { rule: { type: "gd" }, stepSizes: [stepSize] });
  const start = [0, n - 1].map((a) => Float64Array.from({ length: n }, (_, i) => (i === a ? 1 : 0)));
  const estimate = estimateExponent(cocycle, { ...options, rng: rng.fork("lambda 0"), start });
  return { value: estimate.value, error: 0, method: controlled ? "controlled-means" : "batch-means", estimate };
}

/** I − ηH_B of every distinct batch. */
function distinctFactors({ hessians, spectra }: DenseProblem, stepSize: number): SmallFactor[] {
  return spectra.batches.map((batch) => {
    const h = batchHessian(hessians, batch);
    const entries = h.data.map((x, e) => (e % (h.cols + 1) === 0 ? 1 : 0) - stepSize * x);
    return { entries, probability: batch.probability };
  });
}

function secondMomentThreshold({ hessians, eigenvalues, law, rng }: DenseProblem): number | null {
  if (law.secondMoment === null || !(eigenvalues[eigenvalues.length - 1] > 0)) return null;
  return denseThreshold(denseMoments(eigenvalues, hessians, law.secondMoment), rng);
}
