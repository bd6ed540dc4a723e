export { exactRational, roundDown, roundUp, toNumber } from "./binary64.ts";
export { characteristicPolynomial } from "./characteristic-polynomial.ts";
export { exactCharacteristicPolynomial, exactDeterminant, type IntegerMatrix } from "./exact-matrix.ts";
export { factorInteger, type IrreducibleFactor } from "./factor-integer.ts";
export { expandMod, factorMod, type ModularFactor, squarefreeFactorsMod } from "./factor-mod.ts";
export { gcdInteger, type IntegerFactor, reduceModulo, squarefreeFactors } from "./integer-gcd.ts";
export {
  degree,
  derivativeInteger,
  divideExactly,
  fromRationals,
  type IntegerPolynomial,
  leading,
  multiplyInteger,
  primitivePart,
  showPolynomial,
  signAt,
  trimInteger,
} from "./integer-polynomial.ts";
export { characteristicPolynomialMod, determinantMod, rankMod } from "./modular-matrix.ts";
export {
  addMod,
  derivativeMod,
  divideMod,
  evaluateMod,
  gcdMod,
  inverseMod,
  type ModularPolynomial,
  monicMod,
  mulMod,
  powMod,
  squarefreePartMod,
  subMod,
  trim,
} from "./modular-polynomial.ts";
export { defaultPrime, isPrime, largestPrimes, nextPrime, previousPrime } from "./prime.ts";
export { type PrimeField, primeField } from "./prime-field.ts";
export {
  addRationals,
  compareRationals,
  divideRationals,
  equalRationals,
  gcd,
  multiplyRationals,
  negateRational,
  parseRational,
  type Rational,
  rational,
  showRational,
  subtractRationals,
} from "./rational.ts";
export { countRealRoots, isolateRealRoots, type RealAlgebraic, type RootInterval, realRoots } from "./real-roots.ts";
export {
  type Congruence,
  combineCongruences,
  integerRoot,
  inverseModulo,
  reconstructRational,
  residueOf,
  symmetricResidue,
} from "./residues.ts";
export { roundedInterval } from "./rounded-interval.ts";
export { simplestRational } from "./simplest-rational.ts";
