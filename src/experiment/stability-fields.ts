import { type Results, tableOf } from "../record/index.ts";
import type { BatchLaw } from "../sampling/index.ts";
import {
  type ComposedMoment,
  type CurvePoint,
  decided,
  type Lambda,
  notApplicable,
  type RuleLambda,
  type StableStepSizes,
  undetermined,
  type Verdict,
} from "../stability/index.ts";

/** The fields of λ in a record where it does not apply, or was not computed. */
export const noLambda = {
  ...{ value: null, superstable: false, confidence95: null, signInterval: null, lowerBound: null, upperBound: null },
  ...{ lowerProof: null, upperProof: null, method: "none", block: null, steps: null, moreSteps: null },
} as const;

export function notAsked(reason: string): Verdict {
  return notApplicable(null, reason);
}

/** Exact up to rounding: a composition so close to neutral has no sign. */
export function signOf(value: number | null): Verdict {
  if (value === null) return notAsked("H = 0: the loss is flat here and no direction moves");
  if (Math.abs(value) < 1e-12) return undetermined("interval-contains-zero", "the exponent is 0 up to rounding");
  return decided(value < 0 ? "stable" : "unstable");
}

/** λ of a rule with a velocity: the exponent of its lifted map. */
export function liftedFields({ value, confidence95, lowerBound, method, steps }: RuleLambda) {
  return {
    ...finite(value),
    ...{ confidence95: value === Number.NEGATIVE_INFINITY ? null : confidence95 },
    ...{ signInterval: null, lowerBound, upperBound: null, lowerProof: null, upperProof: null },
    ...{ method, block: null, steps, moreSteps: null },
  };
}

export function lambdaFields(found: Lambda) {
  const { value, superstable, confidence95, signInterval, lowerBound, upperBound, lowerProof, upperProof } = found;
  const { method, block, steps, moreSteps } = found;
  return {
    ...{ value, superstable, confidence95, signInterval, lowerBound, upperBound, lowerProof, upperProof },
    ...{ method, block, steps, moreSteps },
  };
}

/** The second moment of composed steps, or why there is none. */
export function composedMeanSquare(
  composed: ComposedMoment | null,
  law: BatchLaw,
  doubt: Verdict | null,
): NonNullable<Results["meanSquare"]> {
  if (composed === null) {
    const dependent = "the steps of this batch law depend on each other, so the second moment is that of a whole epoch";
    const reason = law.secondMoment === null ? dependent : "the second moment would take too long and was not computed";
    return { exponent: null, superstable: false, ...notAsked(reason) };
  }
  const { value, superstable } = finite(composed.exponent);
  const says: Verdict =
    composed.sign === 0
      ? undetermined("interval-contains-zero", "the exponent of the second moment is 0 up to rounding")
      : { verdict: composed.sign < 0 ? "stable" : "unstable", cause: null, reason: null };
  return { exponent: value, superstable, ...(doubt ?? says) };
}

/** −∞ as the record has it. */
export function finite(value: number | null) {
  const superstable = value === Number.NEGATIVE_INFINITY;
  return { value: superstable ? null : value, superstable };
}

/** Of a rule with a velocity λ is not scanned: its sets are those of the full batch and of the mean square. */
export function setsResult(
  { gd, meanSquare: second, sgd, scanned, resolution, sgdError, complete }: StableStepSizes,
  isPlain: boolean,
  threshold: number | null,
): NonNullable<Results["stableStepSizes"]> {
  if (isPlain) return { gd, meanSquare: second, sgd, scanned, resolution, sgdError, complete };
  const own = threshold === null ? null : [[0, threshold] as const];
  return { gd, meanSquare: own, sgd: null, scanned: null, resolution: null, sgdError: null, complete: false };
}

export function curvesTable(curve: readonly CurvePoint[], isPlain: boolean): Results["curves"] {
  const ofSgd = (value: (p: CurvePoint) => number | null) => curve.map((p) => (isPlain ? value(p) : null));
  return tableOf("data/curves.csv", {
    stepSize: curve.map((p) => p.stepSize),
    mu: curve.map((p) => p.mu),
    lambda: ofSgd((p) => p.value),
    lambdaLo: ofSgd((p) => p.confidence95[0]),
    lambdaHi: ofSgd((p) => p.confidence95[1]),
    lambdaLower: ofSgd((p) => p.lowerBound),
    lambdaUpper: ofSgd((p) => p.upperBound),
    meanSquare: ofSgd((p) => p.upperBound),
  });
}
