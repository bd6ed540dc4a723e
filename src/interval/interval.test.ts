// What the ends mean: an infinite end is "no bound", NaN ends are "an operation left its domain" and never go away.
import { expect, test } from "vitest";
import {
  abs,
  add,
  ball,
  cos,
  disjoint,
  div,
  encloses,
  enclosesStrictly,
  erf,
  exp,
  hull,
  type Interval,
  intersect,
  interval,
  isBounded,
  isDefined,
  isEqual,
  isLess,
  isLessEqual,
  isPositive,
  isZero,
  log,
  log1p,
  logSumExp,
  magnitude,
  max,
  midpoint,
  mignitude,
  mul,
  one,
  point,
  pow,
  powInteger,
  radiusAbout,
  select,
  sin,
  softmax,
  softplus,
  sqrt,
  square,
  step,
  sub,
  tanh,
  undefinedInterval,
  whole,
  width,
  zero,
} from "./index.ts";

const INF = Number.POSITIVE_INFINITY;

test.each([
  [2, 1],
  [Number.NaN, 1],
  [INF, INF],
  [-INF, -INF],
])("interval(%d, %d) holds no number and is refused", (lo, hi) => {
  expect(() => interval(lo, hi)).toThrow(RangeError);
});

test("point refuses what is not a number", () => {
  for (const x of [INF, -INF, Number.NaN]) expect(() => point(x)).toThrow(RangeError);
});

test.each<[string, Interval]>([
  ["1/[0, 1]", div(one, interval(0, 1))],
  ["0/0", div(zero, zero)],
  ["√[−1, 1]", sqrt(interval(-1, 1))],
  ["log [0, 1]", log(interval(0, 1))],
  ["log1p [−1, 0]", log1p(interval(-1, 0))],
  ["[−1, 1]^−1", powInteger(interval(-1, 1), -1)],
  ["[−1, 1]^½", pow(interval(-1, 1), 0.5)],
  ["[0, 1]^−½", pow(interval(0, 1), -0.5)],
])("%s is undefined, and stays so in operations that would forget it", (_, bad) => {
  expect(isDefined(bad)).toBe(false);
  const later = [
    mul(zero, bad),
    tanh(bad),
    erf(bad),
    sin(bad),
    step(bad),
    max(bad, one),
    abs(bad),
    powInteger(bad, 0),
    hull(bad, one),
    select(bad, one, one),
    select(zero, bad, bad),
    logSumExp([one, bad]),
    softmax([one, bad])[0],
    sub(bad, bad),
    intersect(bad, one) ?? one,
  ];
  for (const result of later) expect(result).toEqual(undefinedInterval);
});

test("a branch that is not taken may be undefined", () => {
  expect(select(one, point(3), undefinedInterval)).toEqual(point(3));
  expect(select(zero, undefinedInterval, point(3))).toEqual(point(3));
});

test.each<[string, Interval, Interval]>([
  ["0·R", mul(zero, whole), zero],
  ["R + R", add(whole, whole), whole],
  ["[1, ∞)·[2, 3]", mul(interval(1, INF), interval(2, 3)), interval(2, INF)],
  ["[−1, ∞)²", square(interval(-1, INF)), interval(0, INF)],
  ["1/[1, ∞)", div(one, interval(1, INF)), interval(0, 1)],
  ["exp R", exp(whole), interval(0, INF)],
  ["tanh R", tanh(whole), interval(-1, 1)],
  ["erf R", erf(whole), interval(-1, 1)],
  ["sin R", sin(whole), interval(-1, 1)],
  ["cos 10^300", cos(point(1e300)), interval(-1, 1)],
  ["softplus R", softplus(whole), interval(0, INF)],
  ["exp 1000", exp(point(1000)), interval(Number.MAX_VALUE, INF)],
  ["exp −1000", exp(point(-1000)), interval(0, Number.MIN_VALUE)],
  ["log [1, ∞)", log(interval(1, INF)), interval(0, INF)],
  ["[−2, 1]³", powInteger(interval(-2, 1), 3), interval(-8, 1)],
  ["[−2, 1]⁴", powInteger(interval(-2, 1), 4), interval(0, 16)],
  ["[−4, −2]^−2", powInteger(interval(-4, -2), -2), interval(1 / 16, 1 / 4)],
  ["[0, 4]^1.5", pow(interval(0, 4), 1.5), interval(0, 8)],
  ["softmax of one", softmax([whole])[0], one],
  ["LSE of R and 1", logSumExp([whole, one]), interval(1, INF)],
])("%s", (_, actual, expected) => {
  expect(encloses(actual, expected)).toBe(true);
  expect(actual.lo).toBeCloseTo(expected.lo, 14);
  expect(actual.hi).toBeCloseTo(expected.hi, 14);
});

