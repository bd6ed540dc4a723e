import type { AveragingResult, Interval, RunRecord } from "../../record/index.ts";
import { exact, rough } from "../numerals.ts";

/** By how much all step sizes of a schedule may grow together. */
export function scheduleLine({ results }: RunRecord): string {
  const { schedule } = results;
  if (schedule === null) return "";
  const parts = [
    factor(schedule.gd, "for gradient descent"),
    factor(schedule.meanSquare, "in the mean square"),
    factor(schedule.sgd, "for SGD"),
  ].filter((part) => part !== "");
  if (parts.length === 0) return "";
  const list = parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  return `All step sizes of the schedule may be multiplied by up to ${list}.`;
}

function factor(set: readonly Interval[] | null, whose: string): string {
  const first = set?.find(([lo]) => lo === 0);
  return first === undefined ? "" : `**${exact(first[1])}** ${whose}`;
}

/** What the average of the iterates adds. */
export function averagingLine({ results }: RunRecord): string {
  const { averaging, lambda, linearized } = results;
  if (averaging === null) return "";
  const variance = varianceWords(averaging);
  if (linearized !== null || lambda?.verdict === "not-applicable") return variance;
  return `${rateWords(averaging)} No step size is gained or lost by it.${variance === "" ? "" : ` ${variance}`}`;
}

function rateWords({ type, decay, lambda }: AveragingResult): string {
  if (type === "polyak") {
    return lambda !== null && lambda > 0
      ? "The uniform average leaves with the iterates."
      : "The uniform average of the iterates closes in like 1/t, exponent 0, where the iterates themselves do so exponentially.";
  }
  const own = Math.log(decay!);
  if (lambda === null) return `The exponential average adds the exponent log γ = ${rough(own)}.`;
  return lambda > own
    ? `The exponential average, whose own exponent is log γ = ${rough(own)}, follows at the rate of the iterates.`
    : `The exponential average holds the pair back to its own exponent, log γ = **${rough(own)}** per step.`;
}

function varianceWords({ type, varianceRatio }: AveragingResult): string {
  if (varianceRatio === null) return "";
  return type === "polyak"
    ? `The uniform average of t steps has **${rough(varianceRatio)}/t** times the variance of a single iterate.`
    : `The exponential average has **${rough(varianceRatio)}** times the variance of the iterates.`;
}
