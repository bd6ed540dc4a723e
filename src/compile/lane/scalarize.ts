import * as p from "../../program/index.ts";
import { around, positions, strides } from "../interpreter/tensors.ts";

type Scalars = readonly p.Node[];

/** Buffers whose numbers are known when the program is compiled. */
export type KnownBuffers = Readonly<Record<string, Float64Array>>;

/**
 * An equal program of single numbers: every element of every tensor is a node of shape [], rearrangements are gone, and
 * sums are additions in the order of the interpreter, beginning with +0. Known buffers become constants. Functions
 * along an axis are written out in elementwise operations.
 */
export function scalarize(program: p.Program, known: KnownBuffers = {}): p.Program {
  const elements = new Map<p.Node, Scalars>();
  const leaf = leaves(known);
  for (const node of program.nodes) {
    const operands = node.operands.map((o) => elements.get(o)!);
    elements.set(node, node.op === "input" ? leaf(node) : elementsOf(node, operands));
  }
  const outputs = program.outputs.flatMap(({ buffer, offset, node }) =>
    elements.get(node)!.map((element, i) => ({ buffer, offset: offset + i, node: element })),
  );
  const sizes = Object.entries(program.bufferSizes).filter(([name]) => !known[name]);
  return p.buildProgram(outputs, Object.fromEntries(sizes));
}

/** Additions, products and functions that the scalars of a program would be, before anything is folded. */
export function scalarCount(program: p.Program): number {
  const { flops, functions } = p.programCost(program);
  return flops + functions;
}

function leaves(known: KnownBuffers) {
  const made = new Map<string, p.Node>();
  return ({ attributes: { buffer, offset, role }, shape }: p.NodeOf<"input">): Scalars =>
    Array.from({ length: p.sizeOf(shape) }, (_, i) => {
      const values = known[buffer];
      const key = `${buffer} ${offset + i}`;
      let node = made.get(key);
      if (!node) {
        const at = offset + i;
        node = values ? p.constant(values[at]!) : p.input(buffer, [], { offset: at, role });
        made.set(key, node);
      }
      return node;
    });
}

const zero = p.constant(0);

function elementsOf(node: p.Node, operands: readonly Scalars[]): Scalars {
  const [x] = operands;
  const size = p.sizeOf(node.shape);
  const each = (value: (i: number) => p.Node) => Array.from({ length: size }, (_, i) => value(i));
  switch (node.op) {
    case "constant": {
      const { values } = node.attributes;
      if (values.length > 1) return each((i) => p.constant(values[i]!));
      return new Array<p.Node>(size).fill(p.constant(values[0]!));
    }
    case "broadcast": {
      const own = strides(node.operands[0]!.shape);
      const { axes } = node.attributes;
      const steps = node.shape.map((_, axis) => (axes.includes(axis) ? own[axes.indexOf(axis)]! : 0));
      return picked(x!, positions(node.shape, steps));
    }
    case "transpose": {
      const own = strides(node.operands[0]!.shape);
      const steps = node.attributes.permutation.map((axis) => own[axis]!);
      return picked(x!, positions(node.shape, steps));
    }
    case "reshape":
      return x!;
    case "slice":
    case "pad":
    case "concat":
      return alongAxis(node, operands);
    case "gather": {
      const { indices, fill } = node.attributes;
      const from = lastOf(node.operands[0]!.shape);
      const filling = p.constant(fill);
      return each((i) => {
        const index = indices[i % indices.length]!;
        return index < 0 ? filling : x![Math.floor(i / indices.length) * from + index]!;
      });
    }
    case "scatter": {
      const { indices, size: width } = node.attributes;
      const sums = new Array<p.Node>(size).fill(zero);
      x!.forEach((value, i) => {
        const index = indices[i % indices.length]!;
        const at = Math.floor(i / indices.length) * width + index;
        if (index >= 0) sums[at] = p.add(sums[at]!, value);
      });
      return sums;
    }
    case "sum":
      return sums(node, x!);
    case "matmul":
      return products(node, operands);
    case "maxAlong":
    case "argmaxMask":
    case "softmax":
    case "logSumExp":
      return rows(node, x!);
    case "input":
      throw new Error("scalarize: an input has no operands");
    default:
      return each((i) =>
        p.makeNode(
          node.op,
          operands.map((o) => o[i]!),
          node.attributes as never,
        ),
      );
  }
}

