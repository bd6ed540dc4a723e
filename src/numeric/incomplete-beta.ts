import { stirlingError } from "./gamma.ts";

const ITERATIONS = 20000;
const TINY = 1e-300;

/**
 * The regularised incomplete beta function I_x(a, b) = ∫₀ˣ t^{a−1}(1−t)^{b−1} dt / B(a, b), a, b > 0, x in [0, 1].
 *
 * Continued fraction by Lentz's method on the side of the mean where it converges fast; the factor in front in Loader's
 * saddle-point form, so large a and b lose no digits. Error for a, b ≤ 1e6: 1e-13 relative
 * where I ≥ 1e-30, 1e-12 down to 1e-300.
 * @throws RangeError when a or b is not positive or x is outside [0, 1].
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) {
    throw new RangeError(`incompleteBeta: expected a, b > 0 and x in [0, 1], got x = ${x}, a = ${a}, b = ${b}`);
  }
  return regularized(x, 1 - x, a, b);
}

/** I_x(a, b) with y = 1 − x given apart, so that either may be tiny. */
function regularized(x: number, y: number, a: number, b: number): number {
  if (x === 0 || y === 0) return x === 0 ? 0 : 1;
  const excess = a * y - b * x; // a − nx = ny − b with n = a + b, without cancellation against n
  const front = betaFront(x, y, a, b, excess);
  return excess >= 0 ? front * fraction(x, y, a, b, excess) : 1 - front * fraction(y, x, b, a, -excess);
}

/** The x with I_x(a, b) = p, to the last bits that `incompleteBeta` can tell apart. Cost some sixty evaluations. */
export function betaQuantile(p: number, a: number, b: number): number {
  return bisect(p, (x) => regularized(x, 1 - x, a, b) < p);
}

/** The y with I_{1−y}(a, b) = p: 1 − `betaQuantile` without its cancellation. */
export function betaComplementQuantile(p: number, a: number, b: number): number {
  return bisect(1 - p, (y) => regularized(1 - y, y, a, b) > p);
}

/** The point of [0, 1] where `isBelow` turns false, to relative precision 2⁻⁵²; 0 or 1 when `p` is. */
function bisect(p: number, isBelow: (x: number) => boolean): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`betaQuantile: p must be in [0, 1], got ${p}`);
  if (p === 0 || p === 1) return p;
  let low = 0;
  let high = 1;
  while (high - low > 2 ** -52 * high) {
    const wide = high > 4 * low; // then halve the exponent
    const middle = !wide ? (low + high) / 2 : low > 0 ? Math.sqrt(low) * Math.sqrt(high) : high * 2 ** -16;
    if (!(middle > low && middle < high)) break;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * x^a y^b / B(a, b) = √(ab/(2π(a+b))) e^{δ(a+b) − δ(a) − δ(b) − D}, D = a ln(a/(nx)) + b ln(b/(ny)), n = a + b: the
 * saddle-point form of Loader (2000), for Γ(a) where he has Γ(a+1).
 */
function betaFront(x: number, y: number, a: number, b: number, excess: number): number {
  const n = a + b;
  const deviance = devianceTerm(a, n * x, excess) + devianceTerm(b, n * y, -excess);
  const stirling = stirlingError(n) - stirlingError(a) - stirlingError(b);
  return Math.sqrt((a * (b / n)) / (2 * Math.PI)) * Math.exp(stirling - deviance);
}

/** a ln(a/m) + m − a, where `excess` is a − m to full precision. */
function devianceTerm(a: number, m: number, excess: number): number {
  const v = excess / (a + m);
  if (Math.abs(v) > 0.1) return a * Math.log(a / m) - excess;
  let sum = excess * v; // a ln(a/m) = 2a artanh(v)
  let power = 2 * a * v;
  for (let j = 3; ; j += 2) {
    power *= v * v;
    const next = sum + power / j;
    if (next === sum) return sum;
    sum = next;
  }
}

/** I_x(a, b) over x^a y^b / B(a, b) for λ = ay − bx ≥ 0: the even part of DLMF 8.17.22 (Didonato, Morris 1992, (9)). */
function fraction(x: number, y: number, a: number, b: number, lambda: number): number {
  let c = (a / (a + 1)) * (lambda + 1);
  let d = 0;
  let result = 1 / c;
  for (let k = 1; k <= ITERATIONS; k++) {
    const t = a + 2 * k - 1;
    const alpha = ((a + k - 1) / t) * ((a + b + k - 1) / t) * k * (b - k) * x * x;
    const beta = k + (k * (b - k) * x) / t + ((a + k) / (t + 2)) * (lambda + 1 + k * (1 + y));
    d = 1 / away(beta + alpha * d);
    c = away(beta + alpha / c);
    const step = c * d;
    result /= step;
    if (Math.abs(step - 1) < 2 ** -52) break;
  }
  return result;
}

function away(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}
