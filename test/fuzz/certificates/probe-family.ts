import { initialParameters, type LayerSpec, networkProblem, readModel } from "../../../src/network/index.ts";
import {
  type Fraction,
  fraction,
  minus,
  one,
  over,
  plus,
  positive,
  same,
  show,
  times,
  toDouble,
  written,
  zero,
} from "./fraction.ts";
import type { Family, FuzzProblem } from "./problem.ts";

/** Columns of rational orthogonal matrices: their squares add up to 1. */
const rotations = [
  [fraction(3, 5), fraction(4, 5)],
  [fraction(5, 13), fraction(12, 13)],
  [fraction(8, 17), fraction(15, 17)],
  [one, zero],
] as const;

/**
 * Linear probes whose Gram matrix is R·diag(e₁, e₂)·Rᵀ with a rational rotation R: the exceptional step sizes are planted,
 * 1/(2κe + w) for every eigenvalue, and 1/w where features are missing.
 */
export const linearProbes: Family = {
  name: "linear probes with planted Gram matrices",
  share: 100,
  draw(rng): FuzzProblem {
    const [c, s] = rotations[rng.integer(rotations.length)]!;
    const scales = [positive(rng, 1), rng.integer(4) === 0 ? zero : positive(rng, 1)] as const;
    const outputs = 1 + rng.integer(2);
    const kappa = positive(rng, 1);
    const decay = rng.integer(3) === 0 ? positive(rng, 1) : zero;
    // Samples a₁(c, s) and a₂(−s, c), each of weight ½: the Gram matrix has the eigenvalues a_i²/2.
    const x = [
      [times(scales[0], c), times(scales[0], s)],
      [times(minus(zero, scales[1]), s), times(scales[1], c)],
    ];
    const layers: LayerSpec[] = [{ type: "dense", units: outputs, bias: false }];
    const model = readModel({ input: [2], layers });
    const problem = networkProblem(
      model,
      { type: "mse", scale: toDouble(kappa) },
      {
        inputs: Float64Array.from(x.flat(), toDouble),
        targets: Float64Array.from({ length: 2 * outputs }, () => toDouble(written(rng, 1))),
        sampleCount: 2,
      },
    );
    const curvatures = scales.map((a) => plus(times(kappa, times(a, a)), decay)); // 2κ · a²/2 + w
    return {
      problem,
      weightDecay: decay,
      batches: null,
      theta: initialParameters(model, "torch", rng.integer(1000)).theta,
      candidates: curvatures.filter((k) => k.n > 0n).map((k) => over(one, k)),
      singular: (eta) => curvatures.some((k) => same(times(eta, k), one)),
      text: `probe x=${x.flat().map(show)} κ=${show(kappa)} w=${show(decay)} k=${outputs}`,
    };
  },
};

/**
 * One trained layer of a ReLU network: the hidden layer is frozen, so the outputs are affine in what is trained and the
 * features φ_i are known; one output without bias on one unit has the single curvature 2κΣp_iφ_i².
 */
export const trainedHeads: Family = {
  name: "one trained layer on a frozen ReLU layer",
  share: 60,
  draw(rng): FuzzProblem {
    const kappa = positive(rng, 1);
    const [w, beta] = [written(rng, 1), written(rng, 1)];
    const x = Array.from({ length: 1 + rng.integer(3) }, () => written(rng, 1));
    const phi = x.map((v): Fraction => {
      const z = plus(times(w, v), beta);
      return z.n > 0n ? z : zero;
    });
    const m = x.length;
    const decay = rng.integer(3) === 0 ? positive(rng, 1) : zero;
    const layers: LayerSpec[] = [
      { type: "dense", units: 1, activation: "relu", trainable: false },
      { type: "dense", units: 1, bias: false },
    ];
    const model = readModel({ input: [1], layers });
    const problem = networkProblem(
      model,
      { type: "mse", scale: toDouble(kappa) },
      {
        inputs: Float64Array.from(x, toDouble),
        targets: Float64Array.from(x, () => toDouble(written(rng, 1))),
        sampleCount: m,
      },
      { frozen: Float64Array.of(toDouble(w), toDouble(beta)) },
    );
    const gram = phi.reduce((total, f) => plus(total, times(f, f)), zero);
    const curvature = plus(times(times(fraction(2), kappa), over(gram, fraction(m))), decay);
    return {
      problem,
      weightDecay: decay,
      batches: null,
      theta: Float64Array.of(rng.normal()),
      candidates: curvature.n > 0n ? [over(one, curvature)] : [],
      singular: (eta) => same(times(eta, curvature), one),
      text: `head w=${show(w)} β=${show(beta)} x=${x.map(show)} κ=${show(kappa)} decay=${show(decay)}`,
    };
  },
};
