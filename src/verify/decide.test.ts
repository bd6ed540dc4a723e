// The structure theorems of docs/non-singularity.md on networks of every kind they speak of (THEORY §2, PROOFS §2):
// which theorem applies, which step sizes are exceptional, and what is left undecided. Where a step size is called
// exceptional, the collapse itself is the independent truth (certify/demonstrate-collapse.test.ts); where one is called
// non-exceptional, the dense Hessian at a random point must have no such eigenvalue.
import { describe, expect, test } from "vitest";
import { compileObjective, interpreterEngine } from "../compile/index.ts";
import { showRational } from "../modular/index.ts";
import { initialParameters, type LayerSpec, type LossSpec, networkProblem, readModel } from "../network/index.ts";
import { matrix, symmetricEigenvalues } from "../numeric/index.ts";
import { decideByStructure, networkStructure, type RuleFacts } from "./index.ts";

const half: LossSpec = { type: "mse", scale: 0.5 };
const rule = (stepSize: number, more: Partial<RuleFacts> = {}): RuleFacts => ({
  type: "gd",
  stepSize,
  weightDecay: 0,
  memory: 0,
  weightSums: [1],
  clipNorm: false,
  clipValue: false,
  ...more,
});

function build(layers: readonly LayerSpec[], loss: LossSpec = half, input: readonly number[] = [3]) {
  const model = readModel({ input, layers });
  const { theta, frozen } = initialParameters(model, "torch", 5);
  const size = input.reduce((a, b) => a * b, 1);
  const m = 3;
  const k = model.outputCount;
  const inputs = Float64Array.from({ length: m * size }, (_, i) => Math.sin(1 + 2.3 * i));
  const targets =
    loss.type === "crossEntropy"
      ? Float64Array.from({ length: m }, (_, i) => i % k)
      : Float64Array.from({ length: m * k }, (_, i) => (1 + Math.cos(i)) / 2);
  const problem = networkProblem(model, loss, { inputs, targets, sampleCount: m }, { frozen });
  return { problem, theta, structure: networkStructure(problem.lossProgram(2)) };
}

const decide = (layers: readonly LayerSpec[], facts: RuleFacts, loss?: LossSpec, input?: readonly number[]) =>
  decideByStructure(build(layers, loss, input).structure, facts);

const dense = (units: number, activation?: LayerSpec extends infer _ ? string : never, bias = true) =>
  ({ type: "dense", units, bias, ...(activation ? { activation } : {}) }) as LayerSpec;

describe("H*: piecewise-linear last hidden layer", () => {
  test("squared error with output bias: every η but 1/(2κ), where the dead layer collapses", () => {
    const at = (eta: number, loss?: LossSpec) => decide([dense(4, "relu"), dense(2)], rule(eta), loss);
    expect(at(0.3)).toMatchObject({ verdict: "proved", method: "H*", reach: "every-except-listed", complete: true });
    expect(at(0.3).exceptional.map((e) => showRational(e.value))).toEqual(["1"]);
    expect(at(1)).toMatchObject({ verdict: "disproved", complete: true });
    expect(at(1 + 1e-12)).toMatchObject({ verdict: "proved" });
    expect(at(1 + 1e-12).warnings.join()).toContain("numerically at the exceptional step size 1");
    // PyTorch's MSELoss with k outputs: κ = 1/k, so k/2.
    expect(at(1, { type: "mse", scale: "torch" }).verdict).toBe("disproved");
    expect(decide([dense(4, "relu"), dense(3)], rule(1.5), { type: "mse", scale: "torch" }).verdict).toBe("disproved");
  });

  test("without output bias, and for cross-entropy and logistic losses: every η", () => {
    for (const finding of [
      decide([dense(4, "relu"), dense(2, undefined, false)], rule(1)),
      decide([dense(4, "relu"), dense(3)], rule(1), { type: "crossEntropy" }),
      decide([dense(4, "relu"), dense(1)], rule(1), { type: "logistic" }),
      decide([dense(4, "leakyRelu"), dense(2)], rule(1)),
      decide([dense(4, "abs"), dense(2)], rule(1)),
    ]) {
      expect(finding).toMatchObject({ verdict: "proved", reach: "every", complete: true, method: "H*" });
    }
  });

  test("leaky ReLU without hidden bias may have mean feature zero: undecided at 1/(2κ) only (PROOFS 1.5a)", () => {
    const layers = [dense(4, "leakyRelu", false), dense(2)];
    expect(decide(layers, rule(1))).toMatchObject({ verdict: "undecided", scope: "pieces", complete: false });
    expect(decide(layers, rule(0.9))).toMatchObject({ verdict: "proved", reach: "this" });
  });

  test("convolution with global pooling, normalisation before the head, a body of any kind", () => {
    const conv: LayerSpec = { type: "conv", filters: 3, kernel: 2, activation: "relu" };
    const pooled = decide([conv, { type: "globalAvgPool" }, dense(2)], rule(0.5), half, [2, 4, 4]);
    expect(pooled).toMatchObject({ verdict: "proved", method: "H*" });
    const normalised = decide(
      [dense(4), { type: "layerNorm" }, { type: "activation", function: "relu" }, dense(2)],
      rule(0.5),
    );
    expect(normalised).toMatchObject({ verdict: "proved", method: "H*" });
    const body: LayerSpec = { type: "residual", layers: [dense(3, "tanh")] };
    expect(decide([body, dense(5, "relu"), dense(2)], rule(0.5))).toMatchObject({ verdict: "proved", method: "H*" });
  });

  test("one output behind a ReLU and without bias, as in the paper's two-weight network: every η", () => {
    const finding = decide([dense(1, "relu", false), dense(1, "relu", false)], rule(0.25), half, [1]);
    expect(finding).toMatchObject({ verdict: "proved", reach: "every", complete: true, exceptional: [] });
  });

  test("not where its hypotheses fail", () => {
    const conv: LayerSpec = { type: "conv", filters: 3, kernel: 2, activation: "relu" };
    const failing: LayerSpec[][] = [
      [dense(4, "relu"), { ...dense(2), trainable: false } as LayerSpec],
      [{ ...dense(4, "relu"), trainable: false } as LayerSpec, dense(2)],
      [dense(4, "relu6"), dense(2)],
      [dense(3, "relu"), { ...dense(3, "relu"), share: "w" } as LayerSpec, { ...dense(3), share: "w" } as LayerSpec],
      [dense(4, "relu"), dense(2, "relu")],
    ];
    for (const layers of failing) {
      expect(decide(layers, rule(0.5))).toMatchObject({ verdict: "undecided", reach: "almost-every" });
    }
    expect(decide([conv, { type: "flatten" }, dense(2)], rule(0.5), half, [2, 4, 4]).verdict).toBe("undecided");
    expect(decide([dense(4, "relu"), dense(2)], rule(0.5), { type: "huber" }).verdict).toBe("undecided");
  });
});

