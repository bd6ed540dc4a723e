import type { RunRecord, StabilityCause } from "../../record/index.ts";
import { asWritten } from "../numerals.ts";
import { dynamicsAnswer } from "./dynamics-answer.ts";
import { interpolatingAnswer } from "./interpolating-answer.ts";
import { noVerdictAnswer } from "./no-verdict-answer.ts";
import { nonInterpolatingAnswer } from "./non-interpolating-answer.ts";
import { certificateAnswer } from "./nonsingularity.ts";

/** The question of the run answered in words a colleague would use, with the number that matters: one to three short sentences. */
export function answer(record: RunRecord): string {
  if (record.kind === "certify") return certificateAnswer(record);
  if (record.kind !== "check" && record.kind !== "stability") return dynamicsAnswer(record);
  return [stabilityAnswer(record), collapse(record)].filter((part) => part !== "").join(" ");
}

/** The causes that leave both exponents without a verdict, or settle both at once. */
const shared: readonly StabilityCause[] = ["not-a-minimum", "saddle", "rank-not-constant", "on-a-kink"];

function stabilityAnswer(record: RunRecord): string {
  const { mu, lambda } = record.results;
  if (mu === null && lambda === null) return certificateAnswer(record);
  const causes = [mu?.cause, lambda?.cause];
  const cause = shared.find((candidate) => causes.includes(candidate));
  if (cause !== undefined) return noVerdictAnswer(record, cause);
  return lambda?.verdict === "not-applicable" ? nonInterpolatingAnswer(record) : interpolatingAnswer(record);
}

/** "At step size 1 the map collapses: every network …", when the user's step size is known to be singular. */
function collapse(record: RunRecord): string {
  const { nonsingularity } = record.results;
  if (nonsingularity?.verdict !== "disproved") return "";
  if (record.results.mu === null && record.results.lambda === null) return "";
  const here = nonsingularity.exceptionalStepSizes.find(({ value }) => value === nonsingularity.stepSize);
  return `At step size ${asWritten(nonsingularity.stepSize)} the map collapses: ${here?.reason ?? nonsingularity.reason}.`;
}
