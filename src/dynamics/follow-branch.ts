import { axpy, dot, norm } from "../numeric/index.ts";
import type { BranchEnd } from "./branch.ts";
import {
  type BorderEvent,
  borderEvents,
  locate,
  type Mark,
  markBetween,
  meetingPlace,
  type SmoothEvent,
  smoothEvents,
} from "./branch-events.ts";
import type { Station, Tracer } from "./branch-tracer.ts";
import { type Complex, modulus } from "./complex.ts";
import { crossBorder, largestBend } from "./cross-border.ts";
import { cosine, fixedValue } from "./orbit-curve.ts";
import { apart, distance, orbitSize } from "./periodic-orbit.ts";

export interface FollowOptions {
  readonly range: readonly [low: number, high: number];
  readonly maxPoints: number;
  /** Lengths of steps along the curve, in its units. */
  readonly firstStep: number;
  readonly shortestStep: number;
  /** Relative to the size of the orbit. */
  readonly longestStep: number;
  /** A branch whose points pass this norm counts as diverged. */
  readonly escapeNorm: number;
  readonly isDead?: (points: readonly Float64Array[], value: number) => boolean;
  readonly progress?: (value: number, points: number) => void;
}

/** A one-way piece of a branch. */
export interface Strand {
  readonly stations: readonly Station[];
  readonly events: readonly (SmoothEvent | BorderEvent)[];
  readonly end: BranchEnd;
}

/** Neighbouring tangents at a larger angle than this, or multipliers that move more than this part of 1 + |μ|, call for a shorter step. */
const leastCosine = 0.95;
const multiplierMove = 0.4;
/** A correction longer than this part of the way the points moved, or of the whole step, may have led to another branch. */
const largestCorrection = 0.2;
const largestStepPart = 1e-3;
/** Halvings of a step that meets a kink, to see whether the map jumps there. */
const narrowings = 12;
/** Within this many shortest steps a step is taken although it turns too much. */
const patience = 64;
/** Corrections that a step may take for the next to be longer. */
const easyCorrections = 4;
const growth = 1.6;
/** Beyond this many times its first size a branch is on its way to infinity and may take longer steps, up to this part of its size. */
const faraway = 10;
const longestPart = 0.5;
/** Marks on either side of a kink stand this part of the step away from it. */
const besideBorder = 1e-7;
const besideHalving = 0.02;

/**
 * Follows a curve of orbits from a station in its direction by pseudo-arclength: predict along the tangent, correct
 * across it. Steps shrink where the curve or the multipliers turn fast, and grow where it is straight.
 */
export function followBranch(tracer: Tracer, start: Station, options: FollowOptions): Strand {
  const stations = [start];
  const events: (SmoothEvent | BorderEvent)[] = [];
  const finish = (kind: BranchEnd["kind"], value: number, reason: string): Strand => ({
    ...{ stations, events },
    end: { kind, value, reason },
  });
  let length = options.firstStep;
  const startSize = orbitSize(start.points);
  let tiny = 0;
  for (;;) {
    const base = stations.at(-1)!;
    options.progress?.(base.value, stations.length);
    if (stations.length >= options.maxPoints) return finish("max-points", base.value, `${options.maxPoints} points`);
    const step = advance(tracer, base, length, options.shortestStep);
    if (!step) {
      const crossing = crossBorder(tracer, base, options.shortestStep);
      if (!crossing) {
        return finish("stalled", base.value, `no orbit found ${options.shortestStep.toExponential(0)} further on`);
      }
      events.push(crossing.event);
      if (!crossing.beyond)
        return finish("border-collision", crossing.event.mark.station.value, "no orbit beyond the kink");
      stations.push(crossing.beyond);
      length = options.firstStep;
      continue;
    }
    tiny = step.at < patience * options.shortestStep ? tiny + 1 : 0;
    if (tiny > patience) return finish("stalled", base.value, "the branch turns too sharply to be followed further");
    const a = { at: 0, station: base };
    const stop = firstStop(tracer, a, step, start, stations.length, options);
    const b = stop?.mark ?? step;
    events.push(...eventsOf(tracer, a, stop?.kind === "period-halved" ? shortOf(tracer, a, b) : b));
    if (b.at > 0) stations.push(b.station);
    if (stop) return finish(stop.kind, b.station.value, stop.reason);
    const size = orbitSize(step.station.points);
    const longest = Math.min(
      size * longestPart,
      options.longestStep * size * Math.max(1, size / (faraway * startSize)),
    );
    length = Math.min(longest, step.at * (step.station.iterations <= easyCorrections ? growth : 1));
  }
}

