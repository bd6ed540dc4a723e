import type { RunOptions } from "./options.ts";

/** The command that gives this record again: what does not change the numbers (--out, --threads, …) is left out. */
export function reproducingCommand(
  verb: string,
  file: string,
  { set, seed, engine }: Pick<RunOptions, "set" | "seed" | "engine">,
): string {
  const words = ["separatrix", verb, file, ...set.flatMap((assignment) => ["--set", assignment])];
  if (seed !== undefined) words.push("--seed", String(seed));
  if (engine !== "wasm") words.push("--engine", engine);
  return words.map(quoted).join(" ");
}

/** Quoted for a POSIX shell where needed. */
function quoted(word: string): string {
  return /^[\w./:=@%+,[\]-]+$/.test(word) && !/[[\]]/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
