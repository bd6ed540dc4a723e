import type { BorderEvent } from "./branch-events.ts";
import type { Station, Tracer } from "./branch-tracer.ts";
import { kinkDistances } from "./branch-tracer.ts";
import { type CurveDirection, type OrbitAtValue, planeOf } from "./orbit-curve.ts";
import { apart } from "./periodic-orbit.ts";

export interface Crossing {
  readonly event: BorderEvent;
  /** The first station on the other side; null when none is found. */
  readonly beyond: Station | null;
}

/** Kinks farther away than this many shortest steps are not what stops a branch. */
const reach = 1e4;
/** Part of the remaining way to the kink taken in one approach. */
const approach = 0.9;
const approaches = 16;

/**
 * What stops a branch where no orbit is found further on: a point of the orbit about to meet a kink. The branch is led
 * up to the kink, its direction on the other side is that of the equations with the derivatives of that side, in the
 * sense that leads away from the kink (di Bernardo et al., Piecewise-smooth Dynamical Systems, §3.2): the branch may
 * turn there (non-smooth fold) or end.
 */
export function crossBorder(tracer: Tracer, base: Station, shortestStep: number): Crossing | null {
  const start = nearestKink(tracer, base, reach * shortestStep);
  if (!start) return null;
  const { point, kink } = start;
  let last = base;
  let remaining = start.way;
  for (let i = 0; i < approaches && remaining > 1e-13; i++) {
    const next = tracer.probe(last, approach * remaining);
    if (!next) break;
    last = next;
    remaining = wayTo(tracer, last, point, kink);
    if (!(remaining > 0)) break;
  }
  const event: BorderEvent = { mark: { at: 0, station: last }, point, kink };
  return { event, beyond: otherSide(tracer, last, { point, kink, remaining: Math.max(remaining, 0), shortestStep }) };
}

/** At a kink of a continuous map a branch bends: what it moves to a side shrinks with the step, and is at most so many times as long. */
export const largestBend = 10;

/** Whether a correction is so long that it leads elsewhere: where the map jumps no orbit of the branch lies beyond. */
function isOutOfProportion(from: OrbitAtValue, guess: OrbitAtValue, found: OrbitAtValue, length: number): boolean {
  return apart(found.points, guess.points) > largestBend * (apart(guess.points, from.points) + length);
}

function nearestKink(tracer: Tracer, base: Station, within: number) {
  let nearest: { point: number; kink: number; way: number } | null = null;
  base.switching().forEach((distances, point) => {
    distances.forEach((_, kink) => {
      const way = wayTo(tracer, base, point, kink);
      if (way > 0 && way <= within && !(nearest && nearest.way <= way)) nearest = { point, kink, way };
    });
  });
  return nearest as { point: number; kink: number; way: number } | null;
}

/** The length along the tangent after which that distance would vanish. */
function wayTo(tracer: Tracer, station: Station, point: number, kink: number): number {
  const now = station.switching()[point][kink];
  return now === 0 ? 0 : -now / rate(tracer, station, station.direction(), point, kink);
}

const probeLength = 1e-7;

/** How fast a distance to a kink changes along a direction. */
function rate(tracer: Tracer, at: Station, direction: CurveDirection, point: number, kink: number): number {
  const [ahead, behind] = [probeLength, -probeLength].map((length) => {
    const { points, value } = tracer.curve.predict(at, direction, length);
    return kinkDistances(tracer.family.at(value), points)[point][kink];
  });
  return (ahead - behind) / (2 * probeLength);
}

function otherSide(
  tracer: Tracer,
  last: Station,
  { point, kink, remaining, shortestStep }: { point: number; kink: number; remaining: number; shortestStep: number },
): Station | null {
  const { curve } = tracer;
  const here = last.direction();
  const side = Math.sign(last.switching()[point][kink]);
  const beyond = curve.predict(last, here, remaining + 10 * probeLength);
  let direction = curve.tangent(beyond, planeOf(here));
  if (Math.sign(rate(tracer, last, direction, point, kink)) === side) direction = opposite(direction);
  for (let length = 1e4 * shortestStep; length >= shortestStep; length /= 4) {
    const guess = curve.predict(curve.predict(last, here, remaining), direction, length);
    const corrected = curve.correct(guess, planeOf(direction));
    if (!corrected) continue;
    const station = tracer.station(corrected, planeOf(direction));
    const crosses = Math.sign(station.switching()[point][kink]) === -side;
    if (crosses && !isOutOfProportion(last, guess, station, remaining + length)) return station;
  }
  return null;
}

function opposite({ steps, parameter }: CurveDirection): CurveDirection {
  return { steps: steps.map((d) => d.map((t) => -t)), parameter: -parameter };
}
