import { defaultPrime, type PrimeField, previousPrime, primeField } from "../modular/index.ts";
import type { Program } from "../program/index.ts";
import { PrimeDividesDenominator, residueScalars } from "./exact-scalars.ts";
import { readProgram, type Scalars, UnreadableOperation } from "./scalar-reader.ts";

export type ModularReading<R> =
  | {
      readonly status: "read";
      readonly prime: number;
      /** Primes tried before, which divide a denominator. */
      readonly dividing: readonly number[];
      readonly value: R;
    }
  /** The program holds an operation that residues cannot follow. */
  | { readonly status: "unreadable"; readonly operation: string };

const mostPrimes = 16;

/**
 * Does arithmetic mod p, starting with the largest prime below 2²⁶ (or `prime`) and taking the next smaller one as long
 * as p divides a denominator of a number that is read or divided by.
 */
export function withPrime<R>(
  compute: (field: PrimeField, scalars: Scalars<number>) => R,
  prime: number = defaultPrime,
): ModularReading<R> {
  const dividing: number[] = [];
  for (let p = prime; dividing.length < mostPrimes; p = previousPrime(p)) {
    const field = primeField(p);
    try {
      return { status: "read", prime: p, dividing, value: compute(field, residueScalars(field)) };
    } catch (error) {
      if (error instanceof UnreadableOperation) return { status: "unreadable", operation: error.operation };
      if (!(error instanceof PrimeDividesDenominator)) throw error;
      dividing.push(p);
    }
  }
  return { status: "unreadable", operation: "division by a number that vanishes" };
}

/**
 * What a program computes modulo a prime; inputs are numbers of the problem, read as the simplest rationals that round
 * to them. Piecewise operations are unreadable: fix the selections first (`fixSelections`).
 */
export function evaluateResidues(
  program: Program,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
  prime: number = defaultPrime,
): ModularReading<Record<string, number[]>> {
  return withPrime((_, scalars) => {
    const residues = Object.entries(inputs).map(([name, x]) => [name, Array.from(x, (v) => scalars.number(v))]);
    return readProgram(scalars, program, Object.fromEntries(residues))();
  }, prime);
}
