import {
  addRationals,
  compareRationals,
  multiplyRationals,
  type Rational,
  rational,
  showRational,
} from "../../modular/index.ts";
import { type LinearPiece, piecewiseLinear } from "../piecewise-linear.ts";
import { type ConstantEigenvalue, examination, hypothesis, notNeeded, type Theorem } from "../theorem.ts";
import { lossIsSquaredError, outputLayerHypothesis, twiceScale } from "./shared.ts";

/** The saturation theorem of the documentation: units that are flat beyond their kinks, one output. */
export const saturation: Theorem = {
  id: "saturation",
  statement:
    "With one output and its bias on a last hidden layer of monotone piecewise-linear units with trained biases, a constant positive eigenvalue is an eigenvalue of 2κSᵀPS, where the columns of S are the units flat on every sample and 1; all units flat at the levels a_j give 2κ(1 + Σa_j²).",
  source: "Separatrix, docs/non-singularity.md, saturation theorem; extends arXiv 2510.24466",
  examine(structure) {
    const { output, hidden, outputCount } = structure;
    const pieces = hidden && piecewiseLinear(hidden.activation.y, hidden.activation.x);
    const monotone = pieces !== null && isMonotone(pieces);
    const hypotheses = [
      lossIsSquaredError(structure),
      outputLayerHypothesis(structure),
      hypothesis("output-bias", output?.bias != null, output?.bias ? "trained" : "there is none"),
      hypothesis("one-output", outputCount === 1, `${outputCount} output${outputCount === 1 ? "" : "s"}`, outputCount),
      hypothesis(
        "last-hidden-layer",
        monotone,
        monotone ? "monotone piecewise linear" : "not a layer of monotone piecewise-linear units trained on its own",
      ),
      hypothesis("hidden-bias", hidden?.bias != null, hidden?.bias ? "trained" : "there is none"),
      notNeeded("body", "any layers below, trained or not"),
      notNeeded("data", "any inputs, targets and positive weights"),
    ];
    const scale = twiceScale(structure);
    if (!monotone || !scale || !hidden?.bias) return examination(hypotheses, [], true);
    const squares = flatLevels(pieces).map((a) => multiplyRationals(a, a));
    const units = hidden.bias.shape.reduce((a, b) => a * b, 1);
    const most = squares.reduce((a, b) => (compareRationals(a, b) >= 0 ? a : b), rational(0n));
    const open = units > 0 && most.numerator > 0n ? times(scale, one, units, most) : null;
    return examination(hypotheses, saturatedEigenvalues(squares, units, scale), true, open);
  },
};

const one = rational(1n);

/** σ never decreases, or never increases, on any of its pieces. */
function isMonotone(pieces: readonly LinearPiece[]): boolean {
  const signs = new Set(pieces.map(({ slope }) => Math.sign(Number(slope.numerator))));
  signs.delete(0);
  return signs.size === 1;
}

/** The values that σ takes on its flat pieces. */
function flatLevels(pieces: readonly LinearPiece[]): Rational[] {
  return pieces.filter(({ slope }) => slope.numerator === 0n).map(({ intercept }) => intercept);
}

/** 2κ(s + n·a²). */
function times(scale: Rational, s: Rational, n: number, square: Rational): Rational {
  return multiplyRationals(scale, addRationals(s, multiplyRationals(rational(BigInt(n)), square)));
}

/** All units flat, each at one level for all samples: 2κ(1 + Σ a_j²), for every way to share the units among the levels. */
function saturatedEigenvalues(squares: readonly Rational[], units: number, scale: Rational): ConstantEigenvalue[] {
  const found = new Map<string, ConstantEigenvalue>();
  const different = squares.filter((a, i) => squares.findIndex((b) => compareRationals(a, b) === 0) === i);
  const visit = (level: number, left: number, sum: Rational): void => {
    const square = different[level];
    if (square === undefined) return;
    const last = level === different.length - 1;
    for (let n = last ? left : 0; n <= left; n++) {
      const next = addRationals(sum, multiplyRationals(rational(BigInt(n)), square));
      if (!last) {
        visit(level + 1, left - n, next);
        continue;
      }
      const value = multiplyRationals(scale, next);
      found.set(showRational(value), {
        value,
        realised: "yes",
        piece: "every unit of the last hidden layer saturated on every sample",
        reason: `the output is linear in what the loss sees, with the constant curvature ${showRational(value)}`,
      });
    }
  };
  visit(0, units, one);
  return [...found.values()];
}
