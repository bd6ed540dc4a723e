import { constant, div, exp, log, mul, pow, sqrt, square } from "./build.ts";
import type { Node } from "./node.ts";

/** Whole exponents up to this one are written as products. */
const MOST_FACTORS = 64;

/**
 * base^exponent. A whole exponent up to 64 becomes products (so the result is a polynomial, analytic everywhere), its
 * negative a reciprocal; ½ the root; another fixed exponent the operation `pow`, defined for positive bases; a base e the
 * exponential. With a variable exponent it is exp(exponent · log base), defined for positive bases.
 */
export function power(base: Node, exponent: Node, fixedBase: number | null, fixedExponent: number | null): Node {
  if (fixedBase === Math.E) return exp(exponent);
  if (fixedExponent === null) return exp(mul(exponent, log(base)));
  if (fixedExponent === 0.5) return sqrt(base);
  if (!Number.isInteger(fixedExponent) || Math.abs(fixedExponent) > MOST_FACTORS) return pow(base, fixedExponent);
  if (fixedExponent === 0) return constant(1);
  return fixedExponent < 0 ? div(1, wholePower(base, -fixedExponent)) : wholePower(base, fixedExponent);
}

/** By repeated squaring. */
function wholePower(base: Node, exponent: number): Node {
  if (exponent === 1) return base;
  const half = square(wholePower(base, Math.floor(exponent / 2)));
  return exponent % 2 === 0 ? half : mul(base, half);
}
