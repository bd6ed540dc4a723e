import type { Matrix, Rng } from "../numeric/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import type { KernelMaker } from "./factor-cocycle.ts";
import { type LambdaOptions, lambda } from "./lambda.ts";
import { meanSquare } from "./mean-square.ts";
import { prepare } from "./prepared-problem.ts";
import { ruleLambda } from "./rule-lambda.ts";
import type { UpdateRule } from "./update-rule.ts";
import type { Interval, Verdict } from "./verdict.ts";

export interface LawComparison {
  readonly law: BatchLaw;
  /** −∞ when superstable, null when nothing moves. */
  readonly lambda: number | null;
  readonly confidence95: Interval | null;
  readonly method: string;
  readonly verdict: Verdict;
  /** η_MS and ½ log ρ(Q) at the step size; null for laws whose steps depend on each other. */
  readonly meanSquareStepSize: number | null;
  readonly meanSquareExponent: number | null;
}

export interface LawComparisons {
  /** In the order of the laws given. */
  readonly laws: readonly LawComparison[];
  /** Numbers of the laws, most tolerant first: largest η_MS (laws without one are left out). */
  readonly byThreshold: readonly number[];
  /** Fastest contraction first: smallest λ. */
  readonly byExponent: readonly number[];
}

/** The same minimum, rule and step size under several batch laws, every law drawing from the same random stream. */
export function compareLaws(
  minimum: {
    readonly factor: Matrix;
    readonly outputs?: number;
    readonly rng: Rng;
    readonly kernel?: KernelMaker;
    readonly rule?: UpdateRule;
  },
  laws: readonly BatchLaw[],
  stepSize: number,
  options: LambdaOptions = {},
): LawComparisons {
  const { rule = { type: "gd" }, ...problem } = minimum;
  const compared = laws.map((law): LawComparison => {
    const prepared = prepare({ ...problem, law });
    const moments = meanSquare(prepared, rule);
    const isPlain = rule.type === "gd";
    const found = isPlain
      ? lambda(prepared, stepSize, { ...options, certify: false, moments })
      : ruleLambda(prepared, rule, stepSize, options);
    const { value, confidence95, method, cause, reason } = found;
    // Below its threshold the mean square decides, whatever the interval says.
    const isCertain = moments?.sign(stepSize) === -1;
    return {
      law,
      lambda: "superstable" in found && found.superstable ? Number.NEGATIVE_INFINITY : value,
      ...{ confidence95, method },
      verdict: isCertain ? { verdict: "stable", cause: null, reason: null } : { verdict: found.verdict, cause, reason },
      meanSquareStepSize: moments?.threshold() ?? null,
      meanSquareExponent: moments?.exponent(stepSize) ?? null,
    };
  });
  const exponent = (i: number) => compared[i].lambda ?? 0;
  const numbers = compared.map((_, i) => i);
  return {
    laws: compared,
    byThreshold: numbers
      .filter((i) => compared[i].meanSquareStepSize !== null)
      .sort((i, j) => compared[j].meanSquareStepSize! - compared[i].meanSquareStepSize!),
    byExponent: numbers.sort((i, j) => exponent(i) - exponent(j)),
  };
}
