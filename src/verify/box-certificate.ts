import * as iv from "../interval/index.ts";
import { showRational, simplestRational } from "../modular/index.ts";
import { type Check, firstDifference } from "./check-certificate.ts";
import {
  holds,
  holdsPoints,
  intervals,
  numbersAssumption,
  type OrbitSubject,
  type Side,
  sides,
} from "./orbit-certificate.ts";
import type { ProvedStability } from "./orbit-proof.ts";
import { type BoxSearch, orbitsInBox } from "./orbits-in-box.ts";
import type { Hypothesis } from "./theorem.ts";

export interface ListedOrbit {
  /** Where it lies, step after step. */
  readonly points: readonly (readonly Side[])[];
  readonly stability: ProvedStability;
  /** False when a point is within rounding of the boundary of the box. */
  readonly inside: boolean;
}

/** What a certificate says of all orbits in a box: plain data. The box is the evidence; to check is to search it again. */
export interface BoxBody {
  readonly kind: "orbits-in-box";
  /** The whole claim in one sentence. */
  readonly claim: string;
  readonly stepSize: { readonly value: number; readonly rational: string };
  readonly verdict: "proved";
  /** Minimal period, in turns: steps, or epochs of `batches` steps. */
  readonly period: number;
  readonly batches: number;
  /** One interval a parameter. */
  readonly box: readonly Side[];
  readonly orbits: readonly ListedOrbit[];
  /** Boxes that the search looked at. */
  readonly examined: number;
  readonly hypotheses: readonly Hypothesis[];
  readonly assumptions: readonly string[];
}

/** A checker looks at up to this many times as many boxes as the certificate says it takes. */
const patience = 2;

/** The certificate of a search that left nothing undecided. */
export function boxCertificate(
  subject: OrbitSubject,
  period: number,
  box: iv.IntervalArray,
  { orbits, examined }: Pick<BoxSearch, "orbits" | "examined">,
): BoxBody {
  const listed = orbits.map(({ proof, inside }) => ({
    ...{ points: proof.points.map((x) => sides(widened(x))), stability: proof.stability, inside },
  }));
  return {
    ...wordsOf(subject, period, listed.length),
    ...{ verdict: "proved", period, batches: subject.maps.length, box: sides(box), orbits: listed, examined },
  };
}

/** Checks a certificate of all orbits in a box: the box is searched again and must give the same list. */
export function checkBox(certificate: BoxBody, subject: OrbitSubject): Check {
  const rejected = (reason: string): Check => ({ status: "rejected", reason });
  const { period, batches, box, orbits, examined } = certificate;
  if (batches !== subject.maps.length) return rejected("batches is not that of the experiment");
  const { dimension } = subject.maps[0]!;
  if (box.length !== dimension || box.some(([lo, hi]) => !(lo < hi))) {
    return rejected(`box is not one of ${dimension} intervals`);
  }
  const derived = wordsOf(subject, period, orbits.length);
  for (const key of Object.keys(derived) as (keyof typeof derived)[]) {
    const place = firstDifference(certificate[key], derived[key], key);
    if (place !== null) return rejected(`${place} is not what follows from the list`);
  }
  const found = orbitsInBox(subject.maps, intervals(box), { period, maxBoxes: patience * examined });
  if (found.undecided.length > 0) return rejected("the search did not come to an end in the boxes given");
  if (found.orbits.length !== orbits.length) {
    return rejected(`the box holds ${found.orbits.length} orbits, the list ${orbits.length}`);
  }
  for (const { proof, inside } of found.orbits) {
    const matches = orbits.filter((listed) => holdsPoints(listed.points, proof.points));
    if (matches.length !== 1) return rejected("an orbit of the box is not enclosed in exactly one of the list");
    if (matches[0]!.stability !== proof.stability || matches[0]!.inside !== inside) {
      return rejected("what is said of an orbit is not what follows");
    }
  }
  return {
    status: "accepted",
    trusts: [
      "the reading of the experiment and the program made of it",
      "the derivative of the program",
      "outward-rounded intervals, and the search, which was done again",
    ],
  };
}

/** A little wider than found, so that a search with other roundings finds the orbit in it too. */
function widened(x: iv.IntervalArray): iv.IntervalArray {
  return iv.mapIntervals((side) => {
    const middle = iv.midpoint(side);
    return iv.ball(middle, 2 * iv.radiusAbout(side, middle) + 2 ** -45 * Math.abs(middle));
  }, x);
}

function wordsOf({ maps, rule, stepSize }: OrbitSubject, period: number, count: number) {
  const rational = showRational(simplestRational(stepSize));
  const turn = maps.length === 1 ? "" : `an epoch of ${maps.length} batches of `;
  const kind = period === 1 ? "fixed point" : `orbit of minimal period ${period}`;
  const list = count === 0 ? `no ${kind}` : `no ${kind} but the ${count} listed`;
  return {
    kind: "orbits-in-box",
    claim: `${turn}${rule} at step size ${rational} has ${list} with every point in the box given`,
    stepSize: { value: stepSize, rational },
    hypotheses: [
      holds("exhaustion", "the box is cut into boxes that hold no orbit, shorter ones only, or one of the list"),
    ],
    assumptions: [numbersAssumption],
  } as const;
}
