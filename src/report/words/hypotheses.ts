import type { Hypothesis, HypothesisStatus } from "../../record/index.ts";
import { typographic } from "../numerals.ts";
import { upperFirst } from "./subject.ts";

/** One row of "Why you can rely on this". */
export interface HypothesisRow {
  readonly status: HypothesisStatus;
  readonly mark: "✓" | "✗" | "·" | "?";
  readonly label: string;
  readonly detail: string;
}

export const marks: Readonly<Record<HypothesisStatus, HypothesisRow["mark"]>> = {
  holds: "✓",
  fails: "✗",
  "not-needed": "·",
  unchecked: "?",
};

/** What the marks say to someone who cannot see them. */
export const statusWords: Readonly<Record<HypothesisStatus, string>> = {
  holds: "holds",
  fails: "fails",
  "not-needed": "not needed",
  unchecked: "unchecked",
};

const labels: Readonly<Record<string, string>> = {
  interpolation: "Interpolating minimum",
  rank: "Rank of the tangent kernel locally constant",
  invertibility: "No batch map is singular",
  irreducibility: "Irreducible",
  "kink-distance": "Away from kinks",
  regularity: "Regular minimum",
};

/** A hypothesis in words; the detail is the record's own reason, set with true minus signs and powers. */
export function hypothesisRow({ name, status, reason }: Hypothesis): HypothesisRow {
  const label = labels[name] ?? upperFirst(name.replaceAll("-", " "));
  return { status, mark: marks[status], label, detail: typographic(reason) };
}
