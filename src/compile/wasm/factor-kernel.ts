import { createFactorKernel, type FactorKernel, type FactorRun, type Matrix } from "../../numeric/index.ts";
import { type FactorPlaces, factorSteps } from "./kernels/factor-steps.ts";
import { ModuleBuilder } from "./module-builder.ts";

const PAGE = 65536;
/** The address space of WebAssembly, less a little. */
const LARGEST = 2 ** 32 - 16 * PAGE;

const kernels = new WeakMap<Float64Array, Map<string, FactorKernel>>();

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
export function wasmFactorKernel(phi: Matrix, outputsPerSample: number): FactorKernel {
  const key = `${phi.rows} ${phi.cols} ${outputsPerSample}`;
  let known = kernels.get(phi.data);
  if (!known) kernels.set(phi.data, (known = new Map()));
  let kernel = known.get(key);
  if (!kernel) {
    const plain = createFactorKernel(phi, outputsPerSample);
    known.set(key, (kernel = load(phi, plain) ?? plain));
  }
  return kernel;
}

/** Null when the memory cannot be had. */
function load(phi: Matrix, { sampleCount, outputsPerSample, rank }: FactorKernel): FactorKernel | null {
  const stride = Math.ceil(rank / 4) * 4;
  const phiBytes = 8 * stride * phi.rows;
  if (rank === 0 || phiBytes > LARGEST / 2) return null;
  const pages = Math.ceil(phiBytes / PAGE) + 1;
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages });
  } catch {
    return null;
  }
  const home = new Float64Array(memory.buffer);
  for (let i = 0; i < phi.rows; i++) home.set(phi.data.subarray(i * rank, (i + 1) * rank), i * stride);
  const module = new ModuleBuilder();
  module.export("advance", module.add(factorSteps(module, { outputs: outputsPerSample, rank, stride })));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes(pages)), { env: { memory } });
  const steps = instance.exports["advance"] as (...values: number[]) => void;

  const advance = (run: FactorRun): void => {
    checkIndices(run, sampleCount);
    const { places, bytes } = layOut(run, outputsPerSample, stride, phiBytes);
    if (bytes > memory.buffer.byteLength) grow(memory, bytes);
    copyIn(run, places, memory.buffer, rank, stride);
    const stepCount = run.offsets.length - 1;
    steps(stepCount, run.stepSizes.length, run.growth ? 1 : 0, ...Object.values(places));
    copyOut(run, places, memory.buffer, rank, stride);
  };
  return {
    ...{ sampleCount, outputsPerSample, rank, advance },
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

/** Addresses behind Φ, each a multiple of 16, in the order of the arguments of `factorSteps`. */
function layOut(run: FactorRun, k: number, stride: number, phiBytes: number): { places: FactorPlaces; bytes: number } {
  const { offsets, stepSizes, growth } = run;
  const entries = offsets[offsets.length - 1]!;
  const lanes = stepSizes.length;
  let largest = 0;
  for (let t = 1; t < offsets.length; t++) largest = Math.max(largest, offsets[t]! - offsets[t - 1]!);
  let bytes = phiBytes;
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
      growth[lane]! += Math.log(norms[t * count + lane]!);
    }
  }
}
