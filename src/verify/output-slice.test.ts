// The output layer's slice (PROOFS 3.2): where the output weights are 0 the eigenvalues of the whole Hessian, all but zeros,
// are those of a matrix of the output layer alone. Independent truth: the dense Hessian from the compiled program, for
// attention, convolution with flatten, and cross-entropy.
import { expect, test } from "vitest";
import { compileObjective, interpreterEngine } from "../compile/index.ts";
import { intervalAt } from "../interval/index.ts";
import { initialParameters, type LayerSpec, type LossSpec, networkProblem, readModel } from "../network/index.ts";
import { matrix, symmetricEigenvalues } from "../numeric/index.ts";
import { outputCoordinates, outputSliceSpectrum, pieceOf, selectionsAt } from "./index.ts";

const half: LossSpec = { type: "mse", scale: 0.5 };
const cases: readonly [string, readonly number[], LayerSpec[], LossSpec][] = [
  ["attention", [3, 2], [{ type: "attention", heads: 1 }, { type: "flatten" }, { type: "dense", units: 2 }], half],
  [
    "attention, cross-entropy",
    [3, 2],
    [{ type: "attention", heads: 1 }, { type: "flatten" }, { type: "dense", units: 3 }],
    { type: "crossEntropy" },
  ],
  [
    "convolution and flatten",
    [1, 3, 3],
    [
      { type: "conv", filters: 2, kernel: 2, activation: "relu" },
      { type: "flatten" },
      { type: "dense", units: 1, bias: false },
    ],
    half,
  ],
];

test.each(cases)(
  "%s: every eigenvalue of the dense Hessian but zeros is enclosed, and none too many",
  (_, input, layers, loss) => {
    const model = readModel({ input, layers });
    const { theta } = initialParameters(model, "torch", 4);
    const size = input.reduce((a, b) => a * b, 1);
    const inputs = Float64Array.from({ length: 4 * size }, (_v, i) => Math.sin(1 + 2.3 * i));
    const targets =
      loss.type === "crossEntropy"
        ? Float64Array.of(0, 1, 2, 0)
        : Float64Array.from({ length: 4 * model.outputCount }, (_v, i) => Math.cos(i));
    const problem = networkProblem(model, loss, { inputs, targets, sampleCount: 4 });
    const loss4 = problem.lossProgram(4);
    const own = outputCoordinates(loss4)!;
    const at = [...theta];
    for (const i of own.weight) at[i] = 0;
    const piece = pieceOf(problem, problem.weights, selectionsAt(problem, at)!);
    const found = outputSliceSpectrum(piece, at)!;
    const n = theta.length;
    const objective = compileObjective(problem, interpreterEngine);
    const h = matrix(n, n);
    const unit = new Float64Array(n);
    for (let j = 0; j < n; j++)
      objective.hvp(Float64Array.from(at), unit.fill(0).fill(1, j, j + 1), h.data.subarray(j * n, (j + 1) * n));
    const truth = [...symmetricEigenvalues(h)].filter((v) => Math.abs(v) > 1e-9);
    const boxes = Array.from(found.lo, (_v, i) => intervalAt(found, i));
    for (const value of truth)
      expect(boxes.some(({ lo, hi }) => lo - 1e-12 <= value && value <= hi + 1e-12)).toBe(true);
    const away = boxes.filter(({ lo, hi }) => lo > 1e-5 || hi < -1e-5);
    expect(away.length).toBe(truth.filter((v) => Math.abs(v) > 1e-5).length);
    expect(Math.max(...boxes.map(({ lo, hi }) => hi - lo))).toBeLessThan(1e-6);
    // Not a slice where V ≠ 0.
    expect(outputSliceSpectrum(piece, [...theta])).toBe(null);
  },
);
