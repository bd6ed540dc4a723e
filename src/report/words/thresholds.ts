import type { Interval, RunRecord, StabilityVerdict } from "../../record/index.ts";
import { chosen, errorSize, exact, measured, nbsp } from "../numerals.ts";
import { edge, edgeErrors, firstInterval, islands, islandText } from "./room.ts";
import { isPlainDescent, ruleName } from "./subject.ts";

/** One of the three numbers: what it is, how the user's step size fares, the number, and what belongs to it. */
export interface Threshold {
  readonly name: "gd" | "meanSquare" | "sgd";
  readonly label: string;
  readonly verdict: StabilityVerdict | null;
  /** The largest stable step, a range when none begins at 0, "none", or "–" where there is no number. */
  readonly value: string;
  /** The same in the user's own `lr`, without its convention; empty where none was given. */
  readonly lr: string;
  /** "exact", "± 0.0040, 95 %", or why there is no number. */
  readonly precision: string;
  /** Further intervals: "0.4542 to 0.6339, and one more island". */
  readonly again: string;
}

/** The largest stable step sizes of gradient descent, mean square and SGD, each with the same in the user's own `lr`. */
export function thresholds(record: RunRecord): readonly Threshold[] {
  const { mu, meanSquare, lambda, linearized } = record.results;
  const batch = `batch ${record.conventions.batchSize}`;
  const gd = threshold(record, "gd", `largest stable step, ${ruleName(record)}`, mu?.verdict ?? null);
  if (lambda?.verdict === "not-applicable") {
    return linearized === null ? [gd] : [gd, linearizedMeanSquare(record, `finite variance, SGD, ${batch}`)];
  }
  return [
    gd,
    threshold(record, "meanSquare", `mean square, ${batch}`, meanSquare?.verdict ?? null),
    threshold(record, "sgd", `SGD, ${batch}`, lambda?.verdict ?? null),
  ];
}

/** The name of the convention in which `lr` is given: "torch MSELoss". */
export function lrConvention({ results }: RunRecord): string {
  return results.lr?.[0]?.convention ?? "";
}

function threshold(
  record: RunRecord,
  name: Threshold["name"],
  label: string,
  verdict: StabilityVerdict | null,
): Threshold {
  const set = record.results.stableStepSizes?.[name] ?? null;
  const bare = { name, label, verdict, lr: "", again: "" };
  if (set === null) return { ...bare, value: "–", precision: absence(record, verdict) };
  if (set.length === 0) return { ...bare, value: "none", precision: searched(record, name) };
  const main = firstInterval(set) ?? set[0]!;
  const error = name === "sgd" ? edgeErrors(record, main) : ([0, 0] as const);
  return {
    ...bare,
    value: main[0] === 0 ? edge(record, main[1], error[1]) : islandText(record, main),
    lr: lrOf(record, name, main, error),
    precision: precisionOf(record, name, error),
    again: furtherIslands(record, set, main),
  };
}

function linearizedMeanSquare(record: RunRecord, label: string): Threshold {
  const { meanSquareStepSize } = record.results.linearized!;
  const bare = { name: "meanSquare", label, verdict: null, again: "" } as const;
  if (meanSquareStepSize === null) return { ...bare, value: "–", lr: "", precision: "not computed" };
  const factor = record.results.lr?.[0]?.factor;
  return {
    ...bare,
    value: exact(meanSquareStepSize, record.conventions.stepSize),
    lr: factor === undefined ? "" : exact(meanSquareStepSize * factor),
    precision: "estimate, of the linearisation",
  };
}

function lrOf(record: RunRecord, name: Threshold["name"], [lo, hi]: Interval, error: Interval): string {
  const conversion = record.results.lr?.[0];
  if (conversion === undefined) return "";
  const { factor } = conversion;
  const end = measured(lo === 0 ? (conversion[name] ?? hi * factor) : hi * factor, error[1] * factor);
  return lo === 0 ? end : `${measured(lo * factor, error[0] * factor)} to ${end}`;
}

function precisionOf(record: RunRecord, name: Threshold["name"], error: Interval): string {
  if (name === "sgd" && error[1] > 0) return `± ${errorSize(error[1])}, 95${nbsp}%`;
  if (name === "gd" && isPlainDescent(record.conventions.optimizer)) return "2 / sharpness";
  return name === "sgd" && !record.results.stableStepSizes?.complete ? "" : "exact";
}

function furtherIslands(record: RunRecord, set: readonly Interval[], main: Interval): string {
  const others = islands(set).filter((interval) => interval !== main);
  if (others.length === 0) return "";
  const more =
    others.length === 1
      ? ""
      : others.length === 2
        ? ", and one more island"
        : `, and ${others.length - 1} more islands`;
  return `${islandText(record, others[0]!)}${more}`;
}

function absence(record: RunRecord, verdict: StabilityVerdict | null): string {
  if (verdict === "not-applicable") return "does not apply here";
  return verdict === "undetermined" || record.results.minimum?.interpolating === false
    ? "not determined"
    : "not computed";
}

function searched(record: RunRecord, name: Threshold["name"]): string {
  const scanned = record.results.stableStepSizes?.scanned ?? null;
  if (name !== "sgd" || scanned === null || record.results.stableStepSizes?.complete) return "no step size keeps it";
  return `no stable step found from ${chosen(scanned[0])} to ${chosen(scanned[1])}`;
}
