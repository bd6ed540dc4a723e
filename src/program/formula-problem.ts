import { concat, input, mul, reshape, sum } from "./build.ts";
import { checkVariableNames } from "./formula-functions.ts";
import { FormulaError } from "./formula-tokens.ts";
import type { LossProgram, ParameterSlot, Problem } from "./loss-program.ts";
import { parseFormula } from "./parse-formula.ts";

/** Losses given as formulas, ℓ_i(θ). */
export interface FormulaObjective {
  /** Names of the numbers in θ, in order. */
  readonly parameters: readonly string[];
  /** One formula a sample. */
  readonly samples: readonly string[];
  /** p_i, positive, of sum 1 up to 1e-9; uniform when absent. */
  readonly weights?: ArrayLike<number> | undefined;
}

/**
 * The problem L = Σ p_i ℓ_i of formulas. It has no outputs, and its program always evaluates every sample.
 *
 * @throws RangeError or FormulaError with one sentence; that of a formula begins with `samples[i]`.
 * @example formulaProblem({ parameters: ["x"], samples: ["min(x^2, 0.1*(x-1)^2)", "min(x^2, 1.9*(x-1)^2)"] })
 */
export function formulaProblem({ parameters, samples, weights }: FormulaObjective): Problem {
  checkVariableNames("formulaProblem", parameters);
  if (parameters.length === 0) throw new RangeError("formulaProblem: an objective needs at least one parameter");
  if (samples.length === 0) throw new RangeError("formulaProblem: an objective needs at least one sample");
  const sampleCount = samples.length;
  const layout = parameters.map(
    (name, offset): ParameterSlot => ({ name, shape: [], buffer: "theta", offset, size: 1 }),
  );
  const program = lossProgram(layout, samples);
  return {
    dimension: parameters.length,
    sampleCount,
    outputCount: 0,
    layout,
    weights: probabilities("formulaProblem", weights, sampleCount),
    frozen: new Float64Array(0),
    data: {},
    chunked: false,
    lossProgram(count) {
      if (count !== sampleCount) {
        throw new RangeError(`formulaProblem: the program evaluates all ${sampleCount} samples, not ${count}`);
      }
      return program;
    },
  };
}

/**
 * Sampling probabilities from what the user gave: positive, of sum 1 up to 1e-9, divided by their sum unless that is 1 up
 * to rounding (0.1, 0.2 and 0.7 stay the tenths that they are); uniform when nothing was given.
 * @throws RangeError that begins with `who`.
 */
export function probabilities(who: string, given: ArrayLike<number> | undefined, count: number): Float64Array {
  if (given === undefined) return new Float64Array(count).fill(1 / count);
  if (given.length !== count) throw new RangeError(`${who}: there are ${count} samples but ${given.length} weights`);
  const weights = Float64Array.from(given);
  const wrong = weights.findIndex((w) => !(w > 0 && Number.isFinite(w)));
  if (wrong >= 0) throw new RangeError(`${who}: weights[${wrong}] must be positive, got ${weights[wrong]}`);
  const total = weights.reduce((a, b) => a + b, 0);
  if (Math.abs(total - 1) > 1e-9) throw new RangeError(`${who}: the weights must have sum 1, got ${total}`);
  return Math.abs(total - 1) <= count * Number.EPSILON ? weights : weights.map((w) => w / total);
}

function lossProgram(layout: readonly ParameterSlot[], samples: readonly string[]): LossProgram {
  const parameters = layout.map((slot) => ({
    slot,
    node: input("theta", [], { offset: slot.offset, role: "parameter" }),
  }));
  const variables = new Map(parameters.map(({ slot, node }) => [slot.name, node]));
  const losses = samples.map((text, i) =>
    reshape(
      at(`samples[${i}]`, () => parseFormula(text, variables)),
      [1],
    ),
  );
  const sampleLosses = concat(losses, 0);
  const weights = input("weights", [samples.length], { role: "weights", perSample: true });
  const loss = sum(mul(weights, sampleLosses));
  return { sampleCount: samples.length, outputCount: 0, parameters, outputs: null, sampleLosses, loss };
}

/** Says which formula an error is about. */
function at<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormulaError) throw error.within(where);
    throw error;
  }
}
