import type { Interval } from "../../src/interval/index.ts";
import * as ours from "../../src/interval/index.ts";
import * as exact from "../oracle/high-precision.ts";
import { compare, type Dyadic, dyadic, holds, negate, plus, times } from "../oracle/high-precision.ts";

/** One operation under test: our enclosure, the exact check of a bound, and the domain as a predicate on numbers. */
export interface Operation {
  readonly name: string;
  readonly arity: 1 | 2;
  apply(a: Interval, b: Interval): Interval;
  /** Whether lo ≤ f(x, y) ≤ hi; exact, or up to the 2^−180 of the oracle. */
  within(x: number, y: number, lo: number, hi: number): boolean;
  /** Whether f is defined on all of a × b. */
  defined?(a: Interval, b: Interval): boolean;
  /** Largest width of the enclosure at a point, in units in the last place; 0 means "the best possible". */
  readonly ulps: number;
  /** Arguments of moderate size, in units of the operation's own interest; default: everything. */
  readonly range?: number;
}

const exactly = (value: (x: Dyadic, y: Dyadic) => Dyadic) => (x: number, y: number, lo: number, hi: number) => {
  const v = value(dyadic(x), dyadic(y));
  return compare(v, lo) >= 0 && compare(v, hi) <= 0;
};
const nearly = (value: (x: Dyadic) => Dyadic) => (x: number, _y: number, lo: number, hi: number) =>
  holds(lo, hi, value(dyadic(x)));

/** lo ≤ x/y ≤ hi by cross multiplication. */
const quotientWithin = (x: Dyadic, y: Dyadic, lo: number, hi: number): boolean => {
  if (exact.signOf(y) < 0) return quotientWithin(negate(x), negate(y), lo, hi);
  const above = (bound: number) => (Number.isFinite(bound) ? compareDyadic(x, times(dyadic(bound), y)) : -bound);
  return above(lo) >= 0 && above(hi) <= 0;
};
const compareDyadic = (a: Dyadic, b: Dyadic): number => exact.signOf(plus(a, negate(b)));
const power = (x: Dyadic, n: number): Dyadic => (n === 0 ? dyadic(1) : times(x, power(x, n - 1)));

const integerPower = (n: number, ulps: number): Operation => ({
  name: `powInteger ${n}`,
  arity: 1,
  apply: (a) => ours.powInteger(a, n),
  within: (x, _, lo, hi) =>
    n >= 0 ? exactly((v) => power(v, n))(x, 0, lo, hi) : quotientWithin(dyadic(1), power(dyadic(x), -n), lo, hi),
  defined: (a) => n >= 0 || !ours.contains(a, 0),
  ulps,
});

const realPower = (y: number, ulps: number): Operation => ({
  name: `pow ${y}`,
  arity: 1,
  apply: (a) => ours.pow(a, y),
  within: (x, _, lo, hi) => (x === 0 ? lo <= 0 && hi >= 0 : nearly((v) => exact.pow(v, dyadic(y)))(x, 0, lo, hi)),
  defined: (a) => a.lo > 0 || (a.lo >= 0 && y > 0),
  ulps,
});

