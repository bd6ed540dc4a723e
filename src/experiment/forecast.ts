import { objectiveMemory } from "../compile/index.ts";
import type { Problem } from "../program/index.ts";
import type { PhaseSpec, RunSpec, Verb } from "../spec/index.ts";
import { type Host, InputError } from "./host.ts";
import { hessianBudget } from "./linearized-problem.ts";

/**
 * What a run will take: memory within a tenth where it does not depend on how iterations go (bench/RESULTS.md has the
 * comparison), else an upper estimate; a rough estimate of time.
 */
export interface Forecast {
  readonly bytes: number;
  readonly flops: number;
  readonly seconds: number;
  /** The largest parts, largest first. */
  readonly parts: readonly { readonly what: string; readonly bytes: number; readonly flops: number }[];
}

/** Floating-point operations a second of one thread, on dense work in double precision; machines differ by a factor 3. */
const flopsPerSecond = 1.5e9;
/** Steps a minimisation by Levenberg–Marquardt is expected to need. */
const usualSteps = 60;
/** The smaller side of a curvature up to which it is factored (see minimize). */
const directLimit = 4000;
/** What a step of a small product takes beside its arithmetic. */
const stepOverhead = 3000;
/** Hessians up to this size are formed (see hessian-spectrum.ts). */
const denseHessian = 500;
/** What Node, our code and the heap of a short run take, and each thread that helps. */
const base = 1.78e8;
/** What reading a number of an experiment file leaves on the heap, its place in the text included. */
const perInlineNumber = 1000;
/** Dead arrays that V8 keeps before it looks for them, at most. */
const uncollected = 3.5e7;
const perThread = 2.5e7;
/** What states that are followed together take at most, a thread (see compile/lane). */
const perLanes = 1.5e6;
/**
 * Matrices of the size of the kernel, and of its rank, that live at the same time: kernels here and at nearby minima,
 * the eigenproblem, Φ and its copies, the second moments.
 */
const kernelMatrices = 4;
const rankMatrices = 6.5;

/** Memory and time that `verb` takes on this problem, before any of it is spent. */
export function forecast(spec: RunSpec, verb: Verb, problem: Problem, threads = 1): Forecast {
  const sizes = sizesOf(problem);
  const parts = [
    { what: "program and data", bytes: base + perThread * (threads - 1) + readingOf(spec, sizes), flops: 0 },
    { what: "compiled derivatives", bytes: compiled(problem, verb), flops: 0 },
    { what: "parameters and samples", bytes: 8 * (20 * sizes.n + 6 * sizes.rows), flops: 0 },
    ...(spec.minimize === undefined ? [] : [minimisation(spec.minimize.method, spec.minimize.maxSteps, sizes)]),
    ...(verb === "check" || verb === "stability" ? stabilityParts(spec, sizes) : []),
    ...(spec.phase !== undefined && verb === "phase" ? phaseParts(spec, spec.phase, sizes) : []),
    ...(verb === "basins" || verb === "bifurcation"
      ? [{ what: "states in lanes", bytes: perLanes * threads, flops: 0 }]
      : []),
    ...(spec.train !== undefined && verb === "train" ? [training(spec.train, sizes)] : []),
  ].sort((a, b) => b.bytes - a.bytes || b.flops - a.flops);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const flops = parts.reduce((sum, part) => sum + part.flops, 0);
  return { bytes, flops, seconds: flops / flopsPerSecond, parts };
}

/** @throws InputError with the numbers when `bytes` are more than the host may allocate. */
export function requireMemory(bytes: number, what: string, host: Pick<Host, "memory">): void {
  if (bytes <= host.memory) return;
  throw new InputError(`${what} needs about ${gigabytes(bytes)} of memory, ${gigabytes(host.memory)} are there`);
}

/**
 * Holds a run against the memory of the host before it begins.
 * @throws InputError with the numbers, the largest part, and how many samples would fit.
 */
