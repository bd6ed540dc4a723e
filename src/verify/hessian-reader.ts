import { hvp } from "../autodiff/index.ts";
import * as iv from "../interval/index.ts";
import { addRationals, divideRationals, type Rational, rational, simplestRational } from "../modular/index.ts";
import * as p from "../program/index.ts";
import { intervalScalars } from "./interval-reader.ts";
import { type ExactNumbers, readNumbers } from "./read-number.ts";
import { readProgram, type Scalars, type Tensor } from "./scalar-reader.ts";

/** The numbers that a loss reads beside θ: weights of the step, frozen tensors, data. */
export type LossInputs = Readonly<Record<string, ExactNumbers>>;

/** Those of a problem's full batch, or of the batch in which sample i has step weight `weights[i]`. */
export function lossInputs(problem: p.Problem, weights: ExactNumbers = exactWeights(problem)): LossInputs {
  return { frozen: problem.frozen, ...problem.data, weights };
}

/** p_i: the weights of the problem read as rationals and divided by their sum. */
export function exactWeights({ weights }: p.Problem): Rational[] {
  const read = Array.from(weights, simplestRational);
  const total = read.reduce(addRationals, rational(0n));
  return read.map((x) => divideRationals(x, total));
}

const programs = new WeakMap<p.LossProgram, p.Program>();

/** The program of ∇²L·v: reads θ and "direction", writes "product". Made once for each loss. */
export function hessianProgram(loss: p.LossProgram, dimension: number): p.Program {
  const made = programs.get(loss) ?? derived(loss, dimension);
  programs.set(loss, made);
  return made;
}

function derived(loss: p.LossProgram, dimension: number): p.Program {
  const wrt = loss.parameters.map((x) => x.node);
  const directions = loss.parameters.map(({ slot: { shape, offset } }) =>
    p.input("direction", shape, { offset, role: "direction" }),
  );
  const outputs = hvp(loss.loss, wrt, directions).map((node, i) => ({
    buffer: "product",
    offset: loss.parameters[i]!.slot.offset,
    node,
  }));
  const program = p.buildProgram(outputs, { theta: dimension, direction: dimension, product: dimension });
  return p.simplify(program, undefined, { rounding: "never" });
}

/**
 * H = ∇²L in any kind of numbers, column by column, n×n row-major. The loss must be without kinks
 * (`fixSelections`), else a derivative is that of the branches which the kinds of numbers happen to take.
 * Cost: n Hessian–vector products.
 */
export function readHessian<T>(
  scalars: Scalars<T>,
  program: p.Program,
  dimension: number,
  theta: Tensor<T>,
  inputs: LossInputs,
): T[] {
  const fixed = Object.entries(inputs).map(([name, x]) => [name, readNumbers(scalars, x)]);
  const product = readProgram(scalars, program, { ...Object.fromEntries(fixed), theta }, ["direction"]);
  const direction = new Array<T>(dimension).fill(scalars.number(0));
  const hessian = new Array<T>(dimension * dimension);
  for (let j = 0; j < dimension; j++) {
    direction[j] = scalars.number(1);
    const column = product({ direction })["product"]!;
    for (let i = 0; i < dimension; i++) hessian[i * dimension + j] = column[i]!;
    direction[j] = scalars.number(0);
  }
  return hessian;
}

/** Encloses H at every θ of a box, for every number that the numbers of the problem may stand for. */
export function encloseHessian(
  loss: p.LossProgram,
  dimension: number,
  theta: Tensor<iv.Interval>,
  inputs: LossInputs,
): iv.IntervalMatrix {
  const entries = readHessian(intervalScalars, hessianProgram(loss, dimension), dimension, theta, inputs);
  const hessian = iv.intervalMatrix(dimension, dimension);
  entries.forEach((entry, i) => {
    iv.setInterval(hessian, i, entry);
  });
  return hessian;
}
