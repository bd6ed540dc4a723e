import type { BranchResult, SpecialPoint } from "../../record/index.ts";

/** Where an orbit of some period changes. */
export interface Place {
  readonly period: number;
  readonly point: SpecialPoint;
}

/** Places of one period nearer to each other than this, relative to their value, are one. */
const samePlace = 1e-7;

/**
 * Each place once. Symmetric copies of an orbit change where it does, and a branch that is born at a pitchfork turns
 * there: of these the first is kept, and a crossing rather than the turn that another branch makes at the same place.
 */
export function distinctPlaces(branches: readonly BranchResult[]): readonly Place[] {
  const all = branches.flatMap(({ period, specialPoints }) => specialPoints.map((point) => ({ period, point })));
  const kept: Place[] = [];
  for (const place of all) {
    const at = kept.findIndex((other) => isSamePlace(place, other));
    if (at < 0) kept.push(place);
    else if (crossing(place) > crossing(kept[at]!)) kept[at] = place;
  }
  return kept;
}

function isSamePlace(a: Place, b: Place): boolean {
  const [x, y] = [placeOf(a.point), placeOf(b.point)];
  if (a.period !== b.period || Math.abs(x - y) > samePlace * Math.abs(y)) return false;
  return a.point.type === b.point.type || (crossing(a) >= 0 && crossing(b) >= 0);
}

/** −1 where no multiplier passes 1; else the more, the more it says about the place. */
function crossing({ point }: Place): number {
  return ["fold", "transcritical", "pitchfork"].indexOf(point.type);
}

/** Where on the axis of the number that is followed. */
export function placeOf({ parameter, stepSize }: Pick<SpecialPoint, "parameter" | "stepSize">): number {
  return parameter ?? stepSize;
}
