// The record of `certify`: what it says beside the theorem. Probability of a dead start 4^−h for PyTorch's initialiser on
// inputs reaching ±1 (THEORY §2); volume factor and σ_min from the dense spectrum; pieces met where there are too many to
// list; the bound below which every step size is settled.
import { expect, test } from "vitest";
import { ask } from "./index.ts";

const file = (layers: string, more = "") => `
model:
  input: [1]
  layers: ${layers}
data: { inputs: [[-1], [0.3], [1]], targets: [[0.5], [-0.2], [1]] }
loss: { type: mse, scale: 0.5 }
parameters: { init: torch }
optimizer: { type: gd, stepSize: 1 }
${more}`;
const certify = async (text: string) => (await ask("certify", text)).results.nonsingularity!;

test("a dead layer: how likely, how near, and what helps", async () => {
  const found = await certify(
    file(
      "[{ type: dense, units: 2, activation: relu }, { type: dense, units: 1 }]",
      "certify: { point: [0.5, -0.8, 0.2, -2, 1, 0.7, 0.1] }",
    ),
  );
  expect(found.verdict).toBe("disproved");
  const { value, confidence95 } = found.deadAtStart!;
  expect(confidence95[0]).toBeLessThan(1 / 16);
  expect(confidence95[1]).toBeGreaterThan(1 / 16);
  expect(Math.abs(value - 1 / 16)).toBeLessThan(0.02);
  expect(found.remedy).toContain("jitter");
  expect(found.evidence!.box).toHaveLength(7);
  expect(Math.exp(found.volumeFactor!)).toBeGreaterThanOrEqual(0);
  expect(found.smallestFactor).toBeLessThan(1);
});

test("too many pieces: those that were met, by where, and no claim about the others", async () => {
  const layers = "[{ type: dense, units: 5, activation: hardSwish }, { type: dense, units: 1 }]";
  const found = await certify(file(layers, "certify: { pieces: 6 }").replace("stepSize: 1", "stepSize: 0.3"));
  expect(found).toMatchObject({ verdict: "undecided", scope: "pieces", piecesExamined: 6, complete: false });
  const pieces = found.hypotheses.find(({ name }) => name === "pieces")!;
  expect(pieces).toMatchObject({ status: "unchecked", value: 6 });
  expect(pieces.reason).toContain("at θ");
  expect(found.remedy).toContain("density");
});
