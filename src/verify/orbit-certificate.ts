import type { Disc } from "../interval/index.ts";
import * as iv from "../interval/index.ts";
import { showRational, simplestRational } from "../modular/index.ts";
import { type Check, firstDifference } from "./check-certificate.ts";
import type { EnclosedMap } from "./enclosed-map.ts";
import { type OrbitClaim, type ProvedOrbit, type ProvedStability, proveOrbit } from "./orbit-proof.ts";
import type { Hypothesis } from "./theorem.ts";

export type Side = readonly [lo: number, hi: number];

/** The map whose orbit is certified: one map a turn, or one for each batch of an epoch. */
export interface OrbitSubject {
  readonly maps: readonly EnclosedMap[];
  /** The update rule in a word: "gd". */
  readonly rule: string;
  readonly stepSize: number;
}

/** What a certificate says of an orbit, and the boxes on which it rests: plain data. */
export interface OrbitBody {
  readonly kind: "orbit";
  /** The whole claim in one sentence. */
  readonly claim: string;
  readonly stepSize: { readonly value: number; readonly rational: string };
  readonly verdict: "proved";
  /** Minimal period, in turns: steps, or epochs of `batches` steps. */
  readonly period: number;
  readonly batches: number;
  /** The evidence: for every step a box of parameters and state in which the orbit is the only one. */
  readonly boxes: readonly (readonly Side[])[];
  /** Where it lies. */
  readonly points: readonly (readonly Side[])[];
  /** Clusters of discs, each with as many multipliers of a turn as discs. */
  readonly multipliers: readonly (readonly Disc[])[];
  readonly stability: ProvedStability;
  /** Why the stability is undecided; else empty. */
  readonly reason: string;
  readonly hypotheses: readonly Hypothesis[];
  readonly assumptions: readonly string[];
}

/** Matrices of this many rows squared are the largest that a certificate can ask for. */
const mostUnknowns = 2000;

/** The certificate of an orbit that was proved in these boxes. */
export function orbitCertificate(subject: OrbitSubject, { boxes }: OrbitClaim, proof: ProvedOrbit): OrbitBody {
  const { period, points, multipliers, stability, reason } = proof;
  return {
    ...wordsOf(subject, period, stability),
    ...{ verdict: "proved", period, batches: subject.maps.length },
    ...{ boxes: boxes.map(sides), points: points.map(sides), multipliers, stability, reason },
  };
}

/**
 * Checks a certificate of an orbit: from its boxes alone the proof is done again, and what it encloses must be what the
 * certificate says or lie inside it.
 */
export function checkOrbit(certificate: OrbitBody, subject: OrbitSubject): Check {
  const rejected = (reason: string): Check => ({ status: "rejected", reason });
  const { period, batches, boxes } = certificate;
  if (batches !== subject.maps.length) return rejected("batches is not that of the experiment");
  const { dimension } = subject.maps[0]!;
  if (boxes.length !== period * batches || boxes.some((box) => box.length !== dimension)) {
    return rejected(`boxes are not ${period * batches} boxes of ${dimension} intervals`);
  }
  if (boxes.length * dimension > mostUnknowns) return rejected(`more than ${mostUnknowns} unknowns are not checked`);
  if (boxes.flat().some(([lo, hi]) => !(lo <= hi))) return rejected("one of the boxes is empty");
  const proof = proveOrbit(subject.maps, { period, boxes: boxes.map(intervals) });
  if (proof.status === "undecided") return rejected(`the orbit was not proved: ${proof.reason}`);
  const { stability, reason } = proof;
  const derived = { ...wordsOf(subject, period, stability), stability, reason };
  for (const key of Object.keys(derived) as (keyof typeof derived)[]) {
    const place = firstDifference(certificate[key], derived[key], key);
    if (place !== null) return rejected(`${place} is not what follows from the boxes`);
  }
  if (!holdsPoints(certificate.points, proof.points)) return rejected("points do not enclose the orbit");
  if (!holdsMultipliers(certificate.multipliers, proof.multipliers)) {
    return rejected("multipliers do not enclose those of the orbit");
  }
  return { status: "accepted", trusts };
}

export function holds(name: string, reason: string): Hypothesis {
  return { name, status: "holds", value: null, reason };
}

export const numbersAssumption =
  "every number of the experiment stands for the simplest rational that rounds to it; the proof holds for its double too";

const trusts = [
  "the reading of the experiment and the program made of it",
  "the derivative of the program",
  "outward-rounded intervals",
];

function wordsOf({ maps, rule, stepSize }: OrbitSubject, period: number, stability: ProvedStability) {
  const rational = showRational(simplestRational(stepSize));
  const turn = maps.length === 1 ? "" : `an epoch of ${maps.length} batches of `;
  const orbit = period === 1 ? "fixed point" : `orbit of minimal period ${period}`;
  const judged = {
    stable: "; it is stable, all its multipliers lie inside the unit circle",
    unstable: "; it is unstable, one of its multipliers lies outside the unit circle",
    undecided: "",
  }[stability];
  return {
    kind: "orbit",
    claim: `${turn}${rule} at step size ${rational} has exactly one ${orbit} in the boxes given${judged}`,
    stepSize: { value: stepSize, rational },
    hypotheses: [
      holds("smoothness", "on the boxes every selection of the map is certain and its derivative is bounded"),
      holds("Krawczyk", "the image of the boxes under Krawczyk's operator lies in their inside (Krawczyk 1969)"),
      ...(period === 1
        ? []
        : [holds("minimal period", "no point is the same as one a proper divisor of the period later")]),
    ],
    assumptions: [numbersAssumption],
  } as const;
}

/** Whether every enclosure found lies in the one claimed. */
export function holdsPoints(claimed: OrbitBody["points"], found: readonly iv.IntervalArray[]): boolean {
  if (claimed.length !== found.length) return false;
  return found.every((point, j) => {
    const box = claimed[j]!;
    return box.length === point.lo.length && box.every(([lo, hi], i) => lo <= point.lo[i]! && point.hi[i]! <= hi);
  });
}

/** Whether the clusters claimed hold the discs found, each as many as it has discs itself. */
function holdsMultipliers(claimed: OrbitBody["multipliers"], found: OrbitBody["multipliers"]): boolean {
  if (claimed.flat().length !== found.flat().length) return false;
  if (iv.clustersOf(claimed.flat()).length !== claimed.length) return false;
  return claimed.every((cluster) => {
    const inside = found.flat().filter((disc) => cluster.some((outer) => holdsDisc(outer, disc)));
    return inside.length === cluster.length;
  });
}

function holdsDisc(outer: Disc, inner: Disc): boolean {
  const [x, y] = [iv.sub(iv.point(outer.re), iv.point(inner.re)), iv.sub(iv.point(outer.im), iv.point(inner.im))];
  const distance = iv.sqrt(iv.add(iv.square(x), iv.square(y)));
  return iv.add(distance, iv.point(inner.radius)).hi <= outer.radius || sameDisc(outer, inner);
}

function sameDisc(a: Disc, b: Disc): boolean {
  return a.re === b.re && a.im === b.im && a.radius >= b.radius;
}

export function sides({ lo, hi }: iv.IntervalArray): Side[] {
  return Array.from(lo, (x, i) => [x, hi[i]!] as const);
}

export function intervals(box: readonly Side[]): iv.IntervalArray {
  return { lo: Float64Array.from(box, ([lo]) => lo), hi: Float64Array.from(box, ([, hi]) => hi) };
}
