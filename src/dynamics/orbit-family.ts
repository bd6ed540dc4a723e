import { axpy, norm, scale } from "../numeric/index.ts";
import type { DiscreteMap } from "./discrete-map.ts";
import { findOrbit } from "./find-orbit.ts";
import { orbitSize } from "./periodic-orbit.ts";
import { type ShootingOptions, shootingResiduals } from "./shooting.ts";

/** Pairs of distances, relative to the size of the orbit, at which other members of a family are looked for; the second pair for maps with kinks close by. */
const excursions = [
  [1e-2, 3e-3],
  [1e-3, 3e-4],
];
/** A member found farther than this part of the excursion from where it was expected is another orbit. */
const allowedCorrection = 0.25;
const familyTolerance = 1e-13;

/**
 * Whether the orbit through `points` belongs to a family that leaves it along v, a vector with Mv = v: a little way out
 * along ±v, at two distances, there must be orbits within a quarter of the way. At a fold or pitchfork Mv = v too, but
 * the residual grows with the square or cube of the distance and Newton's method runs back, or to one single neighbour.
 * A level "estimate": numerical evidence, not a proof.
 */
export function isFamilyDirection(
  map: DiscreteMap,
  points: readonly Float64Array[],
  v: Float64Array,
  options: ShootingOptions = {},
): boolean {
  const directions = pushAlong(map, points, v);
  const size = orbitSize(points);
  const tolerance = Math.max(familyTolerance, (4 * shootingResiduals(map, points).largest) / size);
  const leads = (excursion: number) => {
    const seed = points.map((x, k) => {
      const y = x.slice();
      axpy(excursion * size, directions[k], y);
      return y;
    });
    const search = findOrbit(map, seed, points.length, { ...options, tolerance, maxIterations: 30 });
    if (search.status !== "converged") return false;
    const correction = search.orbit.points[0].slice();
    axpy(-1, seed[0], correction);
    return norm(correction) <= allowedCorrection * Math.abs(excursion) * size;
  };
  return excursions.some((pair) => pair.every((e) => leads(e) && leads(-e)));
}

/** v/‖v‖ carried along the orbit by the tangent map. */
export function pushAlong(map: DiscreteMap, points: readonly Float64Array[], v: Float64Array): Float64Array[] {
  const first = v.slice();
  scale(1 / norm(v), first);
  const chain = [first];
  for (let k = 1; k < points.length; k++) {
    const next = new Float64Array(map.dimension);
    map.tangent(points[k - 1], chain[k - 1], next);
    chain.push(next);
  }
  return chain;
}
