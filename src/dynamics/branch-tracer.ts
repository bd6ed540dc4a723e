import { norm, scale } from "../numeric/index.ts";
import type { BranchPoint } from "./branch.ts";
import type { DiscreteMap, MapFamily } from "./discrete-map.ts";
import {
  type CorrectedOrbit,
  type CurveDirection,
  type OrbitAtValue,
  type OrbitCurve,
  type Plane,
  planeOf,
} from "./orbit-curve.ts";
import { type OrbitMultipliers, orbitMultipliers } from "./orbit-multipliers.ts";
import type { ShootingOptions } from "./shooting.ts";

/** An orbit on a curve, with what events are read from, each computed when asked for and then kept. */
export interface Station extends CorrectedOrbit {
  /** Unit tangent in the sense of travel. */
  direction(): CurveDirection;
  spectrum(): OrbitMultipliers;
  /** Signed distances to the kinks, one array a point of the orbit; empty without kinks. */
  switching(): readonly Float64Array[];
}

export interface Tracer {
  readonly family: MapFamily;
  readonly curve: OrbitCurve;
  readonly options: TracerOptions;
  /** The station of a corrected orbit, travelling along `reference`. */
  station(orbit: CorrectedOrbit, reference: Plane): Station;
  /** The station at a distance from another, null when the correction fails. */
  probe(base: Station, length: number): Station | null;
  /** The unit direction from one orbit to another. */
  chord(a: OrbitAtValue, b: OrbitAtValue): CurveDirection;
  /** The station between two neighbours, at a part of the chord and corrected across it. */
  between(a: Station, b: Station, part: number): Station | null;
}

export interface TracerOptions extends ShootingOptions {
  readonly familyDimension: number;
  readonly multiplierCount?: number;
}

export function branchTracer(family: MapFamily, curve: OrbitCurve, options: TracerOptions): Tracer {
  const { familyDimension, multiplierCount } = options;
  const station = (orbit: CorrectedOrbit, reference: Plane): Station => ({
    ...orbit,
    direction: once(() => curve.tangent(orbit, reference)),
    spectrum: once(() =>
      orbitMultipliers(family.at(orbit.value), orbit.points, {
        ...options,
        familyDimension,
        ...(multiplierCount !== undefined && { count: multiplierCount }),
      }),
    ),
    switching: once(() => kinkDistances(family.at(orbit.value), orbit.points)),
  });
  return {
    ...{ family, curve, options, station },
    probe(base, length) {
      const direction = base.direction();
      const plane = planeOf(direction);
      const corrected = curve.correct(curve.predict(base, direction, length), plane);
      return corrected && station(corrected, plane);
    },
    chord: (a, b) => chordOf(curve, a, b),
    between(a, b, part) {
      const chord = chordOf(curve, a, b);
      const plane = planeOf(chord);
      const value = a.value + part * (b.value - a.value);
      const points = a.points.map((x, k) => x.map((t, i) => t + part * (b.points[k][i] - t)));
      const corrected = curve.correct({ points, value }, plane);
      return corrected && station(corrected, plane);
    },
  };
}

function chordOf({ parameterScale }: OrbitCurve, a: OrbitAtValue, b: OrbitAtValue): CurveDirection {
  const steps = a.points.map((x, k) => x.map((t, i) => b.points[k][i] - t));
  const parameter = (b.value - a.value) / parameterScale;
  const length = Math.hypot(norm(steps[0]), parameter);
  for (const d of steps) scale(1 / length, d);
  return { steps, parameter: parameter / length };
}

export function kinkDistances(map: DiscreteMap, points: readonly Float64Array[]): Float64Array[] {
  const { switchCount = 0 } = map;
  if (switchCount === 0) return [];
  return points.map((x) => {
    const out = new Float64Array(switchCount);
    map.switching!(x, out);
    return out;
  });
}

/** The plain data of a station. */
export function branchPoint(
  orbit: OrbitAtValue & { readonly residual: number },
  spectrum: OrbitMultipliers,
): BranchPoint {
  const { value, points, residual } = orbit;
  const { multipliers, familyDimension, stability, complete } = spectrum;
  return { value, points, norm: meanNorm(points), residual, multipliers, familyDimension, stability, complete };
}

function meanNorm(points: readonly Float64Array[]): number {
  return norm(Float64Array.from(points, norm)) / Math.sqrt(points.length);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
