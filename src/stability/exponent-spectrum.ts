import { ANNIHILATED, identity, type Rng, studentHalfWidth } from "../numeric/index.ts";
import { logDetBound } from "./batch-spectra.ts";
import type { Cocycle } from "./cocycle.ts";
import { factorCocycle } from "./factor-cocycle.ts";
import { type Frame, frameOf, orthonormalize } from "./frame.ts";
import type { PreparedProblem } from "./prepared-problem.ts";
import { SEGMENTS, segmentStatistics } from "./segment-statistics.ts";
import type { Interval } from "./verdict.ts";

export interface SpectrumOptions {
  readonly rng: Rng;
  /** How many exponents, default all. */
  readonly count?: number;
  /** Measured steps of all chains, default 2e4; not extended. */
  readonly steps?: number;
  readonly burnIn?: number;
  readonly chains?: number;
  /** The exact mean of log|det A|: with all exponents asked for it is the control variable of each. */
  readonly logDet?: number;
}

export interface SpectrumExponent {
  /** −∞ for a direction that was annihilated. */
  readonly value: number;
  readonly confidence95: Interval;
}

/**
 * The largest exponents of a random product, largest first, by QR: an orthonormal frame is pushed and re-orthonormalised
 * at every step, the exponents are the mean logarithms of the diagonal of R (Benettin et al., Meccanica 15, 1980).
 *
 * Σ of all exponents = E log|det A|: where that is known exactly, the deviation of the sample's sum from it is regressed
 * out of every exponent. Cost: `count` vector steps and O(d·count²) a step.
 */
export function exponentSpectrum(cocycle: Cocycle, options: SpectrumOptions): SpectrumExponent[] {
  const { rng, count = cocycle.dimension, steps = 2e4, burnIn = 500, chains = 4, logDet } = options;
  const length = Math.max(1, Math.round(steps / (chains * SEGMENTS * cocycle.period))) * cocycle.period;
  const whole = Math.ceil(burnIn / cocycle.period) * cocycle.period;
  // logs[chain][segment][exponent]
  const logs = Array.from({ length: chains }, (_, j) => {
    const own = rng.fork(`chain ${j}`);
    const path = cocycle.path(own.fork("factors"));
    const frame = randomFrame(cocycle.dimension, count, own.fork("directions"));
    const measure = (span: number) => {
      const sums = new Float64Array(count);
      for (let t = 0; t < span; t++) {
        path.step(frame.data, frame.count);
        const { kept, sizes } = orthonormalize(frame, ANNIHILATED);
        for (let i = 0; i < count; i++) sums[i] += i < kept ? Math.log(sizes[i]) : Number.NEGATIVE_INFINITY;
      }
      return sums.map((sum) => sum / span);
    };
    measure(whole);
    return Array.from({ length: SEGMENTS }, () => measure(length));
  });
  const centred = logDet !== undefined && count === cocycle.dimension && Number.isFinite(logDet);
  const controls = logs.map((segments) =>
    segments.map((sums) => (centred ? sums.reduce((total, x) => total + x, 0) - logDet : 0)),
  );
  const alive = controls.flat().every(Number.isFinite);
  return Array.from({ length: count }, (_, i) => {
    const values = logs.map((segments) => segments.map((sums) => sums[i]));
    if (!values.flat().every(Number.isFinite)) return annihilatedDirection;
    const { value, standardError, degreesOfFreedom } = segmentStatistics(
      values,
      alive ? controls : controls.map((segments) => segments.map(() => 0)),
    );
    const half = studentHalfWidth(standardError, degreesOfFreedom, 0.95);
    return { value, confidence95: [value - half, value + half] };
  });
}

const annihilatedDirection: SpectrumExponent = {
  value: Number.NEGATIVE_INFINITY,
  confidence95: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
};

export interface LambdaSpectrum {
  /** Largest first, over all blocks. */
  readonly exponents: readonly SpectrumExponent[];
  /** E log|det(I − ηH_B)| on N, which the sum of all exponents must equal; null when it is only known from a sample. */
  readonly exactSum: number | null;
}

/**
 * The exponents of SGD near an interpolating minimum at one step size, all of them or the `count` largest of each block,
 * with the exact value of the sum of all.
 */
export function lambdaSpectrum(
  problem: PreparedProblem,
  stepSize: number,
  options: Omit<SpectrumOptions, "rng" | "logDet"> = {},
): LambdaSpectrum {
  let exactSum: number | null = 0;
  const exponents = problem.blocks.flatMap((block) => {
    const { value, exact } = logDetBound(block.spectra, stepSize);
    const logDet = value * block.eigenvalues.length;
    exactSum = exactSum === null || !exact ? null : exactSum + block.copies * logDet;
    const cocycle = factorCocycle(block.samples, problem.law, { stepSize, kernel: () => block.kernel });
    const rng = problem.rng.fork(`spectrum ${block.index}`);
    const count = Math.min(options.count ?? cocycle.dimension, cocycle.dimension);
    const own = exponentSpectrum(cocycle, { ...options, count, rng, ...(exact && { logDet }) });
    return Array.from({ length: block.copies }, () => own).flat();
  });
  return { exponents: exponents.sort((a, b) => b.value - a.value), exactSum };
}

function randomFrame(dimension: number, count: number, rng: Rng): Frame {
  if (count === dimension) return { dimension, data: identity(dimension).data, count };
  return frameOf(
    dimension,
    Array.from({ length: count }, () => Float64Array.from({ length: dimension }, () => rng.normal())),
  );
}
