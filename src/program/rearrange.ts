import { type DoubleDouble, divDouble, doubleDouble, mulDouble } from "../numeric/index.ts";
import { abs, add, constant, div, less, max, mul, select } from "./build.ts";
import { makeNode, type Node, type NodeOf } from "./node.ts";
import {
  type Atom,
  collect,
  commonAtoms,
  constantPolynomial,
  mostCommonAtom,
  type Polynomial,
  plus,
  type Term,
  times,
  without,
  zeroPolynomial,
} from "./polynomial.ts";
import { buildProgram, type Program } from "./program.ts";
import { scalarIdentities } from "./scalar-identities.ts";
import { numberOf, remake, Simplifier, simplify } from "./simplify.ts";

/** Programs longer than this are left as they are. */
const MOST_NODES = 2000;
/** Terms beyond which a sum is taken as one value. */
const MOST_TERMS = 64;
/** Terms of a sum that is multiplied out; 1 keeps every sum together. */
const spreads = [1, 4] as const;
const ONE = doubleDouble(1);

/**
 * A program of single numbers that is equal over the real numbers and has fewer operations: values are polynomials in
 * what functions, kinks and quotients give, coefficients of the same powers are added up when the program is compiled,
 * and common factors are taken out again. So a loss over samples that a small net sees through one and the same
 * activation costs what one sample costs.
 *
 * Results differ from those of the program by the rounding of other sums and products (a few units in the last place of
 * the largest term), and by zeros of other sign; where a factor of 0 meets infinity, so may NaN. Returns the program
 * itself when nothing is gained.
 */
export function rearrange(program: Program): Program {
  if (program.nodes.length > MOST_NODES) return program;
  const candidates = [program, ...spreads.map((spread) => new Rearranger(spread).program(program))];
  return candidates.reduce((best, other) => (operationCount(other) < operationCount(best) ? other : best));
}

/** Operations of one run; quotients and roots count as four, functions as twenty-five. */
export function operationCount({ nodes }: Program): number {
  return nodes.reduce((sum, node) => sum + weightOf(node), 0);
}

function weightOf({ op }: Node): number {
  switch (op) {
    case "input":
    case "constant":
      return 0;
    case "div":
    case "sqrt":
      return 4;
    case "exp":
    case "expm1":
    case "log":
    case "log1p":
    case "sin":
    case "cos":
    case "tanh":
    case "sigmoid":
    case "softplus":
    case "erf":
    case "pow":
      return 25;
    default:
      return 1;
  }
}

class Rearranger {
  private readonly spread: number;
  private readonly simplifier = new Simplifier(scalarIdentities());
  private readonly atoms = new Map<string, Atom>();
  /** What a written node is as a polynomial. */
  private readonly written = new Map<Node, Polynomial>();

  constructor(spread: number) {
    this.spread = spread;
  }

  program(given: Program): Program {
    const forms = new Map<Node, Polynomial>();
    for (const node of given.nodes)
      forms.set(
        node,
        this.read(
          node,
          node.operands.map((o) => forms.get(o)!),
        ),
      );
    const outputs = given.outputs.map((o) => ({ ...o, node: this.write(forms.get(o.node)!) }));
    return simplify(buildProgram(outputs, given.bufferSizes), scalarIdentities());
  }

  private read(node: Node, [a, b, c]: readonly Polynomial[]): Polynomial {
    switch (node.op) {
      case "constant":
        return Number.isFinite(numberOf(node)!) ? constantPolynomial(numberOf(node)!) : this.value(node);
      case "input":
        return this.value(node);
      case "neg":
        return times(a!, doubleDouble(-1));
      case "add":
        return this.sum(a!, b!, 1);
      case "sub":
        return this.sum(a!, b!, -1);
      case "mul":
        return this.product(a!, b!);
      case "square":
        return this.product(a!, a!);
      case "div": {
        const divisor = b!.length === 1 && b![0]!.atoms.length === 0 ? b![0]!.coefficient : null;
        return divisor === null ? this.value(div(this.write(a!), this.write(b!))) : times(a!, inverse(divisor));
      }
      case "abs":
        return this.scaled(a!, (x) => abs(x));
      case "max":
        if (b!.length === 0) return this.scaled(a!, (x) => max(x, 0));
        if (a!.length === 0) return this.scaled(b!, (x) => max(x, 0));
        return this.value(max(this.write(a!), this.write(b!)));
      case "step":
        return this.condition(a!);
      case "less":
        return a!.length === 0 ? this.condition(b!) : this.indicator(less(this.write(a!), this.write(b!)), "if");
      case "lessEqual":
        return this.indicator(remake(node, [this.write(a!), this.write(b!)]), "if");
      case "select":
        return this.selection(a!, b!, c!);
      default:
        return this.value(
          makeNode(
            node.op,
            [a, b, c].slice(0, node.operands.length).map((x) => this.write(x!)),
            (node as NodeOf<"pow">).attributes as never,
          ),
        );
    }
  }

