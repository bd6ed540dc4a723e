export { type AskOptions, ask, check, stability } from "./experiment/index.ts";
export { encodeRecord, parseRecord, type RunRecord } from "./record/index.ts";
export { renderFigures, renderHtml, renderTables, renderTerminal } from "./report/index.ts";
export { type RunSpec, readSpec, type Verb } from "./spec/index.ts";
