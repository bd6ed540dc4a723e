// Traps: problems on which a careless certificate would be wrong (issue text and PROOFS 1.5, 1.6, 1.10, 2.6). Each names
// the guard that it needs; without that guard it fails.
import { describe, expect, test } from "vitest";
import { divideRationals, type Rational, rational, showRational } from "../modular/index.ts";
import { initialParameters, type LayerSpec, type LossSpec, networkProblem, readModel } from "../network/index.ts";
import { createRng } from "../numeric/index.ts";
import { formulaProblem, type Problem } from "../program/index.ts";
import {
  certificateOf,
  checkNonsingularity,
  exactWeights,
  pieceOf,
  type RuleFacts,
  refuteCollapse,
  selectionsAt,
} from "../verify/index.ts";
import { excludedModulo } from "../verify/piece-spectrum.ts";
import { type Decision, type DecisionOptions, decideProblem } from "./index.ts";

const half: LossSpec = { type: "mse", scale: 0.5 };
const rule = (stepSize: number, more: Partial<RuleFacts> = {}): RuleFacts => ({
  ...{ type: "gd", stepSize, weightDecay: 0, memory: 0, weightSums: [1], clipNorm: false, clipValue: false },
  ...more,
});

function decide(problem: Problem, facts: RuleFacts, more: Partial<DecisionOptions> = {}): Decision {
  const batches = more.batches === undefined ? [exactWeights(problem)] : more.batches;
  const decision = decideProblem(problem, facts, {
    ...{ theta: new Float64Array(problem.dimension).fill(0.37), pieces: 64, trials: 2, effort: 1e8 },
    ...{ rng: createRng(1, "traps"), fullBatch: batches?.length === 1, ...more },
    ...{ batches, someBatches: batches ?? [exactWeights(problem)] },
  });
  const { subject, evidence } = decision;
  const certificate = JSON.parse(JSON.stringify(certificateOf(subject, evidence)));
  expect(checkNonsingularity(certificate, subject).status).toBe("accepted");
  return decision;
}

const verdict = (...args: Parameters<typeof decide>) => decide(...args).finding.verdict;
const listed = ({ finding }: Decision) => finding.exceptional.map((e) => showRational(e.value));

const dense = (units: number, activation: string, more: object = {}) =>
  ({ type: "dense", units, activation, ...more }) as LayerSpec;
const out = (units: number, more: object = {}) => ({ type: "dense", units, ...more }) as LayerSpec;

interface Samples {
  readonly inputs?: readonly number[];
  readonly targets?: readonly number[];
  readonly weights?: readonly number[];
  readonly loss?: LossSpec;
  readonly frozen?: readonly number[];
}

function network(layers: readonly LayerSpec[], given: Samples = {}): Problem {
  const { inputs = [0.3, -0.7, 1], targets = [0.5, -0.2, 1], weights, loss = half, frozen } = given;
  const model = readModel({ input: [1], layers });
  const data = { inputs: Float64Array.from(inputs), targets: Float64Array.from(targets), sampleCount: inputs.length };
  const drawn = frozen ? Float64Array.from(frozen) : initialParameters(model, "torch", 1).frozen;
  return networkProblem(model, loss, { ...data, weights }, { frozen: drawn });
}

describe("η within 1e-12 of an exceptional value: compared as rationals, with a warning", () => {
  test.each([1 + 1e-12, 1 - 1e-12, 1 + 2 ** -52])("dead layer at 1·%d", (near) => {
    const { finding } = decide(network([dense(2, "relu"), out(1)]), rule(near));
    expect(finding.verdict).toBe("proved");
    expect(finding.warnings.join()).toContain("numerically at the exceptional step size 1");
    expect(verdict(network([dense(2, "relu"), out(1)]), rule(1))).toBe("disproved");
  });

  test("1/3 written in decimals is 1/3, and its neighbours are not", () => {
    const problem = formulaProblem({ parameters: ["x"], samples: ["1.5*x^2"] });
    expect(verdict(problem, rule(0.3333333333333333))).toBe("disproved");
    expect(verdict(problem, rule(0.33333333333333337))).toBe("proved");
    expect(verdict(problem, rule(0.333333333333))).toBe("proved");
  });
});

