import { f64x2, type V128 } from "../expressions.ts";
import type { FunctionBuilder } from "../function-builder.ts";

/**
 * Σ cᵢxⁱ by Estrin's scheme: pairs, then pairs of pairs, with x², x⁴, …. A few more products than Horner's rule, but
 * a chain of ⌈log₂ n⌉ steps: loops over short rows wait for the chain, not for the arithmetic.
 */
export function polynomial(f: FunctionBuilder, x: V128, coefficients: readonly number[]): V128 {
  let power = x;
  let terms = coefficients.map((c) => f64x2.constant(c));
  while (terms.length > 1) {
    const last = terms.length <= 2;
    const pairs: V128[] = [];
    for (let i = 0; i < terms.length; i += 2) {
      const [low, high] = [terms[i]!, terms[i + 1]];
      pairs.push(high ? f.let(f64x2.add(low, f64x2.mul(high, power))) : low);
    }
    terms = pairs;
    if (!last) power = f.let(f64x2.mul(power, power));
  }
  return terms[0]!;
}
