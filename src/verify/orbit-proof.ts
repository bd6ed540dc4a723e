import * as iv from "../interval/index.ts";
import { identity } from "../numeric/index.ts";
import type { EnclosedMap } from "./enclosed-map.ts";
import { shootingJacobian, shootingValue, splitPoints } from "./shooting-intervals.ts";

/**
 * What is claimed of an orbit of F = F_k∘⋯∘F_1 (k = 1 but for an epoch of batches): in the box of its p·k points there is
 * exactly one orbit x_{j+1} = F(x_j), and its minimal period as an orbit of F is p.
 */
export interface OrbitClaim {
  /** p. */
  readonly period: number;
  /** One box of N intervals for each of the p·k points, in order. */
  readonly boxes: readonly iv.IntervalArray[];
}

export type ProvedStability = "stable" | "unstable" | "undecided";

export interface ProvedOrbit {
  readonly status: "proved";
  readonly period: number;
  /** The orbit lies here: much narrower than the boxes claimed, in which it is the only one. */
  readonly points: readonly iv.IntervalArray[];
  /** Enclosures of all N multipliers; empty when none could be had. */
  readonly multipliers: readonly (readonly iv.Disc[])[];
  /** "stable" when every multiplier is proved inside the unit circle, "unstable" when one is proved outside. */
  readonly stability: ProvedStability;
  /** Why the stability is undecided; else empty. */
  readonly reason: string;
}

export type OrbitProof = ProvedOrbit | { readonly status: "undecided"; readonly reason: string };

/** Contractions of the box after the first: slow where it is wide, then each about squares its width. */
const contractions = 60;

/**
 * Proves a claim, or says what is missing; nothing is taken from whoever made it but the boxes.
 *
 * Existence and uniqueness: Krawczyk's test on the equations of multiple shooting F_j(x_j) − x_{j+1} = 0 (j mod pk).
 * Minimal period: for every prime q | p the enclosures of x_j and of the point p/q turns later are disjoint for some j.
 * Multipliers: eigenvalues of the enclosed product of the derivatives along the orbit.
 * Cost: p·k·N readings of a derivative and O((pkN)³).
 * @throws RangeError when the boxes do not fit the maps.
 */
export function proveOrbit(maps: readonly EnclosedMap[], { period, boxes }: OrbitClaim): OrbitProof {
  checkShapes(maps, period, boxes);
  const found = isolatedZero(maps, boxes);
  if (found.status !== "unique") return { status: "undecided", reason: found.reason };
  const { points } = found;
  const same = primeFactors(period).find((q) => !isSeparated(points, boxes.length / q));
  if (same !== undefined) {
    const shorter = period / same;
    return {
      status: "undecided",
      reason: `its period may be ${shorter}: points ${shorter} turns apart were not told apart`,
    };
  }
  return { status: "proved", period, points, ...enclosedMultipliers(maps, points) };
}

type IsolatedZero =
  | { readonly status: "unique"; readonly points: readonly iv.IntervalArray[] }
  | { readonly status: "none" | "undecided"; readonly reason: string };

/** Krawczyk's test on the boxes, and once it holds the box contracted as far as rounding allows. */
export function isolatedZero(maps: readonly EnclosedMap[], boxes: readonly iv.IntervalArray[]): IsolatedZero {
  const first = krawczykStep(maps, boxes);
  if (first.status === "none") return { status: "none", reason: "there is no orbit in the box" };
  if (first.status === "undecided") return { status: "undecided", reason: first.reason };
  let points = splitPoints(first.box, boxes.length);
  for (let k = 0; k < contractions; k++) {
    const next = krawczykStep(maps, points);
    if (next.status === "none" || !isNarrower(next.box, points)) break;
    points = splitPoints(next.box, boxes.length);
  }
  return { status: "unique", points };
}

