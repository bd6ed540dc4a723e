import { powerOfTwo } from "./binary64.ts";
import { nextDown } from "./next.ts";

// Every function computes the nearest double, as IEEE 754 prescribes, and the exact sign of its error by an error-free
// transformation; it moves to the neighbour only when the error has the wrong sign. The results are the best possible
// bounds: the largest double below, the smallest above. Infinite operands stand for ends of unbounded intervals,
// so ∞ + 1 = ∞ and 0·∞ = 0 exactly. NaN gives NaN.

/** Largest double ≤ a + b. */
export function addDown(a: number, b: number): number {
  const s = a + b;
  const error = sumError(a, b, s);
  if (error >= 0) return s;
  if (error < 0) return nextDown(s);
  return isInfinite(a) || isInfinite(b) ? s : nextDown(s);
}

/** Smallest double ≥ a + b. */
export function addUp(a: number, b: number): number {
  return -addDown(-a, -b);
}

/** Largest double ≤ a − b. */
export function subDown(a: number, b: number): number {
  return addDown(a, -b);
}

/** Smallest double ≥ a − b. */
export function subUp(a: number, b: number): number {
  return -addDown(-a, b);
}

/** Largest double ≤ a·b. */
export function mulDown(a: number, b: number): number {
  const p = a * b;
  if (Number.isNaN(p)) return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : 0;
  return productError(a, b, p) < 0 ? nextDown(p) : p;
}

/** Smallest double ≥ a·b. */
export function mulUp(a: number, b: number): number {
  return -mulDown(-a, b);
}

/** Largest double ≤ a/b, for b ≠ 0. */
export function divDown(a: number, b: number): number {
  const q = a / b;
  return quotientError(a, b, q) < 0 ? nextDown(q) : q;
}

/** Smallest double ≥ a/b, for b ≠ 0. */
export function divUp(a: number, b: number): number {
  return -divDown(-a, b);
}

/** Largest double ≤ √x, for x ≥ 0; right whatever `Math.sqrt` returns, best possible if that rounds correctly. */
export function sqrtDown(x: number): number {
  let r = Math.sqrt(x);
  while (rootError(x, r) < 0) r = nextDown(r);
  return r;
}

/** Smallest double ≥ √x, for x ≥ 0. */
export function sqrtUp(x: number): number {
  let r = Math.sqrt(x);
  while (rootError(x, r) > 0) r = -nextDown(-r);
  return r;
}

/** a + b − s exactly, for s = fl(a + b) (Knuth's TwoSum; additions have no underflow). NaN after an overflow. */
export function sumError(a: number, b: number, s: number): number {
  const c = s - a;
  return a - (s - c) + (b - c);
}

const SPLITTER = 134217729; // 2^27 + 1
const LARGEST_SPLIT = powerOfTwo(995);
const LARGEST_EXACT = powerOfTwo(1000);
const SMALLEST_EXACT = powerOfTwo(-900);
const BIG = powerOfTwo(400);
const SMALL = powerOfTwo(-400);
const SHRINK = powerOfTwo(-600);
const GROW = powerOfTwo(600);

/** A number with the sign of ab − p, for p = fl(ab), finite or not. */
function productError(a: number, b: number, p: number): number {
  const size = Math.abs(p);
  if (size > SMALLEST_EXACT && size < LARGEST_EXACT && splits(a) && splits(b)) return roundingError(a, b, p);
  if (a === 0 || b === 0 || isInfinite(a) || isInfinite(b)) return 0;
  const s = scaleOf(a);
  const t = scaleOf(b);
  const h = a * s * (b * t);
  const scaled = s === t ? p * s * t : p * (s * t); // exact: p is scaled up where it is small, down where it is large
  return h - scaled + roundingError(a * s, b * t, h);
}

/** A number with the sign of a/b − q, for q = fl(a/b). */
function quotientError(a: number, b: number, q: number): number {
  const size = Math.abs(a);
  if (size > SMALLEST_EXACT && size < LARGEST_EXACT && splits(b) && splits(q)) return residual(a, b, q);
  if (a === 0 || isInfinite(a) || isInfinite(b)) return 0;
  if (isInfinite(q)) return -q;
  const s = scaleOf(a);
  const t = scaleOf(b);
  return residual(a * s, b * t, s * t === 1 ? q * s * s : q * (s / t));
}

/** A number with the sign of (a − qb)/b: the difference a − fl(qb) is exact, because qb is close to a. */
function residual(a: number, b: number, q: number): number {
  const h = q * b;
  const r = a - h - roundingError(q, b, h);
  return b < 0 ? -r : r;
}

/** A number with the sign of √x − r, for r close to √x. */
function rootError(x: number, r: number): number {
  if (x === 0 || isInfinite(x)) return 0;
  if (x < SMALLEST_EXACT) return rootError(x * GROW, r * ROOT_OF_GROW);
  if (x > LARGEST_EXACT) return rootError(x * SHRINK, r * ROOT_OF_SHRINK);
  const h = r * r;
  return x - h - roundingError(r, r, h);
}

const ROOT_OF_GROW = powerOfTwo(300);
const ROOT_OF_SHRINK = powerOfTwo(-300);

/** ab − p exactly, for p = fl(ab), away from underflow and overflow (Dekker's product with Veltkamp's splitting). */
function roundingError(a: number, b: number, p: number): number {
  const ca = SPLITTER * a;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = SPLITTER * b;
  const bh = cb - (cb - b);
  const bl = b - bh;
  return al * bl - (p - ah * bh - al * bh - ah * bl);
}

/** A power of two that brings x ≠ 0 into [2^−474, 2^424], where products and their errors are exact. */
function scaleOf(x: number): number {
  const size = Math.abs(x);
  return size > BIG ? SHRINK : size < SMALL ? GROW : 1;
}

const splits = (x: number): boolean => Math.abs(x) < LARGEST_SPLIT;
const isInfinite = (x: number): boolean => Math.abs(x) === Number.POSITIVE_INFINITY;
