export type * from "./data-spec.ts";
export type * from "./model-spec.ts";
export type * from "./optimizer-spec.ts";
export type * from "./run-spec.ts";
export type * from "./verb-spec.ts";
