import { bracketedRoot } from "./bracketed-root.ts";
import type { Station, Tracer } from "./branch-tracer.ts";
import { type Complex, isReal, modulus } from "./complex.ts";
import { crossingPair, productOver } from "./critical-multipliers.ts";
import { type CurveDirection, planeOf } from "./orbit-curve.ts";
import { shootingResiduals } from "./shooting.ts";

/** A station at a distance from where a step began. */
export interface Mark {
  readonly at: number;
  readonly station: Station;
}

export interface SmoothEvent {
  /** "branch-point": a multiplier passes 1 and the branch does not turn. */
  readonly type: "fold" | "branch-point" | "flip" | "neimark-sacker";
  readonly mark: Mark;
  readonly multiplicity: number;
  /** The tangent there, where the mark's own is lost at a branch point. */
  readonly direction: () => CurveDirection;
}

export interface BorderEvent {
  readonly mark: Mark;
  readonly point: number;
  readonly kink: number;
}

/** A step is halved so often to tell events apart; what is still together then happens at once. */
const maxDepth = 40;
/** Places are found to this part of the step. */
const placeRtol = 1e-14;
/** Marks on either side of an event stand this part of the step away from it. */
const besideEvent = 1e-3;
/** Values of an incomplete spectrum this close to 1 come and go. */
const nearOne = 0.05;
/** Distances of the orbits from which a meeting place is found, as parts of the step. */
const meetingParts = [0.08, 0.02];

/**
 * Bifurcations between two marks of one smooth piece of a branch, in order. Crossings of −1 and 1 are seen by the parity
 * of the real multipliers beyond them, turns by the tangent, rotations by the number of multipliers outside the unit
 * circle; steps with more than one of these are halved until each has its own.
 */
export function smoothEvents(tracer: Tracer, a: Mark, b: Mark, depth = 0): SmoothEvent[] {
  const change = changeBetween(a.station, b.station);
  if (!change.isAny) return [];
  const single = singleEvent(change, a, b);
  const found = single && locate(tracer, a, b, tests[single]);
  if (found) {
    const again = single === "branch-point" ? meetingPlace(tracer, a, b, found.at, tests["branch-point"]) : null;
    const mark = again ?? found;
    return [{ type: single, mark, multiplicity: 1, direction: () => directionAt(tracer, a, mark, b) }];
  }
  const middle = depth < maxDepth ? markBetween(tracer, a, b, 0.5 * (a.at + b.at)) : null;
  if (middle) return [...smoothEvents(tracer, a, middle, depth + 1), ...smoothEvents(tracer, middle, b, depth + 1)];
  return [together(a, b, change)];
}

interface Change {
  readonly isAny: boolean;
  readonly turns: boolean;
  readonly passesOne: boolean;
  readonly passesMinusOne: boolean;
  /** How many more multipliers are outside the unit circle. */
  readonly outside: number;
}

function changeBetween(a: Station, b: Station): Change {
  const turns = Math.sign(a.direction().parameter) * Math.sign(b.direction().parameter) < 0;
  if (!a.spectrum().complete || !b.spectrum().complete) return changeFarFromOne(a, b, turns);
  const [before, after] = [a, b].map((station) => countOf(station.spectrum().multipliers));
  const passesOne = (before.aboveOne - after.aboveOne) % 2 !== 0;
  const passesMinusOne = (before.belowMinusOne - after.belowMinusOne) % 2 !== 0;
  const outside = after.outside - before.outside;
  return { turns, passesOne, passesMinusOne, outside, isAny: turns || passesOne || passesMinusOne || outside !== 0 };
}

/** Where only those farthest from 1 are known, nothing is concluded from values near 1: folds are seen by the turn alone. */
function changeFarFromOne(a: Station, b: Station, turns: boolean): Change {
  const [before, after] = [a, b].map((station) =>
    countOf(station.spectrum().multipliers.filter(([re, im]) => Math.hypot(re - 1, im) > nearOne)),
  );
  const passesMinusOne = (before.belowMinusOne - after.belowMinusOne) % 2 !== 0;
  const outside = after.outside - before.outside + (turns ? 1 : 0);
  return { turns, passesOne: turns, passesMinusOne, outside, isAny: turns || passesMinusOne || outside !== 0 };
}

function countOf(multipliers: readonly Complex[]) {
  const real = multipliers.filter(isReal);
  return {
    aboveOne: real.filter(([re]) => re > 1).length,
    belowMinusOne: real.filter(([re]) => re < -1).length,
    outside: multipliers.filter((value) => modulus(value) > 1).length,
  };
}

function singleEvent(
  { turns, passesOne, passesMinusOne, outside }: Change,
  a: Mark,
  b: Mark,
): SmoothEvent["type"] | null {
  const moved = Math.abs(outside);
  if (turns && passesOne && !passesMinusOne && moved === 1) return "fold";
  if (!turns && passesOne && !passesMinusOne && moved === 1) return "branch-point";
  if (!turns && !passesOne && passesMinusOne && moved === 1) return "flip";
  const rotates = !turns && !passesOne && !passesMinusOne && moved === 2;
  return rotates && pairOf(a.station) && pairOf(b.station) ? "neimark-sacker" : null;
}

function pairOf(station: Station): Complex | null {
  return crossingPair(station.spectrum().multipliers);
}

