// Exhaustive exact scans: every realisable activation pattern of small networks, its constant eigenvalues proved to be
// there by decoupled coordinates and proved to be no others modulo a prime (the gcd of two characteristic polynomials has
// no larger degree), against the theorems of THEORY §2: H* (2κ exactly where the last hidden layer is dead on the batch,
// nothing without output bias), D, saturation (spec 2κSᵀPS), 1/w under weight decay, and nothing invented anywhere.
import { describe, expect, test } from "vitest";
import { defaultPrime, realRoots, showRational, toNumber } from "../modular/index.ts";
import { type LayerSpec, type LossSpec, networkProblem } from "../network/index.ts";
import { createRng } from "../numeric/index.ts";
import type { Problem } from "../program/index.ts";
import {
  blockFactors,
  blocksSize,
  commonFactor,
  constantBlocks,
  constantEigenvalues,
  decideByStructure,
  lossInputs,
  networkStructure,
  type Piece,
  pieceOf,
  possiblePieces,
  type RuleFacts,
  selectionKey,
} from "../verify/index.ts";

const rng = createRng(5, "census");
const scalars = [0.3, -0.7, 1];

interface Net {
  readonly layers: readonly LayerSpec[];
  readonly input?: readonly number[];
  readonly inputs?: readonly number[];
  readonly weights?: readonly number[];
  readonly scale?: number | "torch";
}

function build({ layers, input = [1], inputs = scalars, weights, scale = 0.5 }: Net): Problem {
  const size = input.reduce((a, b) => a * b, 1);
  const sampleCount = inputs.length / size;
  const loss: LossSpec = { type: "mse", scale };
  const units = (layers.at(-1) as { units: number }).units;
  const targets = Float64Array.from({ length: sampleCount * units }, (_, i) => ((7 * i * i + 3) % 11) / 10 - 0.3);
  return networkProblem({ input, layers }, loss, { inputs: Float64Array.from(inputs), targets, sampleCount, weights });
}

/** The positive constant eigenvalues of every piece, as texts; "?" where there may be more than are proved. */
function scan(problem: Problem): string[][] {
  const loss = problem.lossProgram(problem.sampleCount);
  const pieces = possiblePieces(loss, problem.dimension, lossInputs(problem), 2000)!;
  expect(pieces).not.toBe(null);
  return pieces.map(({ selections }) => {
    const piece = pieceOf(problem, problem.weights, selections);
    const blocks = constantBlocks(piece);
    const proved = blockFactors(blocks).flatMap(({ polynomial }) => realRoots(polynomial));
    const zeros = blockFactors(blocks)
      .flatMap(({ polynomial, multiplicity }) =>
        realRoots(polynomial).map((r) => ({ ...r, count: r.multiplicity * multiplicity })),
      )
      .reduce((total, r) => total + (r.lo.numerator === 0n && r.hi.numerator === 0n ? r.count : 0), 0);
    const found = factorOf(piece);
    const more = found.degree - found.nullity > blocksSize(blocks) - zeros ? ["?"] : [];
    const roots = proved.filter((r) => r.lo.numerator > 0n);
    return [...roots.map((r) => (r.lo === r.hi ? showRational(r.lo) : `${toNumber(r.lo)}`)), ...more];
  });
}

/** What characteristic polynomials at two random points have in common, modulo one prime. */
function factorOf(piece: Piece) {
  const points = [0, 1].map(() => Array.from({ length: piece.dimension }, () => rng.integer(2 ** 25)));
  return commonFactor(piece, points, [defaultPrime])!;
}

const tally = (found: readonly string[][]) => {
  const counts: Record<string, number> = {};
  for (const list of found) counts[list.join(" ") || "none"] = (counts[list.join(" ") || "none"] ?? 0) + 1;
  return counts;
};

const dense = (units: number, activation: string, bias = true) =>
  ({ type: "dense", units, activation, bias }) as LayerSpec;
const out = (units: number, bias = true) => ({ type: "dense", units, bias }) as LayerSpec;

