import { rational } from "../../../src/modular/index.ts";
import { initialParameters, type LayerSpec, networkProblem, readModel } from "../../../src/network/index.ts";
import type { Rng } from "../../../src/numeric/index.ts";
import {
  type Fraction,
  fraction,
  isSingular,
  minus,
  one,
  over,
  plus,
  positive,
  show,
  sum,
  times,
  toDouble,
  written,
  zero,
} from "./fraction.ts";
import { cells, type Line, side } from "./line-arrangement.ts";
import type { Family, FuzzProblem } from "./problem.ts";

/** A piecewise-linear activation: piece i lies between bends i − 1 and i. */
interface Activation {
  readonly name: string;
  readonly bends: readonly Fraction[];
  readonly pieces: readonly { readonly slope: Fraction; readonly intercept: Fraction }[];
}

const piece = (slope: Fraction | number, intercept: Fraction | number = 0) => ({
  slope: typeof slope === "number" ? fraction(slope) : slope,
  intercept: typeof intercept === "number" ? fraction(intercept) : intercept,
});
const activations: readonly Activation[] = [
  { name: "relu", bends: [zero], pieces: [piece(0), piece(1)] },
  { name: "leakyRelu", bends: [zero], pieces: [piece(fraction(1, 100)), piece(1)] },
  { name: "abs", bends: [zero], pieces: [piece(-1), piece(1)] },
  { name: "hardTanh", bends: [fraction(-1), one], pieces: [piece(0, -1), piece(1), piece(0, 1)] },
  { name: "relu6", bends: [zero, fraction(6)], pieces: [piece(0), piece(1), piece(0, 6)] },
  {
    name: "hardSigmoid",
    bends: [fraction(-3), fraction(3)],
    pieces: [piece(0), piece(fraction(1, 6), fraction(1, 2)), piece(0, 1)],
  },
  { name: "identity", bends: [], pieces: [piece(1)] },
];

/** A network of one input, one hidden layer of a few units, and one or two outputs, with its samples. */
interface Net {
  readonly activation: Activation;
  readonly units: number;
  readonly hiddenBias: boolean;
  readonly outputBias: boolean;
  readonly outputs: number;
  readonly kappa: Fraction;
  readonly x: readonly Fraction[];
  readonly y: readonly (readonly Fraction[])[];
  /** Which piece of the activation each sample falls on, for one unit: every way that some weight and bias realise. */
  readonly patterns: readonly (readonly number[])[];
}

function drawNet(rng: Rng): Net {
  const activation = activations[rng.integer(activations.length)]!;
  const outputs = 1 + rng.integer(2);
  const hiddenBias = rng.integer(3) > 0;
  let x = Array.from({ length: 1 + rng.integer(3) }, () => written(rng, 1));
  if (rng.integer(5) === 0) x = [...x, ...x.map((v) => minus(zero, v))]; // symmetric: features of mean zero
  if (rng.integer(8) === 0) x = [...x, x[0]!]; // a duplicate
  if (rng.integer(8) === 0) x[0] = zero;
  x = x.slice(0, 4);
  const y = x.map(() => Array.from({ length: outputs }, () => written(rng, 1)));
  const lines = x.map((v) => activation.bends.map((c): Line => ({ a: v, b: hiddenBias ? one : zero, c })));
  const patterns = new Map<string, number[]>();
  for (const point of cells(lines.flat())) {
    const pattern = lines.map((bends) => bends.filter((line) => side(line, point) > 0).length);
    patterns.set(pattern.join(), pattern);
  }
  return {
    ...{ activation, units: 1 + rng.integer(2), hiddenBias, outputBias: rng.integer(3) > 0, outputs },
    kappa: rng.integer(2) === 0 ? fraction(1, 2) : positive(rng, 1),
    ...{ x, y, patterns: [...patterns.values()] },
  };
}

/** Parameters of one unit, then the output biases; all integers. */
interface Point {
  readonly w: readonly Fraction[];
  readonly beta: readonly Fraction[];
  readonly v: readonly (readonly Fraction[])[];
  readonly c: readonly Fraction[];
}

