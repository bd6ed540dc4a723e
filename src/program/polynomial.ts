import { addDouble, type DoubleDouble, doubleDouble, mulDouble } from "../numeric/index.ts";
import type { Node } from "./node.ts";

/**
 * What a monomial is made of: a value, or the indicator of a condition, 1 where it holds and 0 elsewhere ("unless": where
 * it does not).
 */
export interface Atom {
  readonly id: number;
  readonly kind: "value" | "if" | "unless";
  /** The value, or the condition. */
  readonly node: Node;
}

/**
 * A coefficient times atoms, sorted by number, powers repeated. Coefficients have twice the digits of a double, so that
 * those that are equal over the reals are the same double in the end, in whatever order they were computed.
 */
export interface Term {
  readonly coefficient: DoubleDouble;
  readonly atoms: readonly Atom[];
}

/** A sum of terms with different atoms, sorted by them; none vanishes. */
export type Polynomial = readonly Term[];

export const zeroPolynomial: Polynomial = [];

export function constantPolynomial(value: number): Polynomial {
  return value === 0 ? [] : [{ coefficient: doubleDouble(value), atoms: [] }];
}

/** a + s·b. */
export function plus(a: Polynomial, b: Polynomial, s: 1 | -1 = 1): Polynomial {
  return collect([...a, ...times(b, doubleDouble(s))]);
}

export function times(a: Polynomial, factor: DoubleDouble): Polynomial {
  return a.map(({ coefficient, atoms }) => ({ coefficient: mulDouble(coefficient, factor), atoms }));
}

/** What is below this part of the terms that were added is their rounding. */
const CANCELLED = 2 ** -95;

/** Adds up terms of the same atoms. */
export function collect(terms: readonly Term[]): Polynomial {
  const sums = new Map<string, Term & { readonly size: number }>();
  for (const { coefficient, atoms } of terms) {
    const key = keyOf(atoms);
    const before = sums.get(key);
    const size = (before?.size ?? 0) + Math.abs(coefficient.high);
    sums.set(key, { coefficient: before ? addDouble(before.coefficient, coefficient) : coefficient, atoms, size });
  }
  return [...sums.values()]
    .filter(({ coefficient, size }) => !(Math.abs(coefficient.high) <= CANCELLED * size))
    .sort((a, b) => compare(a.atoms, b.atoms));
}

/** Terms of higher degree first, so that a constant comes last. */
function compare(a: readonly Atom[], b: readonly Atom[]): number {
  if (a.length !== b.length) return b.length - a.length;
  for (let i = 0; i < a.length; i++) if (a[i]!.id !== b[i]!.id) return a[i]!.id - b[i]!.id;
  return 0;
}

function keyOf(atoms: readonly Atom[]): string {
  return atoms.map((a) => a.id).join(",");
}

/** The atoms that all terms share, with their powers. */
export function commonAtoms(terms: Polynomial): Atom[] {
  const [first, ...others] = terms;
  let common = [...first!.atoms];
  for (const { atoms } of others) {
    const left = [...atoms];
    common = common.filter((atom) => {
      const at = left.indexOf(atom);
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
  }
  return common;
}

/** The atom that most terms have, if at least two do. */
export function mostCommonAtom(terms: Polynomial): Atom | null {
  const counts = new Map<Atom, number>();
  for (const { atoms } of terms) for (const atom of new Set(atoms)) counts.set(atom, (counts.get(atom) ?? 0) + 1);
  let best: Atom | null = null;
  for (const [atom, count] of counts) {
    const record = best ? counts.get(best)! : 1;
    if (count > record || (count === record && best && atom.id > best.id)) best = atom;
  }
  return best;
}

/** Every term divided by the atoms, which it has. */
export function without(terms: Polynomial, factor: readonly Atom[]): Polynomial {
  return collect(
    terms.map(({ coefficient, atoms }) => {
      const left = [...atoms];
      for (const atom of factor) left.splice(left.indexOf(atom), 1);
      return { coefficient, atoms: left };
    }),
  );
}