describe("theorem H*: 2κ exactly on the pieces with a dead last hidden layer", () => {
  test.each<[string, Net, Record<string, number>]>([
    ["1-2-1", { layers: [dense(2, "relu"), out(1)] }, { none: 35, "1": 1 }],
    ["1-2-2", { layers: [dense(2, "relu"), out(2)] }, { none: 35, "1": 1 }],
    ["1-1-3, PyTorch's scale 1/3", { layers: [dense(1, "relu"), out(3)], scale: "torch" }, { none: 5, "2/3": 1 }],
    ["1-2-1 without output bias", { layers: [dense(2, "relu"), out(1, false)] }, { none: 36 }],
    ["1-1-2 without output bias", { layers: [dense(1, "relu"), out(2, false)] }, { none: 6 }],
    [
      "weights 1/2, 1/3, 1/6",
      { layers: [dense(2, "relu"), out(1)], weights: [1 / 2, 1 / 3, 1 / 6] },
      { none: 35, "1": 1 },
    ],
    [
      "duplicate samples, a zero input",
      { layers: [dense(2, "relu"), out(1)], inputs: [0.5, 0.5, 0] },
      { none: 15, "1": 1 },
    ],
    [
      "2-2-1 on ±e_i",
      { layers: [dense(1, "relu"), out(1)], input: [2], inputs: [1, 0, 0, 1, -1, 0, 0, -1] },
      { none: 13, "1": 1 },
    ],
    ["leaky with bias: never", { layers: [dense(2, "leakyRelu"), out(1)] }, { none: 36 }],
    ["abs: never", { layers: [dense(2, "abs"), out(1)] }, { none: 36 }],
  ])("%s", (_, net, expected) => {
    expect(tally(scan(build(net)))).toEqual(expected);
  });

  test("two hidden layers: dead where the second is, whatever the first", () => {
    const found = tally(scan(build({ layers: [dense(1, "relu"), dense(1, "relu"), out(1)], inputs: [0.3, -0.7] })));
    expect(Object.keys(found).sort()).toEqual(["1", "none"]);
  });

  test("a convolution with global pooling, and a residual link below", () => {
    const conv: LayerSpec = { type: "conv", filters: 1, kernel: 2, activation: "relu" };
    const pooled = build({
      layers: [conv, { type: "globalAvgPool" }, out(1)],
      input: [1, 3],
      inputs: [1, -2, 3, 0.5, 1, -1],
    });
    const counts = tally(scan(pooled));
    expect(Object.keys(counts).sort()).toEqual(["1", "none"]);
    expect(counts["1"]).toBe(1);
    const residual: LayerSpec = { type: "residual", layers: [dense(1, "relu")] };
    const skip = tally(scan(build({ layers: [residual, dense(1, "relu"), out(1)], inputs: [0.3, -0.7] })));
    expect(Object.keys(skip).sort()).toEqual(["1", "none"]);
  });
});

describe("features of mean zero on live pieces (PROOFS 1.5)", () => {
  test("leaky units of slope 1/10 without hidden bias on 1 and −10: 2κ on a live piece, and the polynomial test sees it", () => {
    const leaky = { type: "dense", units: 1, bias: false, activation: { type: "leakyRelu", slope: 0.1 } } as LayerSpec;
    expect(
      scan(build({ layers: [leaky, out(1)], inputs: [1, -10] }))
        .flat()
        .sort(),
    ).toEqual(["?"]);
    expect(scan(build({ layers: [leaky, out(1)], inputs: [1, -9] })).flat()).toEqual([]);
  });
});

describe("saturation: spec 2κSᵀPS for one output, nothing where a unit is not flat", () => {
  test.each<[string, number, Record<string, number>]>([
    ["hardTanh", 1, { "2": 2 }],
    ["relu6", 1, { "1": 1, "37": 1 }],
  ])("1-1-1 %s, the units flat on all samples at one level", (activation, _units, expected) => {
    const counts = tally(scan(build({ layers: [dense(1, activation), out(1)], inputs: [0.3, -0.7] })));
    for (const [list, count] of Object.entries(expected)) expect(counts[list]).toBe(count);
    expect(Object.keys(counts).filter((list) => list.includes("?"))).toEqual([]);
  });

  test("1-2-1 hard tanh, two samples: every constant eigenvalue is one of SᵀPS", () => {
    const problem = build({ layers: [dense(2, "hardTanh"), out(1)], inputs: [0.3, -0.7] });
    const found = scan(problem);
    // Columns ±(1, 1) and ±(1, −1) with P = ½I and the column 1: spectra {3}, {2, 1}, {2}, {1, 1}…
    expect([...new Set(found.flat())].sort()).toEqual(["1", "2", "3"]);
    const rule: RuleFacts = {
      ...{ type: "gd", stepSize: 1 / 3, weightDecay: 0, memory: 0, weightSums: [1], clipNorm: false, clipValue: false },
    };
    expect(decideByStructure(networkStructure(problem.lossProgram(2)), rule).verdict).toBe("disproved");
  });
});