describe("B: analytic last hidden layer with biases", () => {
  test.each(["tanh", "sigmoid", "softplus", "gelu", "geluTanh", "silu", "exp"])("%s: every η", (activation) => {
    for (const bias of [true, false]) {
      expect(decide([dense(4, activation), dense(2, undefined, bias)], rule(1))).toMatchObject({
        verdict: "proved",
        reach: "every",
        method: "B",
      });
    }
  });

  test("a sine is excluded with several outputs, and allowed with one output and its bias", () => {
    expect(decide([dense(4, "sin"), dense(2)], rule(1)).verdict).toBe("undecided");
    expect(decide([dense(4, "sin"), dense(1)], rule(1))).toMatchObject({ verdict: "proved", method: "B" });
    expect(decide([dense(4, "sin"), dense(3)], rule(1), { type: "crossEntropy" }).verdict).toBe("proved");
  });

  test("needs the hidden bias", () => {
    expect(decide([dense(4, "tanh", false), dense(2)], rule(0.5)).verdict).toBe("undecided");
  });
});

describe("order criterion and D", () => {
  const deep = (last: LayerSpec) => [dense(4, "tanh", false), dense(4, "tanh", false), last];
  test("three trained factors and no bias: every η", () => {
    const finding = decide(deep(dense(2, undefined, false)), rule(1));
    expect(finding).toMatchObject({ verdict: "proved", reach: "every", method: "order criterion" });
  });

  test("with an output bias 1/(2κ) stays open for odd activations, which symmetric inputs make singular (PROOFS 1.5c)", () => {
    expect(decide(deep(dense(2)), rule(1))).toMatchObject({ verdict: "undecided", method: "D", complete: false });
    expect(decide(deep(dense(2)), rule(0.7))).toMatchObject({ verdict: "proved", method: "D", reach: "this" });
    expect(decide(deep(dense(3)), rule(1), { type: "crossEntropy" })).toMatchObject({ verdict: "proved", method: "D" });
  });

  test("a quotient that may leave its domain stops it", () => {
    const layers = [dense(4, "softsign", false), dense(4, "softsign", false), dense(2, undefined, false)];
    expect(decide(layers, rule(1)).verdict).toBe("undecided");
  });
});

