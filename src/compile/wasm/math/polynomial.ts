import { f64x2, type V128 } from "../expressions.ts";
import type { FunctionBuilder } from "../function-builder.ts";

/**
 * Σ cᵢxⁱ by Horner's rule on the even and the odd coefficients apart, in x²: two chains of half the length, which run
 * side by side.
 */
export function polynomial(f: FunctionBuilder, x: V128, coefficients: readonly number[]): V128 {
  const x2 = f.let(f64x2.mul(x, x));
  const chain = (first: number): V128 => {
    let last = first;
    while (last + 2 < coefficients.length) last += 2;
    let value = f64x2.constant(coefficients[last]!);
    for (let i = last - 2; i >= first; i -= 2) {
      value = f64x2.add(f64x2.mul(value, x2), f64x2.constant(coefficients[i]!));
    }
    return value;
  };
  return coefficients.length === 1 ? chain(0) : f.let(f64x2.add(f64x2.mul(chain(1), x), chain(0)));
}
