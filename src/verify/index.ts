export { excludesAffine, excludesConstant, excludesSinesAndAffine, slopes } from "./activation-facts.ts";
export { type CertifiedPiece, certifyPiece } from "./certified-piece.ts";
export { refuteCollapse } from "./collapse.ts";
export { conclude } from "./conclude.ts";
export { decideByStructure, type ExceptionalStep, type Finding, isNear, structureTheorems } from "./decide.ts";
export { degreeBound } from "./degree.ts";
export { type EnclosedMap, encloseMap, type MapInputs } from "./enclosed-map.ts";
export * from "./evidence.ts";
export { rationalScalars, residueScalars } from "./exact-scalars.ts";
export { fixSelections, lossKinks, type Selections } from "./fixed-selections.ts";
export { formalPieces, selectionKey } from "./formal-pieces.ts";
export {
  encloseHessian,
  exactWeights,
  hessianProgram,
  type LossInputs,
  lossInputs,
  readHessian,
} from "./hessian-reader.ts";
export { evaluateIntervals, intervalScalars } from "./interval-reader.ts";
export { type MeanFeatures, meanFeatures } from "./mean-features.ts";
export { evaluateResidues, type ModularReading, withPrime } from "./modular-reader.ts";
export { type NetworkStructure, networkStructure } from "./network-structure.ts";
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
export { type PieceProof, pieceOf, refutePieceProofs, type StepFacts, targetEigenvalue } from "./piece-proofs.ts";
export {
  type ConstantSpectrum,
  checkWitness,
  constantSpectrum,
  excludedAtPoint,
  excludedModulo,
  findWitness,
  hasConstantHessian,
  isRoot,
  type Piece,
  singularEigenvalue,
  spectrumAt,
  type Witness,
} from "./piece-spectrum.ts";
export { type ExactNumbers, encloseNumber, encloseNumbers, readNumbers } from "./read-number.ts";
export { readProgram, type Scalars, UnreadableOperation } from "./scalar-reader.ts";
export { shootingJacobian, shootingValue, splitPoints } from "./shooting-intervals.ts";
export { type Subject, stepFacts } from "./subject.ts";
export type * from "./theorem.ts";
export { type RuleClass, type RuleFacts, type RuleVerdict, ruleVerdict } from "./update-rule-class.ts";
export { domainLimit } from "./whole-domain.ts";
