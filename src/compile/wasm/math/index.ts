export { erf } from "./error-function.ts";
export { exp, expm1, sigmoid, tanh } from "./exponential.ts";
export { log, log1p, softplus } from "./logarithm.ts";
export { pow } from "./power.ts";
export { cos, sin } from "./trigonometric.ts";
