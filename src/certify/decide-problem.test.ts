// Problems whose exceptional step sizes are known in closed form (THEORY §2, the natural singular examples; §6, Fig. 1 of
// Crăciun and Ghoshdastidar and the toy of Wu, Ma and E): each must come out singular there, with an exact value, and
// non-singular elsewhere. Independent truth for "proved": a dense Hessian without the eigenvalue 1/η.
import { describe, expect, test } from "vitest";
import { compileObjective, interpreterEngine } from "../compile/index.ts";
import { parseRational, type Rational, showRational, toNumber } from "../modular/index.ts";
import { initialParameters, type LayerSpec, type LossSpec, networkProblem, readModel } from "../network/index.ts";
import { createRng, matrix, symmetricEigenvalues } from "../numeric/index.ts";
import { paperFigure1, singularExamples, wuMaE } from "../problems/index.ts";
import { formulaProblem, type Problem } from "../program/index.ts";
import { conclude, type ExactNumbers, type RuleFacts, refuteCollapse } from "../verify/index.ts";
import { type DecisionOptions, decideProblem } from "./index.ts";

const rule = (stepSize: number, more: Partial<RuleFacts> = {}): RuleFacts => ({
  ...{ type: "gd", stepSize, weightDecay: 0, memory: 0, weightSums: [1], clipNorm: false, clipValue: false },
  ...more,
});
const options = (problem: Problem, theta: Float64Array, more: Partial<DecisionOptions> = {}): DecisionOptions => ({
  ...{
    theta,
    pieces: 64,
    trials: 2,
    effort: 1e8,
    rng: createRng(3, "decide"),
    batches: [problem.weights],
    someBatches: more.batches ?? [problem.weights],
    fullBatch: true,
  },
  ...more,
});
const decide = (problem: Problem, theta: Float64Array, facts: RuleFacts, more: Partial<DecisionOptions> = {}) =>
  decideProblem(problem, facts, options(problem, theta, more));
const values = (d: ReturnType<typeof decide>) => d.finding.exceptional.map((e) => showRational(e.value));

