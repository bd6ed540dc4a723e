import { dropAxes, type Shape, sameShape, showShape, sizeOf } from "./shape.ts";

/** What an input of a program stands for. `parameter` and `state` are what descent moves; `data` carries the samples. */
export type InputRole = "parameter" | "frozen" | "state" | "data" | "weights" | "scalar" | "direction";

/** The fixed numbers of each operation, by name. Operations without any have `Record<never, never>`. */
export interface AttributesOf {
  /** A window of a named flat buffer; `perSample` says that axis 0 counts samples. */
  input: { readonly buffer: string; readonly offset: number; readonly role: InputRole; readonly perSample: boolean };
  /** One value for every element, or as many values as elements. */
  constant: { readonly values: Float64Array };
  neg: None;
  abs: None;
  square: None;
  sqrt: None;
  exp: None;
  expm1: None;
  log: None;
  log1p: None;
  sin: None;
  cos: None;
  tanh: None;
  sigmoid: None;
  softplus: None;
  erf: None;
  /** 1 where x > 0, else 0 (also at NaN). */
  step: None;
  /** x^exponent with a fixed real exponent. */
  pow: { readonly exponent: number };
  add: None;
  sub: None;
  mul: None;
  div: None;
  max: None;
  min: None;
  /** 1 where a < b, else 0. */
  less: None;
  /** 1 where a ≤ b, else 0. */
  lessEqual: None;
  /** a where the condition is not 0, else b. */
  select: None;
  /** Axis i of the operand becomes axis `axes[i]` of `shape`; the others repeat. */
  broadcast: { readonly shape: Shape; readonly axes: readonly number[] };
  /** Sum over `axes`, which disappear. */
  sum: { readonly axes: readonly number[] };
  reshape: { readonly shape: Shape };
  /** Axis i of the result is axis `permutation[i]` of the operand. */
  transpose: { readonly permutation: readonly number[] };
  /** Elements start … start + length − 1 of one axis. */
  slice: { readonly axis: number; readonly start: number; readonly length: number };
  /** Zeros before and after along one axis: the adjoint of `slice`. */
  pad: { readonly axis: number; readonly before: number; readonly after: number };
  concat: { readonly axis: number };
  /** On the last axis: out[…, j] = x[…, indices[j]], or `fill` where the index is −1. */
  gather: { readonly indices: Int32Array; readonly fill: number };
  /** On the last axis: out[…, indices[j]] += x[…, j]: the adjoint of `gather`. */
  scatter: { readonly indices: Int32Array; readonly size: number };
  /** Matrix product of the last two axes, each operand possibly transposed; leading axes are equal. */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /** Largest element along the last axis, which disappears. */
  maxAlong: None;
  /** 1 at the first largest element along the last axis, else 0. */
  argmaxMask: None;
  /** Along the last axis. */
  softmax: None;
  /** log Σ exp along the last axis, which disappears. */
  logSumExp: None;
}
type None = Record<never, never>;

export type OpName = keyof AttributesOf;

/**
 * How an operation behaves as a real function. "linear": affine in its operands, or a product of them, or a fixed
 * rearrangement. "entire": analytic wherever it is finite on all of R^n. "domain": analytic on an open domain only
 * (division, log, sqrt, powers). "kinked": piecewise, with breakpoints where `switching` of the reader changes sign.
 */
export type Analyticity = "linear" | "entire" | "domain" | "kinked";

/** One operation: arity (or "any"), analyticity, and the shape rule, which throws RangeError with a one-line reason. */
export interface Operation<K extends OpName> {
  readonly arity: number | "any";
  readonly analyticity: Analyticity;
  /** Set where the operation piecewise switches: what vanishes on the breakpoints, in words. */
  readonly breakpoint?: string;
  readonly elementwise: boolean;
  shape(operands: readonly Shape[], attributes: AttributesOf[K]): Shape;
}

