import type { Rng } from "../numeric/index.ts";

/**
 * Draws i with probability `probabilities[i]` in constant time (Walker's alias method, set up as in Vose,
 * IEEE Trans. Software Eng. 17, 1991). One uniform number a draw: its integer part picks a cell, its fraction decides.
 */
export function aliasTable(probabilities: Float64Array): (rng: Rng) => number {
  const count = probabilities.length;
  const keep = probabilities.map((p) => p * count);
  const alias = Int32Array.from(keep, (_, i) => i);
  const small: number[] = [];
  const large: number[] = [];
  keep.forEach((share, i) => {
    (share < 1 ? small : large).push(i);
  });
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop()!;
    const rich = large[large.length - 1];
    alias[poor] = rich;
    keep[rich] = keep[rich] - (1 - keep[poor]);
    if (keep[rich] < 1) small.push(large.pop()!);
  }
  // What is left differs from 1 by rounding only, unless its probability is 0.
  for (const i of large) keep[i] = 1;
  for (const i of small) if (probabilities[i] > 0) keep[i] = 1;
  return (rng) => {
    const u = rng.uniform() * count;
    const cell = Math.min(count - 1, Math.floor(u));
    return u - cell < keep[cell] ? cell : alias[cell];
  };
}
