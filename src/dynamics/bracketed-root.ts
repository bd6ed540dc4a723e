/** A place on a line, the value there of the function whose zero is wanted, and what was computed to find it. */
export interface Probe<T> {
  readonly at: number;
  readonly value: number;
  readonly found: T;
}

/**
 * Closes in on a sign change between two probes by inverse quadratic interpolation kept inside the bracket
 * (Chandrupatla, Adv. Eng. Software 28, 1997), until the bracket is `tolerance` wide or no double lies between.
 * Returns the probe with the smallest |value|; null when a probe in between cannot be made.
 */
export function bracketedRoot<T>(
  probe: (at: number) => Probe<T> | null,
  low: Probe<T>,
  high: Probe<T>,
  tolerance: number,
): Probe<T> | null {
  let [a, b] = [high, low];
  let c = a;
  let t = 0.5;
  for (let step = 0; step < 200; step++) {
    const at = a.at + t * (b.at - a.at);
    const next = probe(at);
    if (!next) return null;
    if (next.value === 0) return next;
    if (Math.sign(next.value) === Math.sign(a.value)) c = a;
    else [c, b] = [b, a];
    a = next;
    const best = Math.abs(a.value) < Math.abs(b.value) ? a : b;
    const width = Math.abs(b.at - a.at);
    const least = (2 ** -52 * Math.abs(best.at) + 0.5 * tolerance) / width;
    if (least >= 0.5) return best;
    const xi = (a.at - b.at) / (c.at - b.at);
    const phi = (a.value - b.value) / (c.value - b.value);
    const isSmooth = phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi;
    t = isSmooth ? interpolated(a, b, c) : 0.5;
    t = Math.min(1 - least, Math.max(least, t));
  }
  return Math.abs(a.value) < Math.abs(b.value) ? a : b;
}

function interpolated<T>(a: Probe<T>, b: Probe<T>, c: Probe<T>): number {
  const first = (a.value / (b.value - a.value)) * (c.value / (b.value - c.value));
  const alpha = (c.at - a.at) / (b.at - a.at);
  return first + alpha * (a.value / (c.value - a.value)) * (b.value / (c.value - b.value));
}
