import type { Node, NodeOf } from "../../program/index.ts";
import type { Frame } from "./frame.ts";
import type { PackKernel } from "./kernels/pack.ts";
import type { ProductKernel } from "./kernels/product-form.ts";

/** Elementwise operations, the ones that a loop computes in registers. */
export type LoopOp =
  | ("neg" | "abs" | "square" | "sqrt" | "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "tanh" | "sigmoid")
  | ("softplus" | "erf" | "step" | "pow" | "add" | "sub" | "mul" | "div" | "max" | "min" | "less" | "lessEqual")
  | "select";

/** Those that take tens of instructions. */
export const functionOps: ReadonlySet<string> = new Set<LoopOp>([
  ...(["exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "softplus", "erf"] as const),
]);

/** A value inside a loop: read from memory, computed by an earlier operation, or the same number everywhere. */
export type Ref = { readonly leaf: number } | { readonly operation: number } | { readonly constant: number };

export interface LoopOperation {
  readonly op: LoopOp;
  readonly operands: readonly Ref[];
  /** Only of `pow`. */
  readonly exponent?: number;
}

/**
 * One pass over a frame: reads leaves, computes, stores results and adds up sums. Strides count elements along the
 * axes of the frame; a sum has stride 0 along the axes that it adds over. Plain data: equal kernels share their code.
 */
export interface LoopKernel {
  readonly frame: Frame;
  readonly leaves: readonly (readonly number[])[];
  readonly operations: readonly LoopOperation[];
  readonly stores: readonly { readonly value: Ref; readonly strides: readonly number[] }[];
  readonly sums: readonly { readonly value: Ref; readonly strides: readonly number[] }[];
}

/** Memory for something that is no value of a node, such as a packed matrix. */
export class Temporary {
  /** Numbers it holds. */
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }
}

/** Where a step reads or writes: `offset` elements into the value of a node, a temporary, or a buffer of the program. */
export type Place =
  | { readonly node: Node; readonly offset: number }
  | { readonly temporary: Temporary; readonly offset: number }
  | { readonly buffer: string; readonly offset: number };

/** Operations along the last axis, each node a step. */
export type RowNode = { readonly [K in RowOp]: NodeOf<K> }[RowOp];
type RowOp = "gather" | "scatter" | "softmax" | "logSumExp" | "maxAlong" | "argmaxMask";

/** One kernel call. Pointers are passed in the order reads, writes. */
export type Step = { readonly reads: readonly Place[]; readonly writes: readonly Place[] } & (
  | { readonly kind: "loop"; readonly kernel: LoopKernel }
  | { readonly kind: "pack"; readonly kernel: PackKernel }
  | { readonly kind: "product"; readonly kernel: ProductKernel }
  | { readonly kind: "native"; readonly kernel: ProductKernel }
  | { readonly kind: "rows"; readonly node: RowNode }
);
