import type { Node, NodeOf } from "../../program/index.ts";
import type { Frame } from "./frame.ts";
import type { View } from "./view.ts";

/** Elementwise operations, the ones that a loop computes in registers. */
export type LoopOp =
  | ("neg" | "abs" | "square" | "sqrt" | "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "tanh" | "sigmoid")
  | ("softplus" | "erf" | "step" | "pow" | "add" | "sub" | "mul" | "div" | "max" | "min" | "less" | "lessEqual")
  | "select";

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

/** Where a step reads or writes: `offset` elements into the value of a node, or into a buffer of the program. */
export type Place =
  | { readonly node: Node; readonly offset: number }
  | { readonly buffer: string; readonly offset: number };

/** Operations with a kernel of their own, each node a step. */
export type StepNode = { readonly [K in StepOp]: NodeOf<K> }[StepOp];
type StepOp = "matmul" | "gather" | "scatter" | "softmax" | "logSumExp" | "maxAlong" | "argmaxMask";

/** One kernel call. Pointers are passed in the order reads, writes. */
export type Step =
  | {
      readonly kind: "loop";
      readonly kernel: LoopKernel;
      readonly reads: readonly Place[];
      readonly writes: readonly Place[];
    }
  | {
      readonly kind: "node";
      readonly node: StepNode;
      readonly operands: readonly View[];
      readonly reads: readonly Place[];
      readonly writes: readonly Place[];
    };
