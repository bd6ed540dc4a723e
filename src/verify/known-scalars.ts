import { compareRationals, type Rational, rational } from "../modular/index.ts";
import { rationalScalars } from "./exact-scalars.ts";
import { rationalReader } from "./read-number.ts";
import type { ElementwiseName, Scalars } from "./scalar-reader.ts";

/** A number that is the same at every θ, exactly; null when it moves with θ, or is not known to stand still. */
export type Known = Rational | null;

const zero = rational(0n);
const one = rational(1n);
const isZero = (x: Known): boolean => x !== null && x.numerator === 0n;

/**
 * Numbers as far as they do not depend on θ: constants are computed exactly, 0 times anything is 0, and everything else
 * that meets a moving number moves. What comes out known is the same on all of parameter space.
 */
export function knownScalars(): Scalars<Known> {
  const read = rationalReader();
  const exact = rationalScalars();
  type Rule = (operands: readonly Known[], attributes?: object) => Known;
  const plain = (name: ElementwiseName): Rule => {
    const rule = exact.elementwise[name] as (operands: readonly Rational[], attributes: object) => Rational;
    return (operands, attributes = {}) =>
      operands.every((x) => x !== null) ? rule(operands as readonly Rational[], attributes) : null;
  };
  /** f(0) = 0, other values not rational. */
  const vanishing: Rule = ([x]) => (isZero(x!) ? zero : null);
  const moving: Rule = () => null;
  return {
    number: read,
    rational: (x) => x,
    elementwise: {
      ...{ neg: plain("neg"), square: plain("square"), add: plain("add"), sub: plain("sub") },
      ...{ abs: plain("abs"), step: plain("step"), max: plain("max"), min: plain("min") },
      ...{ less: plain("less"), lessEqual: plain("lessEqual") },
      ...{ sqrt: vanishing, expm1: vanishing, log1p: vanishing, sin: vanishing, tanh: vanishing, erf: vanishing },
      ...{ exp: moving, log: moving, cos: moving, sigmoid: moving, softplus: moving },
      mul: (operands) => (operands.some((x) => isZero(x!)) ? zero : plain("mul")(operands)),
      div: ([a, b]) => (isZero(b!) ? null : isZero(a!) ? zero : plain("div")([a!, b!])),
      pow: ([x], attributes) => {
        const { exponent } = attributes;
        if (exponent === 0) return one;
        return x === null || !Number.isInteger(exponent) || (exponent < 0 && isZero(x!))
          ? null
          : plain("pow")([x!], attributes);
      },
      select: ([condition, a, b]) => {
        if (condition !== null) return isZero(condition!) ? b! : a!;
        return a !== null && b !== null && compareRationals(a!, b!) === 0 ? a! : null;
      },
    },
    maxAlong: (row) => (row.every((x) => x !== null) ? exact.maxAlong(row as Rational[]) : null),
    argmaxMask: (row) => (row.every((x) => x !== null) ? exact.argmaxMask(row as Rational[]) : row.map(() => null)),
    softmax: (row) => row.map(() => null),
    logSumExp: () => null,
  };
}
