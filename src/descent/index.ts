export { composeMaps, withBuffers } from "./compose-maps.ts";
export { type FormulaMap, formulaMap } from "./formula-map.ts";
export {
  type MapProgram,
  mapAsProgram,
  mapDimension,
  mapInputs,
  mapOutputs,
  type StateBlock,
} from "./map-program.ts";
export { isConstantStepSize, type Schedule, type StepSize, stepSizeAt } from "./step-size.ts";
export { perturbation, type UpdateMapOptions, updateMap, updateStep } from "./update-map.ts";
export {
  type HyperName,
  type RuleType,
  readUpdateRule,
  type UpdateRule,
  type UpdateRuleSpec,
} from "./update-rule.ts";
export { type VolumeLaw, volumeLaw } from "./volume-law.ts";
