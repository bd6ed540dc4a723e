import {
  addRationals,
  divideRationals,
  multiplyRationals,
  negateRational,
  type Rational,
  rational,
  subtractRationals,
} from "../modular/index.ts";

/** a·x + b > 0. */
export interface Inequality {
  readonly a: readonly Rational[];
  readonly b: Rational;
}

/** Either a solution, or multipliers y ≥ 0, not all 0, with Σ y_i a_i = 0 and Σ y_i b_i ≤ 0: no solution (Motzkin). */
export type StrictSolution =
  | { readonly status: "feasible"; readonly x: readonly Rational[] }
  | { readonly status: "infeasible"; readonly multipliers: readonly Rational[] };

const zero = rational(0n);
const one = rational(1n);

/**
 * Decides a system of strict linear inequalities in `dimension` unknowns, exactly: phase one of the simplex method in
 * rationals with Bland's rule, on the problem of finding the multipliers. The answer is checked before it is given.
 */
export function solveStrict(system: readonly Inequality[], dimension: number): StrictSolution {
  // Homogeneous in z = (x, s): a·x + b·s > 0 and s > 0.
  const rows = [...system.map(({ a, b }) => [...a, b]), [...new Array<Rational>(dimension).fill(zero), one]];
  const found = phaseOne(rows, dimension + 1);
  if ("y" in found) {
    const total = Array.from({ length: dimension + 1 }, (_, k) =>
      dot(
        found.y,
        rows.map((row) => row[k]!),
      ),
    );
    const holds = found.y.every((y) => y.numerator >= 0n) && found.y.some((y) => y.numerator > 0n);
    if (!holds || total.some((t) => t.numerator !== 0n)) throw new Error("solveStrict: the multipliers do not check");
    return { status: "infeasible", multipliers: found.y.slice(0, system.length) };
  }
  const { z } = found;
  if (rows.some((row) => dot(row, z).numerator <= 0n)) throw new Error("solveStrict: the solution does not check");
  const s = z[dimension]!;
  return { status: "feasible", x: z.slice(0, dimension).map((value) => divideRationals(value, s)) };
}

/**
 * Minimises Σ u over Σ_i y_i row_i + u = 0, Σ y_i + u₀ = 1, all ≥ 0. At 0 the y are multipliers; else the dual solution
 * (π, t) satisfies row_i·π + t ≤ 0 with t > 0, and z = −π has row_i·z > 0.
 */
function phaseOne(rows: readonly (readonly Rational[])[], size: number): { y: Rational[] } | { z: Rational[] } {
  const columns = rows.length;
  const height = size + 1;
  // Each constraint: columns of y, columns of u, right-hand side.
  const table = Array.from({ length: height }, (_, k) => [
    ...rows.map((row) => (k < size ? row[k]! : one)),
    ...Array.from({ length: height }, (_unused, l) => (l === k ? one : zero)),
    k < size ? zero : one,
  ]);
  const basis = Array.from({ length: height }, (_, k) => columns + k);
  const width = columns + height;
  // Reduced costs c_j − Σ of the rows (the basis is all u, of cost 1).
  const costs = Array.from({ length: width + 1 }, (_, j) => {
    const sum = table.reduce((total, row) => addRationals(total, row[j]!), zero);
    return subtractRationals(j >= columns && j < width ? one : zero, sum);
  });
  for (;;) {
    const entering = costs.findIndex((cost, j) => j < columns && cost.numerator < 0n);
    if (entering < 0) break;
    let leaving = -1;
    let least: Rational | null = null;
    for (let k = 0; k < height; k++) {
      const entry = table[k]![entering]!;
      if (entry.numerator <= 0n) continue;
      const ratio = divideRationals(table[k]![width]!, entry);
      const order = least === null ? -1n : subtractRationals(ratio, least).numerator;
      if (order < 0n || (order === 0n && basis[k]! < basis[leaving]!)) {
        leaving = k;
        least = ratio;
      }
    }
    pivot(table, costs, leaving, entering);
    basis[leaving] = entering;
  }
  const isZero = costs[width]!.numerator === 0n;
  if (isZero) {
    const y = new Array<Rational>(columns).fill(zero);
    basis.forEach((j, k) => {
      if (j < columns) y[j] = table[k]![width]!;
    });
    return { y };
  }
  // The dual solution: π_k = cost of u_k − its reduced cost.
  return { z: Array.from({ length: size }, (_, k) => negateRational(subtractRationals(one, costs[columns + k]!))) };
}

function pivot(table: Rational[][], costs: Rational[], row: number, column: number): void {
  const inverse = divideRationals(one, table[row]![column]!);
  const scaled = table[row]!.map((entry) => multiplyRationals(entry, inverse));
  table[row] = scaled;
  for (const other of [...table.filter((_, k) => k !== row), costs]) {
    const factor = other[column]!;
    if (factor.numerator === 0n) continue;
    for (let j = 0; j < other.length; j++) {
      if (scaled[j]!.numerator !== 0n) other[j] = subtractRationals(other[j]!, multiplyRationals(factor, scaled[j]!));
    }
  }
}

function dot(a: readonly Rational[], b: readonly Rational[]): Rational {
  return a.reduce(
    (total, x, i) => (x.numerator === 0n ? total : addRationals(total, multiplyRationals(x, b[i]!))),
    zero,
  );
}
