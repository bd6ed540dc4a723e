export { canonicalJson } from "./canonical-json.ts";
export {
  type CertificateFile,
  certificateJsonSchema,
  certificateSchema,
  certificateVersion,
} from "./certificate-schema.ts";
export type * from "./data-spec.ts";
export { experimentJsonSchema } from "./json-schema.ts";
export type * from "./model-spec.ts";
export type * from "./optimizer-spec.ts";
export { type ReadSpec, type ReadSpecOptions, readSpec, withValues } from "./read-spec.ts";
export { filesOf, numbersVersion, renameFiles, runId, sha256Hex } from "./run-id.ts";
export type * from "./run-spec.ts";
export { SpecError } from "./spec-error.ts";
export { starterExperiment } from "./starter.ts";
export type * from "./verb-spec.ts";
