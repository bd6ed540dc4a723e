import * as p from "../program/index.ts";
import type { ActivationName, ActivationSpec } from "./model-spec.ts";

type Build = (x: p.Node, options: { readonly slope: number; readonly alpha: number }) => p.Node;

// Self-normalising constants of Klambauer et al. (NeurIPS 2017), to double precision.
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

const clamp = (x: p.Node, low: number, high: number) => p.min(p.max(x, low), high);
const relu6 = (x: p.Node) => clamp(x, 0, 6);
const hardSigmoid = (x: p.Node) => p.mul(1 / 6, relu6(p.add(x, 3)));

/** x for x > 0, α(eˣ − 1) else. Written on min(x, 0), so the exponential cannot overflow where it is not used. */
function elu(x: p.Node, alpha: number): p.Node {
  const negative = p.min(x, 0);
  return p.add(p.sub(x, negative), p.mul(alpha, p.expm1(negative)));
}

/** Every activation as an expression over the operations. The tie rules of max, min and select give the left derivative. */
const activations = {
  identity: (x) => x,
  relu: (x) => p.max(x, 0),
  leakyRelu: (x, { slope }) => p.select(p.less(0, x), x, p.mul(slope, x)),
  relu6,
  abs: p.abs,
  square: p.square,
  hardTanh: (x) => clamp(x, -1, 1),
  hardSigmoid,
  hardSwish: (x) => p.mul(x, hardSigmoid(x)),
  elu: (x, { alpha }) => elu(x, alpha),
  selu: (x) => p.mul(SELU_SCALE, elu(x, SELU_ALPHA)),
  softplus: p.softplus,
  softsign: (x) => p.div(x, p.add(1, p.abs(x))),
  sigmoid: p.sigmoid,
  tanh: p.tanh,
  gelu: (x) => p.mul(p.mul(0.5, x), p.add(1, p.erf(p.mul(Math.SQRT1_2, x)))),
  geluTanh: (x) => {
    const inner = p.mul(Math.sqrt(2 / Math.PI), p.add(x, p.mul(0.044715, p.mul(x, p.square(x)))));
    return p.mul(p.mul(0.5, x), p.add(1, p.tanh(inner)));
  },
  silu: (x) => p.mul(x, p.sigmoid(x)),
  sin: p.sin,
  exp: p.exp,
  step: p.step,
} as const satisfies { readonly [K in ActivationName]: Build };

export const activationNames = Object.keys(activations) as readonly ActivationName[];

/**
 * σ, to be applied elementwise. At a kink the derivative is the left one (so relu′(0) = 0, leakyRelu′(0) = slope, abs′(0) = −1,
 * relu6′(6) = 1); `step` is 0 at 0 and has derivative 0 everywhere.
 *
 *   leakyRelu  x, or slope·x for x ≤ 0 (slope 0.01)      relu6        min(max(x, 0), 6)
 *   hardTanh   min(max(x, −1), 1)                        hardSigmoid  relu6(x + 3)/6
 *   hardSwish  x·hardSigmoid(x)                          elu          x, or alpha·(eˣ − 1) for x ≤ 0 (alpha 1)
 *   softplus   log(1 + eˣ), without a threshold          softsign     x/(1 + |x|)
 *   gelu       x·½(1 + erf(x/√2))                        geluTanh     x·½(1 + tanh(√(2/π)(x + 0.044715x³)))
 *   silu       x·sigmoid(x)                              selu         1.0507…·elu(x; 1.6732…)
 *
 * @throws RangeError for an unknown name or an option that is not a finite number.
 */
export function readActivation(spec: ActivationSpec = "identity"): (x: p.Node) => p.Node {
  const { type, ...options } = typeof spec === "string" ? { type: spec } : spec;
  const build: Build | undefined = Object.hasOwn(activations, type) ? activations[type] : undefined;
  if (!build) throw new RangeError(`unknown activation "${type}"${p.didYouMean(type, activationNames)}`);
  const { slope = 0.01, alpha = 1 } = options as { slope?: number; alpha?: number };
  for (const [name, value] of Object.entries({ slope, alpha })) {
    if (!Number.isFinite(value)) throw new RangeError(`${type}: ${name} must be a finite number, got ${value}`);
  }
  return (x) => build(x, { slope, alpha });
}