export const operations: readonly Operation[] = [
  { name: "add", arity: 2, apply: ours.add, within: exactly(plus), ulps: 0 },
  { name: "sub", arity: 2, apply: ours.sub, within: exactly((x, y) => plus(x, negate(y))), ulps: 0 },
  { name: "mul", arity: 2, apply: ours.mul, within: exactly(times), ulps: 0 },
  {
    name: "div",
    arity: 2,
    apply: ours.div,
    within: (x, y, lo, hi) => quotientWithin(dyadic(x), dyadic(y), lo, hi),
    defined: (_, b) => !ours.contains(b, 0),
    ulps: 0,
  },
  { name: "neg", arity: 1, apply: ours.neg, within: exactly(negate), ulps: 0 },
  { name: "abs", arity: 1, apply: ours.abs, within: exactly((x) => (exact.signOf(x) < 0 ? negate(x) : x)), ulps: 0 },
  { name: "square", arity: 1, apply: ours.square, within: exactly((x) => times(x, x)), ulps: 0 },
  {
    name: "sqrt",
    arity: 1,
    apply: ours.sqrt,
    within: (x, _, lo, hi) =>
      lo <= hi &&
      (lo <= 0 || compareDyadic(power(dyadic(lo), 2), dyadic(x)) <= 0) &&
      (hi === Number.POSITIVE_INFINITY || compareDyadic(power(dyadic(hi), 2), dyadic(x)) >= 0),
    defined: (a) => a.lo >= 0,
    ulps: 0,
  },
  { name: "min", arity: 2, apply: ours.min, within: exactly((x, y) => (compareDyadic(x, y) < 0 ? x : y)), ulps: 0 },
  { name: "max", arity: 2, apply: ours.max, within: exactly((x, y) => (compareDyadic(x, y) < 0 ? y : x)), ulps: 0 },
  { name: "step", arity: 1, apply: ours.step, within: (x, _, lo, hi) => inside(x > 0 ? 1 : 0, lo, hi), ulps: 0 },
  { name: "less", arity: 2, apply: ours.less, within: (x, y, lo, hi) => inside(x < y ? 1 : 0, lo, hi), ulps: 0 },
  {
    name: "lessEqual",
    arity: 2,
    apply: ours.lessEqual,
    within: (x, y, lo, hi) => inside(x <= y ? 1 : 0, lo, hi),
    ulps: 0,
  },
  integerPower(0, 0),
  integerPower(1, 0),
  integerPower(3, 3),
  integerPower(4, 4),
  integerPower(-1, 1),
  integerPower(-3, 8),
  realPower(1.5, 8),
  realPower(-0.5, 4),
  realPower(0.3, 850),
  { name: "exp", arity: 1, apply: ours.exp, within: nearly(exact.exp), ulps: 3 },
  { name: "expm1", arity: 1, apply: ours.expm1, within: nearly(exact.expm1), ulps: 8 },
  {
    name: "log",
    arity: 1,
    apply: ours.log,
    within: nearly(exact.log),
    defined: (a) => a.lo > 0,
    ulps: 2,
  },
  {
    name: "log1p",
    arity: 1,
    apply: ours.log1p,
    within: nearly(exact.log1p),
    defined: (a) => a.lo > -1,
    ulps: 3,
  },
  { name: "sin", arity: 1, apply: ours.sin, within: bounded(exact.sin), ulps: 4, range: 1e6 },
  { name: "cos", arity: 1, apply: ours.cos, within: bounded(exact.cos), ulps: 4, range: 1e6 },
  { name: "tanh", arity: 1, apply: ours.tanh, within: nearly(exact.tanh), ulps: 6 },
  { name: "sigmoid", arity: 1, apply: ours.sigmoid, within: nearly(exact.sigmoid), ulps: 8 },
  { name: "softplus", arity: 1, apply: ours.softplus, within: nearly(exact.softplus), ulps: 6 },
  { name: "erf", arity: 1, apply: ours.erf, within: nearly(exact.erf), ulps: 10 },
  {
    name: "logSumExp",
    arity: 2,
    apply: (a, b) => ours.logSumExp([a, b]),
    within: (x, y, lo, hi) => holds(lo, hi, exact.logSumExp([dyadic(x), dyadic(y)])),
    ulps: Number.POSITIVE_INFINITY,
  },
  {
    name: "softmax",
    arity: 2,
    apply: (a, b) => ours.softmax([a, b])[0],
    within: (x, y, lo, hi) => holds(lo, hi, exact.sigmoid(plus(dyadic(x), negate(dyadic(y))))),
    ulps: Number.POSITIVE_INFINITY,
  },
];

function inside(value: number, lo: number, hi: number): boolean {
  return lo <= value && value <= hi;
}

/** Beyond 2^60 the oracle does not reduce, and [−1, 1] must be the answer. */
function bounded(value: (x: Dyadic) => Dyadic): Operation["within"] {
  return (x, _, lo, hi) => (Math.abs(x) > 1e15 ? lo === -1 && hi === 1 : holds(lo, hi, value(dyadic(x))));
}
