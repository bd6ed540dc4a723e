import { erf } from "../../numeric/index.ts";
import type { NodeOf, OpName } from "../../program/index.ts";

type Scalar1 = (x: number) => number;
type Scalar2 = (a: number, b: number) => number;

/** Value of each elementwise operation of one operand. */
export const unary = {
  neg: (x) => -x,
  abs: Math.abs,
  square: (x) => x * x,
  sqrt: Math.sqrt,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid,
  softplus,
  erf,
  step: (x) => (x > 0 ? 1 : 0),
} as const satisfies Partial<Record<OpName, Scalar1>>;

/** Value of each elementwise operation of two operands. */
export const binary = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: Math.max,
  min: Math.min,
  less: (a, b) => (a < b ? 1 : 0),
  lessEqual: (a, b) => (a <= b ? 1 : 0),
} as const satisfies Partial<Record<OpName, Scalar2>>;

/** 1/(1 + e^{−x}) without overflow, accurate in both tails. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1 + e^x) without overflow, accurate in both tails. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** x^exponent as `pow` defines it; NaN for negative x with a fractional exponent. */
export function power(node: NodeOf<"pow">): Scalar1 {
  const { exponent } = node.attributes;
  return (x) => x ** exponent;
}
