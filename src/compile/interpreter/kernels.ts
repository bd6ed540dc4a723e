import { type NodeOf, type OpName, type Shape, sizeOf } from "../../program/index.ts";
import { binary, power, unary } from "./elementwise.ts";
import { productKernel } from "./product.ts";
import { around, positions, strides } from "./tensors.ts";

/** Prepares one node: `out` receives its value from the values of its operands, each time the result is called. */
export type Kernel<K extends OpName> = (
  node: NodeOf<K>,
  out: Float64Array,
  operands: readonly Float64Array[],
) => () => void;

const leaf = () => () => {};

const elementwise1 =
  (f: (x: number) => number): Kernel<OpName> =>
  (_, out, [x]) =>
  () => {
    for (let i = 0; i < out.length; i++) out[i] = f(x![i]!);
  };

const elementwise2 =
  (f: (a: number, b: number) => number): Kernel<OpName> =>
  (_, out, [a, b]) =>
  () => {
    for (let i = 0; i < out.length; i++) out[i] = f(a![i]!, b![i]!);
  };

const copy: Kernel<OpName> =
  (_, out, [x]) =>
  () =>
    out.set(x!);

const copyByTable = (table: Int32Array, out: Float64Array, x: Float64Array) => () => {
  for (let i = 0; i < out.length; i++) out[i] = x[table[i]!]!;
};

/** Calls `row` for every run of the last axis: its start in the operand and its number. */
const alongRows = (shape: Shape, row: (start: number, length: number, index: number) => void) => {
  const length = shape[shape.length - 1]!;
  const rows = sizeOf(shape) / length;
  return () => {
    for (let r = 0; r < rows; r++) row(r * length, length, r);
  };
};

function largestAt(x: Float64Array, start: number, length: number): number {
  let best = start;
  for (let i = start + 1; i < start + length; i++) if (x[i]! > x[best]! || Number.isNaN(x[i]!)) best = i;
  return best;
}

/** The value of every operation: plain loops, the oracle that faster engines are held against. */
export const kernels = {
  input: leaf,
  constant: leaf,
  neg: elementwise1(unary.neg),
  abs: elementwise1(unary.abs),
  square: elementwise1(unary.square),
  sqrt: elementwise1(unary.sqrt),
  exp: elementwise1(unary.exp),
  expm1: elementwise1(unary.expm1),
  log: elementwise1(unary.log),
  log1p: elementwise1(unary.log1p),
  sin: elementwise1(unary.sin),
  cos: elementwise1(unary.cos),
  tanh: elementwise1(unary.tanh),
  sigmoid: elementwise1(unary.sigmoid),
  softplus: elementwise1(unary.softplus),
  erf: elementwise1(unary.erf),
  step: elementwise1(unary.step),
  pow: (node, out, operands) => elementwise1(power(node))(node as NodeOf<OpName>, out, operands),
  add: elementwise2(binary.add),
  sub: elementwise2(binary.sub),
  mul: elementwise2(binary.mul),
  div: elementwise2(binary.div),
  max: elementwise2(binary.max),
  min: elementwise2(binary.min),
  less: elementwise2(binary.less),
  lessEqual: elementwise2(binary.lessEqual),
  select:
    (_, out, [condition, a, b]) =>
    () => {
      for (let i = 0; i < out.length; i++) out[i] = condition![i] !== 0 ? a![i]! : b![i]!;
    },
  broadcast: ({ shape, operands: [x], attributes: { axes } }, out, [values]) => {
    const own = strides(x!.shape);
    const steps = shape.map((_, axis) => (axes.includes(axis) ? own[axes.indexOf(axis)]! : 0));
    return copyByTable(positions(shape, steps), out, values!);
  },
  sum: ({ shape, operands: [x], attributes: { axes } }, out, [values]) => {
    const own = strides(shape);
    let kept = 0;
    const steps = x!.shape.map((_, axis) => (axes.includes(axis) ? 0 : own[kept++]!));
    const table = positions(x!.shape, steps);
    return () => {
      out.fill(0);
      for (let i = 0; i < table.length; i++) out[table[i]!]! += values![i]!;
    };
  },
  reshape: copy,
  transpose: ({ shape, operands: [x], attributes: { permutation } }, out, [values]) => {
    const own = strides(x!.shape);
    return copyByTable(
      positions(
        shape,
        permutation.map((axis) => own[axis]!),
      ),
      out,
      values!,
    );
  },
  slice: ({ operands: [x], attributes: { axis, start, length } }, out, [values]) => {
    const { outer, length: extent, inner } = around(x!.shape, axis);
    return () => {
      for (let o = 0; o < outer; o++) {
        const from = (o * extent + start) * inner;
        out.set(values!.subarray(from, from + length * inner), o * length * inner);
      }
    };
  },
  pad: ({ shape, operands: [x], attributes: { axis, before } }, out, [values]) => {
    const { outer, length, inner } = around(x!.shape, axis);
    const extent = shape[axis]!;
    return () => {
      out.fill(0);
      for (let o = 0; o < outer; o++) {
        const block = values!.subarray(o * length * inner, (o + 1) * length * inner);
        out.set(block, (o * extent + before) * inner);
      }
    };
  },
  concat: ({ shape, operands, attributes: { axis } }, out, values) => {
    const { outer, length, inner } = around(shape, axis);
    return () => {
      let start = 0;
      operands.forEach((operand, j) => {
        const block = operand.shape[axis]! * inner;
        for (let o = 0; o < outer; o++) {
          out.set(values[j]!.subarray(o * block, (o + 1) * block), o * length * inner + start);
        }
        start += block;
      });
    };
  },
  gather: ({ operands: [x], attributes: { indices, fill } }, out, [values]) => {
    const width = indices.length;
    return alongRows(x!.shape, (start, _, row) => {
      for (let j = 0; j < width; j++) out[row * width + j] = indices[j]! < 0 ? fill : values![start + indices[j]!]!;
    });
  },
  scatter: ({ operands: [x], attributes: { indices, size } }, out, [values]) => {
    const rows = alongRows(x!.shape, (start, length, row) => {
      for (let j = 0; j < length; j++) if (indices[j]! >= 0) out[row * size + indices[j]!]! += values![start + j]!;
    });
    return () => {
      out.fill(0);
      rows();
    };
  },
  matmul: productKernel,
  maxAlong: ({ operands: [x] }, out, [values]) =>
    alongRows(x!.shape, (start, length, row) => {
      out[row] = values![largestAt(values!, start, length)]!;
    }),
  argmaxMask: ({ shape }, out, [values]) => {
    const rows = alongRows(shape, (start, length) => {
      out[largestAt(values!, start, length)] = 1;
    });
    return () => {
      out.fill(0);
      rows();
    };
  },
  softmax: ({ shape }, out, [values]) =>
    alongRows(shape, (start, length) => {
      const top = values![largestAt(values!, start, length)]!;
      let total = 0;
      for (let i = start; i < start + length; i++) total += out[i] = Math.exp(values![i]! - top);
      for (let i = start; i < start + length; i++) out[i]! /= total;
    }),
  logSumExp: ({ operands: [x] }, out, [values]) =>
    alongRows(x!.shape, (start, length, row) => {
      const top = values![largestAt(values!, start, length)]!;
      let total = 0;
      for (let i = start; i < start + length; i++) total += Math.exp(values![i]! - top);
      out[row] = Number.isFinite(top) ? top + Math.log(total) : top;
    }),
} as const satisfies { readonly [K in OpName]: Kernel<K> };
