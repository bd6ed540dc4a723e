export {
  type CholeskyFactor,
  cholesky,
  choleskyInPlace,
  choleskySolve,
  solveLower,
  solveLowerTransposed,
} from "./cholesky.ts";
export {
  type DenseKernels,
  denseKernels,
  installDenseKernels,
  type RowsWorkspace,
  type SymmetricWorkspace,
} from "./dense-kernels.ts";
export { addDouble, type DoubleDouble, divDouble, doubleDouble, mulDouble } from "./double-double.ts";
export { erf, erfc } from "./error-function.ts";
export { ANNIHILATED, createFactorKernel, type FactorKernel, type FactorRun } from "./factor-kernel.ts";
export { digamma, logGamma } from "./gamma.ts";
export { type ComplexValues, generalEigenvalues } from "./general-eigenvalues.ts";
export { type GeneralEigen, generalEigen } from "./general-eigenvectors.ts";
export {
  applyQ,
  applyQTransposed,
  type HouseholderQr,
  householderQr,
  type Qr,
  qr,
} from "./householder-qr.ts";
export { betaComplementQuantile, betaQuantile, incompleteBeta } from "./incomplete-beta.ts";
export { type Krylov, krylov, quadrature, type Ritz, ritzValues, ritzVectors } from "./krylov.ts";
export { type LanczosOptions, type LanczosResult, lanczos } from "./lanczos.ts";
export { type LeastSquares, leastSquares } from "./least-squares.ts";
export { type LinearOperator, matrixOperator } from "./linear-operator.ts";
export { type Lu, lu } from "./lu.ts";
export {
  diagonal,
  identity,
  type Matrix,
  matrix,
  multiply,
  multiplyTransposed,
  multiplyTransposedVector,
  multiplyVector,
  row,
  transpose,
} from "./matrix.ts";
export { type PivotedCholesky, pivotedCholesky } from "./pivoted-cholesky.ts";
export { portableLog } from "./portable-log.ts";
export { normalQuantile, studentQuantile } from "./quantiles.ts";
export { createRng, type Rng } from "./rng.ts";
export { singularValues } from "./singular-values.ts";
export {
  type BatchMeans,
  batchMeans,
  clopperPearson,
  type EmpiricalBernstein,
  empiricalBernstein,
  jackknifeError,
  lag1Autocorrelation,
  mean,
  studentHalfWidth,
  variance,
} from "./statistics.ts";
export { type SymmetricEigen, symmetricEigen, symmetricEigenvalues } from "./symmetric-eigen.ts";
export { type Tridiagonal, tridiagonalize } from "./tridiagonal.ts";
export { tridiagonalQl } from "./tridiagonal-ql.ts";
export { axpy, dot, maxAbs, norm, scale, type Vector } from "./vector.ts";
