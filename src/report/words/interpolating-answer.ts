import type { RunRecord } from "../../record/index.ts";
import { asWritten, errorSize, exact, span, whole } from "../numerals.ts";
import { edge, edgeErrors, firstInterval, intervalAt, roomLeft } from "./room.ts";
import { isPlainDescent, ruleName, sgdWithBatch, upperFirst } from "./subject.ts";

type Side = "stable" | "unstable" | "undetermined" | "unasked";

/** The sentence for each pair of verdicts at a minimum where every sample is fitted. */
export function interpolatingAnswer(record: RunRecord): string {
  const gd = side(record.results.mu?.verdict);
  const sgd = side(record.results.lambda?.verdict);
  return sentences[gd][sgd](record);
}

const sentences: Record<Side, Record<Side, (record: RunRecord) => string>> = {
  stable: {
    stable: (r) => `SGD keeps this minimum, and so does ${ruleName(r)}. ${annihilates(r) || sgdRoom(r)}`.trimEnd(),
    unstable: (r) =>
      `${upperFirst(ruleName(r))} would keep this minimum; ${sgdWithBatch(r)} leaves it. ${remedy(r)}`.trimEnd(),
    undetermined: (r) => `${sgdUnknown(r)} ${upperFirst(ruleName(r))} keeps it.`,
    unasked: (r) => `${upperFirst(ruleName(r))} keeps this minimum. ${gdRoom(r)}`.trimEnd(),
  },
  unstable: {
    stable: (r) =>
      `SGD keeps this minimum although ${ruleName(r)} leaves it. ${annihilates(r) || sgdRoom(r)}`.trimEnd(),
    unstable: (r) => `Neither ${ruleName(r)} nor ${sgdWithBatch(r)} keeps this minimum. ${bothThresholds(r)}`.trimEnd(),
    undetermined: (r) => `${sgdUnknown(r)} ${upperFirst(ruleName(r))} leaves it.`,
    unasked: (r) => `${upperFirst(ruleName(r))} leaves this minimum. ${gdThreshold(r)}`.trimEnd(),
  },
  undetermined: {
    stable: (r) => `SGD keeps this minimum. ${gdUnknown(r)}`,
    unstable: (r) => `${sgdWithBatch(r)} leaves this minimum. ${gdUnknown(r)}`,
    undetermined: (r) => `${sgdUnknown(r)} ${gdUnknown(r)}`,
    unasked: gdUnknown,
  },
  unasked: {
    stable: (r) => `SGD keeps this minimum. ${annihilates(r) || sgdRoom(r)}`.trimEnd(),
    unstable: (r) => `${sgdWithBatch(r)} leaves this minimum. ${remedy(r)}`.trimEnd(),
    undetermined: sgdUnknown,
    unasked: () => "Nothing was asked about stability.",
  },
};

function side(verdict: string | undefined): Side {
  return verdict === "stable" || verdict === "unstable" || verdict === "undetermined" ? verdict : "unasked";
}

function sgdRoom(record: RunRecord): string {
  return roomLeft(record, record.results.stableStepSizes?.sgd ?? null, "SGD");
}

function gdRoom(record: RunRecord): string {
  return roomLeft(record, record.results.stableStepSizes?.gd ?? null, "it");
}

/** λ = −∞: the batch products reach zero. */
function annihilates({ results }: RunRecord): string {
  return results.lambda?.superstable ? "Its batches wipe out the whole error after finitely many steps." : "";
}

/** What would make SGD stay: a larger batch if one was found, else a smaller step. */
function remedy(record: RunRecord): string {
  const { batchSizes } = record.results;
  if (batchSizes?.smallestStable != null) return `From batch ${batchSizes.smallestStable} on it stays.`;
  const below = sgdThreshold(record);
  return below === "" ? "" : `Below step size ${below} it stays.`;
}

/** The end of the first stable interval of SGD where it lies below the user's step size. */
function sgdThreshold(record: RunRecord): string {
  const first = firstInterval(record.results.stableStepSizes?.sgd ?? null);
  if (first === undefined || first[1] > record.conventions.stepSize) return "";
  return edge(record, first[1], edgeErrors(record, first)[1]);
}

function gdThreshold(record: RunRecord): string {
  const first = firstInterval(record.results.stableStepSizes?.gd ?? null);
  if (first === undefined || first[1] > record.conventions.stepSize) return "";
  return `Below step size ${edge(record, first[1])} it stays.`;
}

function bothThresholds(record: RunRecord): string {
  const gd = firstInterval(record.results.stableStepSizes?.gd ?? null);
  const sgd = sgdThreshold(record);
  if (gd === undefined || intervalAt([gd], record.conventions.stepSize)) return "";
  const first = `${upperFirst(ruleName(record))} would below step size ${edge(record, gd[1])}`;
  return sgd === "" ? `${first}.` : `${first}, SGD below ${sgd}.`;
}

function sgdUnknown(record: RunRecord): string {
  const { lambda } = record.results;
  const question = "We cannot tell whether SGD keeps this minimum";
  const interval = lambda?.signInterval ?? lambda?.confidence95;
  if (lambda !== null && interval && lambda.cause === "interval-contains-zero") {
    const [lo, hi] = interval;
    return `${question}: the interval of λ, ${span(lo, hi)}, contains 0.${moreSteps(lambda.moreSteps)}`;
  }
  return `${question}${lambda?.reason ? `: ${lambda.reason}` : ""}.`;
}

function moreSteps(factor: number | null): string {
  if (factor === null || !(factor > 1)) return "";
  if (factor > 1e4) return " More steps would hardly decide it: λ is 0 as far as we can see.";
  return ` About ${whole(Number(Math.max(2, Math.ceil(factor)).toPrecision(2)))} times more steps would decide.`;
}

function gdUnknown(record: RunRecord): string {
  const { mu, curvature } = record.results;
  const question = `For ${ruleName(record)} we cannot tell`;
  const { sharpness, sharpnessResidual } = curvature ?? { sharpness: null, sharpnessResidual: null };
  if (mu?.cause !== "residual-too-large" || sharpness === null || !isPlainDescent(record.conventions.optimizer)) {
    return `${question}${mu?.reason ? `: ${mu.reason}` : ""}.`;
  }
  const threshold = 2 / record.conventions.stepSize;
  const error = sharpnessResidual === null ? "" : `${" ± "}${errorSize(sharpnessResidual)}`;
  return `${question}: the sharpness, ${exact(sharpness)}${error}, is too close to 2/η = ${exact(threshold, sharpness)} at η = ${asWritten(record.conventions.stepSize)}.`;
}
