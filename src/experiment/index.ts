export { type Host, InputError, InterruptedError } from "./host.ts";
export { answeredVerbs, run } from "./run.ts";
