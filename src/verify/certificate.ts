import { showRational, simplestRational, toNumber } from "../modular/index.ts";
import { conclude } from "./conclude.ts";
import type { Enclosure, Finding } from "./decide.ts";
import type { Evidence } from "./evidence.ts";
import type { Subject } from "./subject.ts";
import type { Hypothesis } from "./theorem.ts";
import { type RuleVerdict, ruleVerdict } from "./update-rule-class.ts";

/** What a certificate says of one step of an update rule on a problem, and on what it rests: plain data. */
export interface NonsingularityBody extends Evidence {
  readonly kind: "non-singularity";
  /** The whole claim in one sentence. */
  readonly claim: string;
  readonly stepSize: { readonly value: number; readonly rational: string };
  readonly verdict: Finding["verdict"];
  readonly scope: Finding["scope"];
  readonly reach: Finding["reach"];
  readonly method: string;
  readonly statement: string | null;
  readonly source: string | null;
  readonly reason: string;
  /** Where the map is singular, or "all of parameter space". */
  readonly piece: string;
  readonly complete: boolean;
  readonly settledBelow: number | null;
  readonly exceptionalStepSizes: readonly CertifiedStepSize[];
  readonly hypotheses: readonly Hypothesis[];
  readonly assumptions: readonly string[];
  readonly warnings: readonly string[];
  readonly enclosures: readonly Enclosure[];
}

export interface CertifiedStepSize {
  readonly value: number;
  readonly rational: string | null;
  readonly polynomial: string | null;
  readonly piece: string;
  readonly reason: string;
}

/**
 * The certificate that the evidence gives; everything in it but the evidence follows from problem and evidence. Who has
 * just concluded from them may hand over the finding; a checker does not.
 */
export function certificateOf(
  subject: Subject,
  evidence: Evidence,
  finding: Finding = conclude(subject, evidence),
): NonsingularityBody {
  const { verdict, scope, reach, method, statement, source, reason, complete, settledBelow } = finding;
  const { hypotheses, assumptions, warnings, exceptional, enclosures = [] } = finding;
  const eta = simplestRational(subject.rule.stepSize);
  const exceptionalStepSizes = exceptional.map((e) => ({
    value: toNumber(e.value),
    rational: e.polynomial === undefined ? showRational(e.value) : null,
    polynomial: e.polynomial ?? null,
    piece: e.piece,
    reason: e.reason,
  }));
  const here = exceptionalStepSizes.find((e) => e.rational === showRational(eta));
  return {
    kind: "non-singularity",
    claim: claimOf(subject, finding),
    stepSize: { value: subject.rule.stepSize, rational: showRational(eta) },
    ...{ verdict, scope, reach, method, statement, source, reason },
    piece: (verdict === "disproved" ? here?.piece : undefined) ?? "all of parameter space",
    ...{ complete, settledBelow, exceptionalStepSizes, hypotheses, assumptions, warnings, enclosures },
    ...{ point: evidence.point, pieces: evidence.pieces, collapse: evidence.collapse },
  };
}

/** Whether a collapse on an open box has to be shown: not where the rule alone, or the mean of the features, settles it. */
export function needsCollapse({ verdict, method }: NonsingularityBody): boolean {
  return verdict === "disproved" && method !== "update rule" && method !== "mean features";
}

function claimOf({ rule, fullBatch }: Subject, { verdict, reach, exceptional, scope }: Finding): string {
  const law = ruleVerdict(rule);
  const map = `One step of ${rule.type}${fullBatch ? "" : " with any of its batches"}${spaceOf(law)}`;
  const eta = `step size ${showRational(simplestRational(rule.stepSize))}`;
  if (verdict === "disproved") {
    return `${map} at ${reach === "every" ? "every step size" : eta} maps some open set into a set of lower dimension`;
  }
  const safe = "takes no set of positive measure into a null set"; // equivalently: preimages of null sets are null
  if (verdict === "proved") {
    const values = exceptional.map((e) => (e.polynomial === undefined ? showRational(e.value) : e.polynomial));
    const except = reach === "every-except-listed" && values.length > 0 ? ` but ${values.join(", ")}` : "";
    return `${map} at ${reach === "this" ? eta : `every step size${except}, so at ${eta},`} ${safe}`;
  }
  if (reach === "almost-every") return `${map} at almost every step size ${safe}; at ${eta} it is undecided`;
  return `${map} at ${eta} is undecided${scope === "pieces" ? " on some pieces" : ""}`;
}

function spaceOf({ extendedState }: RuleVerdict): string {
  return extendedState ? ", on parameters and state together," : "";
}
