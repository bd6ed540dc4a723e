export { collapseAlongKernel } from "./collapse-along-kernel.ts";
export { type DeadLayerProbability, deadLayerProbability } from "./dead-layer-probability.ts";
export { type Decision, type DecisionOptions, decideProblem } from "./decide-problem.ts";
export { type Collapse, demonstrateCollapse } from "./demonstrate-collapse.ts";
export { examinePlace, type PlaceExamination } from "./examine-place.ts";
export { findCollapse } from "./find-collapse.ts";
export {
  type BranchProofSearch,
  type BranchSearchOptions,
  type ComputedOrbit,
  searchBranchProof,
} from "./search-branch-proof.ts";
export { type OrbitProofSearch, searchOrbitProof } from "./search-orbit-proof.ts";
export { type SearchOptions, type Start, searchPieces } from "./search-pieces.ts";
