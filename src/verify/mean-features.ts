import * as iv from "../interval/index.ts";
import { addRationals, multiplyRationals, type Rational, rational, simplestRational } from "../modular/index.ts";
import * as p from "../program/index.ts";
import { exactWeights, type LossInputs, lossInputs } from "./hessian-reader.ts";
import { inputParity } from "./input-parity.ts";
import { evaluateIntervals } from "./interval-reader.ts";
import { countUses, outputLayer } from "./output-layer.ts";
import { encloseNumbers } from "./read-number.ts";

/**
 * What is known of φ̄ = Σ p_i φ(x_i), the mean of what the output layer reads. "zero": it vanishes for every θ, by the
 * form of the network and the data. "non-zero": it is enclosed away from 0 at θ. With an output bias and squared error,
 * φ̄ ≡ 0 decouples the bias, whatever the network, so that 1/(2κ) is exceptional on all of parameter space.
 */
export type MeanFeatures =
  | { readonly kind: "zero"; readonly reason: string }
  | { readonly kind: "non-zero"; readonly norm: iv.Interval }
  | { readonly kind: "unknown"; readonly reason: string };

export function meanFeatures(problem: p.Problem, theta: ArrayLike<number> | null): MeanFeatures {
  const loss = problem.lossProgram(problem.sampleCount);
  const layer = loss.outputs && outputLayer(loss, countUses(loss));
  if (!layer || layer.activation !== null) return { kind: "unknown", reason: "there is no plain dense output layer" };
  const { features } = layer;
  const parity = inputParity(features, "inputs");
  const { inputs } = problem.data;
  if (parity === "linear" && inputs && isCentred(inputs, exactWeights(problem))) {
    return { kind: "zero", reason: "the features are linear in the inputs, whose mean is 0" };
  }
  if ((parity === "linear" || parity === "odd") && inputs && isSymmetric(inputs, exactWeights(problem))) {
    return { kind: "zero", reason: "the features are odd in the inputs, which are symmetric under a change of sign" };
  }
  if (theta === null) return { kind: "unknown", reason: "no θ was given" };
  const weights = p.input("weights", [problem.sampleCount], { role: "weights", perSample: true });
  const flat = p.reshape(features, [problem.sampleCount, p.sizeOf(features.shape) / problem.sampleCount]);
  const mean = p.sum(p.mul(p.broadcast(weights, flat.shape, [0]), flat), [0]);
  const program = p.buildProgram([{ buffer: "norm", offset: 0, node: p.sum(p.square(mean)) }], {
    theta: problem.dimension,
  });
  const numbers: LossInputs = { ...lossInputs(problem), theta };
  const boxes = Object.entries(numbers).map(([name, values]) => [name, encloseNumbers(values)]);
  const norm = iv.sqrt(iv.intervalAt(evaluateIntervals(program, Object.fromEntries(boxes))["norm"]!, 0));
  return norm.lo > 0 ? { kind: "non-zero", norm } : { kind: "unknown", reason: "its enclosure at θ contains 0" };
}

/** Σ p_i x_i = 0, exactly, for the rationals that the numbers stand for. */
function isCentred(inputs: Float64Array, weights: readonly Rational[]): boolean {
  const width = inputs.length / weights.length;
  for (let j = 0; j < width; j++) {
    let total: Rational = rational(0n);
    weights.forEach((weight, i) => {
      total = addRationals(total, multiplyRationals(weight, simplestRational(inputs[i * width + j]!)));
    });
    if (total.numerator !== 0n) return false;
  }
  return true;
}

/** Whether x and −x carry the same weight, for every input. */
function isSymmetric(inputs: Float64Array, weights: readonly Rational[]): boolean {
  const width = inputs.length / weights.length;
  const totals = new Map<string, Rational>();
  const add = (row: Float64Array, weight: Rational) => {
    const key = row.map((x) => x + 0).join(","); // −0 and 0 are one
    totals.set(key, addRationals(totals.get(key) ?? rational(0n), weight));
  };
  weights.forEach((weight, i) => {
    const row = inputs.subarray(i * width, (i + 1) * width);
    add(row, weight);
    add(
      row.map((x) => -x),
      multiplyRationals(rational(-1n), weight),
    );
  });
  return [...totals.values()].every((total) => total.numerator === 0n);
}
