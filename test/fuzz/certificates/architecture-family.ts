import { compileObjective, interpreterEngine } from "../../../src/compile/index.ts";
import {
  initialParameters,
  type LayerSpec,
  type LossSpec,
  networkProblem,
  readModel,
} from "../../../src/network/index.ts";
import { matrix, type Rng, symmetricEigenvalues } from "../../../src/numeric/index.ts";
import type { Problem } from "../../../src/program/index.ts";
import { type Fraction, fraction, minus, one, over, plus, positive, show, sign, toDouble, zero } from "./fraction.ts";
import type { Family, FuzzProblem } from "./problem.ts";

const pick = <T>(rng: Rng, list: readonly T[]): T => list[rng.integer(list.length)]!;
const activations = [
  "relu",
  "leakyRelu",
  "abs",
  "hardTanh",
  "relu6",
  "tanh",
  "sigmoid",
  "softplus",
  "sin",
  "gelu",
  "identity",
];

/** One to three layers of any kind, below a dense layer of k outputs. */
function drawLayers(rng: Rng, k: number): { input: number[]; layers: LayerSpec[] } {
  const dense = (units: number): LayerSpec => {
    const frozen = rng.integer(8) === 0 ? { trainable: false } : {};
    return { type: "dense", units, bias: rng.integer(3) > 0, activation: pick(rng, activations) as "relu", ...frozen };
  };
  const head = {
    type: "dense",
    units: k,
    bias: rng.integer(4) > 0,
    ...(rng.integer(10) === 0 ? { trainable: false } : {}),
  };
  const layers: LayerSpec[] = [];
  const input = rng.integer(4) === 0 ? [1, 4] : [1 + rng.integer(2)];
  if (input.length === 2) {
    layers.push({
      type: "conv",
      filters: 2,
      kernel: 2,
      bias: rng.integer(2) === 0,
      activation: pick(rng, activations) as "relu",
    });
    layers.push(rng.integer(2) === 0 ? { type: "globalAvgPool" } : { type: "flatten" });
  }
  for (let depth = rng.integer(2) + (input.length === 2 ? 0 : 1); depth > 0; depth--) {
    const units = 1 + rng.integer(3);
    layers.push(dense(units));
    if (rng.integer(5) === 0 && units > 1) layers.push({ type: "layerNorm" });
    if (rng.integer(5) === 0) layers.push({ type: "residual", layers: [{ ...dense(units), units } as LayerSpec] });
  }
  return { input, layers: [...layers, head as LayerSpec] };
}

function drawLoss(rng: Rng, k: number, kappa: Fraction): LossSpec {
  const kind = rng.integer(4);
  if (kind === 0 && k > 1) return { type: "crossEntropy" };
  return kind === 1 ? { type: "logistic" } : { type: "mse", scale: toDouble(kappa) };
}

/** Eigenvalues of the Hessian that stay the same, to rounding, at points around θ that lie in its piece. */
function constantEigenvalues(problem: Problem, theta: Float64Array, rng: Rng): number[] {
  const objective = compileObjective(problem, interpreterEngine);
  const n = problem.dimension;
  const bits = (at: Float64Array) => {
    const piece = new Uint8Array(objective.switchCount);
    objective.piece(at, piece);
    return piece.join("");
  };
  const own = bits(theta);
  const spectra: Float64Array[] = [];
  for (let draw = 0, size = 0.3; draw < 40 && spectra.length < 4; draw++, size *= 0.8) {
    const at = theta.map((x) => x + size * rng.normal());
    if (bits(at) !== own) continue;
    const h = matrix(n, n);
    const unit = new Float64Array(n);
    for (let j = 0; j < n; j++) objective.hvp(at, unit.fill(0).fill(1, j, j + 1), h.data.subarray(j * n, (j + 1) * n));
    spectra.push(symmetricEigenvalues(h));
  }
  objective.dispose();
  if (spectra.length < 4) return [];
  const [first, ...others] = spectra as [Float64Array, ...Float64Array[]];
  const near = (a: number, b: number) => Math.abs(a - b) < 1e-11 * Math.max(1, ...first.map(Math.abs));
  return [...first].filter((x) => others.every((s) => s.some((y) => near(x, y))));
}

/** The fraction of denominator below 200 within 1e-10, or null: an irrational number would be a coincidence. */
function recognised(x: number): Fraction | null {
  for (let d = 1; d < 200; d++) {
    const n = Math.round(x * d);
    if (Math.abs(x - n / d) < 1e-10 * Math.max(1, Math.abs(x))) return fraction(n, d);
  }
  return null;
}

/**
 * Networks of every architecture, with no truth but that found numerically: eigenvalues of the Hessian that do not move
 * when the parameters move inside a piece. A proof at their reciprocals would be wrong.
 */
export const architectures: Family = {
  name: "any architecture, against numerically constant eigenvalues",
  share: 20,
  draw(rng): FuzzProblem {
    const k = 1 + rng.integer(2);
    const { input, layers } = drawLayers(rng, k);
    const kappa = rng.integer(2) === 0 ? fraction(1, 2) : positive(rng, 1);
    const loss = drawLoss(rng, k, kappa);
    const decay = rng.integer(3) === 0 ? positive(rng, 1) : zero;
    const model = readModel({ input, layers });
    if (model.dimension === 0 || model.dimension > 40) return this.draw(rng);
    const size = input.reduce((a, b) => a * b, 1);
    const m = 1 + rng.integer(3);
    const rows = Array.from({ length: m }, () => Array.from({ length: size }, () => (rng.integer(21) - 10) / 10));
    const inputs = rng.integer(4) === 0 ? [...rows, ...rows.map((r) => r.map((x) => -x))] : rows;
    const targets = inputs.map((_, i) =>
      loss.type === "crossEntropy" ? [i % k] : Array.from({ length: k }, () => rng.integer(11) / 10),
    );
    const { theta, frozen } = initialParameters(model, "torch", rng.integer(1e6));
    // Saturated smooth functions are constant to rounding and not constant: far from 0 only where nothing saturates.
    const saturates = loss.type !== "mse" || /tanh"|sigmoid|softplus|gelu/.test(JSON.stringify(layers));
    const spread = saturates ? 1 : pick(rng, [1, 3, 8]);
    const at = theta.map((x) => x + (spread - 1) * rng.normal());
    const problem = networkProblem(
      model,
      loss,
      {
        inputs: Float64Array.from(inputs.flat()),
        targets: Float64Array.from(targets.flat()),
        sampleCount: inputs.length,
      },
      { frozen },
    );
    const found = constantEigenvalues(problem, at, rng).flatMap((x) => recognised(x) ?? []);
    const curvatures = found.map((c) => plus(c, decay)).filter((c) => sign(c) > 0);
    const planted = curvatures.map((c) => over(one, c));
    const guesses = [fraction(1), over(one, plus(kappa, kappa)), ...(decay.n > 0n ? [over(one, decay)] : [])];
    return {
      problem,
      weightDecay: decay,
      batches: null,
      theta: at,
      candidates: [...planted, ...guesses],
      singular: (eta) => (planted.some((p) => sign(minus(p, eta)) === 0) ? true : null),
      text: JSON.stringify({ input, layers, loss, inputs, targets, decay: show(decay), theta: [...at] }),
    };
  },
};
