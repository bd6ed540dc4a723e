/**
 * A zero of f between `lo` and `hi`, where f has opposite signs (an end where f is 0 is returned): Brent's method
 * (Algorithms for Minimization without Derivatives, 1973, ch. 4), to `rtol` relative to the root (default: 2 ulp).
 * @throws RangeError when f has the same sign at both ends.
 */
export function findRoot(
  f: (x: number) => number,
  lo: number,
  hi: number,
  options: { readonly rtol?: number; readonly values?: readonly [number, number] } = {},
): number {
  const { rtol = 4 * Number.EPSILON } = options;
  let [a, b] = [lo, hi];
  let [fa, fb] = options.values ?? [f(lo), f(hi)];
  if (!(fa <= 0 && fb >= 0) && !(fa >= 0 && fb <= 0)) {
    throw new RangeError(`findRoot: no sign change between ${lo} (${fa}) and ${hi} (${fb})`);
  }
  let [c, fc] = [a, fa];
  let [step, last] = [b - a, b - a];
  for (let i = 0; i < 200; i++) {
    if (Math.abs(fc) < Math.abs(fb)) [a, b, c, fa, fb, fc] = [b, c, b, fb, fc, fb];
    const tolerance = rtol * Math.abs(b) + Number.MIN_VALUE;
    const half = (c - b) / 2;
    if (fb === 0 || Math.abs(half) <= tolerance) return b;
    const interpolated = Math.abs(last) >= tolerance && Math.abs(fa) > Math.abs(fb) && Number.isFinite(fa);
    const next = interpolated ? interpolate(a, b, c, fa, fb, fc) : half;
    const accepted =
      interpolated && Math.abs(next) < Math.min(1.5 * Math.abs(half), Math.abs(last) / 2) && next * half > 0;
    [last, step] = accepted ? [step, next] : [half, half];
    [a, fa] = [b, fb];
    b += Math.abs(step) > tolerance ? step : Math.sign(half) * tolerance;
    fb = f(b);
    if (fb > 0 === fc > 0) [c, fc, step, last] = [a, fa, b - a, b - a];
  }
  return b;
}

/** The step from b to the zero of the secant (a = c), or of the inverse quadratic through the three points. */
function interpolate(a: number, b: number, c: number, fa: number, fb: number, fc: number): number {
  const s = fb / fa;
  if (a === c) return ((c - b) * s) / (s - 1);
  const q = fa / fc;
  const r = fb / fc;
  const p = s * ((c - b) * q * (q - r) - (b - a) * (r - 1));
  return -p / ((q - 1) * (r - 1) * (s - 1));
}
