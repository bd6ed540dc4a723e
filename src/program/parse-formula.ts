import * as build from "./build.ts";
import { formulaConstants, formulaFunctions, nameHint } from "./formula-functions.ts";
import { FormulaError, formulaTokens, type Token } from "./formula-tokens.ts";
import type { Node } from "./node.ts";
import { power } from "./power.ts";

/** Parentheses, calls and signs nested beyond this depth are refused. */
export const DEEPEST_FORMULA = 200;

/** A part of a formula: a number, or a condition that is 1 or 0; `constant` is its value when no variable is in it. */
interface Term {
  readonly node: Node;
  readonly isCondition: boolean;
  readonly constant: number | null;
  readonly position: number;
}

// Binding powers, loosest first. Prefix minus binds looser than ^ and tighter than *: −x² is −(x²).
const OR = 1;
const AND = 2;
const NOT = 3;
const COMPARE = 4;
const SUM = 5;
const PRODUCT = 6;
const PREFIX = 7;
const POWER = 8;

const powers: Readonly<Record<string, number>> = {
  or: OR,
  and: AND,
  "<": COMPARE,
  "<=": COMPARE,
  ">": COMPARE,
  ">=": COMPARE,
  "+": SUM,
  "-": SUM,
  "*": PRODUCT,
  "/": PRODUCT,
  "^": POWER,
};

/**
 * Reads a formula into a scalar node by precedence climbing. Tightest first: calls and parentheses; ^ from right to
 * left; unary − and +; * /; + −; < <= > >=; not; and; or. Functions: those of `formulaFunctions`, `pow(x, y)` and
 * `if(condition, a, b)`; constants pi and e. Conditions are no numbers and stand in `if` only. Both branches of `if` are
 * evaluated, so each must be finite, with its derivative, where the other one holds.
 *
 * @throws FormulaError with the position of what cannot be read, and the nearest known name.
 */
