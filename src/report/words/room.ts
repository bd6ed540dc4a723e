import type { Interval, RunRecord } from "../../record/index.ts";
import { exact, measured, percent } from "../numerals.ts";

/** The interval of a stable set that holds `stepSize`, if one does. */
export function intervalAt(set: readonly Interval[] | null, stepSize: number): Interval | undefined {
  return set?.find(([lo, hi]) => lo < stepSize && stepSize < hi);
}

/** The interval that begins at 0, if the set has one. */
export function firstInterval(set: readonly Interval[] | null): Interval | undefined {
  return set?.find(([lo]) => lo === 0);
}

/** The intervals of a set that do not begin at 0. */
export function islands(set: readonly Interval[] | null): readonly Interval[] {
  return set?.filter(([lo]) => lo > 0) ?? [];
}

/** An end of a stable set with the digits its 95 % half-width leaves, never looking equal to the user's own step size. */
export function edge(record: RunRecord, value: number, halfWidth = 0): string {
  return halfWidth > 0 ? measured(value, halfWidth) : exact(value, record.conventions.stepSize);
}

/** The half-widths of the ends of one SGD interval. */
export function edgeErrors(record: RunRecord, interval: Interval): Interval {
  const { sgd, sgdError } = record.results.stableStepSizes ?? { sgd: null, sgdError: null };
  return sgdError?.[sgd?.indexOf(interval) ?? -1] ?? [0, 0];
}

/** "0.4542 to 0.6339", ends of an interval of the SGD set. */
export function islandText(record: RunRecord, interval: Interval): string {
  const [lo, hi] = edgeErrors(record, interval);
  return `${edge(record, interval[0], lo)} to ${edge(record, interval[1], hi)}`;
}

/**
 * "You use 83 % of what SGD tolerates.", or where on an island the user's step size lies, or nothing when the set is unknown.
 * `who` is the subject of "tolerates".
 */
export function roomLeft(record: RunRecord, set: readonly Interval[] | null, who: string): string {
  const { stepSize } = record.conventions;
  const here = intervalAt(set, stepSize);
  if (here === undefined) return "";
  if (here[0] > 0) return `Your step size lies on an island of stability, ${islandText(record, here)}.`;
  return `You use ${percent(stepSize / here[1])} of what ${who} tolerates.`;
}
