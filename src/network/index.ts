export { activationNames, readActivation } from "./activation.ts";
export { type InitialParameters, initialParameters } from "./initial-parameters.ts";
export { layerTable } from "./layer-table.ts";
export { sampleLosses } from "./loss.ts";
export type { LayerRow, Model } from "./model.ts";
export type * from "./model-spec.ts";
export { type NetworkData, type NetworkProblemOptions, networkProblem } from "./network-problem.ts";
export { readModel } from "./read-model.ts";
export type { ModelTensor, TensorRole } from "./tensor.ts";
