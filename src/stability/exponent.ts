import { type Rng, studentHalfWidth } from "../numeric/index.ts";
import type { Cocycle, CocyclePath } from "./cocycle.ts";
import { frameOf, mostGrown } from "./frame.ts";
import { SEGMENTS, segmentStatistics } from "./segment-statistics.ts";
import { type Interval, signConfidence } from "./verdict.ts";

export interface ExponentOptions {
  readonly rng: Rng;
  /** Measured steps, all chains together, before the first look (default 1e5). */
  readonly steps?: number;
  /** Never measure more than this (default 1e7). */
  readonly maxSteps?: number;
  /** Go on until the 95 % half-width is at most this (default 0.02) … */
  readonly tolerance?: number;
  /** … and, while the sign is open, until this many steps (default 4 × `steps`). */
  readonly signSteps?: number;
  /** Steps of each chain before measuring (default 1000). */
  readonly burnIn?: number;
  /** Independent realisations (default 4). */
  readonly chains?: number;
  /** The number of another realisation of all batches, independent of those with other numbers and of that without. */
  readonly replicate?: number;
  /** Directions that may grow fastest, put into the frame that every chain starts from, beside a random one. */
  readonly start?: readonly Float64Array[];
  /** Called after every round with the steps measured so far and the most there may be. */
  readonly progress?: (steps: number, most: number) => void;
}

export interface ExponentEstimate {
  /** In nats per step; −∞ when superstable. */
  readonly value: number;
  readonly superstable: boolean;
  readonly confidence95: Interval;
  /** The interval at confidence 1 − 1e-5, on which claims about the sign rest: many signs are claimed in a report. */
  readonly signInterval: Interval;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** Measured steps of all chains, without burn-in. */
  readonly steps: number;
  /** Of the segment means, and whether they pass as independent; if not, the standard error was enlarged for it. */
  readonly lag1Autocorrelation: number;
  readonly independent: boolean;
}

/**
 * The top exponent lim (1/T) log‖A_T ⋯ A_1‖ of a stationary random product, by growth of one vector in each of several
 * chains (scaled tangent products).
 *
 * Every chain starts from a frame of the given directions and a random one, follows it for `burnIn` steps, and measures
 * the vector of the frame that grew most: without this, a direction that gains only η k_min a step on the others would
 * need 1/(η k_min) steps to show. The error comes from the means of 16 segments a chain, merged to 8 or 4 while their
 * lag-1 autocorrelation exceeds 2/√segments; a control variable of known mean, if the cocycle has one, is regressed out.
 * Steps are doubled until the tolerance is met (and for a while longer when 0 is still inside).
 *
 * Error: statistical, `standardError`; the bias is O(1/steps of a chain). Cost: the steps, and a frame of up to
 * start.length + 1 vectors during burn-in.
 */
export function estimateExponent(cocycle: Cocycle, options: ExponentOptions): ExponentEstimate {
  const { replicate, steps = 1e5, tolerance = 0.02, burnIn = 1000, chains = 4, start = [], progress } = options;
  const rng = replicate === undefined ? options.rng : options.rng.fork(`replicate ${replicate}`);
  const maxSteps = Math.max(steps, options.maxSteps ?? 1e7);
  const signSteps = Math.min(maxSteps, options.signSteps ?? 4 * steps);
  const unit = chains * SEGMENTS * cocycle.period;
  const length = Math.max(1, Math.round(steps / unit)) * cocycle.period; // of a segment
  const running = Array.from({ length: chains }, (_, j) => startChain(cocycle, rng.fork(`chain ${j}`), burnIn, start));
  let rounds = 0;
  for (;;) {
    const segments = Math.max(SEGMENTS, running[0].growth.length); // doubles what there is
    if (!extendAll(cocycle, running, segments, length, burnIn)) return superstable(chains * burnIn);
    const measured = chains * running[0].growth.length * length;
    const estimate = asEstimate(running, measured);
    progress?.(measured, maxSteps);
    const { confidence95, signInterval } = estimate;
    const precise = confidence95[1] - confidence95[0] <= 2 * tolerance;
    const open = signInterval[0] <= 0 && signInterval[1] >= 0;
    if ((precise && !(open && measured < signSteps)) || 2 * measured > maxSteps || ++rounds > 40) return estimate;
  }
}

