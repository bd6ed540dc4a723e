import { f64x2, type V128, v128 } from "../expressions.ts";
import type { FunctionBuilder } from "../function-builder.ts";
import { cos, erf, exp, expm1, log, log1p, pow, sigmoid, sin, softplus, tanh } from "../math/index.ts";
import type { LoopOp, LoopOperation } from "../steps.ts";

/** Two lanes of a value: numbers, or a mask of all ones and zeros that stands for 1 and 0. */
export type LaneValue = { readonly number: V128; readonly constant?: number } | { readonly mask: V128; number?: V128 };

/** Computes one operation on two lanes. */
export function evaluate(f: FunctionBuilder, operation: LoopOperation, operands: readonly LaneValue[]): LaneValue {
  const { op, exponent } = operation;
  switch (op) {
    case "less":
    case "lessEqual":
    case "step": {
      const [a, b] = operands.map((x) => numberOf(f, x)) as [V128, V128];
      if (op === "step") return { mask: f.let(f64x2.greater(a, f64x2.constant(0))) };
      return { mask: f.let(op === "less" ? f64x2.less(a, b) : f64x2.lessEqual(a, b)) };
    }
    case "select":
      return { number: f.let(choose(f, operands as [LaneValue, LaneValue, LaneValue])) };
    case "max":
    case "min":
      return { number: f.let(extreme(f, op, operands as [LaneValue, LaneValue])) };
    case "pow":
      return { number: f.let(pow(f, numberOf(f, operands[0]!), exponent!)) };
    default: {
      const [a, b] = operands.map((x) => numberOf(f, x)) as [V128, V128];
      return { number: f.let(rules[op](f, a, b)) };
    }
  }
}

/** The lanes as numbers; a mask becomes 1 and 0. */
export function numberOf(f: FunctionBuilder, value: LaneValue): V128 {
  if (!("mask" in value)) return value.number;
  value.number ??= f.let(v128.and(value.mask, f64x2.constant(1)));
  return value.number;
}

const rules: {
  readonly [K in Exclude<LoopOp, "less" | "lessEqual" | "step" | "select" | "max" | "min" | "pow">]: Rule;
} = {
  neg: (_, x) => f64x2.neg(x),
  abs: (_, x) => f64x2.abs(x),
  square: (_, x) => f64x2.mul(x, x),
  sqrt: (_, x) => f64x2.sqrt(x),
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  tanh,
  sigmoid,
  softplus,
  erf,
  add: (_, a, b) => f64x2.add(a, b),
  sub: (_, a, b) => f64x2.sub(a, b),
  mul: (_, a, b) => f64x2.mul(a, b),
  div: (_, a, b) => f64x2.div(a, b),
};
type Rule = (f: FunctionBuilder, a: V128, b: V128) => V128;

function choose(f: FunctionBuilder, [condition, a, b]: [LaneValue, LaneValue, LaneValue]): V128 {
  const mask = "mask" in condition ? condition.mask : f.let(f64x2.ne(condition.number, f64x2.constant(0)));
  if (isZero(b)) return v128.and(numberOf(f, a), mask);
  if (isZero(a)) return v128.andNot(numberOf(f, b), mask);
  return v128.select(mask, numberOf(f, a), numberOf(f, b));
}

/**
 * The larger (smaller) of two as IEEE 754 defines it: NaN wins, and −0 < +0. Against a constant the one-instruction
 * form agrees, except at zeros of either sign, where adding +0 turns −0 into +0.
 */
function extreme(f: FunctionBuilder, op: "max" | "min", [a, b]: [LaneValue, LaneValue]): V128 {
  const [x, y] = "constant" in a ? [b, a] : [a, b];
  const c = "constant" in y ? y.constant! : Number.NaN;
  const [p, q] = [numberOf(f, x), numberOf(f, y)];
  if (op === "max") {
    if (Object.is(c, 0)) return f64x2.add(f64x2.larger(p, q), q);
    return Number.isNaN(c) || c === 0 ? f64x2.max(p, q) : f64x2.larger(p, q);
  }
  return Number.isNaN(c) || c === 0 ? f64x2.min(p, q) : f64x2.smaller(p, q);
}

function isZero(value: LaneValue): boolean {
  return "constant" in value && Object.is(value.constant, 0);
}
