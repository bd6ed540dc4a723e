import { columnOf, type RunRecord } from "../../record/index.ts";
import { chosen, percent } from "../numerals.ts";
import { edge, edgeErrors, firstInterval, islands, islandText } from "./room.ts";
import { ruleName } from "./subject.ts";

/** What to see in the figure of the exponents, and what follows from it. */
export function exponentCaption(record: RunRecord): string {
  const parts = [
    "Below zero the minimum attracts, above it repels.",
    extent(record),
    band(record),
    islandStory(record),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function extent(record: RunRecord): string {
  const sets = record.results.stableStepSizes;
  if (sets === null || (sets.sgd === null && sets.gd === null)) return "";
  if (sets.sgd === null) return "The bar shows all stable step sizes.";
  if (sets.complete || sets.scanned === null) return "The bars show all stable step sizes.";
  const [from, to] = sets.scanned;
  const fineness = sets.resolution === null ? "" : `, in steps of ${percent(sets.resolution)}`;
  return `For SGD, step sizes from ${chosen(from)} to ${chosen(to)} were scanned${fineness}; an island narrower than that could hide.`;
}

function band({ results }: RunRecord): string {
  if (results.curves === null) return "";
  const lo = columnOf(results.curves, "lambdaLo");
  const hi = columnOf(results.curves, "lambdaHi");
  const wide = lo?.some((value, i) => value < (hi?.[i] ?? value)) ?? false;
  return wide ? "The band is the 95\u00a0% interval of λ; hatched step sizes are undetermined." : "";
}

function islandStory(record: RunRecord): string {
  const set = record.results.stableStepSizes?.sgd ?? null;
  const first = firstInterval(set);
  const [island] = islands(set);
  if (first === undefined || island === undefined) return singleThreshold(record);
  const leaves = edge(record, first[1], edgeErrors(record, first)[1]);
  const count = islands(set).length;
  const others = count === 1 ? "" : count === 2 ? " and on one more island" : ` and on ${count - 1} more islands`;
  return `Beyond η = ${leaves} SGD leaves, yet from ${islandText(record, island)}${others} it returns: some samples throw it out, but others nearly annihilate the error. Never bisect for a threshold here.`;
}

function singleThreshold(record: RunRecord): string {
  const sets = record.results.stableStepSizes;
  const sgd = firstInterval(sets?.sgd ?? null);
  const gd = firstInterval(sets?.gd ?? null);
  if (sgd === undefined || gd === undefined || sgd[1] >= gd[1]) return "";
  return `Between ${edge(record, sgd[1], edgeErrors(record, sgd)[1])} and ${edge(record, gd[1])} ${ruleName(record)} keeps what SGD loses.`;
}