describe("singular on a piece of small volume only: pieces are listed exactly, not met by chance", () => {
  test("an interval of width 2e-9 in one variable", () => {
    const samples = ["if(abs(x - 0.1234) < 1e-9, x^2, x^4)"];
    const problem = formulaProblem({ parameters: ["x"], samples });
    const decision = decide(problem, rule(0.5));
    expect(decision.finding.verdict).toBe("disproved");
    expect(Math.abs(decision.evidence.collapse!.center[0]! - 0.1234)).toBeLessThan(1e-9);
    expect(verdict(problem, rule(0.4))).toBe("proved");
  });

  test("a thin strip in two variables", () => {
    const samples = ["if(abs(x - y) < 1e-7, (x + y)^2, (x + y)^4)"];
    const problem = formulaProblem({ parameters: ["x", "y"], samples });
    expect(verdict(problem, rule(0.25))).toBe("disproved");
  });

  test("where the pieces are too many to list, a clear view of those met is no proof", () => {
    const samples = ["if(abs(x*y - 0.1234) < 1e-9, x^2, x^4)"];
    const problem = formulaProblem({ parameters: ["x", "y"], samples });
    const decisions = [8, 32, 128, 512].map((effort) => decide(problem, rule(0.5), { effort }));
    expect(decisions.some((d) => d.evidence.pieces?.all === null)).toBe(true); // pieces were met, and all had witnesses
    expect(decisions.map((d) => d.finding.verdict)).not.toContain("proved");
  });
});

describe("decimals that no double equals stand for themselves", () => {
  test("0.1·3 is 3/10: constants are folded only where nothing is rounded", () => {
    const problem = formulaProblem({ parameters: ["x"], samples: ["0.1*3*x^2"] });
    expect(listed(decide(problem, rule(0.3)))).toEqual(["5/3"]);
    expect(verdict(problem, rule(5 / 3))).toBe("disproved");
  });

  test("weights 0.3, 0.3, 0.3, 0.1 add up to 1, though not in doubles", () => {
    expect(0.3 + 0.3 + 0.3 + 0.1).not.toBe(1);
    const samples = ["x^2/2", "x^2/2", "x^2/2", "x^2/2"];
    const problem = formulaProblem({ parameters: ["x"], samples, weights: [0.3, 0.3, 0.3, 0.1] });
    expect(exactWeights(problem).map(showRational)).toEqual(["3/10", "3/10", "3/10", "1/10"]);
    expect(verdict(problem, rule(1))).toBe("disproved");
  });

  test("hard tanh 1-9-1: exceptional at 1/10, and the double nearest to it means 1/10", () => {
    const problem = network([dense(9, "hardTanh"), out(1)], { inputs: [0.5], targets: [0] });
    expect(verdict(problem, rule(0.1))).toBe("disproved");
    expect(verdict(problem, rule(0.1 - 2 ** -56))).toBe("proved");
    expect(verdict(problem, rule(0.1 + 2 ** -56), { effort: 1 })).toBe("undecided"); // other levels are not excluded there
  });
});

describe("a zero modulo the prime proves nothing", () => {
  const prime = 67108859;
  test("data divisible by it: 1/p² is exceptional for the linear model on x = p, and 1/2 is not", () => {
    const problem = network([out(1, { bias: false })], { inputs: [prime], targets: [1], loss: half });
    expect(listed(decide(problem, rule(0.5)))).toEqual([`1/${BigInt(prime) ** 2n}`]);
    expect(verdict(problem, rule(0.5))).toBe("proved");
  });

  test("det ≡ 0 mod p for data divisible by p: no witness, no verdict from it", () => {
    const problem = formulaProblem({ parameters: ["x", "y"], samples: [`${prime}*x^3*y + x^2/2 + y^2`] });
    expect(verdict(problem, rule(1))).not.toBe("disproved");
  });

  test.each([
    ["a divisor", `x^3/${prime} + x`],
    ["a number", `${1 / prime}*x^3 + x`],
  ])("%s with it as denominator: the next prime is taken, and the witness names it", (_, formula) => {
    const problem = formulaProblem({ parameters: ["x"], samples: [formula] });
    const piece = pieceOf(problem, exactWeights(problem), selectionsAt(problem, [0.5])!);
    expect(excludedModulo(piece, rational(1n), [5])!.prime).toBeLessThan(prime);
    expect(verdict(problem, rule(1))).toBe("proved");
  });

  test("a modulus that is no prime is no witness", () => {
    const problem = formulaProblem({ parameters: ["x"], samples: ["x^3"] });
    const { subject, evidence } = decide(problem, rule(1));
    const pieces = evidence.pieces!;
    const forged = pieces.proofs.map((p) => ({ ...p, witness: { kind: "residues" as const, prime: 15, theta: [1] } }));
    const certificate = certificateOf(subject, evidence);
    const tampered = { ...certificate, pieces: { ...pieces, proofs: forged } };
    expect(checkNonsingularity(tampered, subject).status).toBe("rejected");
  });
});

