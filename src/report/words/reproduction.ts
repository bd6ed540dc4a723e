import type { RunRecord } from "../../record/index.ts";
import { exact } from "../numerals.ts";
import type { WordTable } from "./dynamics-tables.ts";

/** What the publication says, after what comes out: "Fig. 4 of … says: …". */
export function claimLine({ results }: RunRecord): string {
  const { reproduction } = results;
  if (reproduction === null) return "";
  const verdict = reproduction.outcome === "confirmed" ? "It holds." : "It does not hold as it stands.";
  return `The claim of ${reproduction.source}: ${reproduction.claim}. ${verdict}`;
}

/** The numbers of a published figure; beside the printed ones where there are any. */
export function reproductionTable({ results }: RunRecord): WordTable | null {
  const { reproduction } = results;
  if (reproduction === null || reproduction.values.length === 0) return null;
  const isPrinted = reproduction.values.some(({ published }) => published !== null);
  const rows = reproduction.values.map(({ name, published, found }) => [
    name,
    ...(isPrinted ? [published === null ? "" : exact(published)] : []),
    found.toPrecision(14).replace(/\.?0+$/, ""),
  ]);
  return { title: "Numbers", head: isPrinted ? ["", "published", "found"] : ["", "found"], rows };
}
