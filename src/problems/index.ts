export {
  catMap,
  cubic,
  delayedHenon,
  henon,
  ikeda,
  logistic,
  standardMap,
  tent,
  towel,
  twoWeightMap,
} from "./known-maps.ts";
export { g2, g2Values } from "./linear-features.ts";
export { ownTargets } from "./own-targets.ts";
export { type SingularExample, singularExamples } from "./singular-examples.ts";
export { logisticBridge, logisticValues, paperFigure1, wuMaE, wuMaEValues } from "./toy-objectives.ts";
export {
  balancedMinimum,
  cascade,
  figure4,
  type TwoWeightNetwork,
  twoCycle,
  twoWeightNetwork,
} from "./two-weight-network.ts";
