import {
  createFactorKernel,
  type FactorKernel,
  type FactorRun,
  type Matrix,
  portableLog,
} from "../../numeric/index.ts";
import type { Crew } from "../threads/crew.ts";
import { type FactorPlaces, factorSteps } from "./kernels/factor-steps.ts";
import { ModuleBuilder } from "./module-builder.ts";
import { CallJobs, MOST_CALLS, sharedCalls } from "./shared-calls.ts";

const PAGE = 65536;
/** The address space of WebAssembly, less a little. */
const LARGEST = 2 ** 32 - 16 * PAGE;
/** Operations of all runs together below which one thread is faster. */
const LEAST_WORK = 4e5;

/** Makes kernels; see `wasmFactorKernel`. */
export type FactorKernelMaker = (phi: Matrix, outputsPerSample: number) => FactorKernel;

/**
 * The numeric room's `FactorKernel` in WebAssembly: two doubles at a time, each batch's rows read once for all lanes.
 * Every sum has the plain kernel's order, so vectors and growth equal it bit for bit, on every machine.
 *
 * Keeps a copy of Φ as long as Φ's data live, and gives the same kernel for the same data: do not change them.
 * Cost of a step: 4·b·k·r. Memory: Φ once more, and the arrays of the largest run. Where that does not fit into
 * WebAssembly's four GiB, or cannot be allocated, the plain kernel is returned, which differs in speed only.
 *
 * @throws RangeError when Φ's rows are not a multiple of `outputsPerSample`.
 */
export const wasmFactorKernel: FactorKernelMaker = remembering((phi, plain) => load(phi, plain, null));

/** The same kernels, with the threads of a crew for `advanceAll`. */
export function threadedFactorKernel(crew: Crew): FactorKernelMaker {
  const jobs = new CallJobs(crew);
  return remembering((phi, plain) => load(phi, plain, jobs));
}

/** One kernel for the same data. */
function remembering(make: (phi: Matrix, plain: FactorKernel) => FactorKernel | null): FactorKernelMaker {
  const kernels = new WeakMap<Float64Array, Map<string, FactorKernel>>();
  return (phi, outputsPerSample) => {
    const key = `${phi.rows} ${phi.cols} ${outputsPerSample}`;
    let known = kernels.get(phi.data);
    if (!known) kernels.set(phi.data, (known = new Map()));
    let kernel = known.get(key);
    if (!kernel) {
      const plain = createFactorKernel(phi, outputsPerSample);
      known.set(key, (kernel = make(phi, plain) ?? plain));
    }
    return kernel;
  };
}

/** Null when the memory cannot be had. */
function load(phi: Matrix, plain: FactorKernel, jobs: CallJobs | null): FactorKernel | null {
  const { sampleCount, outputsPerSample, rank } = plain;
  const stride = Math.ceil(rank / 4) * 4;
  const phiBytes = 8 * stride * phi.rows;
  if (rank === 0 || phiBytes > LARGEST / 2) return null;
  const pages = Math.ceil(phiBytes / PAGE) + 1;
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages, ...(jobs && { maximum: 65536, shared: true }) });
  } catch {
    return null;
  }
  const home = new Float64Array(memory.buffer);
  for (let i = 0; i < phi.rows; i++) home.set(phi.data.subarray(i * rank, (i + 1) * rank), i * stride);
  const builder = new ModuleBuilder();
  builder.export("advance", builder.add(factorSteps(builder, { outputs: outputsPerSample, rank, stride })));
  const module = new WebAssembly.Module(builder.bytes(pages, jobs !== null));
  const shared = jobs && sharedCalls(module, memory, ["advance"]);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const steps = exports["advance"] as (...values: number[]) => void;

  /** The runs with room for each of them behind the others, and what the function takes for each. */
  const enter = (runs: readonly FactorRun[]) => {
    let bytes = phiBytes;
    const entered = runs.map((run) => {
      checkIndices(run, sampleCount);
      const { places, bytes: end } = layOut(run, outputsPerSample, stride, bytes);
      bytes = end;
      const counts = [run.offsets.length - 1, run.stepSizes.length, run.growth ? 1 : 0];
      return { run, places, values: [...counts, ...Object.values(places)] };
    });
    if (bytes > memory.buffer.byteLength) grow(memory, bytes);
    for (const { run, places } of entered) copyIn(run, places, memory.buffer, rank, stride);
    return entered;
  };
  const leave = (entered: ReturnType<typeof enter>) => {
    for (const { run, places } of entered) copyOut(run, places, memory.buffer, rank, stride);
  };
  const advance = (run: FactorRun): void => {
    const entered = enter([run]);
    steps(...entered[0]!.values);
    leave(entered);
  };
  const advanceAll = (runs: readonly FactorRun[], meanwhile: () => void): void => {
    const work = runs.reduce((sum, run) => sum + 4 * run.offsets.at(-1)! * outputsPerSample * rank, 0);
    if (!shared || runs.length < 2 || runs.length > MOST_CALLS || work < LEAST_WORK) {
      for (const run of runs) advance(run);
      meanwhile();
      return;
    }
    const entered = enter(runs);
    const calls = entered.map(({ values }) => values);
    jobs!.run(shared, 0, calls, meanwhile);
    leave(entered);
  };
  return {
    ...{ sampleCount, outputsPerSample, rank, advance },
    ...(jobs && { advanceAll }),
    apply(indices, weights, stepSize, c) {
      const offsets = Int32Array.of(0, indices.length);
      advance({ indices, weights, offsets, stepSizes: Float64Array.of(stepSize), vectors: c });
    },
  };
}

