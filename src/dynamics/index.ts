export {
  type BasinEntropy,
  basinEntropy,
  type UncertaintyExponent,
  uncertaintyExponent,
  wadaRadius,
} from "./basin-measures.ts";
export { type BasinMap, type BasinOptions, basins, twinDisagreement } from "./basins.ts";
export {
  type BifurcationCurve,
  type BifurcationCurveOptions,
  type BifurcationCurvePoint,
  type CurveEnd,
  type CurveType,
  followBifurcation,
} from "./bifurcation-curve.ts";
export type { Branch, BranchEnd, BranchPoint, SpecialPoint } from "./branch.ts";
export { spreadUnderCommonNoise } from "./common-noise.ts";
export type { Complex, ComplexVector } from "./complex.ts";
export { composition, iterate, withDraw } from "./composition.ts";
export { type Continuation, type ContinuationOptions, continueOrbit } from "./continue-orbit.ts";
export { kaplanYorkeDimension } from "./dimension.ts";
export {
  type DiscreteMap,
  denseTangent,
  type EnsembleMap,
  type FrameEnsemble,
  type MapFamily,
  type PlaneFamily,
  type RandomMap,
} from "./discrete-map.ts";
export { familyEnsemble, oneByOne } from "./ensemble.ts";
export { type EnsembleFates, ensembleFates } from "./ensemble-fates.ts";
export {
  escapeRadius,
  type Fate,
  type FateKind,
  type FateOptions,
  type FateWatcher,
  fateWatcher,
  type Sight,
} from "./fate.ts";
export { findOrbit, type OrbitOptions, type OrbitSearch, trace } from "./find-orbit.ts";
export { findOrbits, type OrbitCollection, type OrbitsOptions } from "./find-orbits.ts";
export { type FiniteTimeExponent, finiteTimeExponent } from "./finite-time-exponent.ts";
export {
  type LyapunovExponent,
  type LyapunovOptions,
  type LyapunovSpectrum,
  lyapunovSpectrum,
  randomLyapunovSpectrum,
} from "./lyapunov-spectrum.ts";
export { type BifurcationType, type NormalForm, normalForm } from "./normal-form.ts";
export type { OrbitAtValue } from "./orbit-curve.ts";
export { type OrbitDiagram, type OrbitDiagramOptions, orbitDiagram } from "./orbit-diagram.ts";
export {
  type MultiplierOptions,
  monodromyOperator,
  type OrbitMultipliers,
  orbitMultipliers,
} from "./orbit-multipliers.ts";
export {
  gridSeeds,
  type OrbitSeed,
  type RecurrenceSeedOptions,
  recurrenceSeeds,
  type TrajectorySeedOptions,
  trajectorySeeds,
} from "./orbit-seeds.ts";
export { marginalWidth, type OrbitStability, orbitStability } from "./orbit-stability.ts";
export { isSameOrbit, minimalPeriod, type PeriodicOrbit } from "./periodic-orbit.ts";
export { type Labelling, type PlaneRegions, planeRegions } from "./plane-regions.ts";
export {
  type RdsSharpness,
  type RdsSharpnessOptions,
  rdsSharpness,
  sharpnessCuts,
  sharpnessDimension,
} from "./rds-sharpness.ts";
export type { ShootingMethod, ShootingOptions } from "./shooting.ts";
export { randomTrajectory, type Trajectory, type TrajectoryOptions, trajectory } from "./trajectory.ts";
export { type ZeroOneTest, zeroOneTest } from "./zero-one-test.ts";
