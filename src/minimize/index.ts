export type { Minimization, Progress } from "./minimization.ts";
export { type MinimizeOptions, minimize } from "./minimize.ts";
export { conjugateByRoots, type OutputRoots, outputRoots } from "./output-roots.ts";