  private atom(node: Node, kind: Atom["kind"]): Atom {
    const simple = this.simplifier.simplest(node);
    const key = `${kind} ${simple.id}`;
    let found = this.atoms.get(key);
    if (!found) this.atoms.set(key, (found = { id: this.atoms.size, kind, node: simple }));
    return found;
  }

  private value(node: Node): Polynomial {
    const atom = this.atom(node, "value");
    const number = numberOf(atom.node);
    if (number !== null && Number.isFinite(number)) return constantPolynomial(number);
    const own = [{ coefficient: ONE, atoms: [atom] }];
    if (!this.written.has(atom.node)) this.written.set(atom.node, own);
    return own;
  }

  private indicator(condition: Node, kind: "if" | "unless"): Polynomial {
    const atom = this.atom(condition, kind);
    const known = numberOf(atom.node);
    if (known !== null) return constantPolynomial((known !== 0) === (kind === "if") ? 1 : 0);
    return [{ coefficient: ONE, atoms: [atom] }];
  }

  /** f(P) for f(cx) = |c|·f(x), f the modulus or, for c > 0, the positive part. */
  private scaled(p: Polynomial, f: (x: Node) => Node): Polynomial {
    const size = sizeOfLeading(p);
    return times(this.value(f(this.write(times(p, inverse(size))))), size);
  }

  /** The indicator of 0 < P. */
  private condition(p: Polynomial): Polynomial {
    return this.indicator(less(constant(0), this.write(times(p, inverse(sizeOfLeading(p))))), "if");
  }

  private selection(condition: Polynomial, a: Polynomial, b: Polynomial): Polynomial {
    const node = this.write(condition);
    if (a.length > 0 && b.length > 0) return this.value(select(node, this.write(a), this.write(b)));
    const pure = condition.length === 1 && condition[0]!.coefficient.high === 1 && condition[0]!.atoms.length === 1;
    const own = pure && condition[0]!.atoms[0]!.kind === "if" ? condition[0]!.atoms[0]!.node : node;
    return a.length > 0 ? this.product(this.indicator(own, "if"), a) : this.product(this.indicator(own, "unless"), b);
  }

  private sum(a: Polynomial, b: Polynomial, sign: 1 | -1): Polynomial {
    const total = plus(a, b, sign);
    return total.length <= MOST_TERMS ? total : plus(this.whole(a), this.whole(b), sign);
  }

  private product(a: Polynomial, b: Polynomial): Polynomial {
    const [p, q] = [this.small(a), this.small(b)];
    const both = p.length > 1 && q.length > 1;
    const [x, y] = both ? [this.whole(p), this.whole(q)] : [p, q];
    return collect(x.flatMap((s) => y.flatMap((t) => this.multiply(s, t))));
  }

  /** A sum of more terms than are multiplied out becomes one value. */
  private small(p: Polynomial): Polynomial {
    return p.length > Math.max(1, this.spread) ? this.whole(p) : p;
  }

  /** The polynomial as a number times one value. */
  private whole(p: Polynomial): Polynomial {
    if (p.length <= 1) return p;
    const size = leadingOf(p);
    return times(this.value(this.write(times(p, inverse(size)))), size);
  }

