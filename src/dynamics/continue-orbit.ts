import type { Branch, BranchEnd, SpecialPoint } from "./branch.ts";
import type { BorderEvent, SmoothEvent } from "./branch-events.ts";
import { branchPoint, branchTracer, type Station, type Tracer } from "./branch-tracer.ts";
import { crossingPair } from "./critical-multipliers.ts";
import type { MapFamily } from "./discrete-map.ts";
import { type FollowOptions, followBranch } from "./follow-branch.ts";
import { type NormalForm, normalForm } from "./normal-form.ts";
import { fixedValue, type OrbitAtValue, type OrbitCurve, orbitCurve } from "./orbit-curve.ts";
import { orbitMultipliers } from "./orbit-multipliers.ts";
import { distance, orbitSize } from "./periodic-orbit.ts";
import type { ShootingOptions } from "./shooting.ts";
import { type BranchStart, switchBranch } from "./switch-branch.ts";

export interface ContinuationOptions extends ShootingOptions {
  readonly range: readonly [low: number, high: number];
  /** Of each branch. Default 500. */
  readonly maxPoints?: number;
  /** Whether branches that leave flips, pitchforks and transcritical points are followed too. Default true. */
  readonly switchBranches?: boolean;
  /** Longest period followed. Default 32 times that of the start. */
  readonly maxPeriod?: number;
  /** Default 32. */
  readonly maxBranches?: number;
  /** Largest ‖F(x_k) − x_{k+1}‖, relative to 1 + max‖x_k‖. Default 1e-12. */
  readonly tolerance?: number;
  /** Multipliers wanted where not all are computed. Default 6. */
  readonly multiplierCount?: number;
  /** Norm of a point beyond which a branch counts as diverged. Default 1e6 times the size of the start. */
  readonly escapeNorm?: number;
  /** Longest step, as a part of the range and of the size of the orbit. Default 0.04. */
  readonly longestStep?: number;
  /** Whether an orbit is dead: on a piece where the map is the identity. */
  readonly isDead?: (points: readonly Float64Array[], value: number) => boolean;
  readonly progress?: (value: number, points: number, branch: number) => void;
}

export type Continuation =
  | { readonly status: "followed"; readonly branches: readonly Branch[] }
  | { readonly status: "not-found"; readonly reason: string };

/** Steps are at most `longestStep` and at least this, relative to the range and the size of the orbit. */
const shortestStep = 1e-9;
const firstPart = 0.2;
/** Special points of different branches closer than this, in the curve's units, are one. */
const samePlace = 1e-5;
/** Neighbours on a branch are about this close, relative to the size of the orbit. */
const neighbourhood = 0.05;

/**
 * Follows a periodic orbit in the parameter of a family, both ways within a range, by pseudo-arclength continuation of
 * the multiple-shooting equations; folds are passed. Detects and locates folds, flips, Neimark–Sacker points,
 * pitchforks, transcritical points and border collisions (a point of the orbit on a kink), to rounding of the test
 * functions, with normal-form coefficients; switches to the branches that leave them.
 *
 * Cost a point: some five corrections and tangents (see `shootingSystem`) and one set of multipliers.
 * @throws RangeError for a range that is no interval or does not hold the start.
 * @example From 0.6 the logistic map's fixed point flips at r = 3, its 2-cycle at 1 + √6, …
 * continueOrbit(logistic, { points: [Float64Array.of(0.6)], value: 2.5 }, { range: [2, 3.56] });
 */
export function continueOrbit(family: MapFamily, start: OrbitAtValue, options: ContinuationOptions): Continuation {
  const { range, switchBranches = true, maxBranches = 32, maxPeriod = 32 * start.points.length } = options;
  const { progress, tolerance = 1e-12 } = options;
  const [low, high] = range;
  if (!(low < high && start.value >= low && start.value <= high)) {
    throw new RangeError(`continueOrbit: range [${low}, ${high}] must be an interval that holds ${start.value}`);
  }
  const size = orbitSize(start.points);
  const curve = orbitCurve(family, { ...options, tolerance, parameterScale: (high - low) / size });
  const first = curve.correct(start, fixedValue(family.dimension));
  if (!first) return { status: "not-found", reason: `no orbit of period ${start.points.length} near the start` };
  const branches: Branch[] = [];
  const queue: Task[] = [{ starts: bothWays(family.dimension, first), origin: null, first: null }];
  for (let task = queue.shift(); task && branches.length < maxBranches; task = queue.shift()) {
    const { unlessKnown } = task;
    if (unlessKnown && branches.some((branch) => passesBy(branch, unlessKnown, curve))) continue;
    const index = branches.length;
    const onProgress = progress && ((value: number, points: number) => progress(value, points, index));
    const follow = followOptions(options, size, onProgress);
    const { branch, leaving } = traceBranch(family, curve, task, { options, follow, branches, maxPeriod });
    branches.push(branch);
    if (!switchBranches) continue;
    queue.push(...leaving.map((next) => ({ ...next, origin: { ...next.origin, branch: index } })));
    queue.push(...halvedStarts(family, curve, branch));
  }
  return { status: "followed", branches };
}

