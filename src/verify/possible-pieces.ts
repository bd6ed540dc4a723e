import { type Rational, rational, subtractRationals } from "../modular/index.ts";
import * as p from "../program/index.ts";
import {
  type Condition,
  difference,
  interpolated,
  isZeroCondition,
  negated,
  strictPoint,
  valueAt,
} from "./condition.ts";
import { degreeBound } from "./degree.ts";
import { rationalScalars } from "./exact-scalars.ts";
import { fixNodes, lossKinks, type Selections } from "./fixed-selections.ts";
import type { LossInputs } from "./hessian-reader.ts";
import { readNumbers } from "./read-number.ts";
import { readProgram, UnreadableOperation } from "./scalar-reader.ts";

/** A way to make all selections of a loss that is not shown to be impossible. */
export interface PossiblePiece {
  readonly selections: Selections;
  /** A point strictly inside, where the piece is known to exist. */
  readonly point: readonly Rational[] | null;
}

/**
 * The ways to make the selections of a loss on an open set of parameters, those shown to be impossible left out: what is
 * proved of all of them is proved on all of parameter space.
 *
 * Selections are made in program order. Where what decides one is affine in θ with the earlier ones held fixed (a first
 * layer, a layer behind frozen or dead ones), strict linear inequalities are solved exactly; with one parameter so are
 * polynomial ones. Other conditions exclude nothing, and leave the existence of the piece open. Selections between
 * things that are identically equal are not counted twice. The order of the list depends on the problem only.
 *
 * @returns null when there are more than `limit`.
 */
export function possiblePieces(
  loss: p.LossProgram,
  dimension: number,
  inputs: LossInputs,
  limit: number,
): readonly PossiblePiece[] | null {
  const kinks = lossKinks(loss);
  const found: PossiblePiece[] = [];
  // Every partial choice can be completed, so the steps to `limit` complete ones are bounded.
  const steps = kinks.reduce((total, { selection }) => total + p.sizeOf(selection.shape) + 1, 1);
  let budget = (limit + 1) * steps;
  /** Adds every way to go on from a partial choice; false when there are too many. */
  const visit = (at: number, made: Selections, state: Feasible): boolean => {
    const kink = kinks[at];
    if (!kink) {
      found.push({ selections: made, point: state.exact ? state.point : null });
      return found.length <= limit;
    }
    const choices = choicesOf(kink.node, made, loss, dimension, inputs);
    const values = new Float64Array(p.sizeOf(kink.selection.shape));
    const choose = (index: number, now: Feasible): boolean => {
      if (--budget < 0) return false;
      const choice = choices[index];
      if (!choice) return visit(at + 1, new Map(made).set(kink.node, values.slice()), now);
      for (const option of choice) {
        const next = option.conditions ? extended(now, option.conditions, dimension) : { ...now, exact: false };
        if (!next) continue;
        option.set(values);
        if (!choose(index + 1, next)) return false;
      }
      return true;
    };
    return choose(0, state);
  };
  const start: Feasible = { conditions: [], point: new Array<Rational>(dimension).fill(rational(0n)), exact: true };
  return visit(0, new Map(), start) ? found : null;
}

/** Conditions that hold together, strictly, at `point`; `exact` while no condition was left out. */
interface Feasible {
  readonly conditions: readonly Condition[];
  readonly point: readonly Rational[];
  readonly exact: boolean;
}

/** One way to make a choice: what must be positive for it (null: not known), and how it is written down. */
interface Option {
  readonly conditions: readonly Condition[] | null;
  set(values: Float64Array): void;
}

function extended(now: Feasible, more: readonly Condition[], dimension: number): Feasible | null {
  const conditions = [...now.conditions, ...more];
  if (more.every((c) => valueAt(c, now.point).numerator > 0n)) return { ...now, conditions };
  const point = strictPoint(conditions, dimension);
  return point && { ...now, conditions, point };
}

/** The choices of one kinked node, element by element or row by row. */
function choicesOf(
  node: p.Node,
  made: Selections,
  loss: p.LossProgram,
  dimension: number,
  inputs: LossInputs,
): readonly (readonly Option[])[] {
  const isRow = node.op === "maxAlong" || node.op === "argmaxMask";
  const [a, b] = node.operands as [p.Node, p.Node];
  const switching = node.op === "abs" || node.op === "step" || isRow ? a : p.sub(a, b);
  const [fixed] = fixNodes([switching], made) as [p.Node];
  const read = readConditions(fixed, loss, dimension, inputs);
  const size = p.sizeOf(fixed.shape);
  if (!isRow) {
    // The selection is 1 where `switching` is positive, or for these where it is not.
    const below = node.op === "min" || node.op === "less" || node.op === "lessEqual";
    const atZero = node.op === "min" || node.op === "lessEqual" ? 1 : 0;
    return Array.from({ length: size }, (_, e): readonly Option[] => {
      const write = (value: number) => (values: Float64Array) => {
        values[e] = value;
      };
      const condition = read?.[e] ?? null;
      if (condition && isZeroCondition(condition)) return [{ conditions: [], set: write(atZero) }];
      return [0, 1].map((value) => ({
        conditions: condition && [(value === 1) !== below ? condition : negated(condition)],
        set: write(value),
      }));
    });
  }
  const length = fixed.shape.at(-1)!;
  return Array.from({ length: size / length }, (_, row): readonly Option[] => {
    const start = row * length;
    return Array.from({ length }, (_unused, j) => j).flatMap((j): Option[] => {
      const set = (values: Float64Array) => {
        values.fill(0, start, start + length)[start + j] = 1;
      };
      if (!read) return [{ conditions: null, set }];
      const others = Array.from({ length }, (_unused, l) => l).filter((l) => l !== j);
      const wins = others.map((l) => ({ l, by: difference(read[start + j]!, read[start + l]!) }));
      if (wins.some(({ l, by }) => isZeroCondition(by) && l < j)) return []; // the first of equals is the largest
      return [{ conditions: wins.filter(({ by }) => !isZeroCondition(by)).map(({ by }) => by), set }];
    });
  });
}

/** The elements of a node as polynomials in θ, where they are affine or θ is one number; null elsewhere. */
function readConditions(
  node: p.Node,
  loss: p.LossProgram,
  dimension: number,
  inputs: LossInputs,
): readonly Condition[] | null {
  const degree = degreeBound(node, new Set(loss.parameters.map((x) => x.node)));
  if (!(degree <= 1) && !(dimension === 1 && Number.isFinite(degree))) return null;
  const scalars = rationalScalars();
  const program = p.buildProgram([{ buffer: "value", offset: 0, node }], { theta: dimension });
  try {
    const data = Object.entries(inputs).map(([name, x]) => [name, readNumbers(scalars, x)]);
    const values = readProgram(scalars, program, Object.fromEntries(data), ["theta"]);
    const at = (theta: readonly Rational[]) => values({ theta })["value"]!;
    if (dimension === 1) {
      const points = Array.from({ length: degree + 1 }, (_, i) => rational(BigInt(i)));
      const samples = points.map((x) => at([x]));
      return samples[0]!.map((_, e) => interpolated(samples.map((s) => s[e]!)));
    }
    const origin = Array.from({ length: dimension }, () => rational(0n));
    const b = at(origin);
    const along = origin.map((_, i) => at(origin.map((x, j) => (j === i ? rational(1n) : x))));
    return b.map((value, e) => [value, ...along.map((v) => subtractRationals(v[e]!, value))]);
  } catch (error) {
    if (error instanceof UnreadableOperation) return null;
    throw error;
  }
}
