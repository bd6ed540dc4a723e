import { hvp } from "../autodiff/index.ts";
import * as iv from "../interval/index.ts";
import * as p from "../program/index.ts";
import { intervalScalars } from "./interval-reader.ts";
import { readProgram, type Scalars, type Tensor } from "./scalar-reader.ts";

/** The numbers that a loss reads beside θ: weights of the step, frozen tensors, data. */
export type LossInputs = Readonly<Record<string, ArrayLike<number>>>;

/** Those of a problem's full batch, or of the batch in which sample i has step weight `weights[i]`. */
export function lossInputs(problem: p.Problem, weights: ArrayLike<number> = problem.weights): LossInputs {
  return { frozen: problem.frozen, ...problem.data, weights };
}

/** The program of ∇²L·v: reads θ and "direction", writes "product". */
export function hessianProgram(loss: p.LossProgram, dimension: number): p.Program {
  const wrt = loss.parameters.map((x) => x.node);
  const directions = loss.parameters.map(({ slot: { shape, offset } }) =>
    p.input("direction", shape, { offset, role: "direction" }),
  );
  const outputs = hvp(loss.loss, wrt, directions).map((node, i) => ({
    buffer: "product",
    offset: loss.parameters[i]!.slot.offset,
    node,
  }));
  return p.simplify(p.buildProgram(outputs, { theta: dimension, direction: dimension, product: dimension }));
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
  const fixed = Object.entries(inputs).map(([name, x]) => [name, Array.from(x, (v) => scalars.number(v))]);
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
