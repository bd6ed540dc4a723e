import { hull, type Interval, isDefined, one, undefinedInterval, zero } from "./interval.ts";

/** What an interval tells about a statement: it holds for all its numbers, for none, or we cannot say. */
export type Truth = "true" | "false" | "unknown";

export function isLess(a: Interval, b: Interval): Truth {
  return a.hi < b.lo ? "true" : a.lo >= b.hi ? "false" : "unknown";
}

export function isLessEqual(a: Interval, b: Interval): Truth {
  return a.hi <= b.lo ? "true" : a.lo > b.hi ? "false" : "unknown";
}

export function isEqual(a: Interval, b: Interval): Truth {
  if (a.hi < b.lo || b.hi < a.lo) return "false";
  return a.lo === a.hi && b.lo === b.hi && a.lo === b.lo ? "true" : "unknown";
}

export function isPositive(a: Interval): Truth {
  return isLess(zero, a);
}

export function isNegative(a: Interval): Truth {
  return isLess(a, zero);
}

export function isZero(a: Interval): Truth {
  return isEqual(a, zero);
}

/** 1 where x > 0, else 0; [0, 1] where the sign is not known. */
export function step(a: Interval): Interval {
  return indicator(isPositive(a), a, a);
}

/** 1 where x < y, else 0; [0, 1] where we cannot say. */
export function less(a: Interval, b: Interval): Interval {
  return indicator(isLess(a, b), a, b);
}

/** 1 where x ≤ y, else 0; [0, 1] where we cannot say. */
export function lessEqual(a: Interval, b: Interval): Interval {
  return indicator(isLessEqual(a, b), a, b);
}

/** a where the condition is not 0, b where it is 0, and their hull where we cannot say. */
export function select(condition: Interval, a: Interval, b: Interval): Interval {
  if (!isDefined(condition)) return undefinedInterval;
  const truth = isZero(condition);
  return truth === "true" ? b : truth === "false" ? a : hull(a, b);
}

const zeroToOne: Interval = { lo: 0, hi: 1 };

function indicator(truth: Truth, a: Interval, b: Interval): Interval {
  if (!isDefined(a) || !isDefined(b)) return undefinedInterval;
  return truth === "true" ? one : truth === "false" ? zero : zeroToOne;
}
