export * from "./engine.ts";
export { interpreterEngine } from "./interpreter/interpreter.ts";
export * from "./layer-factors.ts";
export * from "./objective.ts";
export { wasmEngine } from "./wasm/engine.ts";
