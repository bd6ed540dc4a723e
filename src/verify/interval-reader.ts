import * as iv from "../interval/index.ts";
import type { Program } from "../program/index.ts";
import { elementwiseEnclosures } from "./interval-elementwise.ts";
import { encloseNumber, encloseRational } from "./read-number.ts";
import { type ElementwiseName, readProgram, type Scalars, type Tensor } from "./scalar-reader.ts";

/**
 * Encloses what a program computes, for every choice of inputs in the given intervals. Constants stand for every number
 * that rounds to them (see `encloseNumber`), so the enclosure holds for the doubles and for the rationals that the user
 * wrote. Outputs are undefined (both ends NaN) where an operation may leave its domain.
 *
 * Where a selection (max, a comparison) is not certain, the result is the hull over both: sound for values; derivatives
 * of piecewise programs are read after `fixSelections`.
 */
export function evaluateIntervals(
  program: Program,
  inputs: Readonly<Record<string, iv.IntervalArray>>,
): Record<string, iv.IntervalArray> {
  const read = readProgram(intervalScalars, program, mapRecord(inputs, toTensor));
  return mapRecord(read(), toArray);
}

type Extended = iv.Interval;

/** −∞ and ∞ occur as constants only: masks of attention and the padding of maximum pools. */
const isInfinite = (x: Extended) => x.lo === x.hi && !Number.isFinite(x.lo);
const masked = { lo: Number.NEGATIVE_INFINITY, hi: Number.NEGATIVE_INFINITY };
const isMask = (x: Extended) => x.lo === masked.lo && x.hi === masked.hi;

type Elementwise = (operands: readonly iv.Interval[], attributes: { readonly exponent?: number }) => iv.Interval;

/** Operations that take a mask for what it is; the others are undefined there. */
const withMasks: Partial<Record<ElementwiseName, Elementwise>> = {
  pow: ([x], { exponent }) => {
    const power = encloseNumber(exponent!);
    if (power.lo === power.hi) return iv.pow(x!, exponent!);
    return x!.lo > 0 ? iv.exp(iv.mul(power, iv.log(x!))) : iv.undefinedInterval;
  },
  add: ([a, b]) => (isMask(a!) || isMask(b!) ? masked : iv.add(a!, b!)),
  max: ([a, b]) => (isMask(a!) ? b! : isMask(b!) ? a! : iv.max(a!, b!)),
  select: ([c, a, b]) => {
    const truth = iv.isZero(c!);
    return truth === "true"
      ? b!
      : truth === "false"
        ? a!
        : isInfinite(a!) || isInfinite(b!)
          ? iv.undefinedInterval
          : iv.select(c!, a!, b!);
  },
};

function guarded(name: ElementwiseName): Elementwise {
  const own = withMasks[name];
  const plain = elementwiseEnclosures[name] as (x: readonly iv.Interval[], node: unknown) => iv.Interval;
  return (operands, attributes) => {
    if (operands.some((x) => !(x.lo <= x.hi) && !isUnused(name, operands, x))) return iv.undefinedInterval;
    if (own && (name !== "pow" || !operands.some(isInfinite))) return own(operands, attributes);
    return operands.some(isInfinite) ? iv.undefinedInterval : plain(operands, { attributes });
  };
}

/** A branch of a selection that is certainly not taken may be undefined. */
function isUnused(name: ElementwiseName, [condition, a, b]: readonly iv.Interval[], x: iv.Interval): boolean {
  if (name !== "select" || x === condition) return false;
  const truth = iv.isZero(condition!);
  return (truth === "true" && x === a && x !== b) || (truth === "false" && x === b && x !== a);
}

const names = Object.keys(elementwiseEnclosures) as ElementwiseName[];

/** Intervals as numbers that programs are read in. */
export const intervalScalars: Scalars<iv.Interval> = {
  number: encloseNumber,
  rational: encloseRational,
  elementwise: Object.fromEntries(
    names.map((name) => [name, guarded(name)]),
  ) as unknown as Scalars<iv.Interval>["elementwise"],
  maxAlong: (row) => {
    const live = row.filter((x) => !isMask(x));
    return live.length > 0 ? live.reduce(iv.max) : masked;
  },
  argmaxMask: largestMask,
  softmax: (row) => {
    const live = iv.softmax(row.filter((x) => !isMask(x)));
    let next = 0;
    return row.map((x) => (isMask(x) ? iv.zero : live[next++]!));
  },
  logSumExp: (row) => iv.logSumExp(row.filter((x) => !isMask(x))),
};

/** 1 where an element is certainly the first largest, 0 where certainly not, else [0, 1]. */
function largestMask(row: readonly iv.Interval[]): iv.Interval[] {
  if (row.some((x) => !(x.lo <= x.hi))) return row.map(() => iv.undefinedInterval);
  return row.map((x, i) => {
    const loses = row.some((y, j) => j !== i && (y.lo > x.hi || (j < i && y.lo >= x.hi)));
    if (loses) return iv.zero;
    const wins = row.every((y, j) => j === i || y.hi < x.lo || (j > i && y.hi <= x.lo));
    return wins ? iv.one : { lo: 0, hi: 1 };
  });
}

function toTensor(x: iv.IntervalArray): Tensor<iv.Interval> {
  return Array.from(x.lo, (_, i) => iv.intervalAt(x, i));
}

function toArray(x: Tensor<iv.Interval>): iv.IntervalArray {
  const out = iv.intervalArray(x.length);
  x.forEach((a, i) => {
    iv.setInterval(out, i, a);
  });
  return out;
}

function mapRecord<A, B>(record: Readonly<Record<string, A>>, f: (a: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}