// sin has its maximum at π/2 and its minimum at −π/2, cos at 0 and ±π.
test("sin and cos find their extremes inside an interval", () => {
  expect(sin(interval(1, 2)).hi).toBe(1);
  expect(sin(interval(-2, 1))).toEqual({ lo: -1, hi: sin(point(1)).hi });
  expect(cos(interval(-0.5, 0.5)).hi).toBe(1);
  expect(cos(interval(3, 3.2)).lo).toBe(-1);
  expect(cos(interval(0.1, 3)).lo).toBeGreaterThan(-1);
  expect(sin(interval(0, 7))).toEqual(interval(-1, 1));
  expect(sin(interval(10, 10.5)).lo).toBeGreaterThan(-1);
});

test("comparisons know three answers", () => {
  expect([isLess(one, point(2)), isLess(one, one), isLess(interval(0, 2), one)]).toEqual(["true", "false", "unknown"]);
  expect([isLessEqual(one, one), isLessEqual(interval(2, 3), one)]).toEqual(["true", "false"]);
  expect([isEqual(one, one), isEqual(one, zero), isEqual(interval(0, 1), one)]).toEqual(["true", "false", "unknown"]);
  expect(isPositive(interval(0, 1))).toBe("unknown");
  expect([isZero(point(-0)), isPositive(point(-0))]).toEqual(["true", "false"]);
  for (const compare of [isLess, isLessEqual, isEqual]) expect(compare(undefinedInterval, one)).toBe("unknown");
  expect(step(interval(-1, 1))).toEqual(interval(0, 1));
  expect(step(interval(-1, 0))).toEqual(zero);
});

test("width, midpoint, radius, size", () => {
  expect(width(interval(-1e-20, 1))).toBe(1 + Number.EPSILON);
  expect(midpoint(interval(-Number.MAX_VALUE, Number.MAX_VALUE))).toBe(0);
  expect(midpoint(interval(Number.MAX_VALUE / 2, Number.MAX_VALUE))).toBe(0.75 * Number.MAX_VALUE);
  for (const a of [whole, interval(-INF, -3), interval(-3, INF), interval(5, INF)]) {
    expect(Number.isFinite(midpoint(a))).toBe(true);
    expect(encloses(a, point(midpoint(a)))).toBe(true);
  }
  expect(midpoint(undefinedInterval)).toBeNaN();
  expect(encloses(ball(0.3, radiusAbout(interval(0.1, 0.7), 0.3)), interval(0.1, 0.7))).toBe(true);
  expect([magnitude(interval(-3, 2)), mignitude(interval(-3, 2)), mignitude(interval(-3, -2))]).toEqual([3, 0, 2]);
  expect(mignitude(undefinedInterval)).toBeNaN();
});

test("intersection, inclusion, disjointness", () => {
  expect(intersect(interval(0, 2), interval(1, 3))).toEqual(interval(1, 2));
  expect(intersect(interval(0, 1), interval(2, 3))).toBeNull();
  expect(intersect(interval(0, 1), interval(1, 3))).toEqual(one);
  expect(disjoint(interval(0, 1), interval(1, 3))).toBe(false);
  expect(enclosesStrictly(interval(0, 2), interval(0, 1))).toBe(false);
  expect([isBounded(whole), isBounded(undefinedInterval), isBounded(one)]).toEqual([false, false, true]);
});
