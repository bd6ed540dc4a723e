import { defaultPrime, realRoots } from "../../src/modular/index.ts";
import { type LayerSpec, networkProblem } from "../../src/network/index.ts";
import { createRng, type Rng } from "../../src/numeric/index.ts";
import type { Problem } from "../../src/program/index.ts";
import {
  blockFactors,
  blocksSize,
  commonFactor,
  constantBlocks,
  decideByStructure,
  networkStructure,
  pieceOf,
  type RuleFacts,
  selectionsAt,
} from "../../src/verify/index.ts";

export interface PieceScan {
  readonly pieces: number;
  /** Pieces with a constant eigenvalue other than 0. */
  readonly singular: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** What contradicts a theorem: an eigenvalue that is constant though none may be, or another than 2κ = 1. */
  readonly contradictions: readonly string[];
  /** Pieces on which a constant eigenvalue shows modulo a prime but in no decoupled coordinates. */
  readonly unexplained: readonly string[];
}

const kinds = ["dense", "deep", "wide", "convolution with pooling", "convolution and flatten", "residual"] as const;
const rule: RuleFacts = {
  ...{ type: "gd", stepSize: 0.37, weightDecay: 0, memory: 0, weightSums: [1], clipNorm: false, clipValue: false },
};
const largestDimension = 40;
const piecesPerNetwork = 4;

/**
 * Constant eigenvalues on random pieces of random networks (half squared error; duplicates, zeros, ±1 among the data)
 * against the theorems: counted with multiplicity, sign and all, modulo a prime, which bounds them from above, and by
 * decoupled coordinates from below.
 */
export function scanPieces(networks: number, seed: number): PieceScan {
  const rng = createRng(seed, "piece scan");
  const byKind: Record<string, number> = {};
  const contradictions: string[] = [];
  const unexplained: string[] = [];
  let pieces = 0;
  let singular = 0;
  for (let round = 0; round < networks; round++) {
    const { problem, kind, text } = randomNetwork(rng);
    const n = problem.dimension;
    if (n > largestDimension) continue;
    const finding = decideByStructure(networkStructure(problem.lossProgram(problem.sampleCount)), rule);
    for (let draw = 0; draw < piecesPerNetwork; draw++) {
      const theta = Array.from({ length: n }, () => (rng.integer(4001) - 2000) / 1000);
      const selections = selectionsAt(problem, theta);
      if (!selections) continue;
      const piece = pieceOf(problem, problem.weights, selections);
      const blocks = constantBlocks(piece);
      const roots = blockFactors(blocks).flatMap((factor) =>
        realRoots(factor.polynomial).map((r) => ({ ...r, count: r.multiplicity * factor.multiplicity })),
      );
      const zeros = roots.filter((r) => r.lo.numerator === 0n && r.hi.numerator === 0n);
      const known = blocksSize(blocks) - zeros.reduce((total, r) => total + r.count, 0);
      const points = [0, 1].map(() => Array.from({ length: n }, () => rng.integer(2 ** 25)));
      const common = commonFactor(piece, points, [defaultPrime]);
      if (!common) continue;
      pieces++;
      byKind[kind] = (byKind[kind] ?? 0) + 1;
      const found = common.degree - common.nullity;
      if (found > 0) singular++;
      const where = `${text} at ${theta.join(", ")}`;
      if (found !== known) unexplained.push(where);
      const listed = finding.method === "H*" || finding.method === "order criterion";
      const isOther = roots.some(({ lo, hi }) => lo.numerator !== 0n && (lo !== hi || lo.numerator !== lo.denominator));
      if (listed && (isOther || (finding.complete && finding.exceptional.length === 0 && found > 0))) {
        contradictions.push(`theorem ${finding.method}: ${where}`);
      }
    }
  }
  return { pieces, singular, byKind, contradictions, unexplained };
}

function randomNetwork(rng: Rng): { readonly problem: Problem; readonly kind: string; readonly text: string } {
  const pick = <T>(list: readonly T[]): T => list[rng.integer(list.length)]!;
  const bias = () => rng.uniform() < 0.7;
  const body = pick(["relu", "relu", "leakyRelu", "abs", "hardTanh", "relu6"] as const);
  const head = pick(["relu", "relu", "leakyRelu", "abs"] as const);
  const dense = (units: number, activation: typeof body): LayerSpec => ({
    type: "dense",
    units,
    activation,
    bias: bias(),
  });
  const few = (most: number) => 1 + rng.integer(most);
  const outputs = few(3);
  const last: LayerSpec = { type: "dense", units: outputs, bias: bias() };
  const kind = pick(kinds);
  const isConv = kind.startsWith("convolution");
  const input = isConv ? [1, 3] : [few(2)];
  const conv: LayerSpec = { type: "conv", filters: few(2), kernel: 2, activation: head, bias: bias() };
  const layers: Record<(typeof kinds)[number], LayerSpec[]> = {
    dense: [dense(few(3), head), last],
    deep: [dense(few(2), body), dense(few(3), head), last],
    wide: [dense(few(2), body), dense(few(2), body), dense(few(2), head), last],
    "convolution with pooling": [conv, { type: "globalAvgPool" }, last],
    "convolution and flatten": [conv, { type: "flatten" }, last],
    residual: [{ type: "residual", layers: [dense(input[0]!, body)] }, dense(few(3), head), last],
  };
  const size = input.reduce((a, b) => a * b, 1);
  const sampleCount = few(4);
  const value = () => pick([0, 1, -1, 2, 0.5, rng.integer(19) / 10 - 0.9]);
  const inputs = Float64Array.from({ length: sampleCount * size }, value);
  if (sampleCount > 1 && rng.uniform() < 0.2) inputs.set(inputs.subarray(0, size), size); // a duplicate
  const targets = Float64Array.from({ length: sampleCount * outputs }, value);
  const problem = networkProblem(
    { input, layers: layers[kind] },
    { type: "mse", scale: 0.5 },
    { inputs, targets, sampleCount },
  );
  return {
    problem,
    kind,
    text: `${JSON.stringify(layers[kind])} on ${[...inputs].join(", ")} → ${[...targets].join(", ")}`,
  };
}