describe("samples", () => {
  test("duplicates and an input of 0 leave H* as it is: dead units are dead on all of them", () => {
    const problem = network([dense(2, "relu"), out(1)], { inputs: [0.5, 0.5, 0], targets: [1, -1, 2] });
    expect(listed(decide(problem, rule(0.3)))).toEqual(["1"]);
    expect(verdict(problem, rule(1))).toBe("disproved");
  });

  test("all inputs 0 and no hidden bias: features vanish everywhere, and no θ says otherwise", () => {
    const layers = [dense(2, "tanh", { bias: false }), out(1)];
    const problem = network(layers, { inputs: [0, 0], targets: [1, -1] });
    expect(decide(problem, rule(1)).finding).toMatchObject({ verdict: "disproved", method: "mean features" });
  });

  test("inputs that are almost symmetric are not symmetric", () => {
    const layers = [dense(2, "tanh", { bias: false }), out(1)];
    const problem = network(layers, { inputs: [1, -1 - 2 ** -52], targets: [1, -1] });
    expect(verdict(problem, rule(1))).not.toBe("disproved");
  });

  test("symmetric inputs of different weights are not symmetric", () => {
    const layers = [dense(2, "tanh", { bias: false }), out(1)];
    const given = { inputs: [1, -1], targets: [1, -1] };
    expect(verdict(network(layers, given), rule(1))).toBe("disproved");
    expect(verdict(network(layers, { ...given, weights: [0.6, 0.4] }), rule(1))).not.toBe("disproved");
  });
});

describe("dead layers at initialisation", () => {
  test("a pre-activation that is 0 identically is no kink: the piece is certified, and collapses", () => {
    const layers = [dense(1, "relu"), dense(1, "relu", { bias: false }), out(1)];
    const problem = network(layers);
    // The first layer is dead, so the second has pre-activation 0 for every θ around.
    const theta = [0.1, -5, 0.7, 0.4, 0.2];
    expect(selectionsAt(problem, theta)).not.toBe(null);
    const collapse = { batch: 0, center: theta, radius: 2 ** -6, direction: [{ index: 4, value: "1" }] };
    const { subject } = decide(problem, rule(0.3));
    expect(refuteCollapse({ ...subject, rule: rule(1) }, collapse)).toBe(null);
    expect(refuteCollapse({ ...subject, rule: rule(0.9) }, collapse)).toContain("not annihilated");
    const wide = { ...collapse, radius: 8 };
    expect(refuteCollapse({ ...subject, rule: rule(1) }, wide)).toContain("meets a kink");
  });

  test("one that is 0 at θ alone is on a kink", () => {
    expect(selectionsAt(network([dense(1, "relu"), out(1)]), [1, -0.3, 1, 0])).toBe(null);
  });
});

describe("weights that do not belong to one layer alone", () => {
  // W v with v = W: the output layer is the hidden layer's weight again, so no theorem on free heads applies.
  const tied = [dense(1, "relu", { share: "w" }), out(1, { share: "w" })];
  test("tied output weights: H* is not claimed", () => {
    const { finding } = decide(network(tied), rule(0.3), { effort: 1 });
    expect(finding).toMatchObject({ verdict: "undecided", reach: "almost-every" });
  });

  test("tied output weights, examined piece by piece: 1 where the unit is dead", () => {
    const decision = decide(network(tied), rule(1));
    expect(decision.finding.verdict).not.toBe("proved");
  });

  test("a frozen output layer: the Hessian is constant, and its eigenvalues are exceptional", () => {
    // f = 2·(w x + β), x = 1, −1 live in one piece at most; on x = 1 alone: H = [[4, 4], [4, 4]], so 1/8.
    const layers = [dense(1, "relu"), out(1, { trainable: false, bias: false })];
    const problem = network(layers, { inputs: [1], targets: [0], frozen: [2] });
    expect(listed(decide(problem, rule(0.3)))).toEqual(["1/8"]);
    expect(verdict(problem, rule(1 / 8))).toBe("disproved");
    expect(verdict(problem, rule(1))).toBe("proved"); // where H* would say something else
  });

  test("a frozen hidden layer: one trained layer has a constant Hessian on every piece", () => {
    const layers = [dense(1, "relu", { trainable: false }), out(1, { bias: false })];
    const problem = network(layers, { inputs: [1, -1], targets: [0, 1], frozen: [3, 0] });
    expect(listed(decide(problem, rule(0.3)))).toEqual(["2/9"]); // ½·3² = 9/2
    expect(verdict(problem, rule(2 / 9))).toBe("disproved");
    expect(verdict(problem, rule(1))).toBe("proved"); // the frozen ReLU is read off the data, so residues can follow
  });
});

