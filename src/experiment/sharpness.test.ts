// RDS sharpness from a file to the record, for rules with a state too. The network f = ⟨w, x⟩ with batches of one sample and heavy
// ball: off the sample's direction the step on (w, v) is [[1, −ηβ], [0, β]] in each of n − 1 planes, whose singular values s ≥ t
// solve s² + t² = 1 + β²(1 + η²), st = β. Beyond 128 numbers of state they come from random probes.
import { expect, test } from "vitest";
import { columnOf, type RunRecord } from "../record/index.ts";
import { figuresOf } from "../report/figures/figures-of.ts";
import { dynamicsTables } from "../report/words/dynamics-tables.ts";
import { ask } from "./test-support/dynamics-files.ts";

const n = 70;
const [eta, beta] = [0.01, 0.5];
const input = (k: number) => `[${Array.from({ length: n }, (_, i) => ((i * (k + 3)) % 7) - 3).join(", ")}]`;

const heavyBall = (sharpness: string) => `
model: { input: [${n}], layers: [{ type: dense, units: 1, bias: false }] }
data: { inputs: [${input(0)}, ${input(1)}], targets: [[1], [-1]] }
loss: { type: mse, scale: 0.5 }
parameters: { init: torch }
optimizer: { type: momentum, momentum: ${beta}, stepSize: ${eta} }
batch: { size: 1, stochastic: true }
lyapunov: { count: 1, steps: 40, transient: 10, sharpness: ${sharpness} }`;

const measure = ({ results }: RunRecord, name: string) => results.measures!.find((m) => m.name.startsWith(name))!;

test("heavy ball with batches, 140 numbers of state: both singular values of every plane, with intervals", async () => {
  const record = await ask("lyapunov", heavyBall("{ iterates: 2, probes: 8 }"));
  const table = record.results.sharpnessOrders!;
  const [s, lo, hi] = ["sharpness", "lo", "hi"].map((name) => columnOf(table, name)!);
  const half = (1 + beta ** 2 * (1 + eta ** 2)) / 2;
  const largest = Math.sqrt(half + Math.sqrt(half ** 2 - beta ** 2));
  // 69 of 140 are s, 69 are t; a plane with the sample's direction holds one larger and one smaller.
  for (const k of [10, 30, 50]) expect(s![k]).toBeCloseTo(Math.log(largest), 6);
  for (const k of [90, 110, 130]) expect(s![k]).toBeCloseTo(Math.log(beta / largest), 6);
  expect(s!.every((value, k) => lo![k]! <= value && value <= hi![k]!)).toBe(true);
  const dimension = measure(record, "sharpness dimension, a lower estimate, from 8 probes");
  expect(dimension.confidence95![0]).toBeLessThan(dimension.value!);
  expect(dimension.confidence95![1]).toBeGreaterThan(dimension.value!);
  expect(measure(record, "smallest singular value of a step met (an upper bound)").value).toBeLessThan(beta);
  const rows = dynamicsTables(record).find(({ title }) => title === "Measures")!.rows;
  expect(rows.find(([name]) => name!.startsWith("Sharpness dimension"))![2]).toContain(" to ");
  expect(figuresOf(record).map(({ name }) => name)).toContain("sharpness-orders");
});

test("one probe tells no error, and no column of the record claims one", async () => {
  const { results } = await ask("lyapunov", heavyBall("{ iterates: 1, probes: 1 }"));
  expect(results.sharpnessOrders!.columns).toEqual(["order", "sharpness"]);
  expect(
    results.measures!.every(({ name, confidence95 }) => !name.startsWith("sharpness") || confidence95 === null),
  ).toBe(true);
});
