import {
  addRationals,
  divideRationals,
  fromRationals,
  type IntegerPolynomial,
  isolateRealRoots,
  multiplyInteger,
  multiplyRationals,
  negateRational,
  type Rational,
  rational,
  squarefreeFactors,
  subtractRationals,
} from "../modular/index.ts";
import { solveStrict } from "./strict-system.ts";

/** A function of θ that must be positive: of one number c₀ + c₁x + c₂x² + …, of several c₀ + c₁θ₁ + c₂θ₂ + …. */
export type Condition = readonly Rational[];

export const isZeroCondition = (c: Condition): boolean => c.every((x) => x.numerator === 0n);
export const negated = (c: Condition): Condition => c.map(negateRational);
export const difference = (a: Condition, b: Condition): Condition => a.map((x, i) => subtractRationals(x, b[i]!));

export function valueAt(c: Condition, point: readonly Rational[]): Rational {
  if (point.length === 1)
    return c.reduceRight((total, x) => addRationals(multiplyRationals(total, point[0]!), x), zero);
  return point.reduce((total, x, i) => addRationals(total, multiplyRationals(c[i + 1]!, x)), c[0]!);
}

/** The polynomial of degree below `values.length` with these values at 0, 1, 2, … (Newton's divided differences). */
export function interpolated(values: readonly Rational[]): Condition {
  const n = values.length;
  const table = [...values];
  for (let order = 1; order < n; order++) {
    for (let i = n - 1; i >= order; i--) {
      table[i] = divideRationals(subtractRationals(table[i]!, table[i - 1]!), rational(BigInt(order)));
    }
  }
  let result: Rational[] = [table[n - 1] ?? zero];
  for (let i = n - 2; i >= 0; i--) {
    // result·(x − i) + table[i]
    const shifted = [zero, ...result];
    const less = [...result.map((c) => multiplyRationals(c, rational(BigInt(-i)))), zero];
    result = shifted.map((c, k) => addRationals(c, less[k]!));
    result[0] = addRationals(result[0]!, table[i]!);
  }
  return result;
}

/** A point at which all conditions are positive; null when there is none. Exact. */
export function strictPoint(conditions: readonly Condition[], dimension: number): readonly Rational[] | null {
  if (dimension > 1) {
    const solved = solveStrict(
      conditions.map(([b, ...a]) => ({ a, b: b! })),
      dimension,
    );
    return solved.status === "feasible" ? solved.x : null;
  }
  const radical = conditions
    .map((c) => fromRationals(c))
    .filter((f) => f.length > 1)
    .flatMap((f) => squarefreeFactors(f).map(({ polynomial }) => polynomial))
    .reduce(multiplyInteger, [1n] as IntegerPolynomial);
  const separate =
    radical.length > 1
      ? squarefreeFactors(radical)
          .map((f) => f.polynomial)
          .reduce(multiplyInteger)
      : radical;
  for (const x of samples(separate)) if (conditions.every((c) => valueAt(c, [x]).numerator > 0n)) return [x];
  return null;
}

/** One number in each interval between neighbouring roots of a squarefree polynomial, and on both sides of them all. */
function samples(f: IntegerPolynomial): Rational[] {
  const roots = isolateRealRoots(f);
  if (roots.length === 0) return [zero];
  const inner = roots.slice(1).map((root, i) => multiplyRationals(addRationals(roots[i]!.hi, root.lo), half));
  return [subtractRationals(roots[0]!.lo, one), ...inner, addRationals(roots.at(-1)!.hi, one)];
}

const zero = rational(0n);
const one = rational(1n);
const half = rational(1n, 2n);