/** One step of Krawczyk's test for x_{j+1} = F_j(x_j) on a product of boxes. */
export function krawczykStep(maps: readonly EnclosedMap[], boxes: readonly iv.IntervalArray[]): iv.ZeroSearch {
  const box = joined(boxes);
  const jacobian = shootingJacobian(maps, boxes);
  if (jacobian === null) return { status: "undecided", box, reason: "a kink of the map may cross the box" };
  const middle = splitPoints(iv.pointArray(iv.boxMidpoint(box)), boxes.length);
  return iv.krawczyk(box, shootingValue(maps, middle), jacobian);
}

/** Whether some point is certainly another than the one `shift` steps later. */
export function isSeparated(points: readonly iv.IntervalArray[], shift: number): boolean {
  return points.some((x, j) => {
    const y = points[(j + shift) % points.length]!;
    return x.lo.some((_, i) => iv.disjoint(iv.intervalAt(x, i), iv.intervalAt(y, i)));
  });
}

/** The multipliers on an orbit that lies in `points`, and what they say. */
function enclosedMultipliers(
  maps: readonly EnclosedMap[],
  points: readonly iv.IntervalArray[],
): Pick<ProvedOrbit, "multipliers" | "stability" | "reason"> {
  let product = iv.pointMatrix(identity(maps[0]!.dimension));
  for (const [j, x] of points.entries()) {
    const jacobian = maps[j % maps.length]!.jacobian(x);
    if (jacobian === null) return { multipliers: [], stability: "undecided", reason: "the orbit may lie on a kink" };
    product = iv.multiplyIntervals(jacobian, product);
  }
  const spectrum = iv.generalSpectrum(product);
  if (spectrum.status === "undecided") return { multipliers: [], stability: "undecided", reason: spectrum.reason };
  const stability = provedStability(spectrum.clusters);
  const reason = stability === "undecided" ? "a multiplier may lie on the unit circle" : "";
  return { multipliers: spectrum.clusters, stability, reason };
}

export function provedStability(clusters: readonly (readonly iv.Disc[])[]): ProvedStability {
  if (clusters.flat().every((disc) => iv.discModulus(disc).hi < 1)) return "stable";
  return clusters.some((cluster) => cluster.every((disc) => iv.discModulus(disc).lo > 1)) ? "unstable" : "undecided";
}

export function primeFactors(n: number): number[] {
  const factors: number[] = [];
  let rest = n;
  for (let q = 2; q * q <= rest; q++) {
    if (rest % q !== 0) continue;
    factors.push(q);
    while (rest % q === 0) rest /= q;
  }
  return rest > 1 ? [...factors, rest] : factors;
}

function checkShapes(maps: readonly EnclosedMap[], period: number, boxes: readonly iv.IntervalArray[]): void {
  if (!(Number.isInteger(period) && period >= 1)) {
    throw new RangeError(`proveOrbit: period must be an integer ≥ 1, got ${period}`);
  }
  if (boxes.length !== period * maps.length) {
    throw new RangeError(
      `proveOrbit: period ${period} with ${maps.length} maps needs ${period * maps.length} boxes, got ${boxes.length}`,
    );
  }
  const n = maps[0]!.dimension;
  const wrong = boxes.find(({ lo, hi }) => lo.length !== n || hi.length !== n);
  if (wrong) throw new RangeError(`proveOrbit: the map has dimension ${n}, a box ${wrong.lo.length}`);
  for (const { lo, hi } of boxes) {
    if (!lo.every((x, i) => Number.isFinite(x) && x <= hi[i]! && Number.isFinite(hi[i]!))) {
      throw new RangeError("proveOrbit: a box is empty or unbounded");
    }
  }
}

function joined(boxes: readonly iv.IntervalArray[]): iv.IntervalArray {
  return {
    lo: Float64Array.of(...boxes.flatMap(({ lo }) => [...lo])),
    hi: Float64Array.of(...boxes.flatMap(({ hi }) => [...hi])),
  };
}

function isNarrower(next: iv.IntervalArray, points: readonly iv.IntervalArray[]): boolean {
  const before = joined(points);
  return before.lo.some((lo, i) => next.hi[i]! - next.lo[i]! < 0.999 * (before.hi[i]! - lo));
}
