import type { ExceptionalStepSize, NonsingularityResult, RunRecord } from "../../record/index.ts";
import { asWritten, exact } from "../numerals.ts";
import { isPlainDescent, upperFirst } from "./subject.ts";

/** The headline of `certify`, and of a record that asked for nothing else. */
export function certificateAnswer(record: RunRecord): string {
  const { nonsingularity } = record.results;
  return nonsingularity === null
    ? "Nothing was asked about non-singularity."
    : nonsingularityLine(record).replaceAll("**", "");
}

/** `nonsingularityLine` under an answer that has not said the same already. */
export function nonsingularityBelow(record: RunRecord): string {
  const { mu, lambda } = record.results;
  const isAnswer = record.kind === "certify" || (mu === null && lambda === null);
  return isAnswer ? "" : nonsingularityLine(record);
}

/** One sentence with the verdict, its reach and its level: "The gradient-descent map is **non-singular at every step size**, proved." */
export function nonsingularityLine(record: RunRecord): string {
  const result = record.results.nonsingularity;
  if (result === null) return "";
  const map = mapName(record);
  const eta = asWritten(result.stepSize);
  if (result.verdict === "disproved") {
    return `${map} is **singular at ${result.reach === "every" ? "every step size" : `step size ${eta}`}**, proved.`;
  }
  if (result.verdict === "proved") return `${map} is **non-singular at ${reachText(result)}**, proved.`;
  if (result.scope === "pieces") {
    const pieces = `${result.piecesExamined} piece${result.piecesExamined === 1 ? "" : "s"}`;
    return `${map} is **non-singular on the ${pieces} examined** at step size ${eta}; on the others it is undecided.`;
  }
  if (result.reach === "almost-every") {
    return `${map} is **non-singular at almost every step size**, proved; whether ${eta} is one of the exceptions is undecided.`;
  }
  return `Whether ${lowerFirst(map)} is non-singular at step size ${eta} is **undecided**: ${result.reason}.`;
}

/** "At step size 1 the map collapses (last hidden layer dead): …", when the user's step size is known to be singular, else nothing. */
export function collapse({ results: { nonsingularity } }: RunRecord): string {
  if (nonsingularity?.verdict !== "disproved") return "";
  const { exceptionalStepSizes, stepSize, reason } = nonsingularity;
  const here = exceptionalStepSizes.find(({ value }) => value === stepSize);
  const where = here === undefined ? `: ${reason}` : ` (${here.piece}): ${here.reason}`;
  return `At step size ${asWritten(stepSize)} the map collapses${where}.`;
}

/** "1/2", or "0.4142" where no fraction is known. */
export function exceptionalText({ value, rational }: ExceptionalStepSize): string {
  return rational ?? exact(value);
}

function mapName({ conventions }: RunRecord): string {
  const { optimizer } = conventions;
  if (/^sgd/i.test(optimizer)) return "The SGD map, for every batch,";
  return isPlainDescent(optimizer) ? "The gradient-descent map" : `The map of ${optimizer}, on its full state,`;
}

function reachText(result: NonsingularityResult): string {
  const { reach, exceptionalStepSizes: list, stepSize } = result;
  if (reach === "every") return "every step size";
  if (reach === "almost-every") return "almost every step size";
  if (reach === "this") return belowText(result) ?? `step size ${asWritten(stepSize)}`;
  if (list.length === 0) return "every step size";
  if (list.length > 3) return `every step size except the ${list.length} listed below`;
  const values = list.map(exceptionalText);
  const last = values.pop()!;
  return `every step size except ${values.length === 0 ? last : `${values.join(", ")} and ${last}`}`;
}

/** "every step size below 0.2", with the exceptions among them; null when the step size in use is not one of these. */
function belowText({ settledBelow, stepSize, exceptionalStepSizes }: NonsingularityResult): string | null {
  if (settledBelow === null || stepSize >= settledBelow) return null;
  const exceptions = exceptionalStepSizes.filter(({ value }) => value < settledBelow);
  if (exceptions.length > 3) return null;
  const except = exceptions.length === 0 ? "" : ` except ${exceptions.map(exceptionalText).join(", ")}`;
  return `every step size below ${roundedDown(settledBelow)}${except}`;
}

/** Three digits, never more than the number. */
function roundedDown(x: number): string {
  const near = Number(x.toPrecision(3));
  const unit = 10 ** (Math.floor(Math.log10(x)) - 2);
  return asWritten(near <= x ? near : Number((Math.floor(x / unit) * unit).toPrecision(3)));
}

function lowerFirst(text: string): string {
  return upperFirst(text) === text ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
