export * from "./build.ts";
export * from "./loss-program.ts";
export { didYouMean, nearestName } from "./nearest-name.ts";
export * from "./node.ts";
export * from "./operations.ts";
export * from "./program.ts";
export * from "./shape.ts";
