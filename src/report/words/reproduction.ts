import type { RunRecord } from "../../record/index.ts";
import { exact, typographic } from "../numerals.ts";
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
  const isKnown = reproduction.values.some((value) => value.exact !== undefined);
  const rows = reproduction.values.map(({ name, published, exact: closed, found }) => [
    name,
    ...(isPrinted ? [published === null ? "" : exact(published)] : []),
    ...(isKnown ? [closed === undefined ? "" : allDigits(closed)] : []),
    allDigits(found),
  ]);
  const head = ["", ...(isPrinted ? ["published"] : []), ...(isKnown ? ["closed form"] : []), "found"];
  return { title: "Numbers", head, rows };
}

function allDigits(value: number): string {
  return typographic(value.toPrecision(12).replace(/\.?0+$/, ""));
}