export function requireFit(spec: RunSpec, verb: Verb, problem: Problem, host: Host): void {
  const { bytes, parts } = forecast(spec, verb, problem, host.threads);
  if (bytes <= host.memory) return;
  const { what, bytes: most } = parts[0]!;
  const fits = problem.chunked ? samplesThatFit(spec, verb, problem, host) : 0;
  const advice = fits > 0 ? `; ${fits} of the ${problem.sampleCount} samples would fit (data.samples.count)` : "";
  throw new InputError(
    `${verb} needs about ${gigabytes(bytes)} of memory (${what}: ${gigabytes(most)}), ${gigabytes(host.memory)} are there${advice}`,
  );
}

/** By bisection; 0 when not even one sample fits. */
function samplesThatFit(spec: RunSpec, verb: Verb, problem: Problem, host: Host): number {
  let [fits, fails] = [0, problem.sampleCount];
  while (fails - fits > 1) {
    const sampleCount = (fits + fails) >> 1;
    const { bytes } = forecast(spec, verb, { ...problem, sampleCount }, host.threads);
    if (bytes <= host.memory) fits = sampleCount;
    else fails = sampleCount;
  }
  return fits;
}

function readingOf({ data }: RunSpec, sizes: Sizes): number {
  return (8 + (Array.isArray(data?.inputs) ? perInlineNumber : 0)) * sizes.data;
}

const usualPrograms = ["value", "gradient", "hvp"] as const;
/** What a minimisation of a network, its tangent kernel and the distances to kinks compute besides. */
const kernelPrograms = [
  ...(["outputs", "jvp", "vjp", "outputGradient", "outputHessian", "factors", "distance", "selection"] as const),
];

/**
 * The programs that a verb keeps.
 * @throws InputError when one of them is too large for WebAssembly.
 */
function compiled(problem: Problem, verb: Verb): number {
  const forKernels = problem.outputCount > 0 && (verb === "check" || verb === "stability" || verb === "phase");
  try {
    return objectiveMemory(problem, forKernels ? [...usualPrograms, ...kernelPrograms] : usualPrograms);
  } catch (error) {
    throw error instanceof RangeError ? new InputError(error.message) : error;
  }
}

export function gigabytes(bytes: number): string {
  return bytes < 1e8 ? `${(bytes / 1e6).toPrecision(2)} MB` : `${(bytes / 1e9).toPrecision(3)} GB`;
}

interface Sizes {
  /** Parameters. */
  readonly n: number;
  /** Samples. */
  readonly m: number;
  /** Rows of J: outputs of all samples; for formulas n rows a sample. */
  readonly rows: number;
  readonly rowsPerSample: number;
  readonly data: number;
  /** Of one gradient. */
  readonly gradient: number;
}

function sizesOf({ dimension: n, sampleCount: m, outputCount, data }: Problem): Sizes {
  const rowsPerSample = outputCount > 0 ? outputCount : n;
  const numbers = Object.values(data).reduce((sum, values) => sum + values.length, 0);
  return { n, m, rows: m * rowsPerSample, rowsPerSample, data: numbers, gradient: 6 * m * n };
}

function minimisation(method: string, maxSteps: number, { n, rows, gradient }: Sizes) {
  const what = `minimisation (${method})`;
  if (method !== "levenberg-marquardt") {
    const pairs = method === "l-bfgs" ? 40 : 2;
    return { what, bytes: 8 * pairs * n, flops: maxSteps * gradient };
  }
  const side = Math.min(n, rows);
  const steps = Math.min(maxSteps, usualSteps);
  if (side > directLimit) return { what, bytes: 8 * 12 * n, flops: steps * 200 * gradient };
  const jacobian = rows < n ? 0 : rows * n;
  return {
    what,
    bytes: 8 * (3 * side * side + jacobian),
    flops: steps * (side ** 3 / 3 + 2 * side * rows * 100 + gradient),
  };
}

function stabilityParts(spec: RunSpec, sizes: Sizes) {
  return canInterpolate(spec) ? interpolatingParts(spec, sizes) : [hessianPart(spec, sizes)];
}

