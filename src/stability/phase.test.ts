import { expect, test } from "vitest";
import { createRng, matrix } from "../numeric/index.ts";
import { batchLaw } from "../sampling/index.ts";
import { compareLaws } from "./compare-laws.ts";
import { meanSquare } from "./mean-square.ts";
import { type PhaseCell, phaseCell, phaseTasks } from "./phase.ts";
import { prepare } from "./prepared-problem.ts";

/** The two-weight network (THEORY §6) with s = θ₁² + θ₂²: closed forms of μ and λ in (η, s). */
function twoWeights(s: number) {
  const factor = matrix(2, 1, Float64Array.of(Math.sqrt(0.81 * s), Math.sqrt(6.25 * s)));
  return prepare({ factor, law: batchLaw({ size: 1, sampleCount: 2 }), rng: createRng(0) });
}

// μ = log|1 − 3.53ηs|, λ = ½ log|1 − 0.81ηs| + ½ log|1 − 6.25ηs|; mean-square stable iff E(1 − ηk)² < 1.
test("cells of the two-weight network against their closed forms", () => {
  for (const s of [2, 4, 8]) {
    const problem = twoWeights(s);
    const moments = meanSquare(problem);
    for (const stepSize of [0.03, 0.1, 0.15, 0.3]) {
      const cell = phaseCell(problem, stepSize, { budget: 2000, moments });
      const lambda = (Math.log(Math.abs(1 - 0.81 * stepSize * s)) + Math.log(Math.abs(1 - 6.25 * stepSize * s))) / 2;
      const second = ((1 - 0.81 * stepSize * s) ** 2 + (1 - 6.25 * stepSize * s) ** 2) / 2;
      expect(cell.mu).toBeCloseTo(Math.log(Math.abs(1 - 3.53 * stepSize * s)), 12);
      expect(cell.lambda).toBeCloseTo(lambda, 12);
      expect(cell.meanSquare).toBeCloseTo(Math.log(second) / 2, 10);
      expect(cell.sign).toBe(Math.sign(lambda));
      const certain = cell.by === "contraction" || cell.by === "mean-square";
      if (second < 1 - 1e-9) expect(certain).toBe(true);
      else expect(certain).toBe(false);
    }
  }
});

test("only what is asked for is computed", () => {
  const problem = twoWeights(2);
  const cell = phaseCell(problem, 0.1, { budget: 2000, moments: null, quantities: ["mu"] });
  expect(cell).toMatchObject({ lambda: null, lambdaLo: null, meanSquare: null, sign: 0, by: null });
  expect(cell.mu).toBeCloseTo(Math.log(1 - 0.706), 12);
});

// A diagram of 6 × 3 cells, computed task by task, interrupted and resumed: the same cells in the end, and the second
// round visits exactly the cells beside a change of sign that were decided by simulation.
test("tasks finish a diagram, in any order, and after an interruption", () => {
  const rng = createRng(1, "phase");
  const factor = matrix(
    5,
    3,
    Float64Array.from({ length: 15 }, () => rng.normal()),
  );
  const grid = { columns: 6, rows: 3 };
  const problems = [1, 2, 4].map((size) => prepare({ factor, law: batchLaw({ size, sampleCount: 5 }), rng }));
  const moments = problems.map((problem) => meanSquare(problem));
  const compute = (cell: number, budget: number) => {
    const [column, row] = [cell % 6, Math.floor(cell / 6)];
    return phaseCell(problems[row], 0.15 * (column + 1), { budget, moments: moments[row] });
  };
  const run = (known: (PhaseCell | null)[], stopAfter: number): (PhaseCell | null)[] => {
    let done = 0;
    for (let tasks = phaseTasks(grid, known, 1000); tasks.length > 0; tasks = phaseTasks(grid, known, 1000)) {
      for (const { cell, budget } of tasks.reverse()) {
        if (done++ === stopAfter) return known;
        known[cell] = compute(cell, budget);
      }
    }
    return known;
  };
  const straight = run(new Array<PhaseCell | null>(18).fill(null), Number.POSITIVE_INFINITY);
  const resumed = run(run(new Array<PhaseCell | null>(18).fill(null), 7), Number.POSITIVE_INFINITY);
  expect(resumed).toEqual(straight);
  expect(straight.some((cell) => cell!.budget === 4000)).toBe(true);
  expect(straight.some((cell) => cell!.budget === 1000)).toBe(true);
  for (const cell of straight) if (cell!.by !== "exponent" && cell!.sign !== 0) expect(cell!.budget).toBe(1000);
});

// THEORY §6, G2: importance by the NTK diagonal has η_MS = 4/3, uniform sampling 1.131482908179, the whole data 1.5278640450004.
test("laws ranked by threshold and by exponent", () => {
  const laws = [
    batchLaw({ size: 1, sampleCount: 2 }),
    batchLaw({ size: 1, sampleCount: 2, importance: [1 / 3, 2 / 3] }),
    batchLaw({ law: "without-replacement", size: 2, sampleCount: 2 }),
    batchLaw({ law: "cyclic", size: 1, sampleCount: 2 }),
  ];
  const factor = matrix(2, 2, Float64Array.of(1, 0, 1, 1));
  const found = compareLaws({ factor, rng: createRng(0) }, laws, 0.6);
  expect(found.byThreshold).toEqual([2, 1, 0]);
  expect(found.laws[3]).toMatchObject({ meanSquareStepSize: null, method: "periodic-product" });
  const exponents = found.byExponent.map((i) => found.laws[i].lambda!);
  expect(exponents).toEqual(exponents.toSorted((a, b) => a - b));
  expect(exponents).toHaveLength(4);
});
