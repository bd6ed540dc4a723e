import {
  initialParameters,
  type LayerSpec,
  type LossSpec,
  networkProblem,
  readModel,
} from "../../../src/network/index.ts";
import type { Rng } from "../../../src/numeric/index.ts";
import {
  type Fraction,
  fraction,
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

/** A number with its derivatives along two directions and the mixed one: a Hessian entry is the last of a loss. */
type Dual = readonly [value: number, a: number, b: number, ab: number];

const lift = (x: number): Dual => [x, 0, 0, 0];
const add = (x: Dual, y: Dual): Dual => [x[0] + y[0], x[1] + y[1], x[2] + y[2], x[3] + y[3]];
const mul = (x: Dual, y: Dual): Dual => [
  x[0] * y[0],
  x[1] * y[0] + x[0] * y[1],
  x[2] * y[0] + x[0] * y[2],
  x[3] * y[0] + x[1] * y[2] + x[2] * y[1] + x[0] * y[3],
];
/** f(x) from f, f′ and f″ at the value. */
const apply = (x: Dual, f: number, d: number, dd: number): Dual => [f, d * x[1], d * x[2], d * x[3] + dd * x[1] * x[2]];

const activations: Readonly<Record<string, (x: Dual) => Dual>> = {
  tanh: (x) => {
    const t = Math.tanh(x[0]);
    return apply(x, t, 1 - t * t, -2 * t * (1 - t * t));
  },
  sigmoid: (x) => {
    const s = 1 / (1 + Math.exp(-x[0]));
    return apply(x, s, s * (1 - s), s * (1 - s) * (1 - 2 * s));
  },
  softplus: (x) => {
    const s = 1 / (1 + Math.exp(-x[0]));
    return apply(x, Math.log1p(Math.exp(x[0])), s, s * (1 - s));
  },
  sin: (x) => apply(x, Math.sin(x[0]), Math.cos(x[0]), -Math.sin(x[0])),
  exp: (x) => apply(x, Math.exp(x[0]), Math.exp(x[0]), Math.exp(x[0])),
  square: (x) => mul(x, x),
  identity: (x) => x,
};

interface Net {
  readonly activation: string;
  readonly units: number;
  readonly hiddenBias: boolean;
  readonly outputBias: boolean;
  readonly outputs: number;
  readonly loss: "mse" | "crossEntropy" | "logistic";
  readonly kappa: number;
  readonly x: readonly number[];
  readonly y: readonly (readonly number[])[];
}

/** L at θ = (w, β, v, c), written out by hand. */
function lossAt(net: Net, theta: readonly Dual[]): Dual {
  const { activation, units, hiddenBias, outputBias, outputs, loss, kappa, x, y } = net;
  const v = units * (hiddenBias ? 2 : 1);
  let total = lift(0);
  x.forEach((xi, i) => {
    const phi = Array.from({ length: units }, (_, j) => {
      const z = mul(theta[j]!, lift(xi));
      return activations[activation]!(hiddenBias ? add(z, theta[units + j]!) : z);
    });
    const f = Array.from({ length: outputs }, (_, o) => {
      const dot = phi.reduce((sum, p, j) => add(sum, mul(p, theta[v + o * units + j]!)), lift(0));
      return outputBias ? add(dot, theta[v + outputs * units + o]!) : dot;
    });
    total = add(total, mul(lift(1 / x.length), sampleLoss(loss, kappa, f, y[i]!)));
  });
  return total;
}

function sampleLoss(loss: Net["loss"], kappa: number, f: readonly Dual[], y: readonly number[]): Dual {
  if (loss === "mse") {
    return f.reduce((sum, fo, o) => {
      const r = add(fo, lift(-y[o]!));
      return add(sum, mul(lift(kappa), mul(r, r)));
    }, lift(0));
  }
  if (loss === "logistic") {
    return f.reduce((sum, fo, o) => add(sum, add(activations["softplus"]!(fo), mul(lift(-y[o]!), fo))), lift(0));
  }
  const exps = f.reduce((sum, fo) => add(sum, activations["exp"]!(fo)), lift(0));
  const log = apply(exps, Math.log(exps[0]), 1 / exps[0], -1 / exps[0] ** 2);
  return f.reduce((sum, fo, o) => add(sum, mul(lift(y[o]!), add(log, mul(lift(-1), fo)))), lift(0));
}

function hessian(net: Net, theta: readonly number[]): number[][] {
  return theta.map((_, i) =>
    theta.map(
      (__, j) =>
        lossAt(
          net,
          theta.map((t, k): Dual => [t, k === i ? 1 : 0, k === j ? 1 : 0, 0]),
        )[3],
    ),
  );
}

/** The smallest pivot of Gaussian elimination with full pivoting, over the largest: 0 for a singular matrix. */
function smallestPivot(matrix: readonly (readonly number[])[]): number {
  const a = matrix.map((row) => [...row]);
  const n = a.length;
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (let k = 0; k < n; k++) {
    let [p, q] = [k, k];
    for (let i = k; i < n; i++)
      for (let j = k; j < n; j++) if (Math.abs(a[i]![j]!) > Math.abs(a[p]![q]!)) [p, q] = [i, j];
    [a[k], a[p]] = [a[p]!, a[k]!];
    for (const row of a) [row[k], row[q]] = [row[q]!, row[k]!];
    const pivot = a[k]![k]!;
    [least, most] = [Math.min(least, Math.abs(pivot)), Math.max(most, Math.abs(pivot))];
    if (pivot === 0) break;
    for (let i = k + 1; i < n; i++) {
      const factor = a[i]![k]! / pivot;
      for (let j = k; j < n; j++) a[i]![j]! -= factor * a[k]![j]!;
    }
  }
  return least / most;
}

/** At random points: far from singular at one means not singular; nearly singular at all, that it is; else unknown. */
function singularAt(net: Net, decay: number, eta: number, dimension: number, rng: Rng): boolean | null {
  const pivots = Array.from({ length: 5 }, () => {
    const theta = Array.from({ length: dimension }, () => 1.2 * rng.normal());
    const h = hessian(net, theta);
    return smallestPivot(h.map((row, i) => row.map((x, j) => (i === j ? 1 - eta * decay : 0) - eta * x)));
  });
  if (pivots.some((p) => p > 1e-7)) return false;
  return pivots.every((p) => p < 1e-12) ? true : null;
}

function drawNet(rng: Rng, kappa: Fraction): Net {
  const loss = (["mse", "mse", "crossEntropy", "logistic"] as const)[rng.integer(4)]!;
  const outputs = loss === "crossEntropy" ? 2 + rng.integer(2) : 1 + rng.integer(2);
  const activation = Object.keys(activations)[rng.integer(Object.keys(activations).length)]!;
  let x = Array.from({ length: 1 + rng.integer(3) }, () => toDouble(written(rng, 1)));
  if (rng.integer(3) === 0) x = [...x, ...x.map((v) => -v)]; // symmetric
  const y = x.map(() => {
    if (loss !== "crossEntropy") return Array.from({ length: outputs }, () => rng.integer(11) / 10);
    const label = rng.integer(outputs);
    return Array.from({ length: outputs }, (_, o) => (o === label ? 1 : 0));
  });
  return {
    ...{ activation, units: 1 + rng.integer(2), hiddenBias: rng.integer(2) === 0, outputBias: rng.integer(3) > 0 },
    ...{ outputs, loss, kappa: toDouble(kappa), x, y },
  };
}

/** Smooth networks with every loss: spectra of a Hessian written by hand, at random points. */
export const smoothNetworks: Family = {
  name: "smooth 1-h-k networks, every loss, by spectra",
  share: 60,
  draw(rng): FuzzProblem {
    const kappa = rng.integer(2) === 0 ? fraction(1, 2) : positive(rng, 1);
    const net = drawNet(rng, kappa);
    const decay = rng.integer(4) === 0 ? positive(rng, 1) : zero;
    const { activation, units, hiddenBias, outputBias, outputs, loss, x, y } = net;
    const layers: LayerSpec[] = [
      { type: "dense", units, bias: hiddenBias, activation: activation as "tanh" },
      { type: "dense", units: outputs, bias: outputBias },
    ];
    const model = readModel({ input: [1], layers });
    const lossSpec: LossSpec = loss === "mse" ? { type: "mse", scale: toDouble(kappa) } : { type: loss };
    const problem = networkProblem(model, lossSpec, {
      inputs: Float64Array.from(x),
      targets: Float64Array.from(y.flat()),
      sampleCount: x.length,
    });
    const twice = times(fraction(2), kappa);
    const curvatures = [twice, times(twice, fraction(1 + units)), zero].map((c) => plus(c, decay));
    const candidates = curvatures.filter((c) => c.n > 0n).map((c) => over(one, c));
    return {
      problem,
      weightDecay: decay,
      batches: null,
      theta: initialParameters(model, "torch", rng.integer(1000)).theta,
      candidates,
      singular(eta) {
        const found = singularAt(net, toDouble(decay), toDouble(eta), problem.dimension, rng);
        return found && !candidates.some((c) => same(c, eta)) ? null : found; // doubles cannot tell neighbours apart
      },
      text: `1-${units}-${outputs} ${activation} β=${hiddenBias} c=${outputBias} ${loss} κ=${show(kappa)} x=${x} y=${y} w=${show(decay)}`,
    };
  },
};
