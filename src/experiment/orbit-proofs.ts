import { searchOrbitProof } from "../certify/index.ts";
import { type DiscreteMap, findOrbit, isSameOrbit, orbitMultipliers, type PeriodicOrbit } from "../dynamics/index.ts";
import * as iv from "../interval/index.ts";
import type { BoxSearchResult, Interval, OrbitEnclosure } from "../record/index.ts";
import {
  type BoxBody,
  boxCertificate,
  type EnclosedMap,
  type OrbitBody,
  type OrbitClaim,
  type OrbitInBox,
  type OrbitSubject,
  orbitsInBox,
  type ProvedOrbit,
} from "../verify/index.ts";
import type { Experiment } from "./answer.ts";

/** An orbit with what was proved of it; otherwise why nothing was, if a proof was asked for. */
export interface ExaminedOrbit {
  readonly orbit: PeriodicOrbit;
  readonly proved: { readonly claim: OrbitClaim; readonly proof: ProvedOrbit } | null;
  readonly reason: string;
}

/** Operations in intervals spent on one box search, about a minute; boxes looked at, and waiting at a time, at most. */
const [searchEffort, mostBoxes, mostWaiting] = [1.2e9, 20_000, 1000];
/** Boxes left that the record keeps. */
const mostLeft = 16;

/**
 * The orbits that a box search proved, then the others found, with `prove` each with its proof or the reason why there
 * is none.
 */
export function examineOrbits(
  { tick, spec }: Experiment,
  map: DiscreteMap,
  found: readonly PeriodicOrbit[],
  maps: readonly EnclosedMap[],
  search: SearchedBox | null,
): readonly ExaminedOrbit[] {
  const { prove, period } = spec.orbits!;
  const inBox = (search?.orbits ?? []).flatMap(({ boxes, proof }): ExaminedOrbit[] => {
    const polished = findOrbit(map, turns(proof, maps.length), period);
    if (polished.status !== "converged") return [];
    // The boxes of the search are as narrow as it came to them; wider ones say more.
    const wide = searchOrbitProof(maps, period, polished.orbit.points);
    const proved = wide.status === "proved" ? wide : { claim: { period, boxes }, proof };
    return [{ orbit: polished.orbit, proved, reason: "" }];
  });
  const others = found.filter(({ points }) => !inBox.some(({ orbit }) => isSameOrbit(points, orbit.points)));
  const rest = others.map((orbit, i): ExaminedOrbit => {
    if (!prove) return { orbit, proved: null, reason: "" };
    tick(`proof of orbit ${i + 1} of ${others.length}`, i / others.length);
    return proveOne(map, maps, orbit);
  });
  return [...inBox, ...rest];
}

function proveOne(map: DiscreteMap, maps: readonly EnclosedMap[], orbit: PeriodicOrbit): ExaminedOrbit {
  const unproved = (reason: string): ExaminedOrbit => ({ orbit, proved: null, reason });
  if (orbitMultipliers(map, orbit.points).familyDimension > 0) {
    return unproved("it belongs to a family of orbits, and the proof is one of isolated orbits");
  }
  const search = searchOrbitProof(maps, orbit.period, orbit.points);
  if (search.status === "undecided") return unproved(search.reason);
  return { orbit, proved: { claim: search.claim, proof: search.proof }, reason: "" };
}

export interface SearchedBox {
  readonly orbits: readonly OrbitInBox[];
  /** Of a list that is complete. */
  readonly certificate: BoxBody | null;
  readonly result: BoxSearchResult | null;
  readonly warnings: readonly string[];
}

/** All orbits of a period in a box, as far as they can be proved to be all. */
export function searchBox(
  { theta, tick }: Experiment,
  subject: OrbitSubject,
  period: number,
  box: readonly Interval[],
): SearchedBox {
  const { maps } = subject;
  const { dimension, cost } = maps[0]!;
  if (dimension !== theta.length) {
    const why = "the state of the update rule has no box";
    return {
      ...{ orbits: [], certificate: null, result: null },
      warnings: [`orbits.box: searched from a grid only, not proved complete: ${why}`],
    };
  }
  const unknowns = period * maps.length * dimension;
  const each = 10 * unknowns * cost + 10 * unknowns ** 3;
  const maxBoxes = Math.max(1, Math.min(mostBoxes, Math.floor(searchEffort / each)));
  const sides = { lo: Float64Array.from(box, ([lo]) => lo), hi: Float64Array.from(box, ([, hi]) => hi) };
  const progress = (examined: number, waiting: number) =>
    tick(`boxes: ${examined} looked at, ${waiting} waiting`, examined / maxBoxes);
  const limits = { maxBoxes, maxWaiting: mostWaiting };
  const { orbits, undecided, examined } = orbitsInBox(maps, sides, { period, progress, ...limits });
  const complete = undecided.length === 0;
  const left = undecided.slice(0, mostLeft).map((boxes) => boxes.map(pairs));
  const result = { box, period, complete, examined, undecided: undecided.length, left };
  if (!complete) return { orbits, certificate: null, result, warnings: [openWarning(period, result)] };
  return { orbits, certificate: boxCertificate(subject, period, sides, { orbits, examined }), result, warnings: [] };
}

function openWarning(period: number, { undecided, examined }: BoxSearchResult): string {
  const rest = undecided === 1 ? "one stays" : `${undecided} stay`;
  return `orbits.box: of ${examined} boxes looked at ${rest} undecided; there may be further orbits of period ${period} (families, kinks, bifurcations, or too small a budget)`;
}

/** The middles of an enclosure, one point for each turn (of an epoch: before its first batch). */
function turns({ points }: ProvedOrbit, batches: number): Float64Array[] {
  return points.filter((_, j) => j % batches === 0).map((x) => iv.boxMidpoint(x));
}

/** What of a certificate the record shows. */
export function enclosureOf({ boxes, points, multipliers, stability, reason }: OrbitBody): OrbitEnclosure {
  return { boxes, points, multipliers, stability, reason };
}

function pairs({ lo, hi }: iv.IntervalArray): Interval[] {
  return Array.from(lo, (x, i) => [x, hi[i]!] as const);
}