describe("formula objectives, decided exactly by pieces", () => {
  test("Fig. 1 of the paper: 1/2 is the only exceptional step size", () => {
    const problem = paperFigure1();
    const at = (eta: number) => decide(problem, Float64Array.of(3), rule(eta));
    expect(at(0.5).finding).toMatchObject({ verdict: "disproved", method: "pieces", complete: true });
    expect(Math.abs(at(0.5).evidence.collapse!.center[0]!)).toBeGreaterThan(2);
    expect(values(at(0.25))).toEqual(["1/2"]);
    expect(at(0.25).finding).toMatchObject({ verdict: "proved", reach: "every-except-listed", scope: "everywhere" });
    const near = at(0.5 * (1 + 1e-12)).finding;
    expect(near.verdict).toBe("proved");
    expect(near.warnings.join()).toContain("numerically at an exceptional step size");
  });

  test("Wu, Ma and E: 1/2 for full batches, 5/19, 1/2 and 5 for single samples", () => {
    const problem = wuMaE();
    const theta = Float64Array.of(1);
    // Full batch: both minima have H = 2; between them sample 1 takes 0.1(x − 1)² and sample 2 x², H = (0.2 + 2)/2. The
    // fourth combination, 10/29, is realised nowhere, which is decided exactly.
    const full = decide(problem, theta, rule(0.7));
    expect(full.finding).toMatchObject({ verdict: "proved", reach: "every-except-listed", complete: true });
    expect(values(full)).toEqual(["1/2", "10/11"]);
    expect(decide(problem, theta, rule(10 / 29)).finding.verdict).toBe("proved");
    const batches = [Float64Array.of(1, 0), Float64Array.of(0, 1)];
    const single = (eta: number) => decide(problem, theta, rule(eta, { type: "sgd" }), { batches, fullBatch: false });
    expect(values(single(0.7))).toEqual(["5/19", "1/2", "5"]);
    expect(single(0.7).finding).toMatchObject({ verdict: "proved", reach: "every-except-listed", complete: true });
    expect(single(5).finding.verdict).toBe("disproved");
    expect(single(5 / 19).finding.verdict).toBe("disproved");
  });

  test("irrational exceptional steps come with their equation; the user's rational step is none of them", () => {
    const problem = formulaProblem({ parameters: ["x", "y"], samples: ["x^2/2 + x*y + y^2"] }); // H = [[1, 1], [1, 2]]
    const { finding } = decide(problem, Float64Array.of(1, 1), rule(0.38));
    expect(finding.exceptional.map((e) => Number(e.value.numerator) / Number(e.value.denominator))).toEqual([
      expect.closeTo((3 - Math.sqrt(5)) / 2, 14),
      expect.closeTo((3 + Math.sqrt(5)) / 2, 14),
    ]);
    expect(finding.exceptional[0]!.polynomial).toContain("λ^2 - 3λ + 1 = 0");
    expect(finding).toMatchObject({ verdict: "proved", complete: true });
  });

  test("weight decay shifts them: 1/(λ + w), λ = 0 included", () => {
    const problem = formulaProblem({ parameters: ["x", "y"], samples: ["x^2"] });
    const at = (eta: number) => decide(problem, Float64Array.of(1, 1), rule(eta, { weightDecay: 0.5 }));
    expect(values(at(0.1))).toEqual(["2/5", "2"]);
    expect(at(2).finding.verdict).toBe("disproved");
  });

  test("transcendental formulas by a verified point; a domain that may fall apart leaves it open", () => {
    const smooth = formulaProblem({ parameters: ["x", "y"], samples: ["exp(x*y) + cos(x) + y^2"] });
    expect(decide(smooth, Float64Array.of(0.3, 1), rule(0.5)).finding).toMatchObject({
      verdict: "proved",
      reach: "every",
    });
    // x²(1 + x/√(x²)) is 2x² on the right, where 1/4 is exceptional, and 0 on the left: no one point speaks for both.
    const split = formulaProblem({ parameters: ["x"], samples: ["x^2*(1 + x/sqrt(x^2))"] });
    expect(decide(split, Float64Array.of(-1), rule(0.25)).finding.verdict).toBe("undecided");
  });

  test("a zero modulo the prime proves nothing: data divisible by 67108859 (PROOFS 1.6)", () => {
    const problem = formulaProblem({ parameters: ["x"], samples: ["67108859*x^3 + x^2/2"] });
    const { finding } = decide(problem, Float64Array.of(1), rule(1));
    expect(finding.verdict).not.toBe("disproved");
  });
});

/** ⟨v, G(θ)⟩ of one step with coupled decay. */
function imageAlong(
  problem: Problem,
  weights: ExactNumbers,
  at: Float64Array,
  eta: number,
  decay: number,
  direction: readonly { readonly index: number; readonly value: string }[],
): number {
  const objective = compileObjective(problem, interpreterEngine);
  const gradient = new Float64Array(at.length);
  const numbers = Float64Array.from<number | Rational>(weights, (x) => (typeof x === "number" ? x : toNumber(x)));
  objective.batchGradient(
    at,
    Int32Array.from(numbers, (_, i) => i),
    numbers,
    gradient,
  );
  return direction.reduce((sum, { index, value }) => {
    const moved = at[index]! - eta * (gradient[index]! + decay * at[index]!);
    return sum + toNumber(parseRational(value)) * moved;
  }, 0);
}