describe("theorem D and the order criterion", () => {
  test("no hidden bias, three layers: 2κ exactly where the last layer is dead; without output bias never", () => {
    const deep = (bias: boolean): Net => ({
      layers: [dense(1, "relu", false), dense(1, "relu", false), out(1, bias)],
      inputs: [0.3, -0.7],
    });
    const counts = tally(scan(build(deep(true))));
    expect(Object.keys(counts).sort()).toEqual(["1", "none"]);
    expect(tally(scan(build(deep(false))))).toEqual({ none: counts["1"]! + counts["none"]! });
  });
});

describe("weight decay w: 1/w exactly where det H vanishes identically", () => {
  test("1-2-1 on three samples: on the piece with every unit live on every sample, though not on every live piece", () => {
    const problem = build({ layers: [dense(2, "relu"), out(1)] });
    const loss = problem.lossProgram(3);
    const nullities = new Map(
      possiblePieces(loss, 7, lossInputs(problem), 100)!.map(({ selections }) => {
        const { nullity } = factorOf(pieceOf(problem, problem.weights, selections));
        return [selectionKey(loss, selections), nullity];
      }),
    );
    expect(nullities.get("111111")).toBe(1);
    expect(nullities.get("000000")).toBe(6);
    expect(Math.min(...nullities.values())).toBe(0);
  });

  test("linear units: a probe whose Gram matrix has full rank has no such step", () => {
    const problem = build({ layers: [out(1)] });
    const [piece] = possiblePieces(problem.lossProgram(3), 2, lossInputs(problem), 1)!;
    const found = factorOf(pieceOf(problem, problem.weights, piece!.selections));
    expect(found).toMatchObject({ degree: 2, nullity: 0 });
  });
});

describe("cross-entropy, logistic and smooth networks, by enclosed spectra at three points of every piece", () => {
  /** Positive numbers above 1e-6 that may be constant eigenvalues, over all pieces. */
  const survivors = ({ layers, loss, inputs = scalars }: Net & { readonly loss: LossSpec }): number[] => {
    const units = (layers.at(-1) as { units: number }).units;
    const m = inputs.length;
    const targets = Float64Array.from({ length: loss.type === "crossEntropy" ? m : m * units }, (_, i) =>
      loss.type === "mse" ? Math.sin(i) : i % 2,
    );
    const problem = networkProblem({ input: [1], layers }, loss, {
      inputs: Float64Array.from(inputs),
      targets,
      sampleCount: m,
    });
    const pieces = possiblePieces(problem.lossProgram(m), problem.dimension, lossInputs(problem), 2000)!;
    return pieces.flatMap(({ selections }) => {
      const points = [0, 1, 2].map(() => Array.from({ length: problem.dimension }, () => 2 * rng.uniform() - 1));
      const piece = pieceOf(problem, problem.weights, selections);
      const found = constantEigenvalues(piece, { by: "intervals", points, primes: [] });
      expect(found.floor).toBeLessThan(1e-6);
      return [...found.proved, ...found.candidates].map(({ hi }) => toNumber(hi)).filter((x) => x > 1e-6);
    });
  };
  const ce: LossSpec = { type: "crossEntropy" };
  const half: LossSpec = { type: "mse", scale: 0.5 };
  test.each<[string, Net & { readonly loss: LossSpec }]>([
    ["H* (3): ReLU, cross-entropy, output bias", { layers: [dense(2, "relu"), out(2)], loss: ce }],
    ["ReLU, cross-entropy, three classes, no output bias", { layers: [dense(1, "relu"), out(3, false)], loss: ce }],
    ["ReLU, logistic", { layers: [dense(2, "relu"), out(1)], loss: { type: "logistic" } }],
    ["a tanh body below ReLU", { layers: [dense(1, "tanh"), dense(2, "relu"), out(2)], loss: ce }],
    ["B: tanh, squared error", { layers: [dense(3, "tanh"), out(2)], loss: half }],
    ["B: SiLU, cross-entropy without output bias", { layers: [dense(2, "silu"), out(2, false)], loss: ce }],
    ["a sine with two outputs, which B leaves open at one value", { layers: [dense(2, "sin"), out(2)], loss: half }],
    [
      "D: bias-free tanh layers under an output bias, inputs not symmetric",
      {
        layers: [dense(2, "tanh", false), dense(2, "tanh", false), out(1)],
        loss: half,
      },
    ],
  ])("%s: none", (_, net) => {
    expect(survivors(net)).toEqual([]);
  });

  test("tanh without hidden bias on symmetric inputs: 2κ = 1 survives everywhere, and nothing else", () => {
    const found = survivors({ layers: [dense(2, "tanh", false), out(1)], loss: half, inputs: [-1, 1, 0.5, -0.5] });
    expect(found).toHaveLength(1);
    expect(found[0]).toBeCloseTo(1, 9);
  });
});