function checkIndices({ indices, offsets }: FactorRun, sampleCount: number): void {
  for (let j = offsets[0]!; j < offsets[offsets.length - 1]!; j++) {
    const i = indices[j]!;
    if (!(i >= 0 && i < sampleCount)) throw new RangeError(`FactorKernel: no sample ${i} among ${sampleCount}`);
  }
}

/** Addresses from `start` on, each a multiple of 16, in the order of the arguments of `factorSteps`. */
function layOut(run: FactorRun, k: number, stride: number, start: number): { places: FactorPlaces; bytes: number } {
  const { offsets, stepSizes, growth } = run;
  const entries = offsets[offsets.length - 1]!;
  const lanes = stepSizes.length;
  let largest = 0;
  for (let t = 1; t < offsets.length; t++) largest = Math.max(largest, offsets[t]! - offsets[t - 1]!);
  let bytes = start;
  const place = (size: number) => {
    const address = bytes;
    bytes += Math.ceil(size / 16) * 16;
    return address;
  };
  const places: FactorPlaces = {
    indices: place(4 * entries),
    weights: place(8 * entries),
    offsets: place(4 * offsets.length),
    stepSizes: place(8 * lanes),
    vectors: place(8 * lanes * stride),
    norms: place(growth ? 8 * lanes * (offsets.length - 1) : 0),
    resting: place(4 * lanes),
    rows: place(4 * largest * k),
    products: place(8 * largest * k),
  };
  return { places, bytes };
}

function grow(memory: WebAssembly.Memory, bytes: number): void {
  try {
    memory.grow(Math.ceil((bytes - memory.buffer.byteLength) / PAGE));
  } catch (error) {
    const mebibytes = Math.ceil(bytes / 2 ** 20);
    throw new RangeError(`FactorKernel: no memory of ${mebibytes} MiB could be allocated`, { cause: error });
  }
}

function copyIn(run: FactorRun, places: FactorPlaces, buffer: ArrayBuffer, rank: number, stride: number): void {
  const { indices, weights, offsets, stepSizes, vectors, growth } = run;
  const entries = offsets[offsets.length - 1]!;
  new Int32Array(buffer, places.indices, entries).set(indices.subarray(0, entries));
  new Float64Array(buffer, places.weights, entries).set(weights.subarray(0, entries));
  new Int32Array(buffer, places.offsets, offsets.length).set(offsets);
  new Float64Array(buffer, places.stepSizes, stepSizes.length).set(stepSizes);
  const resting = new Int32Array(buffer, places.resting, stepSizes.length);
  const lanes = new Float64Array(buffer, places.vectors, stepSizes.length * stride);
  for (let lane = 0; lane < stepSizes.length; lane++) {
    resting[lane] = growth?.[lane] === Number.NEGATIVE_INFINITY ? 1 : 0;
    lanes.set(vectors.subarray(lane * rank, (lane + 1) * rank), lane * stride);
  }
}

/** The vectors, and growth += the logarithms of the norms, a lane's in the order of its steps. */
function copyOut(run: FactorRun, places: FactorPlaces, buffer: ArrayBuffer, rank: number, stride: number): void {
  const { offsets, stepSizes, vectors, growth } = run;
  const count = stepSizes.length;
  const lanes = new Float64Array(buffer, places.vectors, count * stride);
  for (let lane = 0; lane < count; lane++) {
    vectors.set(lanes.subarray(lane * stride, lane * stride + rank), lane * rank);
  }
  if (!growth) return;
  const steps = offsets.length - 1;
  const norms = new Float64Array(buffer, places.norms, count * steps);
  for (let lane = 0; lane < count; lane++) {
    for (let t = 0; t < steps && growth[lane] !== Number.NEGATIVE_INFINITY; t++) {
      growth[lane]! += portableLog(norms[t * count + lane]!);
    }
  }
}