const same = (operands: readonly Shape[]): Shape => {
  const [first, ...others] = operands as [Shape, ...Shape[]];
  for (const other of others) {
    if (!sameShape(first, other)) throw new RangeError(`shapes ${showShape(first)} and ${showShape(other)} differ`);
  }
  return first;
};

const leaf = { arity: 0, analyticity: "linear", elementwise: false } as const;
const unary = (analyticity: Analyticity, breakpoint?: string) =>
  ({ arity: 1, analyticity, elementwise: true, shape: same, ...(breakpoint ? { breakpoint } : {}) }) as const;
const binary = (analyticity: Analyticity, breakpoint?: string) =>
  ({ ...unary(analyticity, breakpoint), arity: 2 }) as const;
const needsShape = (): Shape => {
  throw new RangeError("a leaf is made with its shape");
};

/** Every operation, declared once; each reader of a program keeps its own complete table beside this one. */
export const operations: { readonly [K in OpName]: Operation<K> } = {
  input: { ...leaf, shape: needsShape },
  constant: { ...leaf, shape: needsShape },
  neg: unary("linear"),
  abs: unary("kinked", "x"),
  square: unary("entire"),
  sqrt: unary("domain"),
  exp: unary("entire"),
  expm1: unary("entire"),
  log: unary("domain"),
  log1p: unary("domain"),
  sin: unary("entire"),
  cos: unary("entire"),
  tanh: unary("entire"),
  sigmoid: unary("entire"),
  softplus: unary("entire"),
  erf: unary("entire"),
  step: unary("kinked", "x"),
  pow: {
    arity: 1,
    elementwise: true,
    analyticity: "domain",
    shape: (operands, { exponent }) => {
      if (!Number.isFinite(exponent)) throw new RangeError(`exponent must be finite, got ${exponent}`);
      return same(operands);
    },
  },
  add: binary("linear"),
  sub: binary("linear"),
  mul: binary("linear"),
  div: binary("domain"),
  max: binary("kinked", "a − b"),
  min: binary("kinked", "a − b"),
  less: binary("kinked", "a − b"),
  lessEqual: binary("kinked", "a − b"),
  select: { arity: 3, analyticity: "linear", elementwise: true, shape: same },
  broadcast: {
    arity: 1,
    analyticity: "linear",
    elementwise: false,
    shape: ([operand], { shape, axes }) => {
      const ok = axes.length === operand!.length && axes.every((axis, i) => shape[axis] === operand![i]);
      if (!ok || new Set(axes).size !== axes.length) {
        throw new RangeError(`cannot broadcast ${showShape(operand!)} to ${showShape(shape)} along axes ${axes}`);
      }
      return shape;
    },
  },
  sum: {
    arity: 1,
    analyticity: "linear",
    elementwise: false,
    shape: ([operand], { axes }) => {
      checkAxes(operand!, axes);
      return dropAxes(operand!, axes);
    },
  },
  reshape: {
    arity: 1,
    analyticity: "linear",
    elementwise: false,
    shape: ([operand], { shape }) => {
      if (sizeOf(operand!) !== sizeOf(shape)) {
        throw new RangeError(`cannot reshape ${showShape(operand!)} to ${showShape(shape)}`);
      }
      return shape;
    },
  },
  transpose: {
    arity: 1,
    analyticity: "linear",
    elementwise: false,
    shape: ([operand], { permutation }) => {
      checkAxes(operand!, permutation);
      if (permutation.length !== operand!.length) throw new RangeError(`permutation ${permutation} is incomplete`);
      return permutation.map((axis) => operand![axis]!);
    },
  },
  slice: {
    arity: 1,
    analyticity: "linear",
    elementwise: false,
    shape: ([operand], { axis, start, length }) => {
      checkAxes(operand!, [axis]);
      if (start < 0 || length < 1 || start + length > operand![axis]!) {
        throw new RangeError(`slice ${start}..${start + length} leaves axis ${axis} of ${showShape(operand!)}`);
      }
      return operand!.map((s, i) => (i === axis ? length : s));
    },
  },
  pad: {
    arity: 1,
    analyticity: "linear",
    elementwise: false,
    shape: ([operand], { axis, before, after }) => {
      checkAxes(operand!, [axis]);
      if (before < 0 || after < 0) throw new RangeError("padding must not be negative");
      return operand!.map((s, i) => (i === axis ? s + before + after : s));
    },
  },
  concat: {
    arity: "any",
    analyticity: "linear",
    elementwise: false,
    shape: (operands, { axis }) => {
      const first = operands[0]!;
      checkAxes(first, [axis]);
      for (const operand of operands) {
        if (!sameShape(dropAxes(operand, [axis]), dropAxes(first, [axis]))) {
          throw new RangeError(`cannot join ${showShape(operand)} to ${showShape(first)} along axis ${axis}`);
        }
      }
      return first.map((s, i) => (i === axis ? operands.reduce((t, o) => t + o[axis]!, 0) : s));
    },
  },
  gather: {
    arity: 1,
    analyticity: "linear",
    elementwise: false,
    shape: ([operand], { indices }) => {
      const last = lastAxis(operand!);
      checkIndices(indices, last);
      return [...operand!.slice(0, -1), indices.length];
    },
  },
  scatter: {
    arity: 1,
    analyticity: "linear",
    elementwise: false,
    shape: ([operand], { indices, size }) => {
      if (lastAxis(operand!) !== indices.length) throw new RangeError("one index is needed for each element");
      checkIndices(indices, size);
      return [...operand!.slice(0, -1), size];
    },
  },
  matmul: {
    arity: 2,
    analyticity: "linear",
    elementwise: false,
    shape: ([a, b], { transposeA, transposeB }) => {
      const [p, q] = matrixSizes(a!, transposeA);
      const [r, s] = matrixSizes(b!, transposeB);
      if (q !== r || !sameShape(a!.slice(0, -2), b!.slice(0, -2))) {
        throw new RangeError(`cannot multiply ${showShape(a!)} by ${showShape(b!)}`);
      }
      return [...a!.slice(0, -2), p, s];
    },
  },
  maxAlong: { arity: 1, analyticity: "kinked", breakpoint: "largest − second", elementwise: false, shape: withoutLast },
  argmaxMask: { arity: 1, analyticity: "kinked", breakpoint: "largest − second", elementwise: false, shape: same },
  softmax: { arity: 1, analyticity: "entire", elementwise: false, shape: same },
  logSumExp: { arity: 1, analyticity: "entire", elementwise: false, shape: withoutLast },
};

