import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, normalize, relative, resolve } from "node:path";
import { InputError } from "../experiment/index.ts";
import { journalName, journalRunId } from "./journal.ts";
import { makeFolder } from "./make-folder.ts";
import { reason } from "./read-file.ts";

export interface RunFile {
  /** Inside the folder, with forward slashes: "figures/exponents.svg". */
  readonly path: string;
  readonly content: string | Uint8Array;
}

export interface RunFolderOptions {
  readonly runId: string;
  /** Whether the folder of another run may be replaced. */
  readonly force: boolean;
}

/** What a run leaves behind; everything else in its folder belongs to the person and is kept. */
const ours = ["record.json", "report.html", "figures", "data", "certificate.json", "certificates", journalName];

/**
 * Refuses a folder that a run may not take: one that holds another run (unless `force`), one with other files and no
 * record, a file, or a folder around the working directory. Call it before the work starts.
 *
 * @throws InputError, one sentence.
 */
export function checkRunFolder(folder: string, { runId, force }: RunFolderOptions): void {
  const path = resolve(folder);
  if (isInside(process.cwd(), path)) {
    throw new InputError(`--out ${folder}: expected a folder of its own, found one around the working directory`);
  }
  requireWritable(path, folder);
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) throw new InputError(`--out ${folder}: expected a folder, found a file`);
  const entries = listed(path, folder);
  if (entries.length === 0) return;
  const other = storedRunId(join(path, "record.json")) ?? journalRunId(path);
  if (other === null) {
    throw new InputError(
      `--out ${folder}: expected a new folder or that of a run, found other files (${brief(entries)})`,
    );
  }
  if (other !== runId && !force) {
    throw new InputError(
      `--out ${folder}: expected a new folder or that of run ${runId.slice(0, 12)}, found run ${other.slice(0, 12)}; --force replaces it`,
    );
  }
}

/** The folder will be written at the end of a run, perhaps hours later: what forbids it is said before. */
function requireWritable(path: string, folder: string): void {
  let above = dirname(path); // the new folder is made beside the old one
  while (!existsSync(above) && dirname(above) !== above) above = dirname(above);
  try {
    accessSync(above, constants.W_OK);
  } catch (error) {
    throw new InputError(`--out ${folder}: cannot be written (${reason(error)})`);
  }
}

/**
 * Writes all files of a run, or none: into a folder beside it that then takes its place by renaming. Files of the
 * person in an older folder are carried over.
 *
 * @throws InputError when the folder may not be taken (see `checkRunFolder`) or cannot be written.
 */
export function writeRunFolder(folder: string, files: readonly RunFile[], options: RunFolderOptions): void {
  checkRunFolder(folder, options);
  const path = resolve(folder);
  const mark = `${process.pid}-${Date.now().toString(36)}`;
  const fresh = join(dirname(path), `.${basename(path)}.new-${mark}`);
  const old = join(dirname(path), `.${basename(path)}.old-${mark}`);
  try {
    makeFolder(fresh);
    for (const { path: name, content } of files) writeInside(fresh, name, content);
    if (existsSync(path)) renameSync(path, old);
    renameSync(fresh, path);
    if (existsSync(old)) carryOver(old, path);
  } catch (error) {
    if (!existsSync(path) && existsSync(old)) renameSync(old, path);
    rmSync(fresh, { recursive: true, force: true });
    throw error instanceof InputError ? error : new InputError(`--out ${folder}: cannot be written (${reason(error)})`);
  }
  rmSync(old, { recursive: true, force: true });
}

/** Puts some files of a run folder in the place of older ones, each by renaming. */
export function replaceFiles(folder: string, files: readonly RunFile[]): void {
  const mark = `${process.pid}-${Date.now().toString(36)}`;
  for (const { path, content } of files) {
    const target = inside(folder, path);
    const fresh = `${target}.new-${mark}`;
    try {
      makeFolder(dirname(target));
      writeFileSync(fresh, content);
      renameSync(fresh, target);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw new InputError(`${join(folder, path)}: cannot be written (${reason(error)})`);
    }
  }
}

function writeInside(folder: string, name: string, content: string | Uint8Array): void {
  const path = inside(folder, name);
  makeFolder(dirname(path));
  writeFileSync(path, content, { flush: true });
}

/** Names may come out of a record that someone else wrote. */
function inside(folder: string, name: string): string {
  const path = normalize(name);
  if (isAbsolute(path) || path.startsWith("..")) throw new InputError(`${name}: expected a path inside the run folder`);
  return join(folder, path);
}

function carryOver(old: string, path: string): void {
  for (const entry of readdirSync(old)) {
    if (!ours.includes(entry)) renameSync(join(old, entry), join(path, entry));
  }
}

function storedRunId(record: string): string | null {
  try {
    const { runId } = JSON.parse(readFileSync(record, "utf8")) as { runId?: unknown };
    return typeof runId === "string" ? runId : null;
  } catch {
    return null;
  }
}

function listed(path: string, shown: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    throw new InputError(`--out ${shown}: cannot be read (${reason(error)})`);
  }
}

function isInside(path: string, folder: string): boolean {
  const steps = relative(folder, path);
  return steps === "" || !(steps.startsWith("..") || isAbsolute(steps));
}

function brief(names: readonly string[]): string {
  return names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "");
}
