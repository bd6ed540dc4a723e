import {
  addRationals,
  compareRationals,
  divideRationals,
  multiplyRationals,
  negateRational,
  type Rational,
  rational,
  simplestRational,
  subtractRationals,
} from "../modular/index.ts";
import type { Node } from "../program/index.ts";

/** One affine piece slope·x + intercept, from `from` (−∞ for null) to where the next piece begins. */
export interface LinearPiece {
  readonly from: Rational | null;
  readonly slope: Rational;
  readonly intercept: Rational;
}

const zero = rational(0n);

/**
 * A scalar expression `y` of `x` as a piecewise-linear function, exactly, its pieces from left to right with different
 * neighbours merged; null when its form is not piecewise linear. Numbers are the simplest rationals that round to them.
 */
export function piecewiseLinear(y: Node, x: Node): readonly LinearPiece[] | null {
  if (y === x) return [{ from: null, slope: rational(1n), intercept: zero }];
  const parts = y.operands.map((o) => piecewiseLinear(o, x));
  const [a, b, c] = parts;
  switch (y.op) {
    case "constant": {
      const value = y.attributes.values[0]!;
      return Number.isFinite(value) ? [{ from: null, slope: zero, intercept: simplestRational(value) }] : null;
    }
    case "neg":
      return a ? scaled(a, rational(-1n)) : null;
    case "abs":
      return a ? largest(a, scaled(a, rational(-1n))) : null;
    case "add":
      return a && b ? together(a, b, addRationals) : null;
    case "sub":
      return a && b ? together(a, b, subtractRationals) : null;
    case "mul":
      return a && b ? (times(a, constantOf(b)) ?? times(b, constantOf(a))) : null;
    case "div": {
      const divisor = b ? constantOf(b) : null;
      return a && divisor && divisor.numerator !== 0n ? scaled(a, divideRationals(rational(1n), divisor)) : null;
    }
    case "max":
      return a && b ? largest(a, b) : null;
    case "min":
      return a && b ? branches(together(a, b, subtractRationals), a, b) : null;
    case "select": {
      const condition = y.operands[0]!;
      if ((condition.op !== "less" && condition.op !== "lessEqual") || !b || !c) return null;
      const [left, right] = condition.operands.map((o) => piecewiseLinear(o, x));
      if (!left || !right) return null;
      return branches(together(left, right, subtractRationals), b, c);
    }
    default:
      return null;
  }
}

function constantOf(pieces: readonly LinearPiece[]): Rational | null {
  const [only] = pieces;
  return pieces.length === 1 && only!.slope.numerator === 0n ? only!.intercept : null;
}

function times(pieces: readonly LinearPiece[], factor: Rational | null): readonly LinearPiece[] | null {
  return factor && scaled(pieces, factor);
}

function scaled(pieces: readonly LinearPiece[], by: Rational): readonly LinearPiece[] {
  return merged(
    pieces.map(({ from, slope, intercept }) => ({
      ...{ from, slope: multiplyRationals(by, slope), intercept: multiplyRationals(by, intercept) },
    })),
  );
}

type Combine = (a: Rational, b: Rational) => Rational;

function together(a: readonly LinearPiece[], b: readonly LinearPiece[], f: Combine): readonly LinearPiece[] {
  return merged(
    starts(a, b).map((from) => {
      const [p, q] = [pieceAt(a, from), pieceAt(b, from)];
      return { from, slope: f(p.slope, q.slope), intercept: f(p.intercept, q.intercept) };
    }),
  );
}

function largest(a: readonly LinearPiece[], b: readonly LinearPiece[]): readonly LinearPiece[] {
  return branches(together(b, a, subtractRationals), a, b);
}

/** `yes` where `difference` < 0, else `no`. */
function branches(
  difference: readonly LinearPiece[],
  yes: readonly LinearPiece[],
  no: readonly LinearPiece[],
): readonly LinearPiece[] {
  const all = unique([...starts(yes, no), ...starts(difference, difference), ...roots(difference)]);
  return merged(
    all.map((from, i) => {
      const inside = between(from, all[i + 1] ?? null);
      const { slope, intercept } = pieceAt(difference, inside);
      const value = addRationals(multiplyRationals(slope, inside), intercept);
      return { ...pieceAt(compareRationals(value, zero) < 0 ? yes : no, inside), from };
    }),
  );
}

/** Where the pieces vanish, inside themselves or not: a few breakpoints too many do no harm. */
function roots(pieces: readonly LinearPiece[]): Rational[] {
  return pieces
    .filter(({ slope }) => slope.numerator !== 0n)
    .map(({ slope, intercept }) => negateRational(divideRationals(intercept, slope)));
}

/** A number strictly between two neighbouring breakpoints. */
function between(from: Rational | null, to: Rational | null): Rational {
  if (from && to) return multiplyRationals(addRationals(from, to), rational(1n, 2n));
  if (from) return addRationals(from, rational(1n));
  return to ? subtractRationals(to, rational(1n)) : zero;
}

function pieceAt(pieces: readonly LinearPiece[], x: Rational | null): LinearPiece {
  return pieces.findLast(({ from }) => from === null || (x !== null && compareRationals(from, x) <= 0))!;
}

function starts(a: readonly LinearPiece[], b: readonly LinearPiece[]): (Rational | null)[] {
  return unique([...a, ...b].map(({ from }) => from));
}

function unique(points: readonly (Rational | null)[]): (Rational | null)[] {
  const finite = points.filter((x) => x !== null).sort(compareRationals);
  return [null, ...finite.filter((x, i) => i === 0 || compareRationals(x, finite[i - 1]!) !== 0)];
}

function merged(pieces: readonly LinearPiece[]): readonly LinearPiece[] {
  const same = (a: LinearPiece, b: LinearPiece) =>
    compareRationals(a.slope, b.slope) === 0 && compareRationals(a.intercept, b.intercept) === 0;
  return pieces.filter((piece, i) => i === 0 || !same(piece, pieces[i - 1]!));
}
