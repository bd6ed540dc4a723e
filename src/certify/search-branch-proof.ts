import * as iv from "../interval/index.ts";
import {
  type BranchClaim,
  type BranchSegment,
  continues,
  type EnclosedMap,
  type MapsOver,
  type ProvedStability,
  proveOrbit,
  shootingJacobian,
  shootingValue,
} from "../verify/index.ts";
import { refinedPoints } from "./search-orbit-proof.ts";

/** Points of computed orbits along a branch, in the order of the values of its number. */
export interface ComputedOrbit {
  readonly value: number;
  readonly points: readonly Float64Array[];
}

/** A part of the branch over which everything was proved. */
export interface ProvedStretch {
  readonly claim: BranchClaim;
  readonly stabilities: readonly ProvedStability[];
}

export interface BranchProofSearch {
  readonly stretches: readonly ProvedStretch[];
  /** Parts of the range that were left open. */
  readonly open: readonly Open[];
}

export interface BranchSearchOptions {
  /** Segments are cut down to this share of the range, and to the second where only the stability stays undecided. */
  readonly finest?: number;
  readonly finestStability?: number;
  /** Attempts, at most. Default 4000. */
  readonly maxAttempts?: number;
  readonly progress?: (share: number) => void;
}

/** Boxes reach so many times as far as Krawczyk's operator moves their middle: room for what the derivative varies. */
const inflation = 1.5;

interface Segment extends BranchSegment {
  readonly stability: ProvedStability;
}

/**
 * Proves as much as can be proved of a branch between the first and the last of `orbits`, whose values increase. The range
 * is cut where a segment cannot be proved as a whole, and further where only its stability is undecided, wide segments
 * first; what is open when the finest width or the budget is reached stays open (near folds, kinks, the birth of the
 * orbit, or where it belongs to a family).
 */
export function searchBranchProof(
  maps: MapsOver,
  period: number,
  orbits: readonly ComputedOrbit[],
  options: BranchSearchOptions = {},
): BranchProofSearch {
  const { finest = 1e-5, finestStability = 1e-3, maxAttempts = 4000, progress } = options;
  const range = { lo: orbits[0]!.value, hi: orbits.at(-1)!.value };
  const waiting: Waiting[] = [{ values: range, proved: null }]; // halves come after all that are wider
  const done: (Segment | Open)[] = [];
  for (let attempts = 0; waiting.length > 0; attempts++) {
    const { values, proved } = waiting.shift()!;
    const share = (values.hi - values.lo) / (range.hi - range.lo);
    const tried = attempts < maxAttempts ? attempt(maps, period, values, orbits) : { values, reason: spent };
    const found = "reason" in tried && proved !== null ? { ...proved, values } : tried;
    const isFine = share <= ("reason" in found ? finest : finestStability);
    const wantsMore = "reason" in found || found.stability === "undecided";
    if (wantsMore && !isFine && attempts < maxAttempts) waiting.push(...halves(found));
    else done.push(found);
    progress?.(attempts / maxAttempts);
  }
  return joined(
    maps,
    period,
    done.sort((a, b) => a.values.lo - b.values.lo),
  );
}

const spent = "the budget was spent";

interface Open {
  readonly values: iv.Interval;
  readonly reason: string;
}

interface Waiting {
  readonly values: iv.Interval;
  /** Of more values, where it holds and only the stability was undecided: it holds of these too. */
  readonly proved: Segment | null;
}

function halves(found: Segment | Open): readonly Waiting[] {
  const { lo, hi } = found.values;
  const middle = iv.midpoint(found.values);
  const proved = "reason" in found ? null : found;
  return [
    { values: { lo, hi: middle }, proved },
    { values: { lo: middle, hi }, proved },
  ];
}

/** Segments that continue each other as stretches, open ones that touch as one. */
function joined(maps: MapsOver, period: number, parts: readonly (Segment | Open)[]): BranchProofSearch {
  const runs: Segment[][] = [];
  const open: Open[] = [];
  let before: Segment | Open | undefined;
  for (const part of parts) {
    const last = open.at(-1);
    if ("reason" in part) {
      if (last !== undefined && last === before)
        open[open.length - 1] = { ...last, values: { lo: last.values.lo, hi: part.values.hi } };
      else open.push(part);
      before = open.at(-1);
      continue;
    }
    const goesOn = before !== undefined && !("reason" in before) && continues(maps, before, part);
    if (goesOn) runs.at(-1)!.push(part);
    else runs.push([part]);
    before = part;
  }
  return { stretches: runs.map((segments) => stretchOf(period, segments)), open };
}

function stretchOf(period: number, segments: readonly Segment[]): ProvedStretch {
  return {
    claim: { period, segments: segments.map(({ values, boxes }) => ({ values, boxes })) },
    stabilities: segments.map(({ stability }) => stability),
  };
}

/** A segment that is proved, or why there is none. */
function attempt(
  maps: MapsOver,
  period: number,
  values: iv.Interval,
  orbits: readonly ComputedOrbit[],
): Segment | Open {
  const middle = iv.midpoint(values);
  const centre = refinedPoints(maps(iv.point(middle)), interpolated(orbits, middle));
  const boxes = centre && boxesAbout(maps(values), centre);
  if (!boxes) return { values, reason: "the equations are singular on the orbit, or it meets a kink" };
  const proof = proveOrbit(maps(values), { period, boxes });
  if (proof.status === "undecided") return { values, reason: proof.reason };
  return { values, boxes, stability: proof.stability };
}

/**
 * Boxes about an orbit at the middle of the values: −R f(m), read with all values, tells how far Krawczyk's operator moves
 * the centre, and the boxes reach `inflation` times as far.
 */
function boxesAbout(maps: readonly EnclosedMap[], centre: readonly Float64Array[]): iv.IntervalArray[] | null {
  const points = centre.map((x) => iv.pointArray(x));
  const jacobian = shootingJacobian(maps, points);
  const proof = jacobian && iv.proveInvertible(jacobian);
  if (proof?.status !== "invertible") return null;
  const value = shootingValue(maps, points);
  const [n, { inverse }] = [maps[0]!.dimension, proof];
  const moved = Float64Array.from(value.lo, (_, i) => {
    let sum = 0;
    for (let k = 0; k < value.lo.length; k++) {
      sum += Math.abs(inverse.data[i * inverse.cols + k]!) * iv.magnitude(iv.intervalAt(value, k));
    }
    return sum;
  });
  const least = 1e-3 * moved.reduce((a, b) => Math.max(a, b), 0);
  return centre.map((x, j) => {
    const box = iv.intervalArray(n);
    for (let i = 0; i < n; i++) {
      const reach = inflation * Math.max(moved[j * n + i]!, least) + 1e-14 * (1 + Math.abs(x[i]!));
      iv.setInterval(box, i, iv.ball(x[i]!, reach));
    }
    return box;
  });
}

function interpolated(orbits: readonly ComputedOrbit[], value: number): readonly Float64Array[] {
  const after = orbits.findIndex((orbit) => orbit.value >= value);
  const [a, b] = [orbits[Math.max(0, after - 1)]!, orbits[after]!];
  if (a.value === b.value) return b.points;
  const t = (value - a.value) / (b.value - a.value);
  return a.points.map((x, j) => x.map((from, i) => from + t * (b.points[j]![i]! - from)));
}