function picked(x: Scalars, table: Int32Array): Scalars {
  return Array.from(table, (at) => x[at]!);
}

function alongAxis(node: p.NodeOf<"slice"> | p.NodeOf<"pad"> | p.NodeOf<"concat">, operands: readonly Scalars[]) {
  const { outer, length, inner } = around(node.shape, node.attributes.axis);
  const result: p.Node[] = [];
  for (let o = 0; o < outer; o++) {
    if (node.op === "concat") {
      operands.forEach((x, j) => {
        const block = node.operands[j]!.shape[node.attributes.axis]! * inner;
        result.push(...x.slice(o * block, (o + 1) * block));
      });
      continue;
    }
    const extent = node.operands[0]!.shape[node.attributes.axis]!;
    const first = node.op === "slice" ? node.attributes.start : -node.attributes.before;
    for (let i = first; i < first + length; i++) {
      const from = (o * extent + i) * inner;
      for (let k = 0; k < inner; k++) result.push(i >= 0 && i < extent ? operands[0]![from + k]! : zero);
    }
  }
  return result;
}

function sums(node: p.NodeOf<"sum">, x: Scalars): Scalars {
  const own = strides(node.shape);
  const { shape } = node.operands[0]!;
  let kept = 0;
  const steps = shape.map((_, axis) => (node.attributes.axes.includes(axis) ? 0 : own[kept++]!));
  const result = new Array<p.Node>(p.sizeOf(node.shape)).fill(zero);
  positions(shape, steps).forEach((at, i) => {
    result[at] = p.add(result[at]!, x[i]!);
  });
  return result;
}

function products(node: p.NodeOf<"matmul">, [a, b]: readonly Scalars[]): Scalars {
  const [rows, columns] = node.shape.slice(-2) as [number, number];
  const { transposeA, transposeB } = node.attributes;
  const inner = node.operands[0]!.shape.at(transposeA ? -2 : -1)!;
  const result: p.Node[] = [];
  for (let batch = 0; batch < p.sizeOf(node.shape) / (rows * columns); batch++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let total: p.Node = zero;
        for (let k = 0; k < inner; k++) {
          const left = a![batch * rows * inner + (transposeA ? k * rows + i : i * inner + k)]!;
          const right = b![batch * inner * columns + (transposeB ? j * inner + k : k * columns + j)]!;
          total = p.add(total, p.mul(left, right));
        }
        result.push(total);
      }
    }
  }
  return result;
}

/** Functions along the last axis, with the order and the cases of the interpreter. */
function rows(
  node: p.NodeOf<"maxAlong"> | p.NodeOf<"argmaxMask"> | p.NodeOf<"softmax"> | p.NodeOf<"logSumExp">,
  x: Scalars,
): Scalars {
  const length = lastOf(node.operands[0]!.shape);
  const result: p.Node[] = [];
  for (let start = 0; start < x.length; start += length) result.push(...row(node.op, x.slice(start, start + length)));
  return result;
}

function row(op: "maxAlong" | "argmaxMask" | "softmax" | "logSumExp", x: Scalars): Scalars {
  const { value: top, place } = largest(x);
  if (op === "maxAlong") return [top];
  if (op === "argmaxMask")
    return x.map((_, i) => p.select(p.lessEqual(place, i), p.lessEqual(p.constant(i), place), 0));
  const terms = x.map((value) => p.exp(p.sub(value, top)));
  const total = terms.reduce((sum, term) => p.add(sum, term), zero);
  if (op === "softmax") return terms.map((term) => p.div(term, total));
  const finite = p.lessEqual(p.sub(top, top), 0);
  return [p.select(finite, p.add(top, p.log(total)), top)];
}

/** The first largest element and its place; the last NaN where there is one. */
function largest([first, ...others]: Scalars): { value: p.Node; place: p.Node } {
  let value = first!;
  let place: p.Node = zero;
  others.forEach((x, i) => {
    const wins = p.select(p.lessEqual(x, x), p.less(value, x), 1);
    value = p.select(wins, x, value);
    place = p.select(wins, p.constant(i + 1), place);
  });
  return { value, place };
}

function lastOf(shape: p.Shape): number {
  return shape[shape.length - 1]!;
}