/** Random directions with which a chain starts again after its vector was annihilated. */
const RESCUE = 16;

interface Chain {
  readonly path: CocyclePath;
  readonly rng: Rng;
  vector: Float64Array | null;
  /** Mean growth, and mean of the control, of each segment. */
  readonly growth: number[];
  readonly control: number[];
}

function startChain(cocycle: Cocycle, rng: Rng, burnIn: number, start: readonly Float64Array[]): Chain {
  const path = cocycle.path(rng.fork("factors"));
  const directions = rng.fork("directions");
  const frame = frameOf(cocycle.dimension, [...start, randomVector(cocycle.dimension, directions)]);
  // Whole periods, so that measured segments begin where chance starts anew.
  const steps = Math.ceil(burnIn / cocycle.period) * cocycle.period;
  const chain: Chain = { path, rng: directions, vector: mostGrown(path, frame, steps), growth: [], control: [] };
  if (chain.vector === null) rescue(chain, cocycle.dimension, steps);
  path.control?.();
  return chain;
}

/** Measures `segments` more segments of every chain; false when the product itself is 0 (superstable). */
function extendAll(
  cocycle: Cocycle,
  chains: readonly Chain[],
  segments: number,
  length: number,
  burnIn: number,
): boolean {
  const { growAll } = cocycle;
  const extend = (chain: Chain, growth?: number) => measure(chain, length, burnIn, growth);
  if (!growAll) return chains.every((chain) => Array.from({ length: segments }).every(() => extend(chain)));
  const paths = chains.map(({ path }) => path);
  for (let i = 0; i < segments; i++) {
    const vectors = chains.map(({ vector }) => vector);
    if (vectors.some((vector) => vector === null)) return false;
    const growths = growAll(paths, vectors as Float64Array[], length);
    if (!chains.every((chain, j) => extend(chain, growths[j]))) return false;
  }
  return true;
}

/** One more segment of a chain, which may have been grown already; false when the product itself is 0. */
function measure(chain: Chain, length: number, burnIn: number, grown?: number): boolean {
  let known = grown;
  for (;;) {
    if (chain.vector === null) return false;
    const growth = known ?? chain.path.grow(chain.vector, length);
    known = undefined;
    const control = chain.path.control?.() ?? 0;
    if (growth > Number.NEGATIVE_INFINITY) {
      chain.growth.push(growth / length);
      chain.control.push(control / length);
      return true;
    }
    rescue(chain, chain.vector.length, Math.ceil(burnIn / length) * length);
  }
}

/**
 * The vector was annihilated. Random directions follow the same factors: if all are annihilated the product is 0, else
 * the chain goes on with what survives (fewer directions survive each time, so this happens finitely often).
 */
function rescue(chain: Chain, dimension: number, steps: number): void {
  const directions = Array.from({ length: Math.min(dimension, RESCUE) }, () => randomVector(dimension, chain.rng));
  chain.vector = mostGrown(chain.path, frameOf(dimension, directions), steps);
}

function randomVector(dimension: number, rng: Rng): Float64Array {
  return Float64Array.from({ length: dimension }, () => rng.normal());
}

function superstable(steps: number): ExponentEstimate {
  const value = Number.NEGATIVE_INFINITY;
  return {
    value,
    superstable: true,
    confidence95: [value, value],
    signInterval: [value, value],
    standardError: 0,
    degreesOfFreedom: Number.POSITIVE_INFINITY,
    steps,
    lag1Autocorrelation: 0,
    independent: true,
  };
}

function asEstimate(chains: readonly Chain[], steps: number): ExponentEstimate {
  const statistics = segmentStatistics(
    chains.map((chain) => chain.growth),
    chains.map((chain) => chain.control),
  );
  const { value, standardError, degreesOfFreedom } = statistics;
  const interval = (confidence: number): Interval => {
    const half = studentHalfWidth(standardError, degreesOfFreedom, confidence);
    return [value - half, value + half];
  };
  return {
    ...statistics,
    superstable: false,
    confidence95: interval(0.95),
    signInterval: interval(signConfidence),
    steps,
  };
}
