export { type RankCheck, rankLocallyConstant } from "./rank-locally-constant.ts";
export { type SampleCurvature, sampleCurvature, sampleHessian } from "./sample-curvature.ts";