describe("every natural singular example collapses at its step sizes, and nowhere near", () => {
  test.each(singularExamples().map((e) => [e.name, e] as const))(
    "%s",
    (_, { problem, theta, weightDecay, stepSizes }) => {
      for (const eta of stepSizes) {
        const { finding, evidence, subject } = decide(problem, theta, rule(eta, { weightDecay }));
        expect([eta, finding.verdict]).toEqual([eta, "disproved"]);
        // An open box whose image lies in a hyperplane, proved; where φ̄ vanishes by the data the theorem is the proof.
        if (finding.method === "mean features") continue;
        expect(refuteCollapse(subject, evidence.collapse!)).toBe(null);
        const { center, radius, direction, batch } = evidence.collapse!;
        const images = Array.from({ length: 6 }, (_, k) => {
          const at = Float64Array.from(center, (x, i) => x + 0.9 * radius * Math.sin(k + 3 * i));
          return imageAlong(problem, subject.someBatches[batch]!, at, eta, weightDecay, direction);
        });
        expect(Math.max(...images) - Math.min(...images)).toBeLessThan(1e-12);
      }
      const beside = decide(problem, theta, rule(stepSizes[0]! * 0.937, { weightDecay }));
      expect(beside.finding.verdict).not.toBe("disproved");
    },
  );

  test("features of mean zero: centred inputs under linear units, symmetric inputs under tanh", () => {
    for (const name of ["linear units without hidden bias", "tanh units without hidden bias"]) {
      const { problem, theta } = singularExamples().find((e) => e.name.startsWith(name))!;
      expect(decide(problem, theta, rule(1)).finding).toMatchObject({ verdict: "disproved", method: "mean features" });
    }
    const { problem, theta } = singularExamples().find((e) => e.name.startsWith("linear units"))!;
    expect(decide(problem, theta, rule(0.9)).finding).toMatchObject({ verdict: "proved", complete: true });
  });

  test("a linear probe too large for its characteristic polynomial: all reciprocals of enclosed eigenvalues", () => {
    const model = readModel({ input: [20], layers: [{ type: "dense", units: 1 }] });
    const inputs = Float64Array.from({ length: 30 * 20 }, (_, i) => Math.round(100 * Math.sin(1 + 2.3 * i * i)) / 100);
    const targets = Float64Array.from({ length: 30 }, (_, i) => (i % 7) / 10);
    const problem = networkProblem(model, { type: "mse", scale: 0.5 }, { inputs, targets, sampleCount: 30 });
    const theta = new Float64Array(21);
    const objective = compileObjective(problem, interpreterEngine);
    const h = matrix(21, 21);
    const unit = new Float64Array(21);
    for (let j = 0; j < 21; j++)
      objective.hvp(theta, unit.fill(0).fill(1, j, j + 1), h.data.subarray(j * 21, (j + 1) * 21));
    const expected = [...symmetricEigenvalues(h)].map((v) => 1 / v).sort((a, b) => a - b);
    const { finding } = decide(problem, theta, rule(0.4));
    expect(finding).toMatchObject({ verdict: "proved", complete: true, reach: "every-except-listed" });
    const found = finding.exceptional.map((e) => toNumber(e.value));
    expect(found).toHaveLength(21);
    for (const [i, eta] of found.entries()) expect(eta / expected[i]!).toBeCloseTo(1, 9);
  });

  test("linear probes: 1/(2κe) for the eigenvalues e of the Gram matrix of the features", () => {
    const { problem, theta } = singularExamples().find((e) => e.name.startsWith("Kaczmarz"))!;
    const found = decide(problem, theta, rule(0.04));
    expect(found.finding).toMatchObject({ verdict: "disproved", complete: true });
    expect(values(found)).toEqual(["1/25"]);
  });
});

function network(layers: readonly LayerSpec[], loss: LossSpec, symmetric = false) {
  const model = readModel({ input: [2], layers });
  const { theta, frozen } = initialParameters(model, "torch", 8);
  const inputs = Float64Array.of(
    0.3,
    -0.7,
    1,
    0.2,
    symmetric ? -0.3 : 0.9,
    symmetric ? 0.7 : 0.4,
    symmetric ? -1 : 0.1,
    symmetric ? -0.2 : 0.6,
  );
  const targets = Float64Array.from({ length: 4 * model.outputCount }, (_, i) => Math.sin(i) ** 2);
  return { problem: networkProblem(model, loss, { inputs, targets, sampleCount: 4 }, { frozen }), theta };
}

