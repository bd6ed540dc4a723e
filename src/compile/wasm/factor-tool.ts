import type { Crew, CrewJob } from "../threads/crew.ts";
import type { Piece } from "../threads/protocol.ts";

/** Runs that threads may do at once, and 32-bit words of one in the table of what the function takes. */
export const MOST_RUNS = 64;
export const RUN_WORDS = 16;
/** Values that the function takes. */
const VALUES = 12;
/** Kernels that threads know of at a time; with those before them they forget their memory. */
const MOST_KERNELS = 4;

/** The steps of a `FactorKernel` as threads share them: piece i is the run whose values stand in row i of the table. */
export interface SharedFactorSteps {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly table: number;
}

/** Pieces in whichever thread, and the function itself. */
export function factorStepsTool({ module, memory, table }: SharedFactorSteps): FactorPiece {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const steps = exports["advance"] as (...values: number[]) => void;
  const words = new Int32Array(memory.buffer, table);
  const piece: Piece = (_, run) => steps(...words.subarray(RUN_WORDS * run, RUN_WORDS * run + VALUES));
  return Object.assign(piece, { call: (values: readonly number[]) => steps(...values) });
}

type FactorPiece = Piece & { readonly call: (values: readonly number[]) => void };

/** The jobs of the kernels used last. */
export class FactorJobs {
  private readonly crew: Crew;
  private readonly jobs = new Map<SharedFactorSteps, CrewJob>();

  constructor(crew: Crew) {
    this.crew = crew;
  }

  of(shared: SharedFactorSteps, own: Piece): CrewJob {
    let job = this.jobs.get(shared);
    if (job) this.jobs.delete(shared);
    else job = this.crew.load("factor steps", shared, own);
    this.jobs.set(shared, job); // the last in order
    const [oldest] = this.jobs;
    if (this.jobs.size > MOST_KERNELS && oldest) {
      oldest[1].dispose();
      this.jobs.delete(oldest[0]);
    }
    return job;
  }
}