function withoutLast([operand]: readonly Shape[]): Shape {
  lastAxis(operand!);
  return operand!.slice(0, -1);
}

function lastAxis(shape: Shape): number {
  if (shape.length === 0) throw new RangeError("a scalar has no last axis");
  return shape[shape.length - 1]!;
}

function checkAxes(shape: Shape, axes: readonly number[]): void {
  const ok = axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < shape.length);
  if (!ok || new Set(axes).size !== axes.length) throw new RangeError(`axes ${axes} do not fit ${showShape(shape)}`);
}

/** The largest index of each table that was checked: tables are never written again, and serve many nodes. */
const largestIndex = new WeakMap<Int32Array, number>();

function checkIndices(indices: Int32Array, size: number): void {
  let largest = largestIndex.get(indices);
  if (largest === undefined) {
    largest = -1;
    let least = -1;
    for (const i of indices) {
      if (i > largest) largest = i;
      if (i < least) least = i;
    }
    if (least < -1) throw new RangeError("an index leaves the last axis");
    largestIndex.set(indices, largest);
  }
  if (largest >= size) throw new RangeError("an index leaves the last axis");
}

/** Rows and columns of the matrices a product sees. */
function matrixSizes(shape: Shape, transposed: boolean): [number, number] {
  if (shape.length < 2) throw new RangeError(`a matrix product needs two axes, got ${showShape(shape)}`);
  const [rows, cols] = shape.slice(-2) as [number, number];
  return transposed ? [cols, rows] : [rows, cols];
}
