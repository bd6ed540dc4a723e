import { dot, norm } from "../numeric/index.ts";
import { bracketedRoot, type Probe } from "./bracketed-root.ts";
import { kinkDistances } from "./branch-tracer.ts";
import { type Complex, modulus } from "./complex.ts";
import { crossingPair, productOver } from "./critical-multipliers.ts";
import type { PlaneFamily } from "./discrete-map.ts";
import { normalForm } from "./normal-form.ts";
import { orbitMultipliers } from "./orbit-multipliers.ts";
import { type Frame, type OrbitSurface, orbitSurface, rowOf, type SurfaceOrbit } from "./orbit-surface.ts";
import { orbitSize } from "./periodic-orbit.ts";
import { type ShootingOptions, shootingMethod } from "./shooting.ts";

type Pair = readonly [number, number];

/** What may be followed in two parameters. */
export type CurveType = "fold" | "flip" | "neimark-sacker";

export interface BifurcationCurvePoint {
  readonly values: Pair;
  readonly points: readonly Float64Array[];
  readonly residual: number;
  readonly multipliers: readonly Complex[];
  /** φ of a Neimark–Sacker pair e^{±iφ}. */
  readonly angle: number | null;
  /** Of the normal form; null where it is not computed (many dimensions) or undetermined. */
  readonly coefficient: number | null;
}

export interface BifurcationCurve {
  readonly type: CurveType;
  readonly period: number;
  /** In order along the curve, the start somewhere among them. */
  readonly points: readonly BifurcationCurvePoint[];
  /** Of its first and of its last point. */
  readonly ends: readonly [CurveEnd, CurveEnd];
}

/** "resonance": the pair of a Neimark–Sacker curve met the real axis. */
export interface CurveEnd {
  readonly kind:
    | "range-end"
    | "closed"
    | "max-points"
    | "stalled"
    | "diverged"
    | "period-halved"
    | "border-collision"
    | "resonance";
  readonly reason: string;
}

export interface BifurcationCurveOptions extends ShootingOptions {
  readonly ranges: readonly [Pair, Pair];
  /** Each way. Default 300. */
  readonly maxPoints?: number;
  readonly tolerance?: number;
  /** Of the orbit at the start; see `orbitMultipliers`. */
  readonly familyDimension?: number;
  /** Longest step, as a part of the ranges and of the size of the orbit. Default 0.04. */
  readonly longestStep?: number;
  readonly progress?: (values: Pair, points: number) => void;
}

const firstPart = 0.2;
const shortestStep = 1e-7;
const probeStep = 1e-4;
/** A step that has to go sideways by more than this part of its length is too long; by less than that, the next may be longer. */
const [largestTurn, easyTurn] = [0.3, 0.08];
const growth = 1.5;
const secantSteps = 14;

/**
 * Follows a fold, flip or Neimark–Sacker point in two parameters, both ways, as long as it stays in the ranges.
 *
 * Orbits of one period form a surface over the plane of parameters; on it, in charts by multiple shooting, the curve is
 * the zero set of a test: the determinant of the tangents' parameter parts for folds (0 where the surface stands upright,
 * so no multiplier is needed), ∏(μ + 1) for flips, |μ|² − 1 for a pair. Steps go along the level line of the test, then a
 * secant across it. Cusps are passed, since the curve is smooth on the surface.
 *
 * @throws RangeError when the start lies outside the ranges.
 * @example Flips of the Hénon map x′ = y, y′ = α − βx − y² lie on α = ¾(1 + β)².
 * followBifurcation(delayedHenonPlane, { type: "flip", points, values: [2, 0.633] }, { ranges: [[0, 3], [-0.5, 1]] });
 */
export function followBifurcation(
  family: PlaneFamily,
  start: { readonly type: CurveType; readonly points: readonly Float64Array[]; readonly values: Pair },
  options: BifurcationCurveOptions,
): BifurcationCurve {
  const { ranges, tolerance = 1e-12 } = options;
  if (!ranges.every(([low, high], j) => low < high && start.values[j] >= low && start.values[j] <= high)) {
    throw new RangeError(`followBifurcation: ranges must be intervals that hold ${start.values.join(", ")}`);
  }
  const size = orbitSize(start.points);
  const scales = ranges.map(([low, high]) => (high - low) / size) as unknown as Pair;
  const surface = orbitSurface(family, { ...options, scales, tolerance });
  const context: Context = { family, surface, type: start.type, options, size };
  const orbit = { ...start, residual: 0 };
  const first = stationOf(context, orbit, surface.firstFrame(orbit, start.type === "fold"));
  const [ahead, back] = [1, -1].map((sense) => strand(context, first, sense));
  const stations = [...back.stations.toReversed(), first, ...ahead.stations];
  return {
    type: start.type,
    period: start.points.length,
    points: stations.map((station) => curvePoint(context, station)),
    ends: [back.end, ahead.end],
  };
}