/** The Hessian of Σ p_i κ|f_i − y_i|² for these pieces of each unit, written out by hand. */
function hessian(net: Net, pieces: readonly (readonly number[])[], p: readonly Fraction[], at: Point): Fraction[][] {
  const { activation, units, hiddenBias, outputBias, outputs, kappa, x, y } = net;
  const perUnit = 1 + (hiddenBias ? 1 : 0) + outputs;
  const n = units * perUnit + (outputBias ? outputs : 0);
  const h = Array.from({ length: n }, () => new Array<Fraction>(n).fill(zero));
  const index = {
    w: (j: number) => j * perUnit,
    beta: (j: number) => j * perUnit + 1,
    v: (j: number, o: number) => j * perUnit + (hiddenBias ? 2 : 1) + o,
    c: (o: number) => units * perUnit + o,
  };
  x.forEach((xi, i) => {
    const of = (j: number) => activation.pieces[pieces[j]![i]!]!;
    const phi = (j: number) => plus(of(j).intercept, times(of(j).slope, plus(times(at.w[j]!, xi), at.beta[j]!)));
    for (let o = 0; o < outputs; o++) {
      const f = plus(at.c[o]!, sum(at.w.map((_, j) => times(at.v[j]![o]!, phi(j)))));
      const twice = times(times(fraction(2), kappa), p[i]!);
      const pull = times(twice, minus(f, y[i]![o]!));
      const gradient = new Array<Fraction>(n).fill(zero);
      if (outputBias) gradient[index.c(o)] = one;
      for (let j = 0; j < units; j++) {
        const { slope } = of(j);
        gradient[index.v(j, o)] = phi(j);
        gradient[index.w(j)] = times(at.v[j]![o]!, times(slope, xi));
        if (hiddenBias) gradient[index.beta(j)] = times(at.v[j]![o]!, slope);
        const mixed: [number, Fraction][] = [[index.w(j), times(pull, times(slope, xi))]];
        if (hiddenBias) mixed.push([index.beta(j), times(pull, slope)]);
        for (const [k, value] of mixed) {
          const l = index.v(j, o);
          h[k]![l] = plus(h[k]![l]!, value);
          h[l]![k] = plus(h[l]![k]!, value);
        }
      }
      const support = [...gradient.keys()].filter((k) => gradient[k]!.n !== 0n);
      for (const k of support) {
        for (const l of support) h[k]![l] = plus(h[k]![l]!, times(twice, times(gradient[k]!, gradient[l]!)));
      }
    }
  });
  return h;
}

/** Whether det(I − η(H + w)) vanishes at `draws` random integer points: identically, but for a chance below 1e-8. */
function isExceptional(
  net: Net,
  pieces: readonly (readonly number[])[],
  p: readonly Fraction[],
  { eta, decay, rng }: { eta: Fraction; decay: Fraction; rng: Rng },
): boolean {
  const draw = () => fraction(rng.integer(2001) - 1000);
  for (let k = 0; k < 4; k++) {
    const at: Point = {
      w: pieces.map(draw),
      beta: pieces.map(() => (net.hiddenBias ? draw() : zero)),
      v: pieces.map(() => Array.from({ length: net.outputs }, draw)),
      c: Array.from({ length: net.outputs }, () => (net.outputBias ? draw() : zero)),
    };
    const h = hessian(net, pieces, p, at);
    const jacobian = h.map((row, i) =>
      row.map((x, j) => minus(i === j ? minus(one, times(eta, decay)) : zero, times(eta, x))),
    );
    if (!isSingular(jacobian)) return false;
  }
  return true;
}

/** Every way to give each of the units one of the patterns; units are alike, so the order does not matter. */
function* assignments(net: Net, from = 0, left = net.units): Generator<(readonly number[])[]> {
  if (left === 0) {
    yield [];
    return;
  }
  for (let i = from; i < net.patterns.length; i++) {
    for (const rest of assignments(net, i, left - 1)) yield [net.patterns[i]!, ...rest];
  }
}

/** Networks of one input and one hidden layer: every activation pattern that exists, each decided exactly. */
export const tinyNetworks: Family = {
  name: "1-h-k networks, every realisable pattern",
  share: 120,
  draw(rng): FuzzProblem {
    let net = drawNet(rng);
    while ([...assignments(net)].length > 60) net = drawNet(rng);
    const m = net.x.length;
    const p = m === 2 && rng.integer(2) === 0 ? [fraction(3, 10), fraction(7, 10)] : net.x.map(() => fraction(1, m));
    const decay = rng.integer(4) === 0 ? positive(rng, 1) : zero;
    const stochastic = m > 1 && rng.integer(4) === 0;
    const batches = stochastic ? net.x.map((_, i) => net.x.map((__, j) => (i === j ? one : zero))) : [p];
    const { activation, units, hiddenBias, outputBias, outputs, kappa } = net;
    const layers: LayerSpec[] = [
      { type: "dense", units, bias: hiddenBias, activation: activation.name as "relu" },
      { type: "dense", units: outputs, bias: outputBias },
    ];
    const model = readModel({ input: [1], layers });
    const problem = networkProblem(
      model,
      { type: "mse", scale: toDouble(kappa) },
      {
        inputs: Float64Array.from(net.x, toDouble),
        targets: Float64Array.from(net.y.flat(), toDouble),
        sampleCount: m,
        weights: p.map(toDouble),
      },
    );
    const twice = times(fraction(2), kappa);
    const levels = [0, 1, 2, 36, 37, 72].map((s) => times(twice, fraction(1 + s)));
    const squares = net.x.map((x) => times(twice, times(x, x)));
    const curvatures = [...levels, ...squares, zero].map((c) => plus(c, decay)).filter((c) => c.n > 0n);
    return {
      problem,
      weightDecay: decay,
      batches: stochastic ? batches.map((b) => b.map((v) => rational(v.n, v.d))) : null,
      theta: initialParameters(model, "torch", rng.integer(1000)).theta,
      candidates: curvatures.map((c) => over(one, c)),
      singular(eta) {
        for (const pieces of assignments(net)) {
          if (batches.some((weights) => isExceptional(net, pieces, weights, { eta, decay, rng }))) return true;
        }
        return false;
      },
      text: `1-${units}-${outputs} ${activation.name} β=${hiddenBias} c=${outputBias} κ=${show(kappa)} x=${net.x.map(show)} y=${net.y.map((r) => r.map(show))} p=${p.map(show)} w=${show(decay)} ${stochastic ? "sgd" : ""}`,
    };
  },
};
