// The verbs about dynamics, from a file to the record, on problems whose answers are known: gradient descent with η = 1 on
// (1 − r)θ²/2 + rθ³/3 is the logistic map (THEORY §6), and the two-weight network has a 2-cycle, a flip cascade and death.
import { describe, expect, test } from "vitest";
import { interpreterEngine } from "../compile/index.ts";
import { twoCycle } from "../problems/index.ts";
import { columnOf, type RunRecord } from "../record/index.ts";
import { figuresOf } from "../report/figures/figures-of.ts";
import { answer } from "../report/words/answer.ts";
import { dynamicsTables } from "../report/words/dynamics-tables.ts";
import { readSpec, type Verb } from "../spec/index.ts";
import { run } from "./index.ts";
import { ask, host, logistic, twoWeights } from "./test-support/dynamics-files.ts";

describe("lyapunov", () => {
  test("ln 2 for the logistic map at 4, as gradient descent on a cubic", async () => {
    const record = await ask("lyapunov", logistic(4, "lyapunov: { count: 1, steps: 100000, transient: 100 }"));
    const [lo, hi] = record.results.exponents![0]!.confidence95!;
    expect(lo).toBeLessThan(Math.LN2);
    expect(hi).toBeGreaterThan(Math.LN2);
    expect(record.results.measures![0]).toMatchObject({ name: "Kaplan–Yorke dimension", value: 1 });
    expect(record.results.fate).toMatchObject({ kind: "wandering" });
    expect(answer(record)).toContain("chaotic");
    expect(figuresOf(record).map(({ name }) => name)).toContain("lyapunov");
    expect(dynamicsTables(record).map(({ title }) => title)).toContain("Measures");
  });

  test("on the paper's 2-cycle: half the logs of its multipliers, 9 − 2(1 + h)² and 3 − 2h", async () => {
    const rest = "optimizer: { type: gd, stepSize: 0.325 }\nlyapunov: { count: 2, steps: 500, transient: 3000 }";
    const { results } = await ask("lyapunov", twoWeights(rest));
    const h = 3.53 * 0.325;
    const truth = [9 - 2 * (1 + h) ** 2, 3 - 2 * h].map((m) => Math.log(Math.abs(m)) / 2).sort((a, b) => b - a);
    results.exponents!.forEach(({ value }, i) => {
      expect(value).toBeCloseTo(truth[i]!, 4); // the frame is still turning into the eigenvectors
    });
    expect(results.measures![1]!.value).toBeCloseTo(truth[0]! + truth[1]!, 8);
    expect(results.fate).toMatchObject({ kind: "periodic", period: 2 });
  });

  test("SGD at the balanced minimum: λ of THEORY §6, from the random map with common batches", async () => {
    const rest = `optimizer: { type: sgd, stepSize: 0.15 }
batch: { size: 1 }
lyapunov: { count: 2, steps: 20000, transient: 100 }`;
    const { results } = await ask("lyapunov", twoWeights(rest).replace("1.48, 0.7756756756756757", "1, 1"));
    const [along, across] = results.exponents!.map(({ confidence95 }) => confidence95!);
    expect(along![0]).toBeLessThan(0); // along the minima nothing moves: exponent 0
    expect(along![1]).toBeGreaterThan(0);
    expect(across![0]).toBeLessThan(-0.20596170908461);
    expect(across![1]).toBeGreaterThan(-0.20596170908461);
  });

  test("momentum has twice the dimension, and its exponents add up to n ln β", async () => {
    const rest =
      "optimizer: { type: momentum, momentum: 0.5, stepSize: 0.1 }\nlyapunov: { count: 4, steps: 400, transient: 0 }";
    const { results } = await ask("lyapunov", twoWeights(rest));
    const sum = results.exponents!.reduce((total, { value }) => total + value!, 0);
    expect(sum).toBeCloseTo(2 * Math.log(0.5), 10);
  });
});

