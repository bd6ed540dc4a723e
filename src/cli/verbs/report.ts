import { join } from "node:path";
import { readText, replaceFiles } from "../../host/index.ts";
import { attachTables, encodeRecord, missingTables, parseRecord } from "../../record/index.ts";
import { renderTerminal } from "../../report/index.ts";
import { exitCodes, UsageError } from "../exit.ts";
import { drawnFiles } from "../run-files.ts";
import { terminalOptions } from "../terminal.ts";

/** Draws page and figures of a run folder again, from its record and its tables. */
export async function redraw(folder: string, { json, quiet }: { json: boolean; quiet: boolean }): Promise<number> {
  const stored = parseRecord(readText(join(folder, "record.json")));
  const tables = missingTables(stored).map((file) => {
    if (!/^data\/[\w.-]+\.csv$/.test(file))
      throw new UsageError(`record.json: expected tables under data/, found ${file}`);
    return [file, readText(join(folder, file))];
  });
  const record = attachTables(stored, Object.fromEntries(tables));
  replaceFiles(folder, drawnFiles(record));
  if (json) process.stdout.write(encodeRecord(record));
  else if (!quiet) process.stdout.write(renderTerminal(record, terminalOptions(process.stdout)));
  return exitCodes.ok;
}
