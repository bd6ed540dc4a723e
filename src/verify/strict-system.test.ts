// Strict linear inequalities decided exactly: the chambers of an arrangement of lines are counted by Zaslavsky's formula
// (1 + n + C(n, 2) for lines in general position in the plane, 2n for n lines through one point), and random systems with
// a planted solution or planted multipliers must come out as planted. Both answers carry their own proof, checked inside.
import { describe, expect, test } from "vitest";
import { rational } from "../modular/index.ts";
import { createRng } from "../numeric/index.ts";
import { type Inequality, solveStrict } from "./strict-system.ts";

const whole = (x: number) => rational(BigInt(x));
const inequality = (a: readonly number[], b: number): Inequality => ({ a: a.map(whole), b: whole(b) });

function chambers(lines: readonly (readonly number[])[]): number {
  let count = 0;
  for (let signs = 0; signs < 2 ** lines.length; signs++) {
    const system = lines.map(([a, b, c], i) => {
      const s = (signs >> i) & 1 ? 1 : -1;
      return inequality([s * a!, s * b!], s * c!);
    });
    if (solveStrict(system, 2).status === "feasible") count++;
  }
  return count;
}

describe("solveStrict", () => {
  test("chambers of line arrangements", () => {
    expect(chambers([])).toBe(1);
    expect(
      chambers([
        [1, 0, 0],
        [0, 1, 0],
        [1, 1, -1],
      ]),
    ).toBe(7);
    expect(
      chambers([
        [1, 2, 3],
        [2, -1, 1],
        [-3, 1, 2],
        [1, 1, -5],
        [4, -3, 7],
      ]),
    ).toBe(16);
    expect(
      chambers([
        [1, 0, 0],
        [0, 1, 0],
        [1, 1, 0],
        [1, -1, 0],
        [2, 1, 0],
      ]),
    ).toBe(10);
    expect(
      chambers([
        [1, 0, 0],
        [1, 0, -1],
        [1, 0, -2],
      ]),
    ).toBe(4);
  });

  test("touching is not crossing", () => {
    expect(solveStrict([inequality([1], 0), inequality([-1], 0)], 1).status).toBe("infeasible");
    expect(solveStrict([inequality([0], 0)], 1).status).toBe("infeasible");
    expect(solveStrict([inequality([0], 1)], 1).status).toBe("feasible");
    expect(solveStrict([inequality([], -1)], 0).status).toBe("infeasible");
  });

  test("planted systems in five unknowns", () => {
    const rng = createRng(11, "strict");
    for (let round = 0; round < 60; round++) {
      const draw = () => rng.integer(19) - 9;
      const x = Array.from({ length: 5 }, draw);
      const rows = Array.from({ length: 9 }, () => Array.from({ length: 5 }, draw));
      const planted = rows.map((a) => inequality(a, 1 - a.reduce((t, v, i) => t + v * x[i]!, 0)));
      expect(solveStrict(planted, 5).status).toBe("feasible");
      // The last inequality is minus the sum of the others: their values cannot all be positive.
      const last = inequality(
        [0, 1, 2, 3, 4].map((k) => -rows.reduce((t, a) => t + a[k]!, 0)),
        -planted.reduce((t, { b }) => t + Number(b.numerator), 0),
      );
      expect(solveStrict([...planted, last], 5).status).toBe("infeasible");
    }
  });
});
