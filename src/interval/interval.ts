import { addUp, subUp } from "./directed-rounding.ts";

/**
 * All real numbers x with lo ≤ x ≤ hi. An infinite end means "no bound on this side", so lo < ∞ and hi > −∞.
 *
 * Both ends NaN is `undefinedInterval`: somewhere in the operands an operation left its domain (√ of a negative number,
 * division by an interval that contains 0). Every operation passes it on, so a result that is not undefined proves
 * that every operation before it was defined on all of its operands.
 */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

/** @throws RangeError unless lo ≤ hi, lo < ∞ and hi > −∞. */
export function interval(lo: number, hi: number): Interval {
  if (!(lo <= hi) || lo === Number.POSITIVE_INFINITY || hi === Number.NEGATIVE_INFINITY) {
    throw new RangeError(`interval: [${lo}, ${hi}] holds no real number`);
  }
  return { lo, hi };
}

/** [x, x]. @throws RangeError unless x is finite. */
export function point(x: number): Interval {
  if (!Number.isFinite(x)) throw new RangeError(`point: expected a finite number, got ${x}`);
  return { lo: x, hi: x };
}

export const whole: Interval = { lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY };
export const undefinedInterval: Interval = { lo: Number.NaN, hi: Number.NaN };
export const zero: Interval = { lo: 0, hi: 0 };
export const one: Interval = { lo: 1, hi: 1 };

/** False when an operation left its domain on the way here. */
export function isDefined(a: Interval): boolean {
  return a.lo <= a.hi;
}

/** Defined, and both ends finite. */
export function isBounded(a: Interval): boolean {
  return isDefined(a) && Number.isFinite(a.lo) && Number.isFinite(a.hi);
}

export function contains(a: Interval, x: number): boolean {
  return a.lo <= x && x <= a.hi;
}

/** Whether `outer` contains every number of `inner`. */
export function encloses(outer: Interval, inner: Interval): boolean {
  return outer.lo <= inner.lo && inner.hi <= outer.hi;
}

/** Whether `inner` lies in the open interval (outer.lo, outer.hi): the inclusion that fixed-point theorems ask for. */
export function enclosesStrictly(outer: Interval, inner: Interval): boolean {
  return outer.lo < inner.lo && inner.hi < outer.hi;
}

/** Whether no number lies in both; false when one is undefined. */
export function disjoint(a: Interval, b: Interval): boolean {
  return a.hi < b.lo || b.hi < a.lo;
}

/** The smallest interval that holds both. */
export function hull(a: Interval, b: Interval): Interval {
  return { lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi) };
}

/** The numbers in both, or null when there are none. Undefined when one of them is. */
export function intersect(a: Interval, b: Interval): Interval | null {
  if (disjoint(a, b)) return null;
  return { lo: Math.max(a.lo, b.lo), hi: Math.min(a.hi, b.hi) };
}

/** hi − lo, rounded up. */
export function width(a: Interval): number {
  return subUp(a.hi, a.lo);
}

/** A finite number of a, the nearest double to its middle when both ends are finite. NaN when undefined. */
export function midpoint(a: Interval): number {
  if (a.lo === Number.NEGATIVE_INFINITY)
    return a.hi === Number.POSITIVE_INFINITY ? 0 : -midpoint({ lo: -a.hi, hi: -a.lo });
  if (a.hi === Number.POSITIVE_INFINITY) return a.lo > 0 ? Number.MAX_VALUE : Math.max(0, a.lo);
  const middle = 0.5 * (a.lo + a.hi);
  return Number.isFinite(middle) || !isDefined(a) ? middle : 0.5 * a.lo + 0.5 * a.hi;
}

/** The smallest double r found with a ⊂ [c − r, c + r]. */
export function radiusAbout(a: Interval, c: number): number {
  return Math.max(subUp(a.hi, c), subUp(c, a.lo));
}

/** max |x| over a. */
export function magnitude(a: Interval): number {
  return Math.max(Math.abs(a.lo), Math.abs(a.hi));
}

/** min |x| over a. */
export function mignitude(a: Interval): number {
  return a.lo > 0 ? a.lo : a.hi < 0 ? -a.hi : a.lo <= a.hi ? 0 : Number.NaN;
}

/** [c − r, c + r], rounded outward. */
export function ball(c: number, r: number): Interval {
  return { lo: -addUp(-c, r), hi: addUp(c, r) };
}
