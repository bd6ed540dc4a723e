import { readFileSync, type Stats, statSync } from "node:fs";
import { InputError } from "../experiment/index.ts";

/** No file that an experiment names may be larger: every reader needs it in memory. */
const largestFile = 2 ** 30;

/**
 * The bytes of a regular file. `shown` names it in messages.
 *
 * @throws InputError, one sentence, when it is missing, a directory, a device, unreadable or larger than 1 GiB.
 */
export function readBytes(path: string, shown: string = path): Uint8Array {
  const stats = inspect(path, shown);
  if (stats.isDirectory()) throw new InputError(`${shown}: expected a file, found a directory`);
  if (!stats.isFile()) throw new InputError(`${shown}: expected a file, found a device or pipe`);
  if (stats.size > largestFile) {
    throw new InputError(`${shown}: expected a file of at most ${largestFile} bytes, found ${stats.size}`);
  }
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InputError(`${shown}: cannot be read (${reason(error)})`);
  }
}

/** The text of a file in UTF-8. @throws InputError as `readBytes`, and for bytes that are no UTF-8. */
export function readText(path: string, shown: string = path): string {
  const bytes = readBytes(path, shown);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`${shown}: expected text in UTF-8, found other bytes`);
  }
}

function inspect(path: string, shown: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw new InputError(`${shown}: expected a file, found none`);
    throw new InputError(`${shown}: cannot be read (${reason(error)})`);
  }
}

/** What the operating system said, in words: "permission denied". */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    EACCES: "permission denied",
    EPERM: "not permitted",
    ENOSPC: "no space left",
    EROFS: "read-only file system",
    ENAMETOOLONG: "name too long",
    ELOOP: "too many links",
    EMFILE: "too many open files",
    ENOTDIR: "a part of the path is no folder",
    ENOENT: "a part of the path does not exist",
    EEXIST: "a file of this name exists",
  };
  return words[code ?? ""] ?? code ?? (message === undefined ? String(error) : message.split("\n")[0]!);
}
