import { rational } from "../../../src/modular/index.ts";
import type { Rng } from "../../../src/numeric/index.ts";
import { formulaProblem } from "../../../src/program/index.ts";
import {
  type Fraction,
  fraction,
  minus,
  one,
  over,
  plus,
  positive,
  same,
  show,
  sign,
  times,
  written,
  zero,
} from "./fraction.ts";
import type { Family, FuzzProblem } from "./problem.ts";

/** A term of one variable: its formula, where it bends, and its second derivative at a point off the bends. */
interface Term {
  readonly text: string;
  readonly bends: readonly Fraction[];
  second(x: Fraction): Fraction;
}

const shifted = (b: Fraction) => `(x - ${bracket(b)})`;
const bracket = (x: Fraction) => (x.n < 0n ? `(${show(x)})` : show(x));

/** A number in a formula: as a decimal where it has one (0.1 is 1/10), else as a quotient. */
function constant(x: Fraction): string {
  return 1000n % x.d === 0n ? `(${Number(x.n) / Number(x.d)})` : `(${x.n}/${x.d})`;
}

function term(rng: Rng): Term {
  const c = written(rng);
  const b = written(rng, 2);
  const twice = times(fraction(2), c);
  const right = (x: Fraction) => sign(minus(x, b)) > 0;
  switch (rng.integer(6)) {
    case 0:
      return { text: `${constant(c)}*${shifted(b)}^2`, bends: [], second: () => twice };
    case 1:
      return { text: `${constant(c)}*abs${shifted(b)}`, bends: [b], second: () => zero };
    case 2:
      return {
        text: `${constant(c)}*max(0, x - ${bracket(b)})^2`,
        bends: [b],
        second: (x) => (right(x) ? twice : zero),
      };
    case 3: {
      const d = written(rng);
      return {
        text: `if(x < ${bracket(b)}, ${constant(c)}*x^2, ${constant(d)}*x^2 + x)`,
        bends: [b],
        second: (x) => (right(x) ? times(fraction(2), d) : twice),
      };
    }
    case 4: {
      // min(x², r²(x − 1)²): equal where x = ±r(x − 1).
      const r = fraction(1 + rng.integer(3), 4 + rng.integer(3));
      const square = times(r, r);
      const [low, high] = [over(minus(zero, r), minus(one, r)), over(r, plus(one, r))];
      const between = (x: Fraction) => sign(minus(x, low)) > 0 && sign(minus(x, high)) < 0;
      return {
        text: `min(x^2, ${constant(square)}*(x - 1)^2)`,
        bends: [low, high],
        second: (x) => (between(x) ? fraction(2) : times(fraction(2), square)),
      };
    }
    default:
      return {
        text: `${constant(c)}*${shifted(b)}*abs${shifted(b)}`,
        bends: [b],
        second: (x) => (right(x) ? twice : minus(zero, twice)),
      };
  }
}

/** Points between and beyond the bends: one on every piece of the line. */
function onePointEach(bends: readonly Fraction[]): Fraction[] {
  const sorted = bends.toSorted((a, b) => sign(minus(a, b))).filter((b, i, all) => i === 0 || !same(b, all[i - 1]!));
  if (sorted.length === 0) return [zero];
  const inner = sorted.slice(1).map((b, i) => over(plus(b, sorted[i]!), fraction(2)));
  return [minus(sorted[0]!, one), ...inner, plus(sorted.at(-1)!, one)];
}

/** Losses of one variable, piecewise quadratic with rational bends: every piece is an interval, its curvature a fraction. */
export const piecewiseQuadratics: Family = {
  name: "piecewise quadratics of one variable",
  share: 660,
  draw(rng): FuzzProblem {
    const samples = Array.from({ length: 1 + rng.integer(2) }, () =>
      Array.from({ length: 1 + rng.integer(2) }, () => term(rng)),
    );
    const p = samples.length === 1 ? [one] : splitOf(rng);
    const weightDecay = rng.integer(3) === 0 ? positive(rng, 1) : zero;
    const points = onePointEach(samples.flat().flatMap((t) => t.bends));
    const stochastic = samples.length > 1 && rng.integer(3) === 0;
    const batches = stochastic
      ? [
          [one, zero],
          [zero, one],
        ]
      : [p];
    const curvature = (x: Fraction, weights: readonly Fraction[]) =>
      samples.reduce((total, terms, i) => {
        const own = terms.reduce((sum, t) => plus(sum, t.second(x)), zero);
        return plus(total, times(weights[i]!, own));
      }, weightDecay);
    const curvatures = points.flatMap((x) => batches.map((weights) => curvature(x, weights)));
    const text = samples.map((terms) => terms.map((t) => t.text).join(" + "));
    const problem = formulaProblem({
      parameters: ["x"],
      samples: text,
      weights: p.map((w) => Number(w.n) / Number(w.d)),
    });
    return {
      problem,
      weightDecay,
      batches: stochastic ? batches.map((b) => b.map((w) => rational(w.n, w.d))) : null,
      theta: Float64Array.of(rng.normal()),
      candidates: curvatures.filter((c) => c.n > 0n).map((c) => over(one, c)),
      singular: (eta) => curvatures.some((c) => same(times(eta, c), one)),
      text: `${text.join(" ; ")} p=${p.map(show)} w=${show(weightDecay)}`,
    };
  },
};

/** Two weights that add up to 1, decimals among them. */
function splitOf(rng: Rng): [Fraction, Fraction] {
  const a = [fraction(1, 2), fraction(1, 10), fraction(3, 10), fraction(1, 3), fraction(2, 7)][rng.integer(5)]!;
  return [a, minus(one, a)];
}