describe("smooth networks that no structure theorem reaches: one verified point", () => {
  const half: LossSpec = { type: "mse", scale: 0.5 };
  const tanh: LayerSpec = { type: "dense", units: 3, bias: false, activation: "tanh" };
  test.each<[string, LayerSpec[], LossSpec]>([
    ["tanh without hidden bias", [tanh, { type: "dense", units: 1 }], half],
    [
      "sine, two outputs",
      [
        { type: "dense", units: 3, activation: "sin" },
        { type: "dense", units: 2 },
      ],
      half,
    ],
    [
      "sigmoid output, squared error",
      [
        { type: "dense", units: 2, activation: "tanh" },
        { type: "dense", units: 1, activation: "sigmoid" },
      ],
      half,
    ],
  ])("%s", (_, layers, loss) => {
    const { problem, theta } = network(layers, loss);
    const eta = 0.83;
    const { finding, evidence, subject } = decide(problem, theta, rule(eta));
    expect(finding).toMatchObject({ verdict: "proved", scope: "everywhere", method: "pieces" });
    // Enclosed spectra at three points share no eigenvalue: every step size at once, or every one below 1/floor.
    expect(finding.reach === "every" || finding.settledBelow! > 1e6).toBe(true);
    expect(conclude(subject, evidence)).toEqual(finding);
    const without = { ...evidence, pieces: { ...evidence.pieces!, proofs: [] } };
    expect(conclude(subject, without).verdict).toBe("undecided");
    const n = problem.dimension;
    const objective = compileObjective(problem, interpreterEngine);
    const h = matrix(n, n);
    const unit = new Float64Array(n);
    for (let j = 0; j < n; j++)
      objective.hvp(theta, unit.fill(0).fill(1, j, j + 1), h.data.subarray(j * n, (j + 1) * n));
    expect(Math.min(...symmetricEigenvalues(h).map((v) => Math.abs(v - 1 / eta)))).toBeGreaterThan(1e-9);
  });

  test("under weight decay w enclosed spectra speak below 1/w only: 0 and negative eigenvalues count there", () => {
    const { problem, theta } = network([tanh, { type: "dense", units: 1 }], half);
    const { finding } = decide(problem, theta, rule(0.83, { weightDecay: 0.25 }));
    expect(finding).toMatchObject({ verdict: "proved", complete: false, reach: "this" });
    expect(finding.settledBelow).toBeLessThanOrEqual(4);
    expect(finding.settledBelow).toBeGreaterThan(3.9);
  });

  test("attention of more parameters than a dense Hessian is looked at for: the output layer's slice", () => {
    const layers: LayerSpec[] = [
      { type: "attention", heads: 2 },
      { type: "attention", heads: 2 },
      { type: "flatten" },
      { type: "dense", units: 2 },
    ];
    const model = readModel({ input: [3, 8], layers });
    const { theta } = initialParameters(model, "torch", 8);
    const inputs = Float64Array.from({ length: 4 * 24 }, (_, i) => Math.sin(1 + 2.3 * i));
    const targets = Float64Array.from({ length: 8 }, (_, i) => Math.cos(i));
    const problem = networkProblem(model, half, { inputs, targets, sampleCount: 4 });
    expect(theta.length).toBeGreaterThan(300);
    const found = decide(problem, theta, rule(0.5), { effort: 4e8 });
    expect(found.finding).toMatchObject({ verdict: "proved", scope: "everywhere", method: "pieces" });
    expect(found.evidence.pieces!.spectra[0]!.by).toBe("slice");
    expect(found.finding.settledBelow ?? Number.POSITIVE_INFINITY).toBeGreaterThan(1e4);
  });

  test("symmetric inputs make 1/(2κ) exceptional on all of parameter space, and no witness is found there", () => {
    const { problem, theta } = network([tanh, { type: "dense", units: 1 }], half, true);
    expect(decide(problem, theta, rule(1)).finding).toMatchObject({ verdict: "disproved", method: "mean features" });
    expect(decide(problem, theta, rule(0.9)).finding).toMatchObject({ verdict: "proved" });
  });
});
