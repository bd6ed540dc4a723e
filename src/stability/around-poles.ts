/**
 * `points` (ascending) with more of them beside every pole inside their range, closing in on it from both sides by a
 * factor at a time, and the pole itself: a curve that falls to −∞ there is then drawn deep and cut exactly at the pole.
 */
export function aroundPoles(points: readonly number[], poles: readonly number[]): number[] {
  const [first, last] = [points[0], points[points.length - 1]];
  const extra = poles
    .filter((pole) => pole > first && pole < last)
    .flatMap((pole) => [pole, ...OFFSETS.flatMap((offset) => [pole * (1 - offset), pole * (1 + offset)])])
    .filter((x) => x > first && x < last);
  return [...new Set([...points, ...extra])].sort((a, b) => a - b);
}

/** Relative distances, from a third down to where 1 − ηx has two digits left. */
const OFFSETS = Array.from({ length: 54 }, (_, i) => 0.3 * 10 ** (-i / 4));
