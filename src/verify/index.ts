export { excludesAffine, excludesConstant, excludesSinesAndAffine, slopes } from "./activation-facts.ts";
export { decideByStructure, type ExceptionalStep, type Finding, structureTheorems } from "./decide.ts";
export { type NetworkStructure, networkStructure } from "./network-structure.ts";
export type * from "./theorem.ts";
export { type RuleClass, type RuleFacts, type RuleVerdict, ruleVerdict } from "./update-rule-class.ts";
