import * as build from "./build.ts";
import { didYouMean } from "./nearest-name.ts";
import type { Node } from "./node.ts";

/** A function of formulas: how many numbers it takes, and its node. */
export interface FormulaFunction {
  readonly least: number;
  readonly most: number;
  build(operands: readonly Node[]): Node;
}

const one = (f: (x: Node) => Node): FormulaFunction => ({ least: 1, most: 1, build: ([x]) => f(x!) });
const fold = (f: (a: Node, b: Node) => Node): FormulaFunction => ({
  least: 2,
  most: 1000,
  build: (operands) => operands.reduce((a, b) => f(a, b)),
});

/** The functions a formula may call, beside `if(condition, a, b)` and `pow(x, y)`, which is x^y. */
export const formulaFunctions: Readonly<Record<string, FormulaFunction>> = {
  abs: one(build.abs),
  square: one(build.square),
  sqrt: one(build.sqrt),
  exp: one(build.exp),
  expm1: one(build.expm1),
  log: one(build.log),
  log1p: one(build.log1p),
  sin: one(build.sin),
  cos: one(build.cos),
  tanh: one(build.tanh),
  sigmoid: one(build.sigmoid),
  softplus: one(build.softplus),
  erf: one(build.erf),
  step: one(build.step),
  relu: one((x) => build.max(x, 0)),
  min: fold(build.min),
  max: fold(build.max),
  logSumExp: {
    least: 2,
    most: 1000,
    build: (operands) =>
      build.logSumExp(
        build.concat(
          operands.map((x) => build.reshape(x, [1])),
          0,
        ),
      ),
  },
};

export const formulaConstants: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

const words = ["if", "pow", "and", "or", "not"];

/** Names that a formula gives a meaning to, so that no parameter can bear them. */
export const reservedNames: readonly string[] = [
  ...Object.keys(formulaFunctions),
  ...Object.keys(formulaConstants),
  ...words,
];

/** Checks names that formulas shall use for variables. @throws RangeError that begins with `who`. */
export function checkVariableNames(who: string, names: readonly string[]): void {
  names.forEach((name, i) => {
    if (!/^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u.test(name)) {
      throw new RangeError(`${who}: "${name}" cannot be a name; letters, digits and _ can`);
    }
    if (reservedNames.includes(name))
      throw new RangeError(`${who}: the name "${name}" has a meaning of its own in formulas`);
    if (names.indexOf(name) !== i) throw new RangeError(`${who}: the name "${name}" is given twice`);
  });
}

/** A hint for an unknown name. */
export function nameHint(name: string, variables: readonly string[]): string {
  return didYouMean(name, [...variables, ...reservedNames]);
}
