import { norm } from "../numeric/index.ts";

/** A derivative and how far the last extrapolations disagree. */
export interface Estimated {
  readonly value: Float64Array;
  readonly error: number;
}

/** Steps are halved this often from the first, which is a quarter of the size of the point. */
const rows = 12;
const firstStep = 0.25;

/**
 * The limit for h → 0 of `quotient(h)`, whose error is a series in h², by Richardson extrapolation over halved steps;
 * the entry of the tableau whose neighbours agree best is taken (Ridders, Adv. Eng. Software 4, 1982). A kink farther
 * away than the last few steps does no harm. `scale` is the size of what h is added to.
 */
export function extrapolated(quotient: (h: number) => Float64Array, scale: number): Estimated {
  let best: Estimated = { value: new Float64Array(0), error: Number.POSITIVE_INFINITY };
  let previous: Float64Array[] = [];
  for (let i = 0; i < rows; i++) {
    const current = [quotient(firstStep * scale * 2 ** -i)];
    for (let j = 1; j <= i; j++) {
      const factor = 4 ** j;
      const value = current[j - 1].map((x, k) => x + (x - previous[j - 1][k]) / (factor - 1));
      current.push(value);
      const error = Math.max(gap(value, current[j - 1]), gap(value, previous[j - 1]));
      if (error < best.error) best = { value, error };
    }
    previous = current;
  }
  return best;
}

function gap(a: Float64Array, b: Float64Array): number {
  return norm(a.map((x, i) => x - b[i]));
}
