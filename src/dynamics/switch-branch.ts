import { axpy, norm, scale } from "../numeric/index.ts";
import type { SpecialPoint } from "./branch.ts";
import { criticalSpace } from "./critical-space.ts";
import type { MapFamily } from "./discrete-map.ts";
import { type CorrectedOrbit, type CurveDirection, cosine, type OrbitCurve, type Plane } from "./orbit-curve.ts";
import { pushAlong } from "./orbit-family.ts";
import { minimalPeriod, orbitSize } from "./periodic-orbit.ts";
import type { ShootingOptions } from "./shooting.ts";

/** The first orbit on a branch that leaves a special point, and the plane that says which way it goes. */
export interface BranchStart {
  readonly orbit: CorrectedOrbit;
  readonly reference: Plane;
  /** How far from the special point it is, in the curve's units; the scale of first steps. */
  readonly amplitude: number;
}

/** Distances at which an orbit of the new branch is looked for, relative to the natural one. */
const attempts = [1, 0.3, 0.1, 0.01];
/** The natural distance is where the new orbit's multiplier is about this far from 1, but at most this part of its size. */
const multiplierGap = 0.05;
const largestPart = 1e-2;

/**
 * Starts of the branches that leave a special point: the doubled orbit at a flip, both arms of a pitchfork, the other
 * curve through a transcritical point (both ways). An orbit is sought at a fixed distance along the critical direction,
 * the parameter being free, so the side on which the branch exists need not be known.
 */
export function switchBranch(
  family: MapFamily,
  curve: OrbitCurve,
  special: SpecialPoint,
  direction: CurveDirection,
  options: ShootingOptions,
): BranchStart[] {
  const { type, points, value } = special;
  if (type !== "flip" && type !== "pitchfork" && type !== "transcritical") return [];
  const map = family.at(value);
  const space = criticalSpace(map, points, [type === "flip" ? -1 : 1, 0], options);
  if (!space) return [];
  const lead = pushAlong(map, points, space.right.re);
  const amplitude = naturalAmplitude(special, Math.sqrt(lead.reduce((sum, d) => sum + norm(d) ** 2, 0) / lead.length));
  if (type === "flip") {
    const doubled = [...points, ...points];
    const signed = [...lead, ...lead.map((d) => d.map((t) => -t))];
    return startAlong(curve, doubled, value, { steps: signed, parameter: 0 }, amplitude, [1]);
  }
  return startAlong(curve, points, value, across({ steps: lead, parameter: 0 }, direction), amplitude, [1, -1]);
}

/**
 * ξ ↦ ∓ξ + cξ³ has at amplitude ε an orbit with multiplier about 1 − 4|c|ε² (flip) or 1 − 2|c|ε²; ε belongs to a vector of
 * mean square length 1, and the lead has `length`.
 */
function naturalAmplitude({ normalForm, points, type }: SpecialPoint, length: number): number {
  const largest = largestPart * orbitSize(points);
  if (normalForm?.status !== "computed" || type === "transcritical") return largest;
  return Math.min(largest, Math.sqrt(multiplierGap / (4 * Math.abs(normalForm.coefficient))) / length);
}

/** The part of a direction at right angles to the branch already known, of length 1. */
function across(lead: CurveDirection, known: CurveDirection): CurveDirection {
  const along = cosine(lead, known);
  const steps = lead.steps.map((d, k) => {
    const rest = d.slice();
    axpy(-along, known.steps[k], rest);
    return rest;
  });
  const parameter = lead.parameter - along * known.parameter;
  const length = Math.hypot(norm(steps[0]), parameter);
  for (const d of steps) scale(1 / length, d);
  return { steps, parameter: parameter / length };
}

function startAlong(
  curve: OrbitCurve,
  points: readonly Float64Array[],
  value: number,
  direction: CurveDirection,
  amplitude: number,
  signs: readonly number[],
): BranchStart[] {
  const turned = fromLargest(points, direction);
  const natural = amplitude * turned.stretch;
  return signs.flatMap((sign) => {
    for (const attempt of attempts) {
      const reference = {
        vector: turned.direction.steps[0].map((t) => sign * t),
        weight: sign * turned.direction.parameter,
      };
      const guess = curve.predict({ points: turned.points, value }, turned.direction, sign * attempt * natural);
      const orbit = curve.correct(guess, reference);
      if (orbit && minimalPeriod(orbit.points) === points.length)
        return [{ orbit, reference, amplitude: attempt * natural }];
    }
    return [];
  });
}

/** The same orbit and direction, begun at the point that the direction moves most, of which it then has length 1. */
function fromLargest(points: readonly Float64Array[], { steps, parameter }: CurveDirection) {
  const sizes = steps.map(norm);
  const from = sizes.indexOf(Math.max(...sizes));
  const turn = <T>(list: readonly T[]) => [...list.slice(from), ...list.slice(0, from)];
  const length = Math.hypot(sizes[from], parameter);
  const scaled = turn(steps).map((d) => d.map((t) => t / length));
  return { points: turn(points), direction: { steps: scaled, parameter: parameter / length }, stretch: length };
}
