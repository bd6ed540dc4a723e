import { type Crew, type Piece, wasmDenseKernels, wasmFactorKernel } from "../../compile/index.ts";
import { installDenseKernels } from "../../numeric/index.ts";
import type { PhaseCell } from "../../stability/index.ts";
import { type PhaseJob, phaseJob } from "./phase-job.ts";

/** What all threads of a crew know of the jobs of one round. */
interface Deal {
  readonly jobs: readonly PhaseJob[];
  /** Where the cells of each job begin in `results`. */
  readonly starts: Int32Array;
  /** `packedSize` numbers a cell, in shared memory. */
  readonly results: Float64Array;
}

/** How a member of a crew makes cells; with the dense kernels in WebAssembly, as its owner does. */
export function phaseTool(deal: Deal): Piece {
  installDenseKernels(wasmDenseKernels());
  return pieceOf(deal, () => {});
}

/**
 * Does all jobs on the threads of a crew, some at a time, and hands out the cells of each in their order. `progress` is
 * told the cells done so far; it may throw, between any two cells of this thread.
 */
export function* dealJobs(
  crew: Crew,
  jobs: readonly PhaseJob[],
  progress: (done: number) => void,
): Generator<PhaseCell[]> {
  const starts = new Int32Array(jobs.length + 1);
  jobs.forEach(({ cells }, j) => {
    starts[j + 1] = starts[j]! + cells.length;
  });
  const results = sharedNumbers(starts[jobs.length]! * packedSize);
  const deal: Deal = { jobs: withSharedFactors(jobs), starts, results };
  let done = 0;
  const task = crew.load(
    "phase",
    deal,
    pieceOf(deal, (own) => progress(done + own)),
  );
  try {
    if (starts[jobs.length]! > crew.threads * 16) task.awaitReady(2000);
    const wave = 2 * crew.threads;
    for (let first = 0; first < jobs.length; first += wave) {
      const end = Math.min(jobs.length, first + wave);
      task.run(first, end - first);
      done = starts[end]!;
      for (let j = first; j < end; j++) {
        yield Array.from({ length: starts[j + 1]! - starts[j]! }, (_, i) => unpack(results, starts[j]! + i));
      }
    }
  } finally {
    task.dispose();
  }
}

/** Piece p of stage s is job s + p. */
function pieceOf({ jobs, starts, results }: Deal, progress: (own: number) => void): Piece {
  return (stage, piece) => {
    const j = stage + piece;
    phaseJob(jobs[j]!, wasmFactorKernel, progress).forEach((cell, i) => {
      pack(cell, results, starts[j]! + i);
    });
  };
}

/** Jobs of the same minimum keep one factor, or one set of Hessians, between them. */
function withSharedFactors(jobs: readonly PhaseJob[]): PhaseJob[] {
  const shared = new Map<Float64Array, Float64Array>();
  return jobs.map((job) => {
    const { numbers } = job.curvature;
    let own = shared.get(numbers);
    if (own === undefined) {
      own = sharedNumbers(numbers.length);
      own.set(numbers);
      shared.set(numbers, own);
    }
    return { ...job, curvature: { ...job.curvature, numbers: own } };
  });
}

function sharedNumbers(count: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * count));
}

const numbers = ["mu", "lambda", "lambdaLo", "lambdaHi", "meanSquare"] as const;
const reasons = [null, "contraction", "mean-square", "log-det", "exponent", "linearized"] as const;
const packedSize = numbers.length + 3;

/** A cell as numbers: NaN for null. */
function pack(cell: PhaseCell, results: Float64Array, index: number): void {
  const at = index * packedSize;
  numbers.forEach((name, i) => {
    results[at + i] = cell[name] ?? Number.NaN;
  });
  results.set([cell.sign, reasons.indexOf(cell.by), cell.budget], at + numbers.length);
}

function unpack(results: Float64Array, index: number): PhaseCell {
  const at = index * packedSize;
  const number = (i: number) => (Number.isNaN(results[at + i]) ? null : results[at + i]!);
  const [sign, by, budget] = results.subarray(at + numbers.length, at + packedSize) as unknown as [
    -1 | 0 | 1,
    number,
    number,
  ];
  return {
    ...{ mu: number(0), lambda: number(1), lambdaLo: number(2), lambdaHi: number(3), meanSquare: number(4) },
    ...{ sign, by: reasons[by]!, budget },
  };
}
