import { type MessagePort, Worker } from "node:worker_threads";
import { InterruptedError, type run } from "../experiment/index.ts";
import { crewHome } from "./crew.ts";
import { type NodeHostOptions, threadsOf } from "./node-host.ts";

export interface RunRequest extends Pick<NodeHostOptions, "folder" | "tool" | "engine" | "threads" | "keptIn"> {
  readonly spec: Parameters<typeof run>[0];
  readonly verb: Parameters<typeof run>[1];
}

type RunRecord = Awaited<ReturnType<typeof run>>;

export interface RunListener {
  progress(note: string, fraction: number | null): void;
  warn(sentence: string): void;
}

/** What the worker sends home. */
export type WorkerMessage =
  | { readonly kind: "progress"; readonly note: string; readonly fraction: number | null }
  | { readonly kind: "warning"; readonly sentence: string }
  | { readonly kind: "call crew" }
  | { readonly kind: "record"; readonly record: RunRecord }
  | { readonly kind: "failure"; readonly failure: Failure };

/** An error as plain data: its code would not survive the passage between threads. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}

export interface WorkerInput {
  readonly request: RunRequest;
  /** One 32-bit word, not 0 once the run should stop. */
  readonly stopFlag: SharedArrayBuffer;
  /** Where its crew sits; the crew is started when it sends "call crew". */
  readonly seats: { readonly control: SharedArrayBuffer; readonly ports: readonly MessagePort[] };
}

/** Time a run has for stopping on its own, in milliseconds. */
const grace = 2000;

/**
 * Runs an experiment in a thread of its own, so that this one can listen to the person meanwhile.
 *
 * `result` is the record, or fails as the run does; after `stop` it fails with InterruptedError within two seconds.
 * The threads that help it are started and ended here, so that none outlives the run and the end of one is noticed.
 */
export function runInWorker(
  request: RunRequest,
  listener: RunListener,
): { readonly result: Promise<RunRecord>; stop(): void } {
  const stopFlag = new SharedArrayBuffer(4);
  const crew = crewHome(threadsOf(request) - 1);
  const { control, ports } = crew;
  const workerData: WorkerInput = { request, stopFlag, seats: { control, ports } };
  const transferList = [...ports];
  const worker = new Worker(new URL("./run-worker.js", import.meta.url), { workerData, transferList });
  let giveUp = (): void => {};
  const result = new Promise<RunRecord>((done, fail) => {
    giveUp = () => fail(new InterruptedError("stopped"));
    worker.on("message", (message: WorkerMessage) => {
      if (message.kind === "progress") listener.progress(message.note, message.fraction);
      else if (message.kind === "warning") listener.warn(message.sentence);
      else if (message.kind === "call crew") crew.call();
      else if (message.kind === "record") done(message.record);
      else fail(revive(message.failure));
    });
    worker.on("error", fail);
    worker.on("exit", () => fail(new Error("the worker ended without a result")));
  }).finally(() => Promise.all([worker.terminate(), crew.end()]));
  return {
    result,
    stop() {
      Atomics.store(new Int32Array(stopFlag), 0, 1);
      setTimeout(giveUp, grace).unref();
    },
  };
}

function revive({ name, message, code, stack }: Failure): Error {
  const error = Object.assign(new Error(message), { name }, code === undefined ? {} : { code });
  if (stack !== undefined) error.stack = stack;
  return error;
}
