// The theorems of THEORY §2 beside the head theorems (decide.test.ts): saturation (PROOFS 2.9), affine in what is trained
// (2.8), almost every step size (CG25, O, F), and the zero state of optimizers with memory (1.10), where heavy ball with
// β = 0.9 and half squared error collapses a dead layer after two steps at η = 0.4 and 2.5.
import { describe, expect, test } from "vitest";
import { compileObjective, interpreterEngine } from "../../compile/index.ts";
import { showRational } from "../../modular/index.ts";
import { initialParameters, type LayerSpec, type LossSpec, networkProblem, readModel } from "../../network/index.ts";
import { createRng } from "../../numeric/index.ts";
import { decideByStructure, networkStructure, type RuleFacts } from "../index.ts";
import { almostEveryTheorems } from "./almost-every.ts";

const half: LossSpec = { type: "mse", scale: 0.5 };
const rule = (stepSize: number, more: Partial<RuleFacts> = {}): RuleFacts => ({
  ...{ type: "gd", stepSize, weightDecay: 0, memory: 0, weightSums: [1], clipNorm: false, clipValue: false },
  ...more,
});

function build(layers: readonly LayerSpec[], loss: LossSpec = half, input: readonly number[] = [2]) {
  const model = readModel({ input, layers });
  const { theta, frozen } = initialParameters(model, "torch", 5);
  const size = input.reduce((a, b) => a * b, 1);
  const inputs = Float64Array.from({ length: 3 * size }, (_, i) => Math.sin(1 + 2.3 * i));
  const targets = Float64Array.from({ length: 3 * model.outputCount }, (_, i) => (1 + Math.cos(i)) / 2);
  const labels = Float64Array.from({ length: 3 }, (_, i) => i % model.outputCount);
  const problem = networkProblem(
    model,
    loss,
    { inputs, targets: loss.type === "crossEntropy" ? labels : targets, sampleCount: 3 },
    { frozen },
  );
  return { problem, theta, structure: networkStructure(problem.lossProgram(2)) };
}

const dense = (units: number, activation = "identity", more: object = {}) =>
  ({ type: "dense", units, activation, ...more }) as LayerSpec;
const decide = (layers: readonly LayerSpec[], facts: RuleFacts, loss?: LossSpec) =>
  decideByStructure(build(layers, loss).structure, facts);

describe("saturation", () => {
  const hard = (units: number, activation = "hardTanh", outputs = 1) => [dense(units, activation), dense(outputs)];
  test("hard tanh: proved below 1/(1 + h), singular there, open above", () => {
    expect(decide(hard(4), rule(0.19))).toMatchObject({
      ...{ verdict: "proved", method: "saturation", complete: false, reach: "this", settledBelow: 0.2 },
    });
    const at = decide(hard(4), rule(0.2));
    expect(at).toMatchObject({ verdict: "disproved", method: "saturation" });
    expect(at.exceptional.map((e) => showRational(e.value))).toEqual(["1/5"]);
    // As the decimal 1/10 the step is exceptional, as the binary64 0.1 it would not be (PROOFS 1.6).
    expect(decide(hard(9), rule(0.1)).verdict).toBe("disproved");
    expect(decide(hard(4), rule(0.3)).verdict).toBe("undecided");
  });

  test("levels 0 and a: 1/(1 + n·a²) for n = 0 … h", () => {
    expect(decide(hard(2, "hardSigmoid"), rule(0.5)).exceptional.map((e) => showRational(e.value))).toEqual([
      "1/3",
      "1/2",
      "1",
    ]);
    expect(decide(hard(2, "relu6"), rule(1 / 73)).verdict).toBe("disproved");
    expect(decide(hard(2, "relu6"), rule(1 / 74)).verdict).toBe("proved");
  });

  test("not for two outputs, and not for units that go up and down", () => {
    expect(decide(hard(4, "hardTanh", 2), rule(0.01)).verdict).toBe("undecided");
    expect(decide(hard(4, "hardSwish"), rule(0.01)).verdict).toBe("undecided");
  });
});