interface Context {
  readonly family: PlaneFamily;
  readonly surface: OrbitSurface;
  readonly type: CurveType;
  readonly options: BifurcationCurveOptions;
  readonly size: number;
}

interface Station {
  readonly orbit: SurfaceOrbit;
  readonly frame: Frame;
  /** NaN where the test does not exist. */
  readonly test: number;
}

function stationOf({ family, type, options }: Context, orbit: SurfaceOrbit, frame: Frame): Station {
  if (type === "fold") {
    const [[a, b], [c, d]] = frame.map(({ parameters }) => parameters);
    return { orbit, frame, test: a * d - b * c };
  }
  const { multipliers } = orbitMultipliers(family.at(orbit.values), orbit.points, { familyDimension: 0, ...options });
  if (type === "flip") return { orbit, frame, test: productOver(multipliers, -1) };
  const pair = crossingPair(multipliers);
  return { orbit, frame, test: pair ? modulus(pair) ** 2 - 1 : Number.NaN };
}

function stationAt(context: Context, base: Station, s: Pair): Station | null {
  const orbit = context.surface.at(base.orbit, base.frame, s);
  if (!orbit) return null;
  const [first, second] = base.frame;
  return stationOf(context, orbit, context.surface.frame(orbit, [rowOf(first), rowOf(second)]));
}

interface Strand {
  readonly stations: readonly Station[];
  readonly end: CurveEnd;
}

function strand(context: Context, first: Station, sense: number): Strand {
  const { maxPoints = 300, longestStep = 0.04, progress } = context.options;
  const stations: Station[] = [];
  const finish = (kind: CurveEnd["kind"], reason: string): Strand => ({ stations, end: { kind, reason } });
  let base = first;
  let heading: Pair | null = null;
  let length = firstPart * longestStep * context.size;
  for (;;) {
    progress?.(base.orbit.values, stations.length);
    if (stations.length >= maxPoints) return finish("max-points", `${maxPoints} points`);
    const across = gradient(context, base);
    if (!across) {
      return context.type === "neimark-sacker"
        ? finish("resonance", "the pair of multipliers meets the real axis")
        : finish("stalled", "the direction of the curve is lost");
    }
    heading = headingOf(across, heading, sense);
    const step = advance(context, base, heading, across, length);
    if (!step) return finish("stalled", `no point found ${shortestStep.toExponential(0)} further on`);
    const end = endOf(context, base, step.station, first, stations.length);
    if (end?.kind === "range-end") {
      const last = landing(context, base, heading, across, step);
      if (last) stations.push(last);
      return finish(end.kind, end.reason);
    }
    if (end && end.kind !== "closed") return finish(end.kind, end.reason);
    stations.push(step.station);
    if (end) return finish(end.kind, end.reason);
    const longest = longestStep * orbitSize(step.station.orbit.points);
    length = Math.min(longest, step.length * (Math.abs(step.sideways) <= easyTurn * step.length ? growth : 1));
    base = step.station;
  }
}

interface Across {
  /** Unit, towards a larger test. */
  readonly normal: Pair;
  readonly slope: number;
}

function gradient(context: Context, base: Station): Across | null {
  const h = probeStep * context.size;
  const [x, y] = [0, 1].map((i) => {
    const [plus, minus] = [h, -h].map((t) => stationAt(context, base, i === 0 ? [t, 0] : [0, t]));
    return plus && minus ? (plus.test - minus.test) / (2 * h) : Number.NaN;
  });
  const slope = Math.hypot(x, y);
  return slope > 1e-9 ? { normal: [x / slope, y / slope], slope } : null;
}

/** Along the level line, on as before. */
function headingOf({ normal: [x, y] }: Across, before: Pair | null, sense: number): Pair {
  const along: Pair = [-y, x];
  const sign = before ? Math.sign(along[0] * before[0] + along[1] * before[1]) || 1 : sense;
  return [sign * along[0], sign * along[1]];
}

interface Step {
  readonly station: Station;
  readonly length: number;
  readonly sideways: number;
}

function advance(context: Context, base: Station, heading: Pair, across: Across, longest: number): Step | null {
  for (let length = longest; length >= shortestStep * context.size; length /= 2) {
    const step = stepOf(context, base, heading, across, length);
    if (step && Math.abs(step.sideways) <= largestTurn * length) return step;
  }
  return null;
}

