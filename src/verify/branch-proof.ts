import type { Interval, IntervalArray } from "../interval/index.ts";
import * as iv from "../interval/index.ts";
import type { EnclosedMap } from "./enclosed-map.ts";
import { isolatedZero, type ProvedStability, proveOrbit } from "./orbit-proof.ts";

/** The maps of a turn for all values of a number in an interval at once. */
export type MapsOver = (values: Interval) => readonly EnclosedMap[];

/** An interval of the number, and one box for each point of the orbit. */
export interface BranchSegment {
  readonly values: Interval;
  readonly boxes: readonly IntervalArray[];
}

/** For every value of every segment there is exactly one orbit in the boxes, and these orbits form one curve. */
export interface BranchClaim {
  /** The minimal period of all of them. */
  readonly period: number;
  /** In order: each begins where the one before ends. */
  readonly segments: readonly BranchSegment[];
}

export type BranchProof =
  /** What is proved of the stability at all values of each segment. */
  | { readonly status: "proved"; readonly stabilities: readonly ProvedStability[] }
  | { readonly status: "undecided"; readonly reason: string };

/**
 * Proves that a branch of orbits exists over a whole interval of a number, not at single values.
 *
 * On a segment every enclosure of `proveOrbit` is read with the number as an interval, so Krawczyk's inclusion
 * K(X) ⊂ int X, the separation of points that proves the period, and the discs of the multipliers hold at each of its
 * values. Where the inclusion holds the derivative of the shooting equations is invertible on the boxes, so the orbit
 * moves continuously with the value (implicit function theorem). Two segments continue each other when the orbit of the
 * first, enclosed at their common value alone, lies in the boxes of the second, which hold no other.
 */
export function proveBranch(maps: MapsOver, { period, segments }: BranchClaim): BranchProof {
  const stabilities: ProvedStability[] = [];
  for (const [i, { values, boxes }] of segments.entries()) {
    const proof = proveOrbit(maps(values), { period, boxes });
    if (proof.status === "undecided") return { status: "undecided", reason: `segment ${i + 1}: ${proof.reason}` };
    stabilities.push(proof.stability);
    const before = segments[i - 1];
    if (before && !continues(maps, before, { values, boxes })) {
      return { status: "undecided", reason: `segments ${i} and ${i + 1} were not joined` };
    }
  }
  return { status: "proved", stabilities };
}

/** Whether the orbit of a segment that was proved, at the value where the next begins, is the one that the next holds. */
export function continues(maps: MapsOver, before: BranchSegment, next: BranchSegment): boolean {
  const at = next.values.lo;
  if (before.values.hi !== at) return false;
  const there = isolatedZero(maps(iv.point(at)), before.boxes);
  return (
    there.status === "unique" &&
    there.points.every((x, j) => {
      const box = next.boxes[j]!;
      return x.lo.every((_, i) => iv.encloses(iv.intervalAt(box, i), iv.intervalAt(x, i)));
    })
  );
}
