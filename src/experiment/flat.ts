import type { Objective } from "../compile/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import { InputError } from "./host.ts";
import type { StabilityAnswer } from "./interpolating.ts";
import { noLambda, notAsked } from "./stability-fields.ts";

/** What can be said where every sample is fitted and every H_i = 0 (dead units, say): no direction moves. */
export function flatStability(objective: Objective, law: BatchLaw): StabilityAnswer {
  const flat = notAsked("every H_i = 0: the loss is flat here and no direction moves");
  return {
    law,
    eigenvalues: new Float64Array(0),
    warnings: [],
    results: {
      curvature: {
        ...{ sharpness: 0, sharpnessResidual: 0, smallestEigenvalue: null, smallestResidual: null },
        ...{ ntkRank: 0, ntkSize: null, ntkGap: null, rankLocallyConstant: null },
      },
      spectrum: {
        ...{ operator: "hessian", eigenvalues: [], residuals: [] },
        ...{ dimension: objective.dimension, complete: true },
      },
      mu: { value: null, superstable: false, at: null, ...flat },
      lambda: { ...noLambda, ...flat },
      meanSquare: { exponent: null, superstable: false, ...flat },
    },
  };
}

/** Factors 1 − ηκ up to here have squares, and powers of some steps, that are doubles. */
const largestFactor = 1e60;

/** @throws InputError for a step size whose steps leave the range of doubles at this sharpness. */
export function requireFiniteSteps(stepSizes: readonly number[], sharpness: number): void {
  const largest = Math.max(...stepSizes);
  if (largest * sharpness <= largestFactor) return;
  throw new InputError(
    `optimizer.stepSize: expected at most ${(largestFactor / sharpness).toPrecision(2)} at sharpness ${sharpness.toPrecision(2)}, found ${largest}`,
  );
}