interface Task {
  /** One start, or two that go opposite ways from the same orbit. */
  readonly starts: readonly BranchStart[];
  readonly origin: { readonly branch: number; readonly specialPoint: number } | null;
  /** The special point that it leaves. */
  readonly first: SpecialPoint | null;
  /** Not followed when a branch passes here already. */
  readonly unlessKnown?: OrbitAtValue;
}

/** Where a branch ends on one of half its period, that one: its flip is where this branch was born. */
function halvedStarts(family: MapFamily, curve: OrbitCurve, { ends, points }: Branch): Task[] {
  return ends.flatMap(({ kind }, i) => {
    if (kind !== "period-halved") return [];
    const { points: all, value } = i === 0 ? points[0] : points.at(-1)!;
    const half = all.slice(0, all.length / 2);
    const middle = half.map((x, k) => x.map((t, j) => 0.5 * (t + all[k + half.length][j])));
    const orbit = curve.correct({ points: middle, value }, fixedValue(family.dimension));
    if (!orbit) return [];
    return [{ starts: bothWays(family.dimension, orbit), origin: null, first: null, unlessKnown: orbit }];
  });
}

/** Whether a point of a branch is as near to an orbit as neighbours on a branch are. */
function passesBy({ period, points }: Branch, orbit: OrbitAtValue, { parameterScale }: OrbitCurve): boolean {
  if (period !== orbit.points.length) return false;
  return points.some(({ points: own, value }) => {
    const away = Math.min(...own.map((x) => distance(x, orbit.points[0])));
    return Math.hypot(away, (value - orbit.value) / parameterScale) <= neighbourhood * orbitSize(own);
  });
}

function bothWays(n: number, orbit: BranchStart["orbit"]): BranchStart[] {
  const amplitude = Number.POSITIVE_INFINITY;
  return [1, -1].map((weight) => ({ orbit, reference: { vector: new Float64Array(n), weight }, amplitude }));
}

function followOptions(
  { range, maxPoints = 500, escapeNorm, isDead, longestStep = 0.04 }: ContinuationOptions,
  size: number,
  progress: FollowOptions["progress"] | undefined,
): FollowOptions {
  return {
    range,
    maxPoints,
    longestStep,
    firstStep: firstPart * longestStep * size,
    shortestStep: shortestStep * size,
    escapeNorm: escapeNorm ?? 1e6 * size,
    ...(isDead && { isDead }),
    ...(progress && { progress }),
  };
}

interface TraceContext {
  readonly options: ContinuationOptions;
  readonly follow: FollowOptions;
  readonly branches: readonly Branch[];
  readonly maxPeriod: number;
}

/** One branch, and the starts of those that leave it. */
function traceBranch(family: MapFamily, curve: OrbitCurve, task: Task, context: TraceContext) {
  const { options, follow } = context;
  const { orbit } = task.starts[0];
  const { familyDimension } = orbitMultipliers(family.at(orbit.value), orbit.points, options);
  const tracer = branchTracer(family, curve, { ...options, familyDimension });
  const strands = task.starts.map(({ orbit: from, reference, amplitude }) => {
    const firstStep = Math.min(follow.firstStep, amplitude);
    return followBranch(tracer, tracer.station(from, reference), { ...follow, firstStep });
  });
  const [ahead, back] = strands;
  const stations = [...(back?.stations.slice(1).toReversed() ?? []), ...ahead.stations];
  const events = [...(back?.events.toReversed() ?? []), ...ahead.events];
  const specials = events.map((event) => ({ event, special: specialPoint(tracer, event) }));
  const points = stations.map((station) => branchPoint(station, station.spectrum()));
  const head = task.first && headPoint(tracer, task.first, orbit.points.length);
  const branch: Branch = {
    period: orbit.points.length,
    points: head ? [head, ...points] : points,
    specialPoints: specials.map(({ special }) => special),
    ends: [back?.end ?? originEnd(task.first!), ahead.end],
    origin: task.origin,
  };
  const leaving = specials.flatMap(({ event, special }, specialPoint) =>
    startsFrom(tracer, special, event, context).map((starts) => ({
      ...{ starts, first: special },
      origin: { branch: 0, specialPoint },
    })),
  );
  return { branch, leaving };
}