  private multiply(s: Term, t: Term): Polynomial {
    const coefficient = mulDouble(s.coefficient, t.coefficient);
    const atoms = [...s.atoms, ...t.atoms];
    const conditions = [...new Set(atoms.filter((a) => a.kind !== "value"))];
    if (conditions.some((a) => a.kind === "if" && conditions.some((b) => b.kind === "unless" && b.node === a.node))) {
      return zeroPolynomial;
    }
    const positiveIn = (list: readonly Atom[]) => list.flatMap((a) => (a.kind === "if" && positiveWhere(a.node)) || []);
    const implied = new Set(positiveIn(conditions).flatMap((x) => this.positiveParts(x)));
    const kept = conditions.filter((a) => !(a.kind === "if" && implied.has(positiveWhere(a.node)!)));
    const positive = positiveIn(kept);
    let result: Polynomial = [{ coefficient, atoms: sorted(kept) }];
    for (const atom of atoms.filter((a) => a.kind === "value")) {
      const part = partOf(atom.node);
      const own = part && positive.includes(part) ? this.written.get(part) : undefined;
      const factor =
        own?.length === 1 ? own[0]! : { coefficient: ONE, atoms: [own ? this.atom(part!, "value") : atom] };
      result = result.map((r) => ({
        coefficient: mulDouble(r.coefficient, factor.coefficient),
        atoms: sorted([...r.atoms, ...factor.atoms]),
      }));
    }
    return result;
  }

  /** Every Y with max(Y, 0) a factor of a product: where that is positive, so is Y. */
  private positiveParts(product: Node): Node[] {
    const form = this.written.get(product);
    return form?.length === 1 ? form[0]!.atoms.flatMap(({ node }) => partOf(node) ?? []) : [];
  }

  /** The polynomial as nodes, with common factors taken out. */
  private write(p: Polynomial): Node {
    const node = this.simplifier.simplest(this.form(p));
    if (!this.written.has(node) && node.op !== "constant") this.written.set(node, p);
    return node;
  }

  private form(p: Polynomial): Node {
    if (p.length === 0) return constant(0);
    const common = commonAtoms(p);
    if (p.length === 1) return this.monomial(p[0]!.coefficient.high, common, null);
    if (common.length > 0) {
      const rest = without(p, common);
      const size = leadingOf(rest);
      return this.monomial(size.high, common, this.write(times(rest, inverse(size))));
    }
    const size = leadingOf(p);
    if (Math.abs(size.high) !== 1) return this.monomial(size.high, [], this.write(times(p, inverse(size))));
    const shared = mostCommonAtom(p);
    const group = shared ? p.filter(({ atoms }) => atoms.includes(shared)) : p.slice(0, 1);
    const others = p.filter((term) => !group.includes(term));
    return add(this.write(others), this.write(group));
  }

  /** coefficient × atoms × rest; conditions are applied to the part that others may share. */
  private monomial(coefficient: number, atoms: readonly Atom[], rest: Node | null): Node {
    const simple = (node: Node) => this.simplifier.simplest(node);
    const conditions = atoms.filter((a) => a.kind !== "value");
    const values = atoms.filter((a) => a.kind === "value").map((a) => a.node);
    const product = (nodes: readonly Node[]) => nodes.reduce((x, y) => simple(mul(x, y)));
    const inner = rest ? [rest] : conditions.length > 0 ? values.splice(-1) : values.splice(0);
    let node = inner.length > 0 ? simple(mul(product(inner), coefficient)) : simple(constant(coefficient));
    for (const { kind, node: condition } of conditions) {
      node = simple(kind === "if" ? select(condition, node, 0) : select(condition, 0, node));
    }
    return values.reduce((x, y) => simple(mul(x, y)), node);
  }
}

function sorted(atoms: readonly Atom[]): Atom[] {
  return [...atoms].sort((a, b) => a.id - b.id);
}

/** X of a condition 0 < X. */
function positiveWhere(condition: Node): Node | null {
  return condition.op === "less" && numberOf(condition.operands[0]!) === 0 ? condition.operands[1]! : null;
}

/** X of max(X, 0). */
function partOf(node: Node): Node | null {
  return node.op === "max" && numberOf(node.operands[1]!) === 0 ? node.operands[0]! : null;
}

/** A coefficient by which the polynomial is divided where its scale does not matter: ±1 if there is one. */
function leadingOf(p: Polynomial): DoubleDouble {
  return p.find(({ coefficient }) => Math.abs(coefficient.high) === 1)?.coefficient ?? p[0]!.coefficient;
}

function sizeOfLeading(p: Polynomial): DoubleDouble {
  if (p.length === 0) return ONE;
  const { high, low } = leadingOf(p);
  return high < 0 ? { high: -high, low: -low } : { high, low };
}

function inverse(x: DoubleDouble): DoubleDouble {
  return divDouble(ONE, x);
}
