export { type CurvatureKernel, curvatureKernel, sampleHessian } from "./curvature-kernel.ts";
export { denseHessian, hessianOperator } from "./hessian-operator.ts";
export { largestResidual } from "./largest-residual.ts";
export { type NtkFactor, ntkFactor, rankOf } from "./ntk-factor.ts";
export { type RankCheck, type RankCheckOptions, rankLocallyConstant } from "./rank-locally-constant.ts";
export { type SampleCurvature, sampleCurvature } from "./sample-curvature.ts";
export {
  type HessianSpectrum,
  hessianSpectrum,
  type Sharpness,
  type SpectrumOptions,
  sharpness,
} from "./sharpness.ts";
export {
  type Estimate,
  eigenvalueCount,
  type SpectralQuadrature,
  smoothedDensity,
  spectralQuadrature,
  spectralSum,
} from "./spectral-density.ts";
