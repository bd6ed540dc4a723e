export { abs, add, div, max, min, mul, neg, powInteger, sqrt, square, sub } from "./arithmetic.ts";
export {
  isEqual,
  isLess,
  isLessEqual,
  isNegative,
  isPositive,
  isZero,
  less,
  lessEqual,
  select,
  step,
  type Truth,
} from "./comparison.ts";
export {
  addDown,
  addUp,
  divDown,
  divUp,
  mulDown,
  mulUp,
  sqrtDown,
  sqrtUp,
  subDown,
  subUp,
} from "./directed-rounding.ts";
export { erf } from "./error-function.ts";
export { exp, expm1 } from "./exponential.ts";
export { clustersOf, type Disc, discModulus, type GeneralSpectrum, generalSpectrum } from "./general-spectrum.ts";
export { gershgorin } from "./gershgorin.ts";
export {
  ball,
  contains,
  disjoint,
  encloses,
  enclosesStrictly,
  hull,
  type Interval,
  intersect,
  interval,
  isBounded,
  isDefined,
  magnitude,
  midpoint,
  mignitude,
  one,
  point,
  radiusAbout,
  undefinedInterval,
  whole,
  width,
  zero,
} from "./interval.ts";
export {
  dotIntervals,
  type IntervalArray,
  intervalArray,
  intervalAt,
  mapIntervals,
  pointArray,
  setInterval,
  sumIntervals,
  zipIntervals,
} from "./interval-array.ts";
export {
  type IntervalMatrix,
  intervalMatrix,
  isBoundedArray,
  midpointMatrix,
  pointMatrix,
  radiusMatrix,
  rowSums,
  subtractIntervals,
  transposeIntervals,
} from "./interval-matrix.ts";
export { type InverseResidual, type InvertibilityProof, proveInvertible } from "./inverse-residual.ts";
export { boxMidpoint, krawczyk, type ZeroSearch } from "./krawczyk.ts";
export { largestEigenvalueBound } from "./largest-eigenvalue.ts";
export { type LinearSolution, solveIntervals } from "./linear-solve.ts";
export { logSumExp, softmax } from "./log-sum-exp.ts";
export { log, log1p } from "./logarithm.ts";
export { sigmoid, softplus } from "./logistic.ts";
export { infinityNormBound, spectralNormBound } from "./matrix-norm.ts";
export { multiplyIntervals, multiplyIntervalVector } from "./matrix-product.ts";
export { nextDown, nextUp } from "./next.ts";
export { type PositivityProof, provePositiveDefinite } from "./positive-definite.ts";
export { pow } from "./power.ts";
export { type SpectrumEnclosure, symmetricSpectrum } from "./symmetric-spectrum.ts";
export { tanh } from "./tanh.ts";
export { cos, sin } from "./trigonometric.ts";