describe("lyapunov measures chaos in other ways too", () => {
  const measureOf = (record: RunRecord, part: string) =>
    record.results.measures!.find(({ name }) => name.includes(part))!.value!;

  test("0–1 test and finite-time exponent: chaos of the logistic map at 4, order on its 2-cycle", async () => {
    const chaos = await ask("lyapunov", logistic(4, "lyapunov: { count: 1, steps: 5000, transient: 100 }"));
    expect(measureOf(chaos, "0–1 test")).toBeGreaterThan(0.9);
    let [x, sum] = [0.3, 0];
    for (let k = 0; k < 1000; k++) {
      sum += Math.log(Math.abs(4 - 8 * x));
      x = 4 * x * (1 - x);
    }
    expect(measureOf(chaos, "finite-time exponent of the first 1000 steps")).toBeCloseTo(sum / 1000, 1);
    const order = await ask("lyapunov", logistic(3.3, "lyapunov: { count: 1, steps: 5000, transient: 100 }"));
    expect(Math.abs(measureOf(order, "0–1 test"))).toBeLessThan(0.1);
  });

  // SGD on ½(x − 1)², ½(x + 1)²: x ↦ x − η(x ∓ 1) contracts by 1 − η with every batch, so all starts meet, and every
  // singular value is 1 − η: s_1 = ln(1 − η), sharpness dimension 0.
  const twoWells = (rest: string) => `
objective: { parameters: [x], samples: ["(x-1)^2/2", "(x+1)^2/2"] }
parameters: { values: [0.2] }
optimizer: { type: sgd, stepSize: 0.25 }
batch: { size: 1 }
${rest}`;

  test("SGD on two wells: a random attractor that is a point, s_1 = ln(1 − η)", async () => {
    const rest = "lyapunov: { count: 1, steps: 2000, transient: 100, sharpness: { iterates: 4 } }";
    const record = await ask("lyapunov", twoWells(rest));
    expect(measureOf(record, "spread of 4 starts")).toBeLessThan(1e-14);
    expect(answer(record)).toContain("the random attractor is a point");
    expect(columnOf(record.results.sharpnessOrders!, "sharpness")![0]).toBeCloseTo(Math.log(0.75), 12);
    expect(measureOf(record, "sharpness dimension")).toBe(0);
    expect(measureOf(record, "smallest singular value")).toBeCloseTo(0.75, 12);
  });

  // Two-weight network at its balanced minimum, batch of sample i with H = k_i vvᵀ, v = (1, 1), ‖v‖² = 2, k = 0.81 and 6.25:
  // singular values of I − ηH are 1 and |1 − 2ηk_i|.
  test("SGD at a minimum: singular values 1 and |1 − 2ηk|, largest first, averaged over both batches", async () => {
    const eta = 0.4;
    const rest = `optimizer: { type: sgd, stepSize: ${eta} }
batch: { size: 1 }
lyapunov: { count: 2, steps: 100, transient: 0, sharpness: {} }`;
    const record = await ask("lyapunov", twoWeights(rest).replace("1.48, 0.7756756756756757", "1, 1"));
    const pairs = [0.81, 6.25].map((k) => [1, Math.abs(1 - 2 * eta * k)].sort((a, b) => b - a));
    const truth = [0, 1].map((i) => 0.5 * (Math.log(pairs[0]![i]!) + Math.log(pairs[1]![i]!)));
    expect([...columnOf(record.results.sharpnessOrders!, "sharpness")!]).toEqual(
      truth.map((s) => expect.closeTo(s, 10)),
    );
    expect(measureOf(record, "smallest singular value")).toBeCloseTo(1 - 2 * eta * 0.81, 10);
  });
});

describe("bifurcation", () => {
  const diagram =
    "bifurcation: { parameter: optimizer.stepSize, range: [0.27, 0.36], count: 4, transient: 4000, keep: 16, observe: norm }";

  test("over the step size: minimum, 2-cycle, 2-cycle, 4-cycle on both sides of the flips", async () => {
    const near = twoWeights(`optimizer: { type: gd, stepSize: 0.3 }\n${diagram}`).replace(
      "1.48, 0.7756756756756757",
      "1.1, 0.9",
    );
    const record = await ask("bifurcation", near);
    const table = record.results.bifurcation!;
    const [parameter, value] = [columnOf(table, "parameter")!, columnOf(table, "value")!];
    const branches = (eta: number) =>
      new Set([...value].filter((_, i) => Math.abs(parameter[i]! - eta) < 1e-9).map((x) => x.toFixed(8))).size;
    expect([0.27, 0.3, 0.33, 0.36].map(branches)).toEqual([1, 2, 2, 4]);
    expect(figuresOf(record).length).toBeGreaterThan(0);
  });

  test("over a number of the loss the problem is built anew: κ doubles what η would", async () => {
    const over = (parameter: string, range: string, rest: string) =>
      ask(
        "bifurcation",
        twoWeights(
          `${rest}\nbifurcation: { parameter: ${parameter}, range: ${range}, count: 3, transient: 50, keep: 5, observe: "theta[0]" }`,
        ),
      );
    const byScale = await over("loss.scale", "[0.25, 0.75]", "optimizer: { type: gd, stepSize: 0.2 }");
    const byStep = await over("optimizer.stepSize", "[0.1, 0.3]", "optimizer: { type: gd, stepSize: 0.2 }");
    const [a, b] = [byScale, byStep].map((record) => columnOf(record.results.bifurcation!, "value")!);
    a!.forEach((value, i) => {
      expect(value).toBeCloseTo(b![i]!, 12);
    });
  });

  test("a coordinate that does not exist, SGD, a schedule and a missing question are refused", async () => {
    const with3 = diagram.replace("observe: norm", 'observe: "theta[3]"');
    const gd = "optimizer: { type: gd, stepSize: 0.3 }";
    await expect(ask("bifurcation", twoWeights(`${gd}\n${with3}`))).rejects.toThrow(
      "theta[0] … theta[1], found theta[3]",
    );
    await expect(ask("bifurcation", twoWeights(`optimizer: { type: sgd, stepSize: 0.3 }\n${diagram}`))).rejects.toThrow(
      "bifurcation is a question about a map, found steps with random batches; use gd",
    );
    await expect(ask("bifurcation", twoWeights(gd))).rejects.toThrow(
      "expected { parameter, range, count } in the file",
    );
  });
});

