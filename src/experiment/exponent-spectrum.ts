import type { Measure, Results } from "../record/index.ts";
import { lambdaSpectrum, type PreparedProblem } from "../stability/index.ts";
import type { StabilityContext } from "./interpolating.ts";
import { finite } from "./stability-fields.ts";

/** Operations that the spectrum may take, beside λ itself. */
const spectrumOperations = 2e10;
/** Fewest steps from which a spectrum is measured. */
const fewestSteps = 2000;

/**
 * The `stability.spectrum` largest exponents of the batch products by QR, and the sum of all of them: exactly, as the mean
 * of log|det(I − ηH_B)|, and, where all were asked for, as found. Of plain SGD.
 */
export function exponentSpectrum(
  { spec, rule, stepSize, tick }: StabilityContext,
  prepared: PreparedProblem,
): { readonly results: Pick<Results, "exponents" | "measures">; readonly warnings: readonly string[] } {
  const count = spec.stability.spectrum;
  const none = { exponents: null, measures: null };
  if (count === undefined || prepared.blocks.length === 0) return { results: none, warnings: [] };
  if (rule.type !== "gd") {
    return {
      results: none,
      warnings: ["stability.spectrum: of a rule with velocity only the largest exponent is known"],
    };
  }
  const steps = affordableSteps(prepared, Math.min(count, prepared.eigenvalues.length), spec.stability.steps);
  if (steps < fewestSteps)
    return { results: none, warnings: ["stability.spectrum: so many exponents would take too long"] };
  tick("spectrum of exponents", null);
  const { exponents, exactSum } = lambdaSpectrum(prepared, stepSize, { count, steps, burnIn: spec.stability.burnIn });
  const shown = exponents.slice(0, count);
  const isWhole = shown.length === prepared.eigenvalues.length;
  const sum = shown.reduce((total, { value }) => total + value, 0);
  const measures: Measure[] = [
    { name: "sum of all exponents, exactly", value: exactSum !== null && Number.isFinite(exactSum) ? exactSum : null },
    ...(isWhole ? [{ name: "sum of the exponents found", value: Number.isFinite(sum) ? sum : null }] : []),
  ].map((measure) => ({ ...measure, confidence95: null }));
  return {
    results: {
      exponents: shown.map(({ value, confidence95 }) => {
        const own = finite(value);
        return { ...own, confidence95: own.superstable ? null : confidence95 };
      }),
      measures,
    },
    warnings: [],
  };
}

function affordableSteps({ blocks, law }: PreparedProblem, count: number, most: number): number {
  const step = blocks.reduce((sum, { samples, eigenvalues: { length: r } }) => {
    const own = Math.min(count, r);
    return sum + 4 * law.size * samples.outputs * r * own + 4 * r * own * own;
  }, 0);
  return Math.floor(Math.min(most, spectrumOperations / step));
}

/** Operations that the finite-sample bound may take, and the steps of one of its blocks. */
const boundOperations = 2e9;
const blockLength = 200;
/** Fewest blocks with which it says something. */
const fewestBlocks = 100;

/** How the finite-sample bound is asked for where nothing else bounds λ from above; null where it would say too little. */
export function finiteSampleOf({ law, blocks }: PreparedProblem) {
  if (law.secondMoment !== null || law.fixedEpoch !== null) return null;
  const step = blocks.reduce(
    (sum, { samples, eigenvalues: { length: r } }) => sum + 4 * law.size * samples.outputs * r * r,
    0,
  );
  const count = Math.min(1000, Math.floor(boundOperations / (step * blockLength)));
  return count < fewestBlocks ? null : { length: blockLength, blocks: count };
}
