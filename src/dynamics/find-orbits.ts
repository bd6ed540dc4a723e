import type { DiscreteMap } from "./discrete-map.ts";
import { findOrbit, type OrbitOptions } from "./find-orbit.ts";
import type { OrbitSeed } from "./orbit-seeds.ts";
import { isSameOrbit, type PeriodicOrbit } from "./periodic-orbit.ts";

export interface OrbitsOptions extends OrbitOptions {
  /** Each seed is tried this many times, with what was found so far deflated. Default 1. */
  readonly triesPerSeed?: number;
  /** Whether searches are kept off the orbits found so far. Default true. */
  readonly deflateFound?: boolean;
}

export interface OrbitCollection {
  /** Distinct orbits of exactly this minimal period, in the order found. */
  readonly orbits: readonly PeriodicOrbit[];
  /** Orbits whose period is a proper divisor, met on the way. */
  readonly shorter: readonly PeriodicOrbit[];
  /** Searches by outcome; "repeated" ones converged to an orbit known already. */
  readonly searches: {
    readonly converged: number;
    readonly repeated: number;
    readonly stalled: number;
    readonly diverged: number;
  };
}

/** The latest orbits found that searches are kept off: along a family they would grow without end. */
const mostDeflated = 64;

/**
 * The orbits of minimal period `period` that the seeds lead to. What was found (of many orbits the latest 64) is
 * deflated, so a seed can give another orbit than its nearest. That the list is complete is never claimed.
 */
export function findOrbits(
  map: DiscreteMap,
  period: number,
  seeds: Iterable<OrbitSeed>,
  options: OrbitsOptions = {},
): OrbitCollection {
  const { triesPerSeed = 1, deflateFound = true, deflate = [] } = options;
  const orbits: PeriodicOrbit[] = [];
  const shorter: PeriodicOrbit[] = [];
  const searches = { converged: 0, repeated: 0, stalled: 0, diverged: 0 };
  for (const seed of seeds) {
    for (let tries = 0; tries < triesPerSeed; tries++) {
      const known = deflateFound ? [...deflate, ...orbits, ...shorter].slice(-mostDeflated) : deflate;
      const search = findOrbit(map, seed, period, { ...options, deflate: known });
      if (search.status !== "converged") {
        searches[search.status] += 1;
        break;
      }
      const list = search.orbit.period === period ? orbits : shorter;
      if (list.some((orbit) => isSameOrbit(orbit.points, search.orbit.points))) {
        searches.repeated += 1;
        break;
      }
      searches.converged += 1;
      list.push(search.orbit);
    }
  }
  return { orbits, shorter, searches };
}