// The reference engine follows states one by one through the interpreter, the other one together in lanes; a network of
// relu has no operation that they round differently. In the chaos at 0.42 and among deaths one bit would show.
describe("followed together or one by one, by either engine: the same numbers", () => {
  const plane = "x: { index: 0, range: [-1, 3], count: 7 }, y: { index: 1, range: [-1, 3], count: 6 }, steps: 260";
  const diagram = "range: [0.2, 0.46], count: 9, transient: 900, keep: 20";
  test.each<[Verb, string]>([
    ["basins", `optimizer: { type: gd, stepSize: 0.42 }\nbasins: { ${plane} }`],
    ["basins", `optimizer: { type: adam, stepSize: 0.2 }\nbasins: { ${plane} }`],
    ["basins", `optimizer: { type: sgd, stepSize: 0.2 }\nbatch: { size: 1, law: cyclic }\nbasins: { ${plane} }`],
    [
      "bifurcation",
      `optimizer: { type: gd, stepSize: 0.3 }\nbifurcation: { parameter: optimizer.stepSize, ${diagram} }`,
    ],
    [
      "bifurcation",
      `optimizer: { type: momentum, stepSize: 0.3 }\nbifurcation: { parameter: optimizer.momentum, ${diagram}, observe: norm }`,
    ],
    ["lyapunov", "optimizer: { type: gd, stepSize: 0.42 }\nlyapunov: { count: 2, steps: 20000, transient: 20 }"],
    ["lyapunov", "optimizer: { type: nesterov, stepSize: 0.2 }\nlyapunov: { count: 3, steps: 30000, transient: 20 }"],
  ])("%s, %s", async (verb, rest) => {
    const text = twoWeights(rest);
    const alone = await run(readSpec(text, { file: "x.yaml" }).spec, verb, { ...host, engine: interpreterEngine });
    expect((await ask(verb, text)).results).toEqual(alone.results);
  });
});

describe("basins", () => {
  test("of the paper's network: minima in the positive quadrant near by, death where a weight is negative", async () => {
    const rest = `optimizer: { type: gd, stepSize: 0.1 }
basins: { x: { index: 0, range: [-1.1, 2], count: 13 }, y: { index: 1, range: [-0.875, 1.875], count: 12 }, steps: 3000 }`;
    const record = await ask("basins", twoWeights(rest));
    const { columns, values, rows } = record.results.basins!;
    expect(columns).toEqual(["x", "y", "class", "steps"]);
    expect(rows).toBe(156);
    // The recursion of THEORY §6, until a weight is ≤ 0 (ReLU′(0) = 0, so the axes belong to the dead piece).
    const truth = (u: number, v: number) => {
      for (let t = 0; t < 3000 && u > 0 && v > 0; t++) {
        const e = 0.353 * (u * v - 1);
        [u, v] = [u - e * v, v - e * u];
      }
      return u > 0 && v > 0 ? "converged" : "dead";
    };
    for (const [x, y, kind] of values!) expect(kind).toBe(truth(x as number, y as number));
    expect(truth(2, 1.875)).toBe("dead");
    expect(record.warnings).toEqual([]);
    const twins = record.results.measures!.find(({ name }) => name.includes("last bit"))!;
    expect(twins.value).toBe(0);
    expect(figuresOf(record).map(({ name }) => name)).toContain("basins");
    // On the axis itself the last bit decides: 0 is dead, 5e-324 is not unless 2.5·5e-324·y underflows to 0 (y < ¼).
    const onAxis = await ask("basins", twoWeights(rest).replace("[-1.1, 2]", "[-1, 2]"));
    const share =
      onAxis.results.basins!.values!.filter(
        ([x, y]) => x === 0 && (y as number) > 0.25 && truth(5e-324, y as number) === "converged",
      ).length / 156;
    expect(onAxis.results.measures!.find(({ name }) => name.includes("last bit"))!.value).toBeCloseTo(share, 12);
    expect(onAxis.warnings[0]).toContain("there rounding decides");
  });

  test("directions go through `parameters`, and must have their length", async () => {
    const plane = (direction: string) => `optimizer: { type: gd, stepSize: 0.1 }
basins: { x: { direction: ${direction}, range: [0, 0.01], count: 2 }, y: { index: 1, range: [1, 1.2], count: 2 }, steps: 500 }`;
    const { results } = await ask("basins", twoWeights(plane("[1, 0]")));
    expect(columnOf(results.basins!, "x")).toEqual(Float64Array.of(0, 0.01, 0, 0.01));
    await expect(ask("basins", twoWeights(plane("[1]")))).rejects.toThrow("expected 2 numbers");
  });
});

