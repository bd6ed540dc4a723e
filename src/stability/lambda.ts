import { studentHalfWidth } from "../numeric/index.ts";
import { logDetBound } from "./batch-spectra.ts";
import { certifiedUpperBound } from "./collatz-wielandt.ts";
import { controlledIfSmall } from "./controlled-cocycle.ts";
import { distinctFactors, exactExponent } from "./exact-exponent.ts";
import { type ExponentEstimate, type ExponentOptions, estimateExponent } from "./exponent.ts";
import { factorCocycle } from "./factor-cocycle.ts";
import { finiteSampleBound } from "./finite-sample-bound.ts";
import { type MeanSquare, meanSquare } from "./mean-square.ts";
import type { PreparedBlock, PreparedProblem } from "./prepared-problem.ts";
import type { ScanSubject } from "./step-size-scan.ts";
import {
  decided,
  digits,
  type Interval,
  notApplicable,
  signConfidence,
  undetermined,
  type Verdict,
} from "./verdict.ts";

export interface LambdaOptions extends Omit<ExponentOptions, "rng" | "start"> {
  /** Error up to which the projective line may answer for rank 2, default 1e-9. */
  readonly planeTolerance?: number;
  /** Prove an upper bound (default true). */
  readonly certify?: boolean;
  /** Also bound λ from above by N blocks of T steps each (empirical Bernstein, 95 %); costs N·T·r vector steps. */
  readonly finiteSample?: { readonly length: number; readonly blocks: number };
  /** Moments shared by several questions about the problem; made when absent. */
  readonly moments?: MeanSquare | null;
}

export interface Lambda extends Verdict {
  /** Nats per step; null when superstable or when no direction moves. */
  readonly value: number | null;
  readonly superstable: boolean;
  readonly confidence95: Interval | null;
  /** The interval on which a sign is claimed, at confidence 1 − 1e-5. */
  readonly signInterval: Interval | null;
  readonly lowerBound: number | null;
  readonly upperBound: number | null;
  /** How the value was found; "; lower bound sampled" follows when the log-det bound is a sample mean less its half-width. */
  readonly method: string;
  readonly lowerProof: "log-det" | "log-det-sampled" | null;
  /** "finite-sample" holds at confidence 95 %, "collatz-wielandt" is proved. */
  readonly upperProof: "collatz-wielandt" | "finite-sample" | null;
  /** The invariant block whose exponent is the largest, among how many (copies counted), and its dimension. */
  readonly block: { readonly index: number; readonly count: number; readonly rank: number } | null;
  /** Simulated steps, null when exact. */
  readonly steps: number | null;
  /** The factor by which more steps would decide an undetermined sign. */
  readonly moreSteps: number | null;
}

/**
 * λ = lim (1/t) log‖A_{B_t} ⋯ A_{B_1}‖ on N at one step size (CE24, THEORY §3), with the best two-sided bracket and the
 * verdict: proved bounds and contraction first, then the interval, else undetermined.
 *
 * Reducible kernels: the largest exponent among the blocks. Exact where `exactExponent` knows a way, else simulated;
 * the intervals of several simulated blocks hold together (Bonferroni).
 */
export function lambda(problem: PreparedProblem, stepSize: number, options: LambdaOptions = {}): Lambda {
  if (problem.blocks.length === 0) return nothingMoves();
  const blocks = problem.blocks.map((block) => blockExponent(problem, block, stepSize, options));
  const simulated = blocks.filter((found) => found.estimate !== null).length;
  const intervals = blocks.map((found) => intervalOf(found, 0.05 / simulated));
  const signs = blocks.map((found) => intervalOf(found, (1 - signConfidence) / simulated));
  const top = blocks.reduce((best, found, i) => (found.value > blocks[best].value ? i : best), 0);
  const lower = problem.blocks.map((block) => logDetBound(block.spectra, stepSize));
  const lowest = lower.reduce((a, b) => (b.value > a.value ? b : a));
  const moments = momentsOf(problem, options);
  const certified = certifiedBound(problem, stepSize, moments);
  const sampled = sampledBound(problem, stepSize, blocks, options);
  const upper = sampled !== null && (certified === null || sampled < certified) ? sampled : certified;
  const signInterval = largest(signs);
  const steps = blocks.reduce((sum, { estimate }) => sum + (estimate?.steps ?? 0), 0);
  const value = blocks[top].value;
  const superstable = value === Number.NEGATIVE_INFINITY;
  const verdict = lambdaVerdict(superstable, signInterval, {
    lower: Math.max(...lower.map((bound) => bound.safe)),
    upper: contracts(problem, moments, stepSize) ? Number.NEGATIVE_INFINITY : certified,
  });
  const block = problem.blocks[top];
  return {
    value: superstable ? null : value,
    superstable,
    confidence95: superstable ? null : largest(intervals),
    signInterval: superstable ? null : signInterval,
    lowerBound: Number.isFinite(lowest.value) ? lowest.value : null,
    upperBound: upper,
    method: `${blocks[top].method}${lowest.exact ? "" : "; lower bound sampled"}`,
    lowerProof: Number.isFinite(lowest.value) ? (lowest.exact ? "log-det" : "log-det-sampled") : null,
    upperProof: upper === null ? null : upper === certified ? "collatz-wielandt" : "finite-sample",
    block: {
      index: block.index,
      count: problem.blocks.reduce((sum, { copies }) => sum + copies, 0),
      rank: block.eigenvalues.length,
    },
    steps: steps > 0 ? steps : null,
    moreSteps: verdict.verdict === "undetermined" && steps > 0 ? stepsToDecide(value, signInterval) : null,
    ...verdict,
  };
}

