import { powerOfTwo } from "./binary64.ts";

/** The smallest double above x: 2^−1074 above ±0, ∞ above the largest finite double. ∞ and NaN stay. */
export function nextUp(x: number): number {
  const size = Math.abs(x);
  if (size >= TINY && size <= Number.MAX_VALUE) return x + size * JUST_OVER_HALF_ULP;
  return nextUpAtTheEdge(x, size);
}

/** The largest double below x: −2^−1074 below ±0, the largest finite double below ∞. −∞ and NaN stay. */
export function nextDown(x: number): number {
  return -nextUp(-x);
}

// size × this number lies strictly between a half and three halves of the spacing of doubles at ±size, so one rounded
// addition lands on the neighbour (Rump, Zimmermann, Boldo, Melquiond, BIT 49, 2009, algorithm 1).
const JUST_OVER_HALF_ULP = (Number.EPSILON / 2) * (1 + Number.EPSILON);
const TINY = powerOfTwo(-900);
const UNIFORM_SPACING = powerOfTwo(-1021); // below it neighbours are 2^−1074 apart
const UP = powerOfTwo(200);
const DOWN = powerOfTwo(-200);

function nextUpAtTheEdge(x: number, size: number): number {
  if (size < UNIFORM_SPACING) return x + Number.MIN_VALUE;
  if (x === -UNIFORM_SPACING) return x + Number.MIN_VALUE; // towards zero the spacing is already the smaller one
  if (size < TINY) return nextUp(x * UP) * DOWN;
  return x === Number.NEGATIVE_INFINITY ? -Number.MAX_VALUE : x;
}
