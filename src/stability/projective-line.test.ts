import { expect, test } from "vitest";
import { projectiveExponent } from "./projective-line.ts";

const half = (entries: readonly number[]) => ({ entries, probability: 0.5 });
/** I − η φφᵀ */
const contraction = (stepSize: number, [x, y]: readonly [number, number]) =>
  half([1 - stepSize * x * x, -stepSize * x * y, -stepSize * x * y, 1 - stepSize * y * y]);

// Pollicott, Invent. Math. 181 (2010): {[[2,1],[1,1]], [[3,1],[2,1]]}, p = ½, has exponent 1.1433110351029492458….
test("positive pair", () => {
  const { value, error } = projectiveExponent([half([2, 1, 1, 1]), half([3, 1, 2, 1])], 1e-11)!;
  expect(Math.abs(value - 1.1433110351029492)).toBeLessThan(1e-13);
  expect(error).toBeLessThan(1e-11);
});

// THEORY §6, G2: features (1,0), (1,1), κ = ½, b = 1.
test.each([
  [0.2, -0.039184466],
  [0.6, -0.128455784],
  [0.8, -0.196500178],
])("G2 at η = %d", (stepSize, expected) => {
  const { value, error } = projectiveExponent([contraction(stepSize, [1, 0]), contraction(stepSize, [1, 1])], 1e-11)!;
  expect(Math.abs(value - expected)).toBeLessThan(5e-10);
  expect(error).toBeLessThan(1e-11);
});

// A rotation scaled by s turns every direction and stretches all by s.
test("scaled rotations", () => {
  const rotation = (angle: number, s: number) =>
    half([s * Math.cos(angle), -s * Math.sin(angle), s * Math.sin(angle), s * Math.cos(angle)]);
  expect(projectiveExponent([rotation(1, 2), rotation(0.3, 3)], 1e-11)!.value).toBeCloseTo(Math.log(6) / 2, 13);
});

// Where the solution is rough (here a nearly singular factor) no digits are invented.
test("no answer rather than a wrong one", () => {
  expect(projectiveExponent([contraction(1.3, [1, 0]), contraction(1.3, [1, 1])], 1e-11)).toBeNull();
  expect(projectiveExponent([half([1, 0, 0, 0]), half([0, 0, 0, 1])], 1e-11)).toBeNull();
});

// Projections onto lines at 45°: a step along the same line costs 0, along the other log √½, each with probability ½.
test("rank-one factors", () => {
  const { value } = projectiveExponent([half([1, 0, 0, 0]), half([0.5, 0.5, 0.5, 0.5])], 1e-11)!;
  expect(value).toBeCloseTo(-Math.LN2 / 4, 14);
});
