import type { Rational } from "../modular/index.ts";
import { type Node, type NodeOf, type OpName, type Program, type Shape, sizeOf } from "../program/index.ts";

/** The operations that act on each element by itself. */
export type ElementwiseName =
  | ("neg" | "abs" | "square" | "sqrt" | "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "tanh" | "sigmoid")
  | ("softplus" | "erf" | "step" | "pow" | "add" | "sub" | "mul" | "div" | "max" | "min")
  | ("less" | "lessEqual" | "select");

/**
 * A kind of number that programs can be read in: intervals, residues, rationals. Each of its rules encloses or equals
 * what the operation gives; a kind that cannot read an operation throws `UnreadableOperation`.
 */
export interface Scalars<T> {
  /** A number of the problem: it stands for the simplest rational that rounds to it. */
  number(x: number): T;
  rational(x: Rational): T;
  readonly elementwise: {
    readonly [K in ElementwiseName]: (operands: readonly T[], attributes: NodeOf<K>["attributes"]) => T;
  };
  maxAlong(row: readonly T[]): T;
  argmaxMask(row: readonly T[]): T[];
  softmax(row: readonly T[]): T[];
  logSumExp(row: readonly T[]): T;
}

/** A kind of numbers has no rule for this operation; `operation` names it. */
export class UnreadableOperation extends Error {
  readonly operation: string;

  constructor(operation: string) {
    super(`the operation ${operation} cannot be read in these numbers`);
    this.name = "UnreadableOperation";
    this.operation = operation;
  }
}

export type Tensor<T> = readonly T[];

/**
 * Evaluates a program in other numbers than doubles: flat input buffers in, flat output buffers out. The buffers named
 * in `varying` are given at every call of the result, the others once; what does not depend on the varying ones is
 * computed once. Memory: every intermediate value.
 *
 * @throws RangeError when a buffer is missing or too short.
 */
export function readProgram<T>(
  scalars: Scalars<T>,
  program: Program,
  inputs: Readonly<Record<string, Tensor<T>>>,
  varying: readonly string[] = [],
): (changing?: Readonly<Record<string, Tensor<T>>>) => Record<string, T[]> {
  const moving = new Set<Node>();
  for (const node of program.nodes) {
    const changes = node.op === "input" && varying.includes(node.attributes.buffer);
    if (changes || node.operands.some((o) => moving.has(o))) moving.add(node);
  }
  const still = new Map<Node, Tensor<T>>();
  for (const node of program.nodes) if (!moving.has(node)) still.set(node, readNode(scalars, node, still, inputs));
  return (changing = {}) => {
    const values = new Map(still);
    const buffers = { ...inputs, ...changing };
    for (const node of program.nodes) if (moving.has(node)) values.set(node, readNode(scalars, node, values, buffers));
    return collect(scalars, program, values);
  };
}

function collect<T>(scalars: Scalars<T>, program: Program, values: ReadonlyMap<Node, Tensor<T>>): Record<string, T[]> {
  const zero = scalars.number(0);
  const out: Record<string, T[]> = {};
  for (const { buffer, offset, node } of program.outputs) {
    out[buffer] ??= new Array<T>(program.bufferSizes[buffer]!).fill(zero);
    const value = values.get(node)!;
    for (let i = 0; i < value.length; i++) out[buffer][offset + i] = value[i]!;
  }
  return out;
}

function readNode<T>(
  scalars: Scalars<T>,
  node: Node,
  values: ReadonlyMap<Node, Tensor<T>>,
  inputs: Readonly<Record<string, Tensor<T>>>,
): Tensor<T> {
  const operands = node.operands.map((o) => values.get(o)!);
  const rule = rules[node.op] as Rule<OpName>;
  return rule(node as NodeOf<OpName>, operands, scalars as Scalars<Value>, inputs) as Tensor<T>;
}

/** The rules below move numbers about without looking at them; which kind they are is the business of `Scalars`. */
type Value = unknown;
type Rule<K extends OpName> = (
  node: NodeOf<K>,
  operands: readonly Tensor<Value>[],
  scalars: Scalars<Value>,
  inputs: Readonly<Record<string, Tensor<Value>>>,
) => Tensor<Value>;

const elementwise = <K extends ElementwiseName>(
  node: NodeOf<K>,
  operands: readonly Tensor<Value>[],
  scalars: Scalars<Value>,
): Tensor<Value> => {
  const rule = scalars.elementwise[node.op] as (x: readonly Value[], attributes: object) => Value;
  return operands[0]!.map((_, i) =>
    rule(
      operands.map((o) => o[i]!),
      node.attributes,
    ),
  );
};

/** out[i] = x[table[i]]. */
const rearranged = <T>(table: Int32Array, x: Tensor<T>): T[] => Array.from(table, (j) => x[j]!);

const alongRows = <T, U>(shape: Shape, x: Tensor<T>, f: (row: readonly T[]) => U): U[] => {
  const length = shape[shape.length - 1]!;
  return Array.from({ length: x.length / length }, (_, r) => f(x.slice(r * length, (r + 1) * length)));
};

/** One rule for every operation; those on single numbers are the scalars'. */
const rules = {
  input: ({ attributes: { buffer, offset }, shape }, _, __, inputs) => {
    const found = inputs[buffer];
    const end = offset + sizeOf(shape);
    if (!found || found.length < end) throw new RangeError(`readProgram: the buffer ${buffer} needs ${end} numbers`);
    return found.slice(offset, end);
  },
  constant: ({ attributes: { values }, shape }, _, scalars) => {
    if (values.length !== 1) return Array.from(values, (x) => scalars.number(x));
    return new Array(sizeOf(shape)).fill(scalars.number(values[0]!));
  },
  neg: elementwise,
  abs: elementwise,
  square: elementwise,
  sqrt: elementwise,
  exp: elementwise,
  expm1: elementwise,
  log: elementwise,
  log1p: elementwise,
  sin: elementwise,
  cos: elementwise,
  tanh: elementwise,
  sigmoid: elementwise,
  softplus: elementwise,
  erf: elementwise,
  step: elementwise,
  pow: elementwise,
  add: elementwise,
  sub: elementwise,
  mul: elementwise,
  div: elementwise,
  max: elementwise,
  min: elementwise,
  less: elementwise,
  lessEqual: elementwise,
  select: elementwise,
  broadcast: ({ shape, operands: [x], attributes: { axes } }, [values]) => {
    const own = strides(x!.shape);
    const steps = shape.map((_, axis) => (axes.includes(axis) ? own[axes.indexOf(axis)]! : 0));
    return rearranged(positions(shape, steps), values!);
  },
  sum: ({ shape, operands: [x], attributes: { axes } }, [values], scalars) => {
    const own = strides(shape);
    let kept = 0;
    const table = positions(
      x!.shape,
      x!.shape.map((_, axis) => (axes.includes(axis) ? 0 : own[kept++]!)),
    );
    return addedInto(scalars, sizeOf(shape), table, values!);
  },
  reshape: (_, [values]) => values!,
  transpose: ({ shape, operands: [x], attributes: { permutation } }, [values]) => {
    const own = strides(x!.shape);
    const steps = permutation.map((axis) => own[axis]!);
    return rearranged(positions(shape, steps), values!);
  },
  slice: ({ shape, operands: [x], attributes: { axis, start } }, [values]) => {
    const own = strides(x!.shape);
    return rearranged(
      positions(shape, own).map((j) => j + start * own[axis]!),
      values!,
    );
  },
  pad: ({ shape, operands: [x], attributes: { axis, before } }, [values], scalars) => {
    const own = strides(shape);
    const table = positions(x!.shape, own).map((j) => j + before * own[axis]!);
    const out = new Array(sizeOf(shape)).fill(scalars.number(0));
    table.forEach((j, i) => {
      out[j] = values![i]!;
    });
    return out;
  },
  concat: ({ shape, operands, attributes: { axis } }, values) => {
    const own = strides(shape);
    const out = new Array(sizeOf(shape));
    let start = 0;
    operands.forEach((operand, part) => {
      positions(operand.shape, own).forEach((j, i) => {
        out[j + start * own[axis]!] = values[part]![i]!;
      });
      start += operand.shape[axis]!;
    });
    return out;
  },
  gather: ({ operands: [x], attributes: { indices, fill } }, [values], scalars) => {
    const filler = indices.includes(-1) ? scalars.number(fill) : null;
    return alongRows(x!.shape, values!, (row) => Array.from(indices, (j) => (j < 0 ? filler! : row[j]!))).flat();
  },
  scatter: ({ operands: [x], attributes: { indices, size } }, [values], scalars) =>
    alongRows(x!.shape, values!, (row) => {
      const kept = [...indices.keys()].filter((j) => indices[j]! >= 0);
      const table = Int32Array.from(kept, (j) => indices[j]!);
      return addedInto(
        scalars,
        size,
        table,
        kept.map((j) => row[j]!),
      );
    }).flat(),
  matmul: (node, [a, b], scalars) => product(node, a!, b!, scalars),
  maxAlong: ({ operands: [x] }, [values], scalars) => alongRows(x!.shape, values!, scalars.maxAlong),
  argmaxMask: ({ shape }, [values], scalars) => alongRows(shape, values!, scalars.argmaxMask).flat(),
  softmax: ({ shape }, [values], scalars) => alongRows(shape, values!, scalars.softmax).flat(),
  logSumExp: ({ operands: [x] }, [values], scalars) => alongRows(x!.shape, values!, scalars.logSumExp),
} as const satisfies { readonly [K in OpName]: Rule<K> };

/** out[table[i]] += x[i]. */
function addedInto<T>(scalars: Scalars<T>, size: number, table: Int32Array, x: Tensor<T>): T[] {
  const { add } = scalars.elementwise;
  const out = new Array<T>(size).fill(scalars.number(0));
  table.forEach((j, i) => {
    out[j] = add([out[j]!, x[i]!], {});
  });
  return out;
}

function product<T>(
  { shape, operands, attributes: { transposeA, transposeB } }: NodeOf<"matmul">,
  a: Tensor<T>,
  b: Tensor<T>,
  { elementwise: { add, mul }, number }: Scalars<T>,
): T[] {
  const [rows, cols] = shape.slice(-2) as [number, number];
  const [aRows, aCols] = operands[0]!.shape.slice(-2) as [number, number];
  const inner = transposeA ? aRows : aCols;
  const blocks = sizeOf(shape.slice(0, -2));
  const out: T[] = [];
  for (let block = 0; block < blocks; block++) {
    const [startA, startB] = [block * rows * inner, block * inner * cols];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) {
        let total = number(0);
        for (let l = 0; l < inner; l++) {
          const x = a[startA + (transposeA ? l * rows + i : i * inner + l)]!;
          const y = b[startB + (transposeB ? j * inner + l : l * cols + j)]!;
          total = add([total, mul([x, y], {})], {});
        }
        out.push(total);
      }
    }
  }
  return out;
}

/** Distances between neighbours along each axis of a dense row-major tensor. */
function strides(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** For every element of a tensor of `shape` in row-major order, Σ index_axis · step_axis. */
function positions(shape: Shape, steps: readonly number[]): Int32Array {
  const table = new Int32Array(sizeOf(shape));
  let filled = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    for (let i = shape[axis]! - 1; i > 0; i--) {
      for (let j = 0; j < filled; j++) table[i * filled + j] = table[j]! + i * steps[axis]!;
    }
    filled *= shape[axis]!;
  }
  return table;
}
