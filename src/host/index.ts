export { journalRunId, openJournal } from "./journal.ts";
export { type EngineName, engineAtHand, type NodeHostOptions, nodeHost, sha256 } from "./node-host.ts";
export { type ProgressLine, progressLine } from "./progress-line.ts";
export { readBytes, readText } from "./read-file.ts";
export { checkRunFolder, type RunFile, type RunFolderOptions, replaceFiles, writeRunFolder } from "./run-folder.ts";
export { type RunListener, type RunRequest, runInWorker } from "./run-in-worker.ts";
