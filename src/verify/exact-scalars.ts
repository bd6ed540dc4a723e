import {
  addRationals,
  compareRationals,
  divideRationals,
  multiplyRationals,
  negateRational,
  type PrimeField,
  type Rational,
  rational,
  residueOf,
  subtractRationals,
} from "../modular/index.ts";
import { rationalReader } from "./read-number.ts";
import { type ElementwiseName, type Scalars, UnreadableOperation } from "./scalar-reader.ts";

/** A number of the problem, or a divisor on the way, has the prime in its denominator: take another prime. */
export class PrimeDividesDenominator extends Error {
  constructor(prime: number) {
    super(`the prime ${prime} divides a denominator`);
    this.name = "PrimeDividesDenominator";
  }
}

/** The field operations from which the exact kinds of numbers are made. */
interface Field<T> {
  number(x: number): T;
  rational(x: Rational): T;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  neg(a: T): T;
  isZero(a: T): boolean;
  /** −1, 0, 1; absent where numbers have no order. */
  sign?(a: T): number;
}

/**
 * Residues mod a prime: every number of the problem stands for the simplest rational that rounds to it. Piecewise
 * operations have no meaning here (their selections must be fixed first), nor have roots and transcendental functions.
 * The polynomial (or quotient) identities that hold over Q hold here, so a value that is not 0 proves that the quantity
 * is not 0 over Q identically.
 */
export function residueScalars(field: PrimeField): Scalars<number> {
  const read = rationalReader();
  const known = new Map<number, number>();
  const residue = (value: Rational): number => {
    const found = residueOf(field, value);
    if (found === null) throw new PrimeDividesDenominator(field.prime);
    return found;
  };
  const number = (x: number): number => {
    let found = known.get(x);
    if (found === undefined) {
      const value = read(x);
      if (value === null) return Number.NaN; // a mask: harmless unless something is computed from it
      found = residue(value);
      known.set(x, found);
    }
    return found;
  };
  return exactScalars({
    number,
    rational: residue,
    add: field.add,
    sub: field.sub,
    mul: field.mul,
    neg: field.neg,
    div: (a, b) => {
      if (b === 0) throw new PrimeDividesDenominator(field.prime);
      return field.mul(a, field.inverse(b));
    },
    isZero: (a) => a === 0,
  });
}

/** Rational numbers, with their order; division by 0 and infinite masks throw. Exact, and as slow as its numerals are long. */
export function rationalScalars(): Scalars<Rational> {
  const read = rationalReader();
  return exactScalars<Rational>({
    number: (x) => {
      const value = read(x);
      if (value === null) throw new UnreadableOperation("infinite constant");
      return value;
    },
    rational: (x) => x,
    add: addRationals,
    sub: subtractRationals,
    mul: multiplyRationals,
    neg: negateRational,
    div: (a, b) => {
      if (b.numerator === 0n) throw new UnreadableOperation("division by zero");
      return divideRationals(a, b);
    },
    isZero: (a) => a.numerator === 0n,
    sign: (a) => compareRationals(a, rational(0n)),
  });
}

function exactScalars<T>(field: Field<T>): Scalars<T> {
  const one = field.number(1);
  const zero = field.number(0);
  const unreadable = (name: string) => (): never => {
    throw new UnreadableOperation(name);
  };
  const ordered = (name: ElementwiseName, f: (sign: (a: T) => number, operands: readonly T[]) => T) => {
    const { sign } = field;
    return sign ? (operands: readonly T[]) => f(sign, operands) : unreadable(name);
  };
  const indicator = (holds: boolean) => (holds ? one : zero);
  const power = (x: T, exponent: number): T => {
    let result = one;
    for (let base = x, rest = Math.abs(exponent); rest > 0; base = field.mul(base, base), rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result = field.mul(result, base);
    }
    return exponent < 0 ? field.div(one, result) : result;
  };
  const largest = (row: readonly T[]): number => {
    const { sign } = field;
    if (!sign) return unreadable("maxAlong")();
    return row.reduce((best, x, i) => (sign(field.sub(x, row[best]!)) > 0 ? i : best), 0);
  };
  return {
    number: field.number,
    rational: field.rational,
    elementwise: {
      neg: ([x]) => field.neg(x!),
      square: ([x]) => field.mul(x!, x!),
      add: ([a, b]) => field.add(a!, b!),
      sub: ([a, b]) => field.sub(a!, b!),
      mul: ([a, b]) => field.mul(a!, b!),
      div: ([a, b]) => field.div(a!, b!),
      pow: ([x], { exponent }) => (Number.isInteger(exponent) ? power(x!, exponent) : unreadable("pow")()),
      select: ([condition, a, b]) => (field.isZero(condition!) ? b! : a!),
      abs: ordered("abs", (sign, [x]) => (sign(x!) < 0 ? field.neg(x!) : x!)),
      step: ordered("step", (sign, [x]) => indicator(sign(x!) > 0)),
      max: ordered("max", (sign, [a, b]) => (sign(field.sub(a!, b!)) > 0 ? a! : b!)),
      min: ordered("min", (sign, [a, b]) => (sign(field.sub(a!, b!)) <= 0 ? a! : b!)),
      less: ordered("less", (sign, [a, b]) => indicator(sign(field.sub(a!, b!)) < 0)),
      lessEqual: ordered("lessEqual", (sign, [a, b]) => indicator(sign(field.sub(a!, b!)) <= 0)),
      sqrt: unreadable("sqrt"),
      exp: unreadable("exp"),
      expm1: unreadable("expm1"),
      log: unreadable("log"),
      log1p: unreadable("log1p"),
      sin: unreadable("sin"),
      cos: unreadable("cos"),
      tanh: unreadable("tanh"),
      sigmoid: unreadable("sigmoid"),
      softplus: unreadable("softplus"),
      erf: unreadable("erf"),
    },
    maxAlong: (row) => row[largest(row)]!,
    argmaxMask: (row) => {
      const at = largest(row);
      return row.map((_, i) => indicator(i === at));
    },
    softmax: unreadable("softmax"),
    logSumExp: unreadable("logSumExp"),
  };
}
