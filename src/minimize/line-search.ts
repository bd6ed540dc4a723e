/** φ(t) and φ′(t) along a direction. */
export interface LinePoint {
  readonly value: number;
  readonly slope: number;
}

interface Candidate extends LinePoint {
  readonly t: number;
}

const DECREASE = 0.1; // δ of the Wolfe conditions
const CURVATURE = 0.9; // σ
const ROUNDING = 1e-13; // relative rounding of φ
const DROWNED = 1e-9; // relative changes of φ below this are known too badly, and slopes decide
const THETA = 0.5;
const GAMMA = 0.66;
const EVALUATIONS = 60;

/**
 * A step t > 0 along a descent direction (φ′(0) < 0) that satisfies the Wolfe conditions φ(t) ≤ φ(0) + δtφ′(0) and
 * φ′(t) ≥ σφ′(0), or, where the change of φ is too near its rounding, the second and (2δ − 1)φ′(0) ≥ φ′(t) (Hager, Zhang,
 * SIAM J. Optim. 16, 2005, whose bracketing and double secant steps these are). Both give ⟨s, y⟩ > 0.
 * The last point evaluated is the one returned; null when sixty evaluations find none.
 */
export function lineSearch(
  evaluate: (t: number) => LinePoint,
  start: LinePoint & { readonly initial: number },
): Candidate | null {
  const noise = ROUNDING * Math.abs(start.value);
  const isLow: Test = ({ t, value }) => value <= start.value + DECREASE * t * start.slope + noise;
  let left = EVALUATIONS;
  let accepted: Candidate | null = null;
  const at = (t: number): Candidate => {
    left -= 1;
    const point = { t, ...evaluate(t) };
    if (isAcceptable(point, start)) accepted = point;
    return point;
  };
  const done = () => accepted !== null || left <= 0;

  let [low, high] = bracket(at, done, { t: 0, value: start.value, slope: start.slope }, start.initial, isLow);
  while (!done()) {
    const width = high.t - low.t;
    [low, high] = secantSquared(at, done, low, high, isLow);
    if (done()) break;
    if (high.t - low.t > GAMMA * width) [low, high] = update(at, done, low, high, at((low.t + high.t) / 2), isLow);
    if (!(high.t - low.t > 0)) break;
  }
  return accepted;
}

function isAcceptable({ t, value, slope }: Candidate, start: LinePoint): boolean {
  if (!(t > 0) || !Number.isFinite(value) || !(slope >= CURVATURE * start.slope)) return false;
  const change = value - start.value;
  if (change <= DECREASE * t * start.slope) return true;
  return Math.abs(change) <= DROWNED * Math.abs(start.value) && slope <= (2 * DECREASE - 1) * start.slope;
}

type At = (t: number) => Candidate;
type Test = (point: Candidate) => boolean;
type Interval = [low: Candidate, high: Candidate];

/** Expands from `initial` until a minimum is enclosed: φ′(low) < 0 with enough decrease, φ′(high) ≥ 0. */
function bracket(at: At, done: () => boolean, zero: Candidate, initial: number, isLow: Test): Interval {
  let low = zero;
  let c = at(initial);
  while (!done()) {
    if (c.slope >= 0) return [low, c];
    if (!isLow(c)) return shrink(at, done, low, c, isLow);
    low = c;
    c = at(5 * c.t);
  }
  return [low, c];
}

/** U3: φ has risen at `high` though it falls there (or is not finite): bisect to an enclosure. */
function shrink(at: At, done: () => boolean, from: Candidate, to: Candidate, isLow: Test): Interval {
  let low = from;
  let high = to;
  while (!done()) {
    const d = at((1 - THETA) * low.t + THETA * high.t);
    if (d.slope >= 0) return [low, d];
    if (isLow(d)) low = d;
    else high = d;
  }
  return [low, high];
}

/** U0–U3: the enclosure tightened by the point c. */
function update(at: At, done: () => boolean, low: Candidate, high: Candidate, c: Candidate, isLow: Test): Interval {
  if (done() || !(c.t > low.t && c.t < high.t)) return [low, high];
  if (c.slope >= 0) return [low, c];
  if (isLow(c)) return [c, high];
  return shrink(at, done, low, c, isLow);
}

/** S1–S4: two secant steps on φ′. */
function secantSquared(at: At, done: () => boolean, low: Candidate, high: Candidate, isLow: Test): Interval {
  const c = secant(low, high);
  if (!(c > low.t && c < high.t)) return update(at, done, low, high, at((low.t + high.t) / 2), isLow);
  const point = at(c);
  const [a, b] = update(at, done, low, high, point, isLow);
  if (done()) return [a, b];
  let second = Number.NaN;
  if (point === b) second = secant(high, b);
  else if (point === a) second = secant(low, a);
  return second > a.t && second < b.t ? update(at, done, a, b, at(second), isLow) : [a, b];
}

function secant(a: Candidate, b: Candidate): number {
  return (a.t * b.slope - b.t * a.slope) / (b.slope - a.slope);
}