describe("orbits", () => {
  // THEORY §6: r + 1/r = 1 + h, a = 1/√(hr), b = √(r/h), multipliers 9 − 2(1 + h)² and 3 − 2h.
  test.each([0.3, 0.325, 0.4])(
    "the 2-cycle of the paper's network at η = %d, to 1e-10, stable up to its flip",
    async (eta) => {
      const record = await ask(
        "orbits",
        twoWeights(`optimizer: { type: gd, stepSize: ${eta} }\norbits: { period: 2 }`),
      );
      const { a, b, multipliers } = twoCycle(3.53 * eta);
      const own = record.results.orbits!.find(({ points }) => points.every(([u, v]) => Math.abs(u! - v!) < 1e-9))!;
      const points = own.points.map(([u]) => u!).sort((x, y) => x - y);
      expect(points).toEqual([a, b].sort((x, y) => x - y).map((x) => expect.closeTo(x, 10)));
      const truth = [...multipliers].sort((x, y) => Math.abs(y) - Math.abs(x));
      expect(own.multipliers).toEqual(truth.map((x) => [expect.closeTo(x, 9), 0]));
      expect(own.stability).toBe(Math.abs(truth[0]!) < 1 ? "stable" : "unstable");
      expect(own.residual).toBeLessThan(1e-12);
      expect(answer(record)).toContain("period 2");
      expect(figuresOf(record).map(({ name }) => name)).toContain("multipliers");
    },
  );

  test("minima come in families: their multiplier 1 is dropped, and said", async () => {
    const { results, warnings } = await ask(
      "orbits",
      twoWeights("optimizer: { type: gd, stepSize: 0.1 }\norbits: { period: 1 }"),
    );
    const [first] = results.orbits!;
    const s = first!.points[0]!.reduce((sum, x) => sum + x * x, 0);
    expect(first!.points[0]![0]! * first!.points[0]![1]!).toBeCloseTo(1, 10);
    expect(first!.multipliers).toEqual([[expect.closeTo(1 - 0.353 * s, 9), 0]]);
    expect(warnings.join()).toContain("the orbit belongs to a family");
  });

  test("a cyclic epoch is a map too: the fixed points of both batches in turn", async () => {
    const rest = `optimizer: { type: sgd, stepSize: 0.1 }
batch: { size: 1, law: cyclic }
orbits: { period: 1 }`;
    const { results, warnings } = await ask("orbits", twoWeights(rest));
    const [u, v] = results.orbits![0]!.points[0]!;
    expect(u! * v!).toBeCloseTo(1, 10);
    const s = u! * u! + v! * v!;
    expect(results.orbits![0]!.multipliers[0]![0]).toBeCloseTo((1 - 0.081 * s) * (1 - 0.625 * s), 8);
    expect(warnings.join()).toContain("a step of this map is an epoch");
  });

  test("none of period 3 below its fold, and the record says what the searches met", async () => {
    const { results, warnings } = await ask(
      "orbits",
      twoWeights("optimizer: { type: gd, stepSize: 0.2 }\norbits: { period: 3 }"),
    );
    expect(results.orbits).toEqual([]);
    expect(warnings[0]).toContain("no orbit of period 3");
  });
});

describe("fates and starts", () => {
  test("a step too long kills the paper's network: the exponents say so", async () => {
    const rest = "optimizer: { type: gd, stepSize: 0.43 }\nlyapunov: { count: 2, steps: 500, transient: 10 }";
    const record = await ask("lyapunov", twoWeights(rest));
    expect(record.results.fate).toMatchObject({ kind: "dead" });
    expect(record.results.exponents!.map(({ value }) => Math.abs(value!) < 1e-12)).toEqual([true, true]);
    expect(answer(record)).toContain("died at step");
  });

  // At the minimum itself nothing moves, however unstable it is: the 2-cycle beside it is found all the same.
  test("the 2-cycle is found from the unstable minimum too", async () => {
    const rest = "optimizer: { type: gd, stepSize: 0.325 }\norbits: { period: 2 }";
    const record = await ask("orbits", twoWeights(rest).replace("1.48, 0.7756756756756757", "1, 1"));
    expect(record.results.fate).toMatchObject({ kind: "converged" });
    expect(record.results.orbits![0]!.multipliers[0]![0]).toBeCloseTo(3 - 2 * 3.53 * 0.325, 10);
  });
});
