import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { replaceFiles } from "../../host/index.ts";
import { starterExperiment } from "../../spec/index.ts";
import { exitCodes, UsageError } from "../exit.ts";

/** Writes the commented experiment file, or prints it. */
export async function writeStarter(file: string | undefined, { force }: { force: boolean }): Promise<number> {
  if (file === undefined) process.stdout.write(starterExperiment);
  else {
    if (existsSync(file) && !force)
      throw new UsageError(`${file}: expected no such file, found one; --force replaces it`);
    replaceFiles(dirname(file), [{ path: basename(file), content: starterExperiment }]);
    process.stderr.write(`wrote ${file}; try: separatrix check ${file}\n`);
  }
  return exitCodes.ok;
}
