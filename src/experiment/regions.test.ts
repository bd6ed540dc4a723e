// A plane through the weights w and b of one ReLU unit on inputs reaching ±1, the other unit dead: the kinks are the lines
// b = −xw, the piece b < −|w| has a dead layer and covers a quarter of a square around 0 (THEORY §2: q = 1/4), and with half
// squared error one step is singular there at η = 1 and nowhere else.
import { expect, test } from "vitest";
import { columnOf } from "../record/index.ts";
import { ask } from "./index.ts";

const file = (stepSize: number) => `
model:
  input: [1]
  layers:
    - { type: dense, units: 2, activation: relu }
    - { type: dense, units: 1 }
data: { inputs: [[-1], [0.3], [1]], targets: [[0.5], [-0.2], [1]] }
loss: { type: mse, scale: 0.5 }
parameters: { values: [0.5, -0.8, 0.2, -2, 1, 0.7, 0.1] }
optimizer: { type: gd, stepSize: ${stepSize} }
regions: { x: { index: 0, range: [-2, 2.01], count: 61 }, y: { index: 2, range: [-2, 2.03], count: 61 }, steps: 5 }
`;

test("six pieces around one unit; the dead one is singular at η = 1 only, and its edges are exact", async () => {
  const { results } = await ask("regions", file(1));
  const pieces = results.regionPieces!;
  expect(pieces).toHaveLength(6);
  expect(pieces.filter(({ status }) => status === "singular")).toHaveLength(1);
  expect(pieces.filter(({ status }) => status === "non-singular")).toHaveLength(5);
  expect(pieces.find(({ status }) => status === "singular")!.share).toBeCloseTo(0.25, 1);
  const edges = results.regionEdges!;
  const [x1, y1] = [columnOf(edges, "x1")!, columnOf(edges, "y1")!];
  const off = [...x1].map((w, i) => Math.min(...[-1, 0.3, 1].map((x) => Math.abs(Number(y1[i]) + x * Number(w)))));
  expect(off.length).toBeGreaterThan(100);
  expect(Math.max(...off)).toBeLessThan(1e-14);
  // A dead network never leaves its piece: its hidden weights get no gradient.
  const rows = results.regions!.values!.filter(([, , name]) => String(name).endsWith("singular"));
  expect(new Set(rows.map((row) => row[3]))).toEqual(new Set([5]));
});

test("at another step size no piece is singular", async () => {
  const { results } = await ask("regions", file(0.9));
  expect(results.regionPieces!.map(({ status }) => status)).toEqual(new Array(6).fill("non-singular"));
});
