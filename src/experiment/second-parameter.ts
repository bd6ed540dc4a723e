import {
  type BifurcationCurve,
  type Branch,
  type CurveType,
  followBifurcation,
  type SpecialPoint,
} from "../dynamics/index.ts";
import { norm } from "../numeric/index.ts";
import type { BifurcationCurveResult } from "../record/index.ts";
import type { ContinueSpec } from "../spec/index.ts";
import type { Experiment } from "./answer.ts";
import { descentPlane, numberAt } from "./descent-maps.ts";
import { InputError } from "./host.ts";

/** Curves followed, at most. */
const mostCurves = 4;
/** A bifurcation this close to a curve of its kind, relative to the range, lies on it. */
const sameCurve = 0.01;

/** The folds, flips and Neimark–Sacker points of branches, followed in a second number of the file too. */
export function secondParameter(
  experiment: Experiment,
  options: ContinueSpec,
  branches: readonly Branch[],
): readonly BifurcationCurveResult[] | null {
  const { second, parameter, range } = options;
  if (!second) return null;
  const { spec, tick, theta } = experiment;
  const value = numberAt(spec, second.path);
  if (second.path === parameter) {
    throw new InputError(`continue.second.path: expected another number than ${parameter}, found the same`);
  }
  if (!(value >= second.range[0] && value <= second.range[1])) {
    throw new InputError(
      `continue.second.range: expected a range that holds ${second.path} = ${value}, found [${second.range[0]}, ${second.range[1]}]`,
    );
  }
  const family = descentPlane(experiment, [parameter, second.path], "continue");
  try {
    const curves: BifurcationCurve[] = [];
    for (const special of branches.flatMap(({ specialPoints }) => specialPoints)) {
      const { type, points, familyDimension } = special;
      if (!isFollowed(type) || special.multiplicity > 1 || curves.length === mostCurves) continue;
      if (curves.some((curve) => liesOn(curve, special, value, range))) continue;
      const start = { type, points, values: [special.value, value] } as const;
      curves.push(
        followBifurcation(family, start, {
          ...{ ranges: [range, second.range], familyDimension, maxPoints: options.maxPoints },
          progress: ([, at], count) =>
            tick(`${type} curve ${curves.length + 1}: ${count} points, ${second.path} = ${at.toPrecision(4)}`, null),
        }),
      );
    }
    return curves.map((curve) => curveResult(curve, theta.length));
  } finally {
    family.dispose();
  }
}

function isFollowed(type: SpecialPoint["type"]): type is CurveType {
  return type === "fold" || type === "flip" || type === "neimark-sacker";
}

/** Whether a curve already passes this bifurcation: it crosses the line of the second value there. */
function liesOn(
  curve: BifurcationCurve,
  special: SpecialPoint,
  value: number,
  range: readonly [number, number],
): boolean {
  if (curve.type !== special.type || curve.period !== special.points.length) return false;
  return curve.points.some((a, i) => {
    const b = curve.points[i + 1];
    if (!b || (a.values[1] - value) * (b.values[1] - value) > 0) return false;
    const part = (value - a.values[1]) / (b.values[1] - a.values[1]) || 0;
    const first = a.values[0] + part * (b.values[0] - a.values[0]);
    return Math.abs(first - special.value) <= sameCurve * (range[1] - range[0]);
  });
}

function curveResult({ type, period, points, ends }: BifurcationCurve, n: number): BifurcationCurveResult {
  const size = (orbit: readonly Float64Array[]) =>
    Math.sqrt(orbit.reduce((sum, x) => sum + norm(x.subarray(0, n)) ** 2, 0) / orbit.length);
  return {
    ...{ type, period },
    points: points.map(({ values, points: orbit, angle, coefficient }) => ({
      ...{ first: values[0], second: values[1], norm: size(orbit), angle, coefficient },
    })),
    ends: ends.map(({ kind }) => kind),
  };
}
