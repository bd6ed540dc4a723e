// The verb `continue` from a file to the record, on the two-weight network: its flips are known (THEORY §6), its kinks can be
// planted, and heavy ball moves its flip by a closed form (THEORY §3).
import { describe, expect, test } from "vitest";
import { cascade } from "../problems/index.ts";
import { figuresOf } from "../report/figures/figures-of.ts";
import { answer } from "../report/words/answer.ts";
import { dynamicsTables } from "../report/words/dynamics-tables.ts";
import { ask, twoWeights } from "./test-support/dynamics-files.ts";

describe("continue", () => {
  // THEORY §6: the balanced minimum flips at η = 2/(2·3.53); its 2-cycle flips at .350160900142, the 4-cycle at .364881516851.
  test("the cascade of the paper's network from its 2-cycle, flips to 1e-9", async () => {
    const rest = `optimizer: { type: gd, stepSize: 0.325 }
continue: { period: 2, parameter: optimizer.stepSize, range: [0.27, 0.366] }`;
    const record = await ask("continue", twoWeights(rest));
    const flips = record.results.branches!.flatMap(({ specialPoints }) =>
      specialPoints.filter(({ type }) => type === "flip").map(({ stepSize }) => stepSize),
    );
    // The 2-cycle, the minimum that it is born from, the 4- and the 8-cycle: each once, and no other special points.
    expect(record.results.branches!.map(({ period }) => period)).toEqual([2, 4, 1, 8]);
    expect(flips.sort()).toEqual([0, 1, 2].map((i) => expect.closeTo(cascade.flips[i]!, 10)));
    expect(record.results.branches!.flatMap(({ specialPoints }) => specialPoints)).toHaveLength(3);
    const [flip] = record.results.branches![0]!.specialPoints;
    expect(flip!.normalForm).toMatchObject({ criticality: "supercritical" });
    expect(figuresOf(record).map(({ name }) => name)).toContain("branches");
    expect(answer(record)).toContain("The 2-cycle was followed over step size");
  });

  // A second hidden unit, relu(relu(ux) − 2.5k), is silent until u = k. The larger point b of the 2-cycle has
  // h²B(B − 1) − hB + 1 = 0 for B = b² (THEORY §6), so the collision is planted at B = k².
  test("a border collision planted in a ReLU network is found and named", async () => {
    const k = 1.13;
    const square = k * k;
    const truth = (square - Math.sqrt(square ** 2 - 4 * square * (square - 1))) / (2 * square * (square - 1)) / 3.53;
    const record = await ask(
      "continue",
      `
model:
  input: [1]
  layers:
    - { type: dense, units: 1, bias: false, activation: relu }
    - { type: dense, units: 2, activation: relu, trainable: false }
    - { type: dense, units: 1, bias: false }
data: { inputs: [[0.9], [2.5]], targets: [[0.9], [2.5]] }
loss: { type: mse, scale: 0.5 }
parameters: { values: [1.1, 1, 1, 0, ${-2.5 * k}, 1, 0.3] }
optimizer: { type: gd, stepSize: 0.31 }
continue: { period: 2, parameter: optimizer.stepSize, range: [0.3, 0.335] }`,
    );
    const collisions = record.results.branches![0]!.specialPoints.filter(({ type }) => type === "border-collision");
    expect(collisions.map(({ stepSize }) => stepSize)).toEqual([expect.closeTo(truth, 10)]);
    expect(answer(record)).toContain("border collision");
    expect(dynamicsTables(record)[0]!.rows[0]).toEqual(
      expect.arrayContaining(["Border collision", "2-cycle", expect.stringContaining("0.3252")]),
    );
  });

  // Descent on x⁴/4 − x²/2 has the 2-cycle ±√(1 + 2/η), whose points meet ±k at η = 2/(k² − 1). A term c·relu(x − k) makes the
  // gradient jump there, and no cycle goes on; with c·relu(x − k)² the gradient bends, and one does.
  test.each([
    ["relu(x - 1.5)", "ends"],
    ["relu(x - 1.5)^2", "goes on"],
  ] as const)("a 2-cycle that meets the kink of %s %s", async (term, fate) => {
    const record = await ask(
      "continue",
      `objective: { parameters: [x], samples: ["x^4/4 - x^2/2 + 0.2*${term}"] }
parameters: { values: [1.4] }
optimizer: { type: gd, stepSize: 2 }
continue: { period: 2, parameter: optimizer.stepSize, range: [1.2, 2.2], switchBranches: false }`,
    );
    const [branch] = record.results.branches!;
    const border = 2 / (1.5 ** 2 - 1);
    const collisions = branch!.specialPoints.filter(({ type }) => type === "border-collision");
    expect(collisions.map(({ stepSize }) => stepSize)).toEqual([expect.closeTo(border, 8)]);
    for (const { stepSize, norm } of branch!.points) {
      if (stepSize > border + 1e-6) expect(norm).toBeCloseTo(Math.sqrt(1 + 2 / stepSize), 9);
    }
    const least = Math.min(...branch!.points.map(({ stepSize }) => stepSize));
    const kinds = branch!.ends.map(({ kind }) => kind).sort();
    if (fate === "ends") {
      expect(kinds).toEqual(["border-collision", "range-end"]);
      expect(least).toBeCloseTo(border, 6);
      expect(record.warnings.join()).toMatch(/ends at 1\.6.*/);
    } else {
      expect(kinds).toEqual(["range-end", "range-end"]);
      expect(least).toBe(1.2);
    }
  });

  // Heavy ball at the balanced minimum, λ = 7.06: its flip lies at η = 2(1 + β)/λ (THEORY §3).
  test("in a second number: the flip of the minimum over step size and momentum", async () => {
    const rest = (second: string) => `optimizer: { type: momentum, momentum: 0.3, stepSize: 0.3 }
continue: { period: 1, parameter: optimizer.stepSize, range: [0.2, 0.5], switchBranches: false, second: ${second} }`;
    const at = (second: string) =>
      ask("continue", twoWeights(rest(second)).replace("1.48, 0.7756756756756757", "1, 1"));
    const record = await at("{ path: optimizer.momentum, range: [0, 0.6] }");
    const [curve] = record.results.bifurcationCurves!;
    expect(curve).toMatchObject({ type: "flip", period: 1, ends: ["range-end", "range-end"] });
    expect(curve!.points.length).toBeGreaterThan(10);
    for (const { first, second } of curve!.points) expect(first).toBeCloseTo((2 * (1 + second)) / 7.06, 10);
    expect(figuresOf(record).map(({ name }) => name)).toContain("bifurcation-curves");
    await expect(at("{ path: loss.scale, range: [0.1, 0.9] }")).rejects.toThrow(
      "expected two numbers of the optimizer",
    );
    await expect(at("{ path: optimizer.momentum, range: [0.5, 0.6] }")).rejects.toThrow("a range that holds");
  });

  test("a range without the value of the file is refused; where there is no orbit, none is followed", async () => {
    const rest = (range: string, period: number) => `optimizer: { type: gd, stepSize: 0.2 }
continue: { period: ${period}, parameter: optimizer.stepSize, range: ${range} }`;
    await expect(ask("continue", twoWeights(rest("[0.3, 0.4]", 1)))).rejects.toThrow("expected a range that holds");
    const record = await ask("continue", twoWeights(rest("[0.1, 0.25]", 3)));
    expect(record.results.branches).toEqual([]);
    expect(record.warnings[0]).toContain("no orbit of period 3");
  });
});