/** The next station, at `length` or, where that turns too much or is not found, nearer. */
function advance(tracer: Tracer, base: Station, length: number, shortest: number): Mark | null {
  for (let at = length; at >= shortest; at /= 2) {
    const station = tracer.probe(base, at);
    if (!station || leaps(tracer, base, { at: 0, station: base }, { at, station })) continue;
    if (at < patience * shortest || isGentle(tracer, base, station, at)) return { at, station };
  }
  return null;
}

/**
 * Whether the map jumps at a kink within the step: then the orbit found beyond it is one that no curve leads to. Each crossing
 * is narrowed down; across a kink of a continuous map a branch bends, but does not move by more than the way allows.
 */
function leaps(tracer: Tracer, base: Station, from: Mark, to: Mark): boolean {
  if (!meetsKink(from.station, to.station)) return false;
  let [near, far] = [from, to];
  for (let i = 0; i < narrowings; i++) {
    const at = 0.5 * (near.at + far.at);
    const station = tracer.probe(base, at);
    if (!station) return true;
    if (meetsKink(from.station, station)) far = { at, station };
    else near = { at, station };
  }
  const speed = 1 + norm(Float64Array.from(base.direction().steps, norm));
  const gap = apart(far.station.points, near.station.points);
  if (gap > largestBend * speed * (far.at - near.at) + 1e-9 * orbitSize(near.station.points)) return true;
  return far.at < to.at && leaps(tracer, base, far, to);
}

function meetsKink(a: Station, b: Station): boolean {
  return a.switching().some((distances, k) => distances.some((d, i) => d * b.switching()[k][i] < 0));
}

function isGentle({ curve }: Tracer, a: Station, b: Station, at: number): boolean {
  if (meetsKink(a, b)) return true;
  if (cosine(a.direction(), b.direction()) < leastCosine) return false;
  const guess = curve.predict(a, a.direction(), at);
  const correction = apart(b.points, guess.points);
  if (correction > largestCorrection * apart(guess.points, a.points) + largestStepPart * at) return false;
  const [before, after] = [a.spectrum(), b.spectrum()];
  if (!before.complete || !after.complete) return true;
  return isCovered(before.multipliers, after.multipliers) && isCovered(after.multipliers, before.multipliers);
}

/** Whether every value has one of the others near by. */
function isCovered(values: readonly Complex[], others: readonly Complex[]): boolean {
  return values.every((value) =>
    others.some(([re, im]) => Math.hypot(value[0] - re, value[1] - im) <= multiplierMove * (1 + modulus(value))),
  );
}

interface Stop {
  readonly kind: BranchEnd["kind"];
  readonly reason: string;
  /** Where; the mark of the step when null. */
  readonly mark: Mark | null;
}

/** Whether the branch ends within this step. */
function firstStop(
  tracer: Tracer,
  a: Mark,
  b: Mark,
  start: Station,
  count: number,
  { range, escapeNorm, isDead }: FollowOptions,
): Stop | null {
  const [low, high] = range;
  const { value, points } = b.station;
  if (value < low || value > high) {
    const limit = value < low ? low : high;
    return { kind: "range-end", reason: "end of the range", mark: landing(tracer, a, b, limit) };
  }
  if (points.some((x) => !(norm(x) <= escapeNorm))) {
    return { kind: "diverged", reason: `a point passed the norm ${escapeNorm.toExponential(0)}`, mark: null };
  }
  const halved = halving(tracer, a, b);
  if (halved) {
    return { kind: "period-halved", reason: "the orbit meets one of half its period", mark: halved };
  }
  if (isDead?.(points, value)) {
    return { kind: "dead", reason: "the orbit entered a dead piece", mark: lastAlive(tracer, a, b, isDead) };
  }
  if (count > 4 && passes(tracer, a.station, b, start)) {
    return { kind: "closed", reason: "the branch is a closed curve", mark: null };
  }
  return null;
}

