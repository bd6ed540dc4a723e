import { type BranchClaim, type MapsOver, proveBranch } from "./branch-proof.ts";
import { type Check, firstDifference } from "./check-certificate.ts";
import { holds, intervals, numbersAssumption, type Side, sides } from "./orbit-certificate.ts";
import type { ProvedStability } from "./orbit-proof.ts";
import type { Hypothesis } from "./theorem.ts";

/** The maps whose branch of orbits is certified. */
export interface BranchSubject {
  readonly maps: MapsOver;
  /** The update rule in a word: "gd". */
  readonly rule: string;
  /** The path of the number in the experiment: "optimizer.stepSize". */
  readonly parameter: string;
}

export interface CertifiedSegment {
  readonly values: Side;
  /** For every point of the orbit a box that holds it, and no other orbit, at all of these values. */
  readonly boxes: readonly (readonly Side[])[];
  readonly stability: ProvedStability;
}

/** What a certificate says of a branch of orbits, and the boxes on which it rests: plain data. */
export interface BranchBody {
  readonly kind: "orbit-branch";
  /** The whole claim in one sentence. */
  readonly claim: string;
  readonly parameter: string;
  readonly verdict: "proved";
  /** Minimal period, in steps. */
  readonly period: number;
  /** The values over which the branch is proved to exist. */
  readonly range: Side;
  readonly segments: readonly CertifiedSegment[];
  readonly hypotheses: readonly Hypothesis[];
  readonly assumptions: readonly string[];
}

/** Numbers in boxes that a certificate may hold, and unknowns of one segment: what a checker is willing to read. */
const [mostNumbers, mostUnknowns] = [4e6, 2000];

/** The certificate of a branch that was proved in these segments. */
export function branchCertificate(
  subject: Omit<BranchSubject, "maps">,
  { period, segments }: BranchClaim,
  stabilities: readonly ProvedStability[],
): BranchBody {
  const certified = segments.map(({ values: { lo, hi }, boxes }, i): CertifiedSegment => {
    return { values: [lo, hi], boxes: boxes.map(sides), stability: stabilities[i]! };
  });
  return { ...wordsOf(subject, period, certified), verdict: "proved", period, segments: certified };
}

/** Checks a certificate of a branch: from its boxes alone every segment and every joint is proved again. */
export function checkBranch(certificate: BranchBody, subject: BranchSubject): Check {
  const rejected = (reason: string): Check => ({ status: "rejected", reason });
  const { period, parameter, segments } = certificate;
  if (parameter !== subject.parameter) return rejected("parameter is not one that the maps depend on");
  const [first] = segments;
  if (!first || !segments.every(({ values: [lo, hi] }) => lo < hi)) return rejected("a segment holds no interval");
  const { dimension } = subject.maps({ lo: first.values[0], hi: first.values[0] })[0]!;
  const fits = segments.every(({ boxes }) => {
    return boxes.length === period && boxes.every((box) => box.length === dimension && box.every(([a, b]) => a <= b));
  });
  if (!fits) return rejected(`a segment has not ${period} boxes of ${dimension} intervals`);
  const unknowns = period * dimension;
  if (unknowns > mostUnknowns || 2 * unknowns * segments.length > mostNumbers) {
    return rejected("the certificate is larger than is checked");
  }
  const proof = proveBranch(subject.maps, {
    period,
    segments: segments.map(({ values: [lo, hi], boxes }) => ({ values: { lo, hi }, boxes: boxes.map(intervals) })),
  });
  if (proof.status === "undecided") return rejected(`the branch was not proved: ${proof.reason}`);
  if (!segments.every(({ stability }, i) => stability === proof.stabilities[i]!)) {
    return rejected("what is said of the stability of a segment is not what follows");
  }
  const derived = wordsOf(subject, period, segments);
  for (const key of Object.keys(derived) as (keyof typeof derived)[]) {
    const place = firstDifference(certificate[key], derived[key], key);
    if (place !== null) return rejected(`${place} is not what follows from the segments`);
  }
  return {
    status: "accepted",
    trusts: [
      "the reading of the experiment and the program made of it",
      "the derivative of the program",
      "outward-rounded intervals",
    ],
  };
}

/** Neighbouring segments of the same stability as one. */
export function stabilityRuns(
  segments: readonly Pick<CertifiedSegment, "values" | "stability">[],
): readonly { readonly values: Side; readonly stability: ProvedStability }[] {
  const runs: { values: Side; stability: ProvedStability }[] = [];
  for (const { values, stability } of segments) {
    const last = runs.at(-1);
    if (last?.stability === stability) last.values = [last.values[0], values[1]];
    else runs.push({ values, stability });
  }
  return runs;
}

function wordsOf(
  { rule, parameter }: Omit<BranchSubject, "maps">,
  period: number,
  segments: readonly CertifiedSegment[],
) {
  const range: Side = [segments[0]!.values[0], segments.at(-1)!.values[1]];
  const orbit = period === 1 ? "fixed point" : `orbit of minimal period ${period}`;
  const runs = stabilityRuns(segments).filter(({ stability }) => stability !== "undecided");
  const where = runs.map(({ values: [lo, hi], stability }) => `${stability} from ${lo} to ${hi}`);
  const judged = where.length === 0 ? "" : `; it is ${where.join(", ")}`;
  return {
    kind: "orbit-branch",
    claim: `${rule} has at every ${parameter} from ${range[0]} to ${range[1]} exactly one ${orbit} in the boxes given, and it moves continuously${judged}`,
    parameter,
    range,
    hypotheses: [
      holds("smoothness", "on the boxes every selection of the map is certain and its derivative is bounded"),
      holds(
        "Krawczyk",
        `on each of the ${segments.length} segments, with the number as an interval, the image of the boxes under Krawczyk's operator lies in their inside`,
      ),
      ...(period === 1
        ? []
        : [holds("minimal period", "no point is the same as one a proper divisor of the period later")]),
      ...(segments.length === 1
        ? []
        : [holds("joints", "where two segments meet, the orbit of one lies in the boxes of the other")]),
    ],
    assumptions: [numbersAssumption],
  } as const;
}