/** With weight decay, or cross-entropy against hard labels, residuals are left: no tangent kernel is needed. */
function canInterpolate({ optimizer, loss, data }: RunSpec): boolean {
  const isSoft = data !== undefined && "from" in data.targets;
  return optimizer.weightDecay === 0 && (loss?.type !== "crossEntropy" || isSoft);
}

function interpolatingParts({ stability, batch }: RunSpec, { n, rows, rowsPerSample }: Sizes) {
  const rank = Math.min(n, rows);
  const step = 4 * Math.min(batch.size * rowsPerSample, rows) * rank;
  const scanned = (stability.stepSizes.count * stability.steps) / 100; // most points are settled by bounds or early
  const products = (stability.steps + stability.burnIn + scanned) * step;
  return [
    { what: `tangent kernel of ${rows} rows`, bytes: 8 * kernelMatrices * rows * rows, flops: 12 * rows ** 3 },
    { what: "arrays not yet collected", bytes: Math.min(uncollected, 8 * 2 * usualSteps * rows * rows), flops: 0 },
    { what: "random products and second moments", bytes: 8 * rankMatrices * rank * rank, flops: products },
  ];
}

/** Most cells are settled by bounds or after a few steps; each takes some products for its mean square. */
function phaseParts(spec: RunSpec, { x, y, steps }: PhaseSpec, sizes: Sizes) {
  const count = (axis: PhaseSpec["x"]) => ("values" in axis ? axis.values.length : axis.count);
  const cells = count(x) * count(y);
  if (!canInterpolate(spec)) return [walkingCells(spec, cells, steps, sizes)];
  const { n, rows, rowsPerSample } = sizes;
  const { batch } = spec;
  const rank = Math.min(n, rows);
  const step = 4 * Math.min(batch.size * rowsPerSample, rows) * rank;
  return [
    { what: `tangent kernel of ${rows} rows`, bytes: 8 * 4 * rows * rows, flops: 12 * rows ** 3 },
    {
      what: `${cells} cells`,
      bytes: 8 * (24 * rank * rank + 8 * cells),
      flops: cells * ((steps * step) / 10 + 50 * rows * rank * rank),
    },
  ];
}

/** Cells where residuals are left: steps with the samples' Hessians, or with Hessian products of batches, 25 times fewer. */
function walkingCells({ batch }: RunSpec, cells: number, steps: number, { n, m, gradient }: Sizes) {
  const dense = m * n * n <= hessianBudget;
  const step = stepOverhead + (dense ? 2 * batch.size * n * n : (4 * gradient * batch.size) / m);
  const moment = dense ? Math.min(4e11 / cells, 360 * m * n ** 3) : 0;
  const spectrum = n <= denseHessian ? n * 3 * gradient + 10 * n ** 3 : 600 * gradient;
  return {
    what: `${cells} cells`,
    bytes: 8 * ((dense ? 2 * m * n * n : 200 * n) + 8 * cells),
    flops: spectrum + cells * ((steps * step) / (dense ? 4 : 100) + moment),
  };
}

function hessianPart({ stability, batch }: RunSpec, { n, m, gradient }: Sizes) {
  const dense = n <= denseHessian;
  const steps = dense ? stability.steps + stability.burnIn : stability.steps / 20;
  const step = dense ? 2 * batch.size * n * n : (4 * gradient * batch.size) / m;
  const spectrum = dense ? n * 3 * gradient + 10 * n ** 3 : 600 * gradient;
  return {
    what: "Hessian and its random products",
    bytes: 8 * (dense ? 4 * n * n : 200 * n),
    flops: spectrum + steps * step,
  };
}

function training({ steps, every, top }: { steps: number; every: number; top: number }, { n, gradient }: Sizes) {
  return { what: "trajectory", bytes: 8 * 100 * n, flops: (steps + (steps / every) * 120 * top) * gradient };
}