describe("weight decay w at η = 1/w", () => {
  test("live over-parameterised pieces have a singular Hessian: leaky 1-2-1 on three samples (PROOFS 2.6)", () => {
    const problem = network([dense(2, "leakyRelu"), out(1)]);
    expect(verdict(problem, rule(4, { weightDecay: 0.25 }), { effort: 1 })).toBe("undecided");
    expect(verdict(problem, rule(3.9, { weightDecay: 0.25 }))).toBe("proved");
    const all = selectionsAt(problem, [1, 0.5, 5, 5, 1, 1, 0])!; // every unit on its right side
    const piece = pieceOf(problem, exactWeights(problem), all);
    for (const theta of [
      [1, 2, 3, 4, 5, 6, 7],
      [31, -17, 5, 77, 8, -9, 2],
    ]) {
      expect(excludedModulo(piece, rational(0n), theta)!.excluded).toBe(false); // det H ≡ 0 there
    }
  });

  test("the same with ReLU: a dead unit is shrunk to 0, and that is shown on a box", () => {
    const decision = decide(network([dense(2, "relu"), out(1)]), rule(4, { weightDecay: 0.25 }));
    expect(decision.finding.verdict).toBe("disproved");
    expect(decision.evidence.collapse).not.toBe(null);
  });

  test("a smooth network with more samples than parameters: det H ≢ 0 at a point clears it", () => {
    const inputs = [0.3, -0.7, 1, 0.1, 0.9];
    const problem = network([dense(1, "tanh"), out(1)], { inputs, targets: [1, 0, 0.5, 0.2, -1] });
    expect(verdict(problem, rule(4, { weightDecay: 0.25 }))).toBe("proved");
  });
});

describe("momentum from the zero state", () => {
  test("β = 0.9 forgets the output bias of a dead layer after two steps at 0.4 (PROOFS 1.10): the certificate says so", () => {
    const momentum = (stepSize: number) => rule(stepSize, { type: "momentum", memory: 0.9 });
    const { finding } = decide(network([dense(2, "relu"), out(1)]), momentum(0.4));
    expect(finding.verdict).toBe("proved");
    expect(finding.warnings.join()).toContain("after 2 steps");
    expect(decide(network([dense(2, "relu"), out(1)]), momentum(0.3)).finding.warnings.join()).toContain("zero state");
  });

  test("without momentum, and with dampening, it is another step", () => {
    const problem = network([dense(2, "relu"), out(1)]);
    expect(verdict(problem, rule(1, { type: "momentum", memory: 0 }))).toBe("disproved");
    expect(verdict(problem, rule(2, { type: "momentum", memory: 0, dampening: 0.5 }))).toBe("undecided");
  });
});

describe("batches", () => {
  test("three of five draws weigh 3/5, not 0.6000000000000001", () => {
    const problem = formulaProblem({ parameters: ["x"], samples: ["x^2/2", "x"] });
    const three: Rational = divideRationals(rational(3n), rational(5n));
    const exact = [[three, divideRationals(rational(2n), rational(5n))]];
    expect(verdict(problem, rule(5 / 3, { type: "sgd" }), { batches: exact, fullBatch: false })).toBe("disproved");
    const rounded = [[0.2 + 0.2 + 0.2, 0.4]];
    expect(verdict(problem, rule(5 / 3, { type: "sgd" }), { batches: rounded, fullBatch: false })).toBe("proved");
  });
});
