export { composition, iterate, withDraw } from "./composition.ts";
export { type DiscreteMap, denseTangent, type EnsembleMap, type MapFamily, type RandomMap } from "./discrete-map.ts";
export {
  escapeRadius,
  type Fate,
  type FateKind,
  type FateOptions,
  type FateWatcher,
  fateWatcher,
  type Sight,
} from "./fate.ts";
export { randomTrajectory, type Trajectory, type TrajectoryOptions, trajectory } from "./trajectory.ts";
export { kaplanYorkeDimension } from "./dimension.ts";
export {
  type LyapunovExponent,
  type LyapunovOptions,
  type LyapunovSpectrum,
  lyapunovSpectrum,
  randomLyapunovSpectrum,
} from "./lyapunov-spectrum.ts";
export { type ZeroOneTest, zeroOneTest } from "./zero-one-test.ts";
export { type BasinEntropy, basinEntropy, type UncertaintyExponent, uncertaintyExponent, wadaRadius } from "./basin-measures.ts";
export { type BasinMap, type BasinOptions, basins, twinDisagreement } from "./basins.ts";
export { type OrbitDiagram, type OrbitDiagramOptions, orbitDiagram } from "./orbit-diagram.ts";