/** The chord of two marks close to either side. */
function directionAt(tracer: Tracer, a: Mark, mark: Mark, b: Mark): CurveDirection {
  const apart = besideEvent * (b.at - a.at);
  const before = mark.at - apart > a.at ? markBetween(tracer, a, mark, mark.at - apart) : a;
  const after = mark.at + apart < b.at ? markBetween(tracer, mark, b, mark.at + apart) : b;
  return tracer.chord((before ?? a).station, (after ?? b).station);
}

/** Functions that change sign at the event, smooth along the branch. */
const tests: Record<SmoothEvent["type"], (station: Station) => number> = {
  fold: (station) => station.direction().parameter,
  "branch-point": (station) => productOver(station.spectrum().multipliers, 1),
  flip: (station) => productOver(station.spectrum().multipliers, -1),
  "neimark-sacker": (station) => {
    const pair = pairOf(station);
    return pair ? modulus(pair) ** 2 - 1 : Number.NaN;
  },
};

/**
 * The mark between a and b where the test vanishes. Each trial starts on the chord of its closest neighbours, so it is
 * the better the closer the bracket: even at a branch point, where corrections find no hold, none is needed in the end.
 */
export function locate(tracer: Tracer, a: Mark, b: Mark, test: (station: Station) => number): Mark | null {
  const asProbe = (mark: Mark) => ({ at: mark.at, value: test(mark.station), found: mark });
  const [low, high] = [asProbe(a), asProbe(b)];
  if (low.value === 0) return a;
  if (!(low.value * high.value < 0)) return null;
  const known = [a, b].sort((x, y) => x.at - y.at);
  const root = bracketedRoot(
    (at) => {
      const after = known.findIndex((mark) => mark.at >= at);
      const mark = markBetween(tracer, known[after - 1], known[after], at);
      if (!mark) return null;
      known.splice(after, 0, mark);
      const next = asProbe(mark);
      return Number.isFinite(next.value) ? next : null;
    },
    low,
    high,
    placeRtol * Math.abs(b.at - a.at),
  );
  return root?.found ?? null;
}

/**
 * A place where branches meet, found from orbits around it, first wide then closer. There the equations are singular, so
 * an orbit that meets them to rounding may lie off the branch by the root of that, or not be found at all; the orbits a
 * little way off do not, and points, value and test are smooth along them: the zero is that of the inverse interpolating
 * polynomial. `at` is a first guess. Null where too few orbits are found.
 */
export function meetingPlace(
  tracer: Tracer,
  a: Mark,
  b: Mark,
  at: number,
  test: (station: Station) => number,
): Mark | null {
  let place: Mark | null = null;
  let guess = at;
  for (const part of meetingParts) {
    const apart = part * (b.at - a.at);
    const nodes = [-3, -2, -1, 1, 2, 3]
      .map((k) => markBetween(tracer, a, b, guess + k * apart))
      .filter((node) => node !== null);
    const values = nodes.map(({ station }) => test(station));
    const weights = values.map((t, i) => values.reduce((w, s, j) => (j === i ? w : (w * s) / (s - t)), 1));
    if (nodes.length < 4 || !weights.every(Number.isFinite)) break;
    const next = interpolated(tracer, nodes, weights);
    if (!(Math.abs(next.at - guess) <= Math.abs(b.at - a.at))) break;
    guess = next.at;
    place = { at: next.at, station: tracer.station(next.orbit, planeOf(tracer.chord(a.station, b.station))) };
  }
  return place;
}

function interpolated(tracer: Tracer, nodes: readonly Mark[], weights: readonly number[]) {
  const mean = (pick: (mark: Mark) => number) => nodes.reduce((sum, node, i) => sum + weights[i] * pick(node), 0);
  const points = nodes[0].station.points.map((x, k) => x.map((_, i) => mean(({ station }) => station.points[k][i])));
  const value = mean(({ station }) => station.value);
  const { largest } = shootingResiduals(tracer.family.at(value), points);
  return { at: mean((mark) => mark.at), orbit: { points, value, residual: largest, iterations: 0 } };
}

export function markBetween(tracer: Tracer, a: Mark, b: Mark, at: number): Mark | null {
  const station = tracer.between(a.station, b.station, (at - a.at) / (b.at - a.at));
  return station && { at, station };
}

/** Events that no halving tells apart: several multipliers at one place, by symmetry. */
function together(a: Mark, b: Mark, change: Change): SmoothEvent {
  const values = b.station.spectrum().multipliers;
  const near = (c: number) => values.filter(([re, im]) => Math.hypot(re - c, im) < 1e-3).length;
  const type = change.turns ? "fold" : near(-1) > 0 ? "flip" : near(1) > 0 ? "branch-point" : "neimark-sacker";
  const count = Math.abs(change.outside);
  return {
    type,
    mark: a,
    multiplicity: Math.max(1, type === "neimark-sacker" ? count / 2 : count),
    direction: a.station.direction,
  };
}

/** Where points of the orbit meet kinks between two marks, in order. */
export function borderEvents(tracer: Tracer, a: Mark, b: Mark): BorderEvent[] {
  const events: BorderEvent[] = [];
  const [before, after] = [a.station.switching(), b.station.switching()];
  before.forEach((distances, point) => {
    distances.forEach((distance, kink) => {
      if (!(distance * after[point][kink] < 0)) return;
      const mark = locate(tracer, a, b, (station) => station.switching()[point][kink]);
      if (mark) events.push({ mark, point, kink });
    });
  });
  return events.sort((x, y) => x.mark.at - y.mark.at);
}