describe("weight decay w: 1/(λ + w)", () => {
  test("half squared error, output bias: 1/(1 + w) and 1/w (THEORY, natural examples)", () => {
    const at = (eta: number) => decide([dense(4, "relu"), dense(1)], rule(eta, { weightDecay: 0.25 }));
    expect(at(0.5).exceptional.map((e) => showRational(e.value))).toEqual(["4/5", "4"]);
    expect(at(0.8).verdict).toBe("disproved");
    expect(at(4).verdict).toBe("disproved");
    expect(at(0.5).verdict).toBe("proved");
  });

  test("beyond 1/w only where negative eigenvalues are excluded", () => {
    const at = (units: number) =>
      decide([dense(3, "tanh"), dense(4, "relu"), dense(units)], rule(5, { weightDecay: 0.25 }));
    expect(at(1).verdict).toBe("proved");
    expect(at(2).verdict).toBe("undecided");
  });

  test("without output bias, or with units of mean zero, one output does not exclude them; nothing trained below does", () => {
    const beyond = (layers: readonly LayerSpec[]) => decide(layers, rule(5, { weightDecay: 0.25 })).verdict;
    const body = dense(3, "tanh");
    expect(beyond([body, dense(4, "relu"), dense(1, undefined, false)])).toBe("undecided");
    expect(beyond([body, dense(4, "leakyRelu", false), dense(1)])).toBe("undecided");
    expect(beyond([body, dense(4, "leakyRelu"), dense(1)])).toBe("proved");
    expect(beyond([{ ...body, trainable: false } as LayerSpec, dense(4, "relu"), dense(2)])).toBe("proved");
    expect(beyond([dense(4, "relu"), dense(2)])).toBe("proved");
  });

  test("at 1/w a smooth network stays undecided: live pieces can have a singular Hessian", () => {
    const at = (eta: number) => decide([dense(4, "tanh"), dense(1)], rule(eta, { weightDecay: 0.25 }));
    expect(at(4).verdict).toBe("undecided");
    expect(at(3.9)).toMatchObject({ verdict: "proved", complete: false });
  });
});

describe("update rules", () => {
  const layers = [dense(4, "relu"), dense(1)];
  test.each([
    ["momentum", { memory: 0.9 }, "proved"],
    ["momentum", { memory: 0 }, "disproved"],
    ["momentum", { memory: 0, dampening: 0.5 }, "undecided"],
    ["nesterov", { memory: 0.9 }, "disproved"],
    ["adam", { memory: 0.9 * 0.999 }, "proved"],
    ["signSgd", {}, "proved"],
    ["lion", { memory: 0.99 }, "proved"],
    ["rmsprop", { memory: 0.99 }, "proved"],
    ["adagrad", {}, "proved"],
    ["amsgrad", { memory: 0.9 }, "disproved"],
    ["sam", {}, "undecided"],
    ["gd", { clipNorm: true }, "undecided"],
    ["gd", { clipValue: true }, "undecided"],
    ["rmsprop", { memory: 0.99, clipNorm: true }, "undecided"],
    ["momentum", { memory: 0.9, clipNorm: true }, "proved"],
    ["momentum", { memory: 0, clipNorm: true }, "undecided"],
    ["adam", { memory: 0.9 * 0.999, clipValue: true }, "proved"],
    ["amsgrad", { memory: 0.9, clipNorm: true }, "disproved"],
  ])("%s %j at the exceptional step of GD: %s", (type, more, verdict) => {
    expect(decide(layers, rule(1, { type, ...more })).verdict).toBe(verdict);
  });

  test("AdamW collapses at 1/w", () => {
    const at = (stepSize: number) => decide(layers, rule(stepSize, { type: "adamw", memory: 0.9, weightDecay: 0.5 }));
    expect(at(2).verdict).toBe("disproved");
    expect(at(1)).toMatchObject({ verdict: "proved", reach: "every-except-listed" });
    expect(at(1).warnings.join()).toContain("zero state");
  });

  test("importance sampling moves the exceptional step with the batch's weight", () => {
    const at = (stepSize: number) => decide(layers, rule(stepSize, { type: "sgd", weightSums: [0.5, 2] }));
    expect(at(1).exceptional.map((e) => showRational(e.value))).toEqual(["2", "1/2"]);
    expect(at(0.5).verdict).toBe("disproved");
    expect(decide(layers, rule(1, { type: "sgd", weightSums: null })).verdict).toBe("undecided");
  });
});

// Independent truth: at 1/η the determinant of I − ηH must not vanish at a random point when "every η" is claimed.
test.each([
  [[dense(4, "tanh"), dense(2)], half],
  [[dense(4, "relu"), dense(2, undefined, false)], half],
  [[dense(3, "silu"), dense(3, "gelu"), dense(3)], { type: "crossEntropy" } as LossSpec],
])(
  "no constant eigenvalue: spectra at two random points of the same piece share no eigenvalue above 1e-3",
  (layers, loss) => {
    const { problem, theta } = build(layers, loss);
    const objective = compileObjective(problem, interpreterEngine);
    const n = theta.length;
    const spectrum = (at: Float64Array) => {
      const hessian = matrix(n, n);
      const unit = new Float64Array(n);
      for (let j = 0; j < n; j++)
        objective.hvp(at, unit.fill(0).fill(1, j, j + 1), hessian.data.subarray(j * n, (j + 1) * n));
      return [...symmetricEigenvalues(hessian)].filter((v) => Math.abs(v) > 1e-3);
    };
    const [a, b] = [spectrum(theta), spectrum(theta.map((x) => 1.3 * x))];
    expect(Math.min(...a.flatMap((x) => b.map((y) => Math.abs(x - y))))).toBeGreaterThan(1e-6);
  },
);
