import type { LastHiddenLayer } from "./output-layer.ts";
import { piecewiseLinear } from "./piecewise-linear.ts";

/**
 * Whether the last hidden layer is certainly dead (0 on every sample) on an open set of parameters: its units vanish on
 * an interval, and biases of their own can take them there.
 */
export function canBeDead({ activation, bias }: LastHiddenLayer): boolean {
  const pieces = bias && piecewiseLinear(activation.y, activation.x);
  return pieces?.some(({ slope, intercept }) => slope.numerator === 0n && intercept.numerator === 0n) ?? false;
}
