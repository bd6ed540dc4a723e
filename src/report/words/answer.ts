import type { RunRecord, StabilityCause } from "../../record/index.ts";
import { dynamicsAnswer } from "./dynamics-answer.ts";
import { interpolatingAnswer } from "./interpolating-answer.ts";
import { noVerdictAnswer } from "./no-verdict-answer.ts";
import { nonInterpolatingAnswer } from "./non-interpolating-answer.ts";
import { certificateAnswer, collapse } from "./nonsingularity.ts";

/** The question of the run answered in words a colleague would use, with the number that matters: one to three short sentences. */
export function answer(record: RunRecord): string {
  if (record.kind === "certify") return certificateAnswer(record);
  if (record.kind === "reproduce") return record.results.reproduction?.finding ?? "Nothing was reproduced.";
  if (record.kind !== "check" && record.kind !== "stability") return dynamicsAnswer(record);
  if (record.results.mu === null && record.results.lambda === null) return certificateAnswer(record);
  return [stabilityAnswer(record), collapse(record)].filter((part) => part !== "").join(" ");
}

/** The cause that leaves both exponents without a verdict, or settles both at once. */
export function sharedCause({ results: { mu, lambda } }: RunRecord): StabilityCause | undefined {
  return shared.find((candidate) => mu?.cause === candidate || lambda?.cause === candidate);
}

/** A fitted point at which no sample's loss is curved. */
export function isFlat({ results: { minimum, mu } }: RunRecord): boolean {
  return minimum?.interpolating === true && mu?.verdict === "not-applicable";
}

const shared: readonly StabilityCause[] = ["not-a-minimum", "saddle", "rank-not-constant", "on-a-kink"];

function stabilityAnswer(record: RunRecord): string {
  const { lambda } = record.results;
  const cause = sharedCause(record);
  if (cause !== undefined) return noVerdictAnswer(record, cause);
  if (isFlat(record)) return "Nothing moves here: every sample is fitted and the loss is flat, at any step size.";
  return lambda?.verdict === "not-applicable" ? nonInterpolatingAnswer(record) : interpolatingAnswer(record);
}
