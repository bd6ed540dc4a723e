import type { Matrix, Rng } from "../numeric/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import type { KernelMaker } from "./factor-cocycle.ts";
import { type Lambda, type LambdaOptions, lambda } from "./lambda.ts";
import { meanSquare } from "./mean-square.ts";
import { prepare } from "./prepared-problem.ts";

export interface LawComparison {
  readonly law: BatchLaw;
  readonly lambda: Lambda;
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

/** The same minimum and step size under several batch laws, every law drawing from the same random stream. */
export function compareLaws(
  minimum: { readonly factor: Matrix; readonly outputs?: number; readonly rng: Rng; readonly kernel?: KernelMaker },
  laws: readonly BatchLaw[],
  stepSize: number,
  options: LambdaOptions = {},
): LawComparisons {
  const compared = laws.map((law): LawComparison => {
    const problem = prepare({ ...minimum, law });
    const moments = meanSquare(problem);
    return {
      law,
      lambda: lambda(problem, stepSize, { ...options, moments }),
      meanSquareStepSize: moments?.threshold() ?? null,
      meanSquareExponent: moments?.exponent(stepSize) ?? null,
    };
  });
  const exponent = (i: number) => compared[i].lambda.value ?? Number.NEGATIVE_INFINITY;
  const numbers = compared.map((_, i) => i);
  return {
    laws: compared,
    byThreshold: numbers
      .filter((i) => compared[i].meanSquareStepSize !== null)
      .sort((i, j) => compared[j].meanSquareStepSize! - compared[i].meanSquareStepSize!),
    byExponent: numbers.sort((i, j) => exponent(i) - exponent(j)),
  };
}