/** A little before the place where a branch turns over into itself: there its tangent and multipliers say nothing. */
function shortOf(tracer: Tracer, a: Mark, b: Mark): Mark {
  return markBetween(tracer, a, b, b.at - besideHalving * (b.at - a.at)) ?? a;
}

/** The mark whose value is exactly the limit. */
function landing(tracer: Tracer, a: Mark, b: Mark, limit: number): Mark | null {
  const near = a.station.value === limit ? a : locate(tracer, a, b, (station) => station.value - limit);
  if (!near) return null;
  const { curve, family } = tracer;
  const exact = curve.correct({ points: near.station.points, value: limit }, fixedValue(family.dimension));
  if (!exact) return near;
  const { steps, parameter } = near.station.direction();
  return { at: near.at, station: tracer.station({ ...exact, value: limit }, { vector: steps[0], weight: parameter }) };
}

/** The mark where x_0 − x_{p/2} vanishes: there the branch turns over into itself, half a period later. */
function halving(tracer: Tracer, a: Mark, b: Mark): Mark | null {
  const half = a.station.points.length / 2;
  if (!Number.isInteger(half)) return null;
  const gap = ({ points }: Station) => points[0].map((x, i) => x - points[half][i]);
  const before = gap(a.station);
  if (!(dot(before, gap(b.station)) < 0)) return null;
  const test = (station: Station) => dot(before, gap(station));
  const [first, last] = [test(a.station), test(b.station)];
  return meetingPlace(tracer, a, b, a.at + ((b.at - a.at) * first) / (first - last), test) ?? a;
}

/** The last mark found alive when the step is halved until no double lies between. */
function lastAlive(
  tracer: Tracer,
  a: Mark,
  b: Mark,
  isDead: (points: readonly Float64Array[], value: number) => boolean,
): Mark {
  let [alive, dead] = [a, b];
  for (let i = 0; i < 50; i++) {
    const middle = markBetween(tracer, alive, dead, 0.5 * (alive.at + dead.at));
    if (!middle) break;
    if (isDead(middle.station.points, middle.station.value)) dead = middle;
    else alive = middle;
  }
  return alive;
}

/** Whether the step passes the start of the strand in its direction. */
function passes({ curve }: Tracer, a: Station, b: Mark, start: Station): boolean {
  const direction = a.direction();
  const toStart = start.points[0].slice();
  axpy(-1, a.points[0], toStart);
  const parameter = (start.value - a.value) / curve.parameterScale;
  const along = dot(toStart, direction.steps[0]) + parameter * direction.parameter;
  if (along < 0 || along > b.at || cosine(direction, start.direction()) < leastCosine) return false;
  const near = curve.predict(a, direction, along);
  const gap = Math.hypot(distance(near.points[0], start.points[0]), (near.value - start.value) / curve.parameterScale);
  return gap <= 0.2 * b.at;
}

/** Border collisions within a step, and the smooth events of the pieces between them. */
function eventsOf(tracer: Tracer, a: Mark, b: Mark): (SmoothEvent | BorderEvent)[] {
  const borders = borderEvents(tracer, a, b);
  const events: (SmoothEvent | BorderEvent)[] = [];
  const beside = besideBorder * (b.at - a.at);
  let from: Mark | null = a;
  for (const border of borders) {
    const before = markBetween(tracer, a, border.mark, border.mark.at - beside);
    if (from && before && before.at > from.at) events.push(...smoothEvents(tracer, from, before));
    events.push(border);
    from = markBetween(tracer, border.mark, b, border.mark.at + beside);
  }
  if (from && from.at < b.at) events.push(...smoothEvents(tracer, from, b));
  return events;
}
