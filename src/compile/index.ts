export * from "./engine.ts";
export { interpreterEngine } from "./interpreter/interpreter.ts";
export { type CompiledEnsemble, compileLanes, type LaneOptions } from "./lane/compile-lanes.ts";
export * from "./layer-factors.ts";
export {
  batchDerivatives,
  type CompiledRandomMap,
  compileDescent,
  compileDescentEnsemble,
  compileDescentFamily,
  compileDescentPlane,
  compileRandomMap,
  type StepBatch,
} from "./map/compile-descent.ts";
export {
  type CompiledMap,
  type CompiledMapFamily,
  compileMap,
  compileMapFamily,
  type MapValues,
} from "./map/compile-map.ts";
export { type LossDerivatives, type UpdateKernel, updateKernel } from "./map/update-kernel.ts";
export * from "./objective.ts";
export { derivativeMemory, objectiveMemory } from "./objective-memory.ts";
export * from "./threads/index.ts";
export { wasmDenseKernels } from "./wasm/dense-kernels.ts";
export { nativeEngine, threadedEngine, wasmEngine } from "./wasm/engine.ts";
export { threadedFactorKernel, wasmFactorKernel } from "./wasm/factor-kernel.ts";
export type { NativeMatrix, NativeProduct, NativeProducts } from "./wasm/native-products.ts";
export { type ProgramMemory, programMemory } from "./wasm/program-memory.ts";
