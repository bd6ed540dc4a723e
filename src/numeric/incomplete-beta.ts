import { stirlingError } from "./gamma.ts";

const ITERATIONS = 20000;
const TINY = 1e-300;

/**
 * The regularised incomplete beta function I_x(a, b) = ∫₀ˣ t^{a−1}(1−t)^{b−1} dt / B(a, b), a, b > 0, x in [0, 1].
 *
 * Continued fraction (DLMF 8.17.22) by Lentz's method on the side where it converges fast; the factor in front in
 * Loader's saddle-point form, so large a and b lose no digits. Error ≤ 1e-13 relative for a, b ≤ 1e6 (the smaller of
 * I and 1 − I is the accurate one).
 * @throws RangeError when a or b is not positive or x is outside [0, 1].
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) {
    throw new RangeError(`incompleteBeta: expected a, b > 0 and x in [0, 1], got x = ${x}, a = ${a}, b = ${b}`);
  }
  if (x === 0 || x === 1) return x;
  const front = betaFront(x, 1 - x, a, b);
  return x <= (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

/**
 * The x with I_x(a, b) = p, by bisection between consecutive doubles on the function itself: as accurate as
 * `incompleteBeta` allows. Cost some hundred evaluations.
 */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`betaQuantile: p must be in [0, 1], got ${p}`);
  if (p === 0 || p === 1) return p;
  let low = 0;
  let high = 1;
  for (let i = 0; i < 2000; i++) {
    const middle =
      low > 0 && high > 4 * low ? Math.sqrt(low) * Math.sqrt(high) : low === 0 ? high / 16 : (low + high) / 2;
    if (!(middle > low && middle < high)) break;
    if (incompleteBeta(middle, a, b) < p) low = middle;
    else high = middle;
    if (high - low <= 2 ** -52 * high) break;
  }
  return high;
}

/** x^a y^b / B(a, b) with y = 1 − x: √(ab/(2π(a+b))) e^{δ(a+b) − δ(a) − δ(b) − D} (Loader 2000, on Γ(a), not Γ(a+1)). */
function betaFront(x: number, y: number, a: number, b: number): number {
  const n = a + b;
  const deviance = devianceTerm(a, n * x) + devianceTerm(b, n * y);
  const stirling = stirlingError(n) - stirlingError(a) - stirlingError(b);
  return Math.sqrt((a * (b / n)) / (2 * Math.PI)) * Math.exp(stirling - deviance);
}

/** a ln(a/m) + m − a, without cancellation when a ≈ m. */
function devianceTerm(a: number, m: number): number {
  const v = (a - m) / (a + m);
  if (Math.abs(v) > 0.1) return a * Math.log(a / m) + m - a;
  let sum = (a - m) * v; // a ln(a/m) = 2a artanh(v)
  let power = 2 * a * v;
  for (let j = 3; ; j += 2) {
    power *= v * v;
    const next = sum + power / j;
    if (next === sum) return sum;
    sum = next;
  }
}

/** The continued fraction of I_x(a, b), without the factor x^a y^b / (a B(a, b)). */
function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let k = 1; k <= ITERATIONS; k++) {
    const even = (k * (b - k) * x) / ((a + 2 * k - 1) * (a + 2 * k));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    h *= d * c;
    const odd = (-(a + k) * (a + b + k) * x) / ((a + 2 * k) * (a + 2 * k + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 2 ** -52) break;
  }
  return h;
}

function away(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}