describe("affine in what is trained", () => {
  const frozen = { trainable: false };
  test("cross-entropy: every step size, for any single trained layer of a ReLU network", () => {
    const ce: LossSpec = { type: "crossEntropy" };
    for (const layers of [
      [dense(4, "relu", frozen), dense(3)],
      [dense(4, "relu"), dense(3, "identity", frozen)],
      [dense(4, "relu", frozen), dense(4, "relu6"), dense(3, "identity", frozen)],
    ]) {
      expect(decide(layers, rule(1), ce)).toMatchObject({ verdict: "proved", reach: "every", method: "affine" });
    }
    expect(decide([dense(4, "tanh"), dense(3, "identity", frozen)], rule(1), ce).verdict).toBe("undecided");
    expect(decide([dense(4, "relu", frozen), dense(3)], rule(1)).verdict).toBe("undecided");
  });
});

describe("almost every step size", () => {
  const asked = (layers: readonly LayerSpec[]) => {
    const { structure } = build(layers);
    return almostEveryTheorems.find((t) =>
      t.examine(structure).every((h) => h.status === "holds" || h.status === "not-needed"),
    )!.id;
  };
  test("the paper's theorem where its layers are; definability and Fubini beyond", () => {
    expect(asked([dense(4, "sin"), dense(2)])).toBe("CG25");
    expect(asked([dense(2), { type: "residual", layers: [dense(2, "relu")] }, dense(2)])).toBe("O");
    expect(asked([dense(4), { type: "layerNorm" }, dense(2)])).toBe("O");
    expect(asked([dense(4, "relu", { trainable: false }), dense(2)])).toBe("O");
    expect(asked([dense(2), { type: "residual", layers: [dense(2, "gelu")] }, dense(2)])).toBe("F");
    expect(
      almostEveryTheorems
        .at(-1)!
        .examine(null)
        .every((h) => h.status !== "fails"),
    ).toBe(true);
  });
});

describe("momentum from a zero velocity", () => {
  const layers = [dense(3, "relu"), dense(1)];
  test.each([0.4, 2.5])(
    "β = 0.9, half squared error, η = %d: a dead layer forgets its output bias in two steps",
    (eta) => {
      const finding = decide(layers, rule(eta, { type: "momentum", memory: 0.9 }));
      expect(finding.verdict).toBe("proved");
      expect(finding.warnings.join()).toContain("the same output bias after 2 steps");
      const { problem, theta } = build(layers);
      const objective = compileObjective(problem, interpreterEngine);
      const rng = createRng(1, "zero-state");
      const ends = Array.from({ length: 5 }, () => {
        const at = Float64Array.from(theta);
        at.fill(-9, 6, 9); // the hidden biases
        at[12] = rng.normal();
        const velocity = new Float64Array(at.length);
        const gradient = new Float64Array(at.length);
        for (let t = 0; t < 2; t++) {
          objective.gradient(at, gradient);
          for (let j = 0; j < at.length; j++) {
            velocity[j] = 0.9 * velocity[j]! + gradient[j]!;
            at[j] = at[j]! - eta * velocity[j]!;
          }
        }
        return at[12]!;
      });
      expect(Math.max(...ends) - Math.min(...ends)).toBeLessThan(1e-13);
    },
  );

  test("not elsewhere, not without a dead side, and with the dampening that there is", () => {
    const warnings = (at: number, more: Partial<RuleFacts> = {}, net: LayerSpec[] = layers) =>
      decide(net, rule(at, { type: "momentum", memory: 0.9, ...more })).warnings.join();
    expect(warnings(0.41)).not.toContain("after 2 steps");
    expect(warnings(0.4, {}, [dense(3, "leakyRelu"), dense(1)])).not.toContain("after 2 steps");
    expect(warnings(0.8, { dampening: 0.5 })).toContain("after 2 steps");
    expect(warnings(0.8, {}, [dense(3, "tanh"), dense(1)])).toContain("for almost every step size");
  });
});
