import { parentPort, workerData } from "node:worker_threads";
import { createCrew } from "../compile/index.ts";
import { run } from "../experiment/index.ts";
import { nodeHost } from "./node-host.ts";
import type { Failure, WorkerInput, WorkerMessage } from "./run-in-worker.ts";

/** The thread that computes: reads its request from `workerData`, sends progress, warnings and one record or failure. */
const { request, stopFlag, seats } = workerData as WorkerInput;
const flag = new Int32Array(stopFlag);
const send = (message: WorkerMessage): void => parentPort?.postMessage(message);
/** Milliseconds between two messages about the same stage. */
const pause = 50;
let stage = "";
let told = Number.NEGATIVE_INFINITY;

const host = nodeHost({
  ...request,
  crew: createCrew({ ...seats, call: () => send({ kind: "call crew" }), now: () => performance.now() }),
  progress(note, fraction) {
    const time = performance.now();
    if (note === stage && time - told < pause) return;
    stage = note;
    told = time;
    send({ kind: "progress", note, fraction });
  },
  warn: (sentence) => send({ kind: "warning", sentence }),
  interrupted: () => Atomics.load(flag, 0) !== 0,
});

try {
  send({ kind: "record", record: await run(request.spec, request.verb, host) });
} catch (error) {
  send({ kind: "failure", failure: failure(error) });
}

function failure(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack } = error;
  const { code } = error as NodeJS.ErrnoException;
  return { name, message, ...(code === undefined ? {} : { code }), ...(stack === undefined ? {} : { stack }) };
}