/** The point of the curve that lies `length` ahead, by a secant sideways. */
function stepOf(context: Context, base: Station, heading: Pair, across: Across, length: number): Step | null {
  const { normal, slope } = across;
  const at = (t: number) =>
    stationAt(context, base, [length * heading[0] + t * normal[0], length * heading[1] + t * normal[1]]);
  let [t0, t1] = [0, 0];
  let before = at(0);
  if (!before || !Number.isFinite(before.test)) return null;
  let rate = slope;
  let best: Step = { station: before, length, sideways: 0 };
  for (let i = 0; i < secantSteps; i++) {
    if (before.test === 0) break;
    t1 = t0 - before.test / rate;
    if (!(Math.abs(t1) <= length)) return null;
    const next = at(t1);
    if (!next || !Number.isFinite(next.test)) return null;
    if (!(Math.abs(next.test) < Math.abs(best.station.test))) break;
    best = { station: next, length, sideways: t1 };
    if (t1 === t0) break;
    rate = (next.test - before.test) / (t1 - t0);
    [t0, before] = [t1, next];
  }
  return Math.abs(best.station.test) <= 1e-9 * Math.max(1, slope) ? best : null;
}

function endOf(
  { family, options: { ranges } }: Context,
  a: Station,
  b: Station,
  first: Station,
  count: number,
): CurveEnd | null {
  const { points, values } = b.orbit;
  if (values.some((value, j) => value < ranges[j][0] || value > ranges[j][1])) {
    return { kind: "range-end", reason: "end of the ranges" };
  }
  if (!(orbitSize(points) <= 1e6 * orbitSize(first.orbit.points))) {
    return { kind: "diverged", reason: "the points of the orbit run off to infinity" };
  }
  const half = points.length / 2;
  const gap = (list: readonly Float64Array[]) => list[0].map((x, i) => x - list[half][i]);
  if (Number.isInteger(half) && dot(gap(a.orbit.points), gap(points)) < 0) {
    return { kind: "period-halved", reason: "the orbit meets one of half its period" };
  }
  const [before, after] = [a, b].map(({ orbit }) => kinkDistances(family.at(orbit.values), orbit.points));
  if (before.some((list, k) => list.some((d, i) => d * after[k][i] < 0))) {
    return { kind: "border-collision", reason: "a point of the orbit meets a kink" };
  }
  if (count > 4 && passes(a, b, first)) return { kind: "closed", reason: "the curve is closed" };
  return null;
}

/** Whether the first station lies between two neighbours, in the chart of the earlier. */
function passes(a: Station, b: Station, first: Station): boolean {
  const [toFirst, toNext] = [first, b].map((other) => norm(flat(other).map((t, i) => t - flat(a)[i])));
  return toFirst <= toNext && norm(flat(first).map((t, i) => t - flat(b)[i])) <= toNext;
}

function flat({ orbit: { points, values } }: Station): Float64Array {
  return Float64Array.of(...points[0], ...values);
}

/** The point of the curve on the edge of the ranges. */
function landing(context: Context, base: Station, heading: Pair, across: Across, step: Step): Station | null {
  const { ranges } = context.options;
  const excess = ({ orbit }: Station) =>
    Math.max(...orbit.values.map((value, j) => Math.max(ranges[j][0] - value, value - ranges[j][1])));
  const probe = (at: number): Probe<Station> | null => {
    const trial = stepOf(context, base, heading, across, at);
    return trial && { at, value: excess(trial.station), found: trial.station };
  };
  const here = { at: 0, value: excess(base), found: base };
  if (here.value >= 0) return null;
  const root = bracketedRoot(
    probe,
    here,
    { at: step.length, value: excess(step.station), found: step.station },
    1e-14 * step.length,
  );
  return root?.found ?? null;
}

function curvePoint({ family, type, options }: Context, { orbit }: Station): BifurcationCurvePoint {
  const map = family.at(orbit.values);
  const { multipliers } = orbitMultipliers(map, orbit.points, { familyDimension: 0, ...options });
  const pair = type === "neimark-sacker" ? crossingPair(multipliers) : null;
  const angle = pair && Math.atan2(pair[1], pair[0]);
  const isSmall = shootingMethod(family.dimension, options) === "dense";
  const form = isSmall ? normalForm(map, orbit.points, type, { ...options, ...(angle !== null && { angle }) }) : null;
  return {
    ...orbit,
    ...{ multipliers, angle },
    coefficient: form?.status === "computed" ? form.coefficient : null,
  };
}
