import type { LinearizedResult, RunRecord } from "../../record/index.ts";
import { asWritten, exact } from "../numerals.ts";
import { edge, firstInterval, roomLeft } from "./room.ts";
import { isPlainDescent, ruleName, upperFirst } from "./subject.ts";

/**
 * At a point where the samples still disagree SGD never comes to rest, so the answer is about gradient descent (sharpness against
 * its threshold) and about the cloud in which SGD wanders (the linearised exponent, an estimate).
 */
export function nonInterpolatingAnswer(record: RunRecord): string {
  const { mu } = record.results;
  const cloud = cloudOf(record);
  if (mu?.verdict === "stable") {
    const join = cloud.stays ? ", and" : "; but";
    const first = `${upperFirst(ruleName(record))} keeps this point${join} ${cloud.clause}.`;
    const who = ruleName(record);
    return `${first} ${roomLeft(record, record.results.stableStepSizes?.gd ?? null, who)}`.trimEnd();
  }
  if (mu?.verdict === "unstable") {
    return `${upperFirst(ruleName(record))} leaves this point: ${tooSharp(record)}. ${upperFirst(cloud.clause)}.`;
  }
  const reason = mu?.reason ? `: ${mu.reason}` : "";
  return `We cannot tell whether ${ruleName(record)} keeps this point${reason}. ${upperFirst(cloud.clause)}.`;
}

/** What the linearised exponent says of SGD, as a clause, and whether SGD stays. */
function cloudOf(record: RunRecord): { readonly clause: string; readonly stays: boolean } {
  const { linearized } = record.results;
  const sign = linearized === null ? "unknown" : signOf(linearized);
  if (linearized === null)
    return { clause: "SGD keeps moving around it, because the samples still disagree", stays: true };
  if (sign === "positive") return { clause: "SGD is driven away from it", stays: false };
  if (sign === "unknown") return { clause: "whether SGD stays near it is undecided", stays: false };
  const { meanSquareStepSize } = linearized;
  if (meanSquareStepSize === null) return { clause: "SGD stays near it without coming to rest", stays: true };
  const finite = record.conventions.stepSize < meanSquareStepSize;
  return {
    clause: finite ? "SGD hovers around it with finite spread" : "SGD hovers around it with rare, large excursions",
    stays: true,
  };
}

/** The sign that the 95 % interval of the linearised exponent shows. */
export function signOf({ exponent, confidence95 }: LinearizedResult): "negative" | "positive" | "unknown" {
  const [lo, hi] = confidence95 ?? (exponent === null ? [-1, 1] : [exponent, exponent]);
  return hi < 0 ? "negative" : lo > 0 ? "positive" : "unknown";
}

function tooSharp(record: RunRecord): string {
  const { stepSize, optimizer } = record.conventions;
  const sharpness = record.results.curvature?.sharpness ?? null;
  if (isPlainDescent(optimizer) && sharpness !== null) {
    const threshold = 2 / stepSize;
    return `its sharpness, ${exact(sharpness, threshold)}, exceeds 2/η = ${exact(threshold, sharpness)}`;
  }
  const first = firstInterval(record.results.stableStepSizes?.gd ?? null);
  const limit = first === undefined ? "the curvature allows" : `${edge(record, first[1])}, the largest stable one`;
  return `your step size, ${asWritten(stepSize)}, is above ${first === undefined ? `what ${limit}` : limit}`;
}
