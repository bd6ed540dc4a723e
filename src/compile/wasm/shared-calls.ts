import type { Crew, CrewJob } from "../threads/crew.ts";
import type { Piece } from "../threads/protocol.ts";

/** Calls that a stage may have, and 32-bit words of one in the table: how many values it takes, and the values. */
export const MOST_CALLS = 64;
const CALL_WORDS = 16;
/** Modules that threads know of at a time; with those before them they forget their memory. */
const MOST_MODULES = 4;

/** Exported functions on one memory as threads share them: piece i of stage s calls function s with row i of the table. */
export interface SharedCalls {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly names: readonly string[];
  readonly table: SharedArrayBuffer;
}

export function sharedCalls(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  names: readonly string[],
): SharedCalls {
  return { module, memory, names, table: new SharedArrayBuffer(4 * CALL_WORDS * MOST_CALLS) };
}

/** Pieces in whichever thread. */
export function callsTool({ module, memory, names, table }: SharedCalls): Piece {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const functions = names.map((name) => exports[name] as (...values: number[]) => void);
  const words = new Int32Array(table);
  return (stage, piece) => {
    const at = CALL_WORDS * piece + 1;
    functions[stage]!(...words.subarray(at, at + words[at - 1]!));
  };
}

/** The jobs of the modules used last. */
export class CallJobs {
  private readonly crew: Crew;
  private readonly jobs = new Map<SharedCalls, CrewJob>();

  constructor(crew: Crew) {
    this.crew = crew;
  }

  /** Makes these calls of function number `stage`, at most MOST_CALLS, in any order and at once. */
  run(shared: SharedCalls, stage: number, calls: readonly (readonly number[])[], meanwhile?: () => void): void {
    const words = new Int32Array(shared.table);
    calls.forEach((values, i) => {
      words[CALL_WORDS * i] = values.length;
      words.set(values, CALL_WORDS * i + 1);
    });
    this.jobOf(shared).run(stage, calls.length, meanwhile);
  }

  private jobOf(shared: SharedCalls): CrewJob {
    let job = this.jobs.get(shared);
    if (job) this.jobs.delete(shared);
    else job = this.crew.load("calls", shared, callsTool(shared));
    this.jobs.set(shared, job); // the last in order
    const [oldest] = this.jobs;
    if (this.jobs.size > MOST_MODULES && oldest) {
      oldest[1].dispose();
      this.jobs.delete(oldest[0]);
    }
    return job;
  }
}