function originEnd({ value, type }: SpecialPoint): BranchEnd {
  return { kind: "origin", value, reason: `leaves another branch at a ${type}` };
}

/** The special point as the first point of the branch that leaves it. */
function headPoint({ family, options }: Tracer, special: SpecialPoint, period: number) {
  const points = Array.from({ length: period }, (_, k) => special.points[k % special.points.length]);
  const orbit = { points, value: special.value, residual: special.residual };
  const { familyDimension } = special;
  return branchPoint(orbit, orbitMultipliers(family.at(special.value), points, { ...options, familyDimension }));
}

function specialPoint(tracer: Tracer, event: SmoothEvent | BorderEvent): SpecialPoint {
  const { station } = event.mark;
  const plain = branchPoint(station, station.spectrum());
  const map = tracer.family.at(station.value);
  if ("kink" in event) {
    const collision = { point: event.point, kink: event.kink };
    return { ...plain, type: "border-collision", angle: null, multiplicity: 1, normalForm: null, collision };
  }
  const rest = { multiplicity: event.multiplicity, collision: null };
  if (event.type === "branch-point") return { ...plain, ...branchPointForm(tracer, station), ...rest, angle: null };
  const pair = event.type === "neimark-sacker" ? crossingPair(station.spectrum().multipliers) : null;
  const angle = pair && Math.atan2(pair[1], pair[0]);
  const form =
    event.multiplicity > 1
      ? severalAtOnce
      : normalForm(map, station.points, event.type, { ...tracer.options, ...(angle !== null && { angle }) });
  return { ...plain, ...rest, type: event.type, angle, normalForm: form };
}

const severalAtOnce: NormalForm = { status: "undetermined", reason: "several multipliers cross at once" };
/** A quadratic coefficient below this, relative to the length of what it is a component of, is 0. */
const vanishing = 1e-6;

/** A pitchfork when the quadratic coefficient vanishes, else a transcritical point. */
function branchPointForm({ family, options }: Tracer, station: Station) {
  const map = family.at(station.value);
  if (options.familyDimension > 0) {
    const reason = "the orbit belongs to a family: the multiplier 1 is not simple";
    return { type: "pitchfork" as const, normalForm: { status: "undetermined" as const, reason } };
  }
  const quadratic = normalForm(map, station.points, "transcritical", options);
  const cubic = normalForm(map, station.points, "pitchfork", options);
  const [a, c] = [quadratic, cubic].map((form) => (form.status === "computed" ? Math.abs(form.coefficient) : 0));
  const isSymmetric = quadratic.status !== "computed" || a <= 10 * quadratic.error + vanishing * (1 + c);
  return isSymmetric
    ? { type: "pitchfork" as const, normalForm: cubic }
    : { type: "transcritical" as const, normalForm: quadratic };
}

/** Groups of starts, one a branch: the arms of a crossing curve are one branch, those of a pitchfork too. */
function startsFrom(
  tracer: Tracer,
  special: SpecialPoint,
  event: SmoothEvent | BorderEvent,
  { branches, maxPeriod, options }: TraceContext,
): (readonly BranchStart[])[] {
  const { family, curve } = tracer;
  if ("kink" in event) return [];
  const doubles = special.type === "flip" ? 2 : 1;
  if (special.multiplicity > 1 || doubles * special.points.length > maxPeriod) return [];
  if (branches.some((branch) => isKnownPlace(branch, special, curve))) return [];
  return switchBranch(family, curve, special, event.direction(), options).map((start) => [start]);
}

/** Whether a branch already begins or ends at this special point. */
function isKnownPlace(branch: Branch, special: SpecialPoint, curve: OrbitCurve): boolean {
  return [branch.points[0], branch.points.at(-1)!].some((end, i) => {
    const { kind } = branch.ends[i];
    if (kind !== "origin" && kind !== "period-halved") return false;
    const away = Math.abs(end.value - special.value) / curve.parameterScale;
    const near = end.points.some((x) => distance(x, special.points[0]) <= samePlace ** 0.5 * orbitSize(end.points));
    return away <= samePlace && near;
  });
}
