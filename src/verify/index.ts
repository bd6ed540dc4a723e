export { excludesAffine, excludesConstant, excludesSinesAndAffine, slopes } from "./activation-facts.ts";
export { type BoxBody, boxCertificate, checkBox } from "./box-certificate.ts";
export {
  type BranchBody,
  type BranchSubject,
  branchCertificate,
  checkBranch,
  stabilityRuns,
} from "./branch-certificate.ts";
export { type BranchClaim, type BranchSegment, continues, type MapsOver, proveBranch } from "./branch-proof.ts";
export { type CertifiedStepSize, certificateOf, type NonsingularityBody, needsCollapse } from "./certificate.ts";
export { type CertifiedPiece, certifyPiece } from "./certified-piece.ts";
export { type Check, checkNonsingularity } from "./check-certificate.ts";
export { refuteCollapse } from "./collapse.ts";
export { type CommonFactor, commonFactor } from "./common-factor.ts";
export { conclude } from "./conclude.ts";
export { type BlockFactor, blockFactors, blocksSize, type ConstantBlock, constantBlocks } from "./constant-blocks.ts";
export { type ConstantEigenvalues, constantEigenvalues, type Eigenvalue } from "./constant-eigenvalues.ts";
export {
  decideByStructure,
  type Enclosure,
  type ExceptionalStep,
  type Finding,
  isNear,
  structureTheorems,
} from "./decide.ts";
export { degreeBound } from "./degree.ts";
export { type EnclosedFamily, type EnclosedMap, encloseFamily, encloseMap, type MapInputs } from "./enclosed-map.ts";
export * from "./evidence.ts";
export { rationalScalars, residueScalars } from "./exact-scalars.ts";
export { fixSelections, lossKinks, type Selections } from "./fixed-selections.ts";
export {
  encloseHessian,
  exactWeights,
  hessianProgram,
  type LossInputs,
  lossInputs,
  readHessian,
} from "./hessian-reader.ts";
export { evaluateIntervals, intervalScalars } from "./interval-reader.ts";
export { knownScalars } from "./known-scalars.ts";
export { type MeanFeatures, meanFeatures } from "./mean-features.ts";
export { evaluateResidues, type ModularReading, withPrime } from "./modular-reader.ts";
export { type NetworkStructure, networkStructure } from "./network-structure.ts";
export { checkOrbit, type OrbitBody, type OrbitSubject, orbitCertificate } from "./orbit-certificate.ts";
export {
  isolatedZero,
  type OrbitClaim,
  type OrbitProof,
  type ProvedOrbit,
  type ProvedStability,
  primeFactors,
  proveOrbit,
} from "./orbit-proof.ts";
export { type BoxSearch, type BoxSearchOptions, type OrbitInBox, orbitsInBox } from "./orbits-in-box.ts";
export { outputCoordinates, outputSliceSpectrum } from "./output-slice.ts";
export {
  type NumberedPiece,
  numberedPieces,
  type PieceProof,
  pieceOf,
  type StepFacts,
  selectionsAt,
  targetEigenvalue,
} from "./piece-proofs.ts";
export {
  type ConstantSpectrum,
  checkWitness,
  constantSpectrum,
  excludedAtPoint,
  excludedModulo,
  excludedOnSlice,
  findWitness,
  hasConstantHessian,
  isRoot,
  type Piece,
  singularEigenvalue,
  spectrumAt,
  type Witness,
} from "./piece-spectrum.ts";
export { type LinearPiece, piecewiseLinear } from "./piecewise-linear.ts";
export { type PossiblePiece, possiblePieces } from "./possible-pieces.ts";
export { type ExactNumbers, encloseNumber, encloseNumbers, readNumbers } from "./read-number.ts";
export { readProgram, type Scalars, UnreadableOperation } from "./scalar-reader.ts";
export { selectionKey } from "./selection-key.ts";
export { shootingJacobian, shootingValue, splitPoints } from "./shooting-intervals.ts";
export { type SpectralExclusion, spectralExclusion } from "./spectral-exclusion.ts";
export { type Subject, stepFacts } from "./subject.ts";
export type * from "./theorem.ts";
export { type RuleClass, type RuleFacts, type RuleVerdict, ruleVerdict } from "./update-rule-class.ts";
export { domainLimit } from "./whole-domain.ts";
