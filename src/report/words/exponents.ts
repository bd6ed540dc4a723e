import type { LambdaResult, RunRecord, StabilityCause } from "../../record/index.ts";
import { asWritten, exact, measured, nbsp, rough, span, whole } from "../numerals.ts";
import { isFlat, sharedCause } from "./answer.ts";
import { lawsLine } from "./laws-table.ts";
import { signOf } from "./non-interpolating-answer.ts";
import { averagingLine, scheduleLine } from "./schedule.ts";
import { isPlainDescent } from "./subject.ts";

/** The two lines under the answer: the exponents, their precision and the reason for it. Sentences use **strong** for the numbers. */
export function exponentLines(record: RunRecord): string {
  const { mu, lambda } = record.results;
  const cause = sharedCause(record);
  if (cause !== undefined) return withoutVerdict(record, cause);
  if (isFlat(record)) return "Every H_i is 0 (dead units, say), so there is no exponent to speak of.";
  const parts = [
    lambda?.verdict === "not-applicable" ? withoutLambda(record) : signs(record),
    mu?.superstable ? "One step of gradient descent lands on the minimum to first order." : "",
    lambda?.superstable ? superstability(lambda) : "",
    lambda === null ? "" : bounds(lambda),
    scheduleLine(record),
    averagingLine(record),
    lawsLine(record),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** μ with the digits that the residual of its eigenvalue leaves. */
export function muText({ results, conventions }: RunRecord): string {
  const { mu, curvature } = results;
  if (mu === null) return "";
  if (mu.superstable) return "−∞";
  if (mu.value === null) return "unknown";
  const slope = conventions.stepSize / Math.exp(mu.value); // |dμ/dλ_i| = η / |1 − ηλ_i|
  return measured(mu.value, (curvature?.sharpnessResidual ?? 0) * slope);
}

/** λ with the digits that its 95 % interval leaves. */
export function lambdaText({ results }: RunRecord): string {
  const { lambda } = results;
  if (lambda === null) return "";
  if (lambda.superstable) return "−∞";
  if (lambda.value === null) return "unknown";
  const [lo, hi] = lambda.confidence95 ?? [lambda.value, lambda.value];
  return measured(lambda.value, (hi - lo) / 2);
}

/** What is known where no exponent decides. */
function withoutVerdict(record: RunRecord, cause: StabilityCause): string {
  switch (cause) {
    case "not-a-minimum":
      return `Away from a critical point the exponents decide nothing, so none is claimed.${sharpnessHere(record)}`;
    case "saddle":
      return "Along a direction of negative curvature every step size carries the iterates away.";
    case "rank-not-constant":
      return "Minima near this one have another number of flat directions, so neither exponent decides what happens here.";
    default:
      return "There the derivative depends on the side from which it is taken, so neither exponent decides. A point beside the kink or a smooth activation would give an answer.";
  }
}

function sharpnessHere({ results, conventions }: RunRecord): string {
  const sharpness = results.curvature?.sharpness ?? null;
  if (sharpness === null) return "";
  const limit = isPlainDescent(conventions.optimizer) ? `; 2/η is ${exact(2 / conventions.stepSize, sharpness)}` : "";
  return ` The sharpness here is **${measured(sharpness, results.curvature?.sharpnessResidual ?? 0)}**${limit}.`;
}

function signs(record: RunRecord): string {
  const { mu, lambda } = record.results;
  const m = mu === null || (mu.value === null && !mu.superstable) ? "" : `**μ = ${muText(record)}**`;
  if (lambda === null || (lambda.value === null && !lambda.superstable))
    return m === "" ? "" : `The exponent of gradient descent is ${m} per step.`;
  const l = `**λ = ${lambdaText(record)}**`;
  const how = precision(lambda);
  if (m === "") return `The exponent of SGD is ${l} per step, ${how}.`;
  if (mu?.verdict === lambda.verdict && lambda.verdict === "stable") {
    return `Both exponents are negative: ${m} and ${l} per step, ${how}.`;
  }
  if (mu?.verdict === lambda.verdict && lambda.verdict === "unstable") {
    return `Both exponents are positive: ${m} and ${l} per step, ${how}.`;
  }
  return `The exponents are ${m} for gradient descent and ${l} for SGD, per step; λ is ${how}.`;
}

/** How λ is known, in a phrase that follows "λ is". */
function precision(lambda: LambdaResult): string {
  const [method = ""] = lambda.method.split(";");
  const known = methods[method.trim()];
  if (known !== undefined) return known;
  if (lambda.confidence95 === null) return lambda.reason ?? `by ${lambda.method}`;
  const [lo, hi] = lambda.confidence95;
  if (lo === hi) return `exact (${lambda.method})`;
  const steps = lambda.steps === null ? "" : ` from ${whole(lambda.steps)} steps`;
  return `estimated${steps} with the 95${nbsp}% interval ${span(lo, hi)}`;
}

const methods: Readonly<Record<string, string>> = {
  "rank-one": "exact because the tangent kernel has rank 1",
  commuting: "exact because all batch steps commute",
  "periodic-product": "exact because the batches repeat and one epoch decides",
  "full-batch": "exact because every batch is the whole data set, so λ = μ",
  "value-iteration": "an estimate by value iteration on the projective line",
};

function superstability({ method }: LambdaResult): string {
  return method.startsWith("rank-one")
    ? "λ = −∞ because one sample's step annihilates the error."
    : "λ = −∞ because the products of batch steps reach 0.";
}

/** The bounds, where they add to an interval, with what each rests on. */
function bounds({ confidence95, lowerBound, upperBound, lowerProof, upperProof }: LambdaResult): string {
  if (confidence95 === null || confidence95[0] === confidence95[1]) return "";
  const parts = [
    upperBound === null
      ? ""
      : `λ${nbsp}≤${nbsp}${roughUp(upperBound)}${upperProof === null ? "" : upperWords[upperProof]}`,
    lowerBound === null
      ? ""
      : `λ${nbsp}≥${nbsp}${roughDown(lowerBound)}${lowerProof === null ? "" : lowerWords[lowerProof]}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `Beyond the estimate, ${parts.join(" and ")}.`;
}

const upperWords = {
  "collatz-wielandt": ", proved by the mean square,",
  "finite-sample": ` at 95${nbsp}% confidence`,
} as const;
const lowerWords = {
  "log-det": ", proved by the log-determinant",
  "log-det-sampled": " by the sampled log-determinant",
} as const;

function withoutLambda(record: RunRecord): string {
  const { mu, lambda, minimum, linearized } = record.results;
  const residual = minimum?.maxResidual ?? null;
  const why =
    lambda?.cause === "no-finite-minimum"
      ? "Cross-entropy with hard labels has no finite minimum, so these numbers describe this point and λ does not apply"
      : `The samples still disagree here${residual === null ? "" : ` (largest residual ${rough(residual)})`}, so SGD never comes to rest and λ does not apply`;
  const first = mu?.value == null ? `${why}.` : `${why}. For ${"gradient descent"} **μ = ${muText(record)}** per step.`;
  if (linearized === null || linearized.exponent === null) return first;
  const [lo, hi] = linearized.confidence95 ?? [linearized.exponent, linearized.exponent];
  const value = `**${measured(linearized.exponent, (hi - lo) / 2)}**`;
  const range = lo === hi ? "" : ` (95${nbsp}% interval ${span(lo, hi)})`;
  return `${first} Linearised at this point, SGD has the exponent ${value}${range}, an estimate: ${cloudMeaning(record)}.`;
}

/** What the linearised exponent means, in plain words (THEORY §3, Kesten). */
function cloudMeaning({ results, conventions }: RunRecord): string {
  const linearized = results.linearized!;
  const sign = signOf(linearized);
  if (sign === "positive") return "disturbances grow faster than the steps damp them";
  if (sign === "unknown") return "its sign is not settled";
  const { meanSquareStepSize, covarianceTrace } = linearized;
  if (meanSquareStepSize === null) return "old disturbances die out, new ones keep coming";
  if (conventions.stepSize < meanSquareStepSize) {
    const trace = covarianceTrace === null ? "" : `, of total variance ${rough(covarianceTrace)}`;
    return `old disturbances die out and the iterates form a cloud of finite variance${trace}`;
  }
  return `old disturbances die out, but above step size ${exact(meanSquareStepSize, conventions.stepSize)} the cloud has heavy tails and no finite variance; yours is ${asWritten(conventions.stepSize)}`;
}

/** Bounds rounded to the side on which they stay true. */
function roughDown(value: number): string {
  return twoDigits(value, -1);
}

function roughUp(value: number): string {
  return twoDigits(value, 1);
}

function twoDigits(value: number, side: -1 | 1): string {
  const near = Number(value.toPrecision(3));
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2);
  return exact(side * near >= side * value || value === 0 ? near : Number((near + side * unit).toPrecision(3)));
}
