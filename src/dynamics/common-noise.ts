import type { RandomMap } from "./discrete-map.ts";
import { distance } from "./periodic-orbit.ts";

/**
 * Whether a random attractor is a point, put to the test: several starts run with the same draws. When they meet, one
 * trajectory attracts them all; when the largest exponent is positive, or neutral directions are left, they stay apart.
 * Returns the largest distance between two of them after `steps`, NaN when one has diverged. Cost starts × steps.
 */
export function spreadUnderCommonNoise<Draw>(
  map: RandomMap<Draw>,
  starts: readonly Float64Array[],
  draws: { next(): Draw },
  steps: number,
): number {
  let [states, next] = [starts.map((x) => x.slice()), starts.map((x) => new Float64Array(x.length))];
  for (let t = 0; t < steps; t++) {
    const draw = draws.next();
    states.forEach((x, i) => {
      map.step(x, draw, next[i]);
    });
    [states, next] = [next, states];
  }
  let largest = 0;
  states.forEach((x, i) => {
    for (const y of states.slice(i + 1)) {
      const apart = distance(x, y);
      largest = apart <= largest ? largest : apart; // NaN stays
    }
  });
  return Number.isFinite(largest) ? largest : Number.NaN;
}