/** The problem as the scan sees it. */
export function scanSubject(problem: PreparedProblem): ScanSubject {
  return {
    contractionLimit: problem.contractionLimit,
    bound(stepSize) {
      const bounds = problem.blocks.map((block) => logDetBound(block.spectra, stepSize));
      return {
        value: Math.max(...bounds.map(({ value }) => value)),
        safe: Math.max(...bounds.map(({ safe }) => safe)),
      };
    },
    lambda: (stepSize, options) => lambda(problem, stepSize, options),
  };
}

interface BlockExponent {
  readonly value: number;
  readonly method: string;
  /** Half-width of an exact value whose last digits rounding has taken. */
  readonly error: number;
  readonly estimate: ExponentEstimate | null;
}

function blockExponent(
  { law, rng }: PreparedProblem,
  block: PreparedBlock,
  stepSize: number,
  options: LambdaOptions,
): BlockExponent {
  const exact = exactExponent(block, law, stepSize, options.planeTolerance);
  if (exact !== null) return { ...exact, estimate: null };
  const kernel = () => block.kernel;
  const controlled =
    law.epochLength === 1 && block.distinct !== null
      ? controlledIfSmall(
          block.eigenvalues.length,
          block.distinct.length,
          () => distinctFactors(block, stepSize),
          isRough(options),
        )
      : null;
  const cocycle = controlled ?? factorCocycle(block.samples, law, { stepSize, kernel, spectra: block.spectra });
  const last = block.eigenvalues.length - 1;
  const start = [0, last].map((a) => Float64Array.from({ length: last + 1 }, (_, i) => (i === a ? 1 : 0)));
  const estimate = estimateExponent(cocycle, { ...options, rng: rng.fork(`lambda ${block.index}`), start });
  return { value: estimate.value, method: controlled ? "controlled-means" : "batch-means", error: 0, estimate };
}

/** Whether few digits are asked for, as by a scan. */
export function isRough({ planeTolerance = 0 }: LambdaOptions): boolean {
  return planeTolerance > 1e-6;
}

/** The interval of a block whose error probability is `risk`. */
function intervalOf({ value, error, estimate }: BlockExponent, risk: number): Interval {
  if (estimate === null || estimate.superstable) return [value - error, value + error];
  const half = studentHalfWidth(estimate.standardError, estimate.degreesOfFreedom, 1 - risk);
  return [value - half, value + half];
}

/** An interval for the largest of several numbers. */
function largest(intervals: readonly Interval[]): Interval {
  return [Math.max(...intervals.map(([lo]) => lo)), Math.max(...intervals.map(([, hi]) => hi))];
}

/** The moments to prove bounds with; null where nothing is to be proved, or the law has none. */
function momentsOf(problem: PreparedProblem, { certify = true, moments }: LambdaOptions): MeanSquare | null {
  if (!certify || problem.law.fixedEpoch !== null) return null;
  return moments === undefined ? meanSquare(problem) : moments;
}

/** Whether λ < 0 for certain: no batch stretches any vector, or the step size lies below the mean-square threshold. */
function contracts(problem: PreparedProblem, moments: MeanSquare | null, stepSize: number): boolean {
  return stepSize < problem.contractionLimit || moments?.sign(stepSize) === -1;
}

function certifiedBound(problem: PreparedProblem, stepSize: number, moments: MeanSquare | null): number | null {
  const { secondMoment, probabilities } = problem.law;
  if (moments === null || secondMoment === null) return null;
  let bound = Number.NEGATIVE_INFINITY;
  for (const block of problem.blocks) {
    const found = moments.block(block.index, stepSize);
    const own = certifiedUpperBound(block, probabilities, secondMoment, stepSize, found);
    if (own === null) return null;
    bound = Math.max(bound, own);
  }
  return bound;
}

function sampledBound(
  { law, rng, blocks, contractionLimit }: PreparedProblem,
  stepSize: number,
  found: readonly BlockExponent[],
  { finiteSample }: LambdaOptions,
): number | null {
  if (finiteSample === undefined) return null;
  const bounds = blocks.map((block, i) =>
    finiteSampleBound(factorCocycle(block.samples, law, { stepSize, kernel: () => block.kernel }), {
      ...finiteSample,
      rng: rng.fork(`finite sample ${i}`),
      largestGrowth: Math.log(Math.max(1, (2 * stepSize) / contractionLimit - 1)), // log‖I − ηH_B‖
      clip: Math.max(-10, found[i].value) - 0.5,
      confidence: 1 - 0.05 / blocks.length,
    }),
  );
  return Math.max(...bounds);
}

/** The sign: what is proved, then the interval. */
export function lambdaVerdict(
  superstable: boolean,
  [lo, hi]: Interval,
  proofs: { readonly lower: number; readonly upper: number | null },
): Verdict {
  if (superstable || (proofs.upper !== null && proofs.upper < 0) || hi < 0) return decided("stable");
  if (proofs.lower > 0 || lo > 0) return decided("unstable");
  return undetermined("interval-contains-zero", `λ lies in [${digits(lo)}, ${digits(hi)}], which contains 0`);
}

/** By what factor more steps would move 0 out of the interval. */
export function stepsToDecide(value: number, [lo, hi]: Interval): number | null {
  const ratio = (hi - lo) / 2 / Math.abs(value);
  return Number.isFinite(ratio) ? ratio * ratio : null;
}

export function nothingMoves(): Lambda {
  return {
    value: null,
    superstable: false,
    confidence95: null,
    signInterval: null,
    lowerBound: null,
    upperBound: null,
    method: "none",
    lowerProof: null,
    upperProof: null,
    block: null,
    steps: null,
    moreSteps: null,
    ...notApplicable(null, "every H_i = 0: the loss is flat here and no direction moves"),
  };
}
