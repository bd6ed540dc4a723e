// Where every sample is fitted and no loss is curved (here a network whose units are all dead, and flat formulas) nothing
// moves: there is no exponent, no verdict, and no crash, whatever the rule. Step sizes whose steps leave the doubles are
// refused.
import { expect, test } from "vitest";
import { renderTerminal } from "../report/index.ts";
import { ask, check, stability } from "./index.ts";

const flat = (optimizer: object) => ({
  objective: { parameters: ["x", "y"], samples: ["0*x", "0*y"] },
  parameters: { values: [0, 1] },
  optimizer,
});

test.each([
  { type: "sgd", stepSize: 0.5 },
  { type: "momentum", stepSize: 0.5 },
  { type: "sgd", stepSize: { values: [0.1, 0.2] } },
  { type: "sgd", stepSize: 0.5, averaging: { type: "polyak" } },
])("a flat loss, %j", async (optimizer) => {
  const record = await stability(flat(optimizer));
  const { mu, lambda, meanSquare } = record.results;
  for (const answer of [mu, lambda, meanSquare]) expect(answer!.verdict).toBe("not-applicable");
  expect([mu!.value, lambda!.value, meanSquare!.exponent]).toEqual([null, null, null]);
  expect(renderTerminal(record, { color: false, columns: 80 })).toContain("Nothing moves here");
});

test("a network that is dead on all samples and fits them", async () => {
  const dead = {
    model: {
      input: [1],
      layers: [
        { type: "dense", units: 2, activation: "relu" },
        { type: "dense", units: 1, bias: false },
      ],
    },
    data: { inputs: [[1], [2]], targets: [[0], [0]] },
    loss: { type: "mse", scale: 0.5 },
    parameters: { values: [-1, -1, -1, -1, 1, 1] },
    optimizer: { type: "sgd", stepSize: 0.1 },
  };
  const { results } = await check(dead);
  expect([results.mu!.verdict, results.lambda!.verdict]).toEqual(["not-applicable", "not-applicable"]);
});

test("a diagram over a flat loss has no exponents, and every cell says why", async () => {
  const file = {
    ...flat({ type: "momentum", stepSize: 0.5 }),
    phase: { x: { path: "optimizer.stepSize", values: [0.1, 1] }, y: { path: "batch.size", values: [1, 2] } },
  };
  const record = await ask("phase", file);
  const { phase } = record.results;
  expect(phase!.values!.map((row) => row[phase!.columns.indexOf("note")]).join()).toMatch(/^every H_i = 0/);
  expect(phase!.values!.every((row) => row[phase!.columns.indexOf("sign")] === 0)).toBe(true);
  expect(renderTerminal(record, { color: false, columns: 80 })).toContain("Nothing moves in any cell");
  const steep = {
    ...file,
    objective: { parameters: ["x", "y"], samples: ["x^2", "y^2"] },
    parameters: { values: [0, 0] },
  };
  const x = { path: "optimizer.stepSize", values: [0.1, 1e200] };
  await expect(ask("phase", { ...steep, phase: { ...file.phase, x } })).rejects.toThrow(
    /expected at most .* found 1e\+200/,
  );
});

test("a step size beyond the doubles is refused", async () => {
  const steep = { ...flat({ type: "sgd", stepSize: 1e300 }), objective: { parameters: ["x"], samples: ["x^2"] } };
  await expect(stability({ ...steep, parameters: { values: [0] } })).rejects.toThrow(
    /optimizer\.stepSize: expected at most 5\.0e\+59 at sharpness 2\.0, found 1e\+300/,
  );
});