export function parseFormula(text: string, variables: ReadonlyMap<string, Node>): Node {
  const parser = new Parser(text, variables);
  const term = parser.expression(0);
  parser.expect("end");
  return parser.number(term).node;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #variables: ReadonlyMap<string, Node>;
  #at = 0;
  #depth = 0;

  constructor(text: string, variables: ReadonlyMap<string, Node>) {
    this.#tokens = formulaTokens(text);
    this.#variables = variables;
  }

  expression(loosest: number): Term {
    if (++this.#depth > DEEPEST_FORMULA) {
      throw new FormulaError(`the formula is nested deeper than ${DEEPEST_FORMULA}`, this.#peek().position);
    }
    let left = this.#prefix();
    for (;;) {
      const { text, kind } = this.#peek();
      const power = kind === "number" || !Object.hasOwn(powers, text) ? 0 : powers[text]!;
      if (power === 0 || power < loosest) break;
      this.#at++;
      // ^ takes a ^ on its right into its exponent; the others stop before their own kind.
      left = this.#infix(text, left, this.expression(power === POWER ? POWER : power + 1));
    }
    this.#depth--;
    return left;
  }

  expect(what: "end" | ")" | ","): void {
    const token = this.#peek();
    const found = what === "end" ? token.kind === "end" : token.text === what;
    if (!found) {
      const wanted = what === "end" ? "an operator" : `"${what}"`;
      throw new FormulaError(`expected ${wanted}, found ${shown(token)}`, token.position);
    }
    this.#at++;
  }

  number(term: Term): Term {
    if (term.isCondition) throw new FormulaError("a condition is no number; use if(condition, a, b)", term.position);
    return term;
  }

  #condition(term: Term): Term {
    if (!term.isCondition) throw new FormulaError("expected a condition such as x < 0", term.position);
    return term;
  }

  #peek(): Token {
    return this.#tokens[this.#at]!;
  }

  #prefix(): Term {
    const token = this.#peek();
    this.#at++;
    const { position, text } = token;
    if (token.kind === "number") return this.#literal(text, position);
    if (token.kind === "name") return this.#named(token);
    switch (text) {
      case "(": {
        const inner = this.expression(0);
        this.expect(")");
        return { ...inner, position };
      }
      case "+":
        return this.number(this.expression(PREFIX));
      case "-": {
        const { node, constant } = this.number(this.expression(PREFIX));
        return numeric(build.neg(node), constant === null ? null : -constant, position);
      }
      default:
        throw new FormulaError(`expected a number or a name, found ${shown(token)}`, position);
    }
  }

  #literal(text: string, position: number): Term {
    const value = Number(text);
    if (!Number.isFinite(value)) throw new FormulaError(`the number ${text} is too large`, position);
    return numeric(build.constant(value), value, position);
  }

  #named({ text, position }: Token): Term {
    if (text === "not") return condition(build.sub(1, this.#condition(this.expression(NOT)).node), position);
    if (this.#peek().text === "(") return this.#call(text, position);
    const variable = this.#variables.get(text);
    if (variable) return numeric(variable, null, position);
    if (Object.hasOwn(formulaConstants, text)) {
      const value = formulaConstants[text]!;
      return numeric(build.constant(value), value, position);
    }
    throw new FormulaError(`unknown name "${text}"${this.#hint(text)}`, position);
  }

  #call(name: string, position: number): Term {
    this.#at++;
    const operands = [this.expression(0)];
    while (this.#peek().text === ",") {
      this.#at++;
      operands.push(this.expression(0));
    }
    this.expect(")");
    const count = (least: number, most: number) => {
      if (operands.length >= least && operands.length <= most) return;
      const takes = least === most ? `${least}` : `at least ${least}`;
      const word = least === 1 ? "argument" : "arguments";
      throw new FormulaError(`${name} takes ${takes} ${word}, got ${operands.length},`, position);
    };
    if (name === "if") {
      count(3, 3);
      const [test, a, b] = operands as [Term, Term, Term];
      const choice = build.select(this.#condition(test).node, this.number(a).node, this.number(b).node);
      return numeric(choice, null, position);
    }
    if (name === "pow") {
      count(2, 2);
      return this.#infix("^", operands[0]!, operands[1]!);
    }
    if (!Object.hasOwn(formulaFunctions, name)) {
      throw new FormulaError(`unknown function "${name}"${this.#hint(name)}`, position);
    }
    const known = formulaFunctions[name]!;
    count(known.least, known.most);
    return numeric(known.build(operands.map((x) => this.number(x).node)), null, position);
  }

  #infix(sign: string, left: Term, right: Term): Term {
    const { position } = left;
    if (sign === "and" || sign === "or") {
      const [a, b] = [this.#condition(left).node, this.#condition(right).node];
      const both = build.mul(a, b);
      return condition(sign === "and" ? both : build.sub(build.add(a, b), both), position);
    }
    const [a, b] = [this.number(left), this.number(right)];
    const both = a.constant !== null && b.constant !== null;
    const [x, y] = [a.constant ?? 0, b.constant ?? 0];
    const folded = (value: number) => (both ? value : null);
    switch (sign) {
      case "+":
        return numeric(build.add(a.node, b.node), folded(x + y), position);
      case "-":
        return numeric(build.sub(a.node, b.node), folded(x - y), position);
      case "*":
        return numeric(build.mul(a.node, b.node), folded(x * y), position);
      case "/":
        return numeric(build.div(a.node, b.node), folded(x / y), position);
      case "^":
        return numeric(power(a.node, b.node, a.constant, b.constant), folded(x ** y), position);
      case "<":
        return condition(build.less(a.node, b.node), position);
      case "<=":
        return condition(build.lessEqual(a.node, b.node), position);
      case ">":
        return condition(build.less(b.node, a.node), position);
      default:
        return condition(build.lessEqual(b.node, a.node), position);
    }
  }

  #hint(name: string): string {
    return nameHint(name, [...this.#variables.keys()]);
  }
}

function numeric(node: Node, constant: number | null, position: number): Term {
  return { node, isCondition: false, constant, position };
}

function condition(node: Node, position: number): Term {
  return { node, isCondition: true, constant: null, position };
}

function shown({ kind, text }: Token): string {
  return kind === "end" ? text : JSON.stringify(text);
}
