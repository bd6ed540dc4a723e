import type { LawResult, RunRecord } from "../../record/index.ts";
import { asWritten, errorSize, exact, measured, nbsp } from "../numerals.ts";
import type { WordTable } from "./dynamics-tables.ts";

/** Batch laws at the step size in use, fastest contraction first; those that do not exist here stand last. */
export function lawsTable({ results }: RunRecord): WordTable | null {
  const { laws: comparison } = results;
  if (comparison === null) return null;
  const { laws, byExponent, byThreshold, stepSize } = comparison;
  const missing = laws.flatMap((_, i) => (byExponent.includes(i) ? [] : [i]));
  const rows = [...byExponent, ...missing].map((i) => rowOf(laws[i]!, byThreshold.indexOf(i)));
  const head = ["batch law", "λ per step", `±, 95${nbsp}%`, "verdict", "mean square"];
  return { title: `Batch laws compared at step size ${asWritten(stepSize)}`, head, rows };
}

/** "Of the 9 batch laws compared, random reshuffling keeps it." */
export function lawsLine({ results }: RunRecord): string {
  const known = (results.laws?.laws ?? []).filter(({ method }) => method !== "none");
  if (known.length === 0) return "";
  const kept = known.filter(({ verdict }) => verdict === "stable").map(nameOf);
  const of = `Of the ${known.length} batch laws compared`;
  if (kept.length === 0) return `${of}, none keeps it.`;
  const fastest = nameOf(results.laws!.laws[results.laws!.byExponent[0]!]!);
  if (kept.length === known.length) return `${of}, all keep it; ${fastest} contracts fastest.`;
  return `${of}, ${kept.join(", ").replace(/, ([^,]*)$/, " and $1")} ${kept.length === 1 ? "alone keeps" : "keep"} it.`;
}

function rowOf(law: LawResult, rank: number): readonly string[] {
  if (law.method === "none") return [nameOf(law), "", "", law.reason ?? "", ""];
  const [lo, hi] = law.confidence95 ?? [0, 0];
  const half = (hi - lo) / 2;
  const value = law.superstable ? "−∞" : law.lambda === null ? "–" : measured(law.lambda, half);
  const { meanSquareStepSize: limit } = law;
  const threshold = limit === null ? "" : `up to ${exact(limit)} (${ordinal(rank + 1)})`;
  return [nameOf(law), value, half > 0 ? errorSize(half) : "exact", law.verdict, threshold];
}

function nameOf({ law, importance }: LawResult): string {
  if (importance !== null) return `importance ∝ ${importance === "ntk" ? "tr K" : "√(tr K)"}`;
  const words: Readonly<Record<string, string>> = {
    reshuffle: "random reshuffling",
    "shuffle-once": "shuffled once",
    cyclic: "file order, cyclic",
    antithetic: "antithetic pairs",
  };
  return words[law] ?? law.replaceAll("-", " ");
}

function ordinal(rank: number): string {
  return `${rank}${["st", "nd", "rd"][rank - 1] ?? "th"}`;
}
