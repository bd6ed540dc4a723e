import type { LossProgram, Problem } from "../program/index.ts";
import { type DerivedKind, derivedProgram } from "./derived-programs.ts";
import type { Engine, Executable } from "./engine.ts";

/**
 * Samples a compiled program handles at once. The boundaries depend on the problem only, so sums come out the same
 * whatever runs them.
 */
export const CHUNK = 256;

/** Sample numbers with the weight of each; numbers may repeat. `indices: null` stands for all samples in order. */
export interface Batch {
  readonly indices: Int32Array | null;
  readonly weights: Float64Array;
}

type Buffers = Readonly<Record<string, Float64Array>>;

/** Runs the derived programs of a problem over any number of samples, chunk by chunk. */
export interface ChunkRunner {
  readonly problem: Problem;
  readonly fullBatch: Batch;
  lossProgram(samples: number): LossProgram;
  /** Adds the named output vectors over the batch (overwriting `out`) and returns Σ w ℓ when the program has a loss. */
  sumOver(
    kind: DerivedKind,
    theta: Float64Array,
    batch: Batch,
    out?: Buffers,
    extra?: Buffers,
    cotangent?: Float64Array,
  ): number;
  /** Writes `width` numbers a sample, in order. */
  collect(
    kind: DerivedKind,
    buffer: string,
    theta: Float64Array,
    out: Float64Array,
    width: number,
    extra?: Buffers,
  ): void;
  /** Calls `visit` for each chunk of all samples after running `kind` with the same cotangent row for every sample. */
  eachChunk(
    kind: DerivedKind,
    theta: Float64Array,
    cotangentRow: Float64Array,
    visit: (buffers: Buffers, start: number, count: number) => void,
  ): void;
  /** ∇ℓ_i of a formula objective, m×n. */
  sampleGradients(theta: Float64Array, out: Float64Array): void;
  switchCount(): number;
  collectSwitching(kind: "distance" | "selection", theta: Float64Array, out: Float64Array | Uint8Array): void;
  switchingGradient(theta: Float64Array, index: number, out: Float64Array): void;
  dispose(): void;
}

interface Loaded {
  readonly executable: Executable;
  /** First sample of the chunk whose data stand in the buffers; −1 after a batch of picked samples. */
  start: number;
}

export function createChunkRunner(problem: Problem, engine: Engine): ChunkRunner {
  const { sampleCount, dimension } = problem;
  const fullBatch: Batch = { indices: null, weights: problem.weights };
  const losses = new Map<number, LossProgram>();
  const loaded = new Map<string, Loaded>();
  const scattered = new Float64Array(sampleCount);

  const lossProgram = (samples: number) => {
    let program = losses.get(samples);
    if (!program) losses.set(samples, (program = problem.lossProgram(samples)));
    return program;
  };

  const executableFor = (kind: DerivedKind, samples: number): Loaded => {
    const key = `${kind}:${samples}`;
    let entry = loaded.get(key);
    if (!entry) {
      const executable = engine.load(derivedProgram(kind, lossProgram(samples), dimension));
      const frozen = executable.buffers["frozen"]; // as far as this program reads it
      frozen?.set(problem.frozen.subarray(0, frozen.length));
      loaded.set(key, (entry = { executable, start: -1 }));
    }
    return entry;
  };

  /** Readies the program for samples start … start + count − 1 of the batch: data, θ. */
  const prepare = (
    kind: DerivedKind,
    theta: Float64Array,
    indices: Int32Array | null,
    start: number,
    count: number,
  ) => {
    const entry = executableFor(kind, count);
    const { buffers } = entry.executable;
    give(buffers["theta"], theta);
    if (indices !== null || entry.start !== start) {
      for (const [name, rows] of Object.entries(problem.data)) {
        const target = buffers[name];
        if (target) copyRows(rows, rows.length / sampleCount, indices, start, count, target);
      }
      entry.start = indices === null ? start : -1;
    }
    return entry.executable;
  };

  const chunks = (length: number): [number, number][] => {
    if (!problem.chunked) return [[0, length]];
    const result: [number, number][] = [];
    for (let start = 0; start < length; start += CHUNK) result.push([start, Math.min(CHUNK, length - start)]);
    return result;
  };

  /** A formula objective always evaluates all of its samples: a batch becomes weights on them. */
  const whole = (batch: Batch): Batch => {
    if (problem.chunked || batch.indices === null) return batch;
    scattered.fill(0);
    batch.indices.forEach((i, j) => {
      scattered[i]! += batch.weights[j]!;
    });
    return { indices: null, weights: scattered };
  };

  const sumOver: ChunkRunner["sumOver"] = (kind, theta, given, out = {}, extra = {}, cotangent) => {
    const batch = whole(given);
    let loss = 0;
    let isFirst = true;
    for (const [start, count] of chunks(batch.indices?.length ?? sampleCount)) {
      const executable = prepare(kind, theta, batch.indices, start, count);
      const { buffers } = executable;
      buffers["weights"]?.set(batch.weights.subarray(start, start + count));
      for (const [name, vector] of Object.entries(extra)) give(buffers[name], vector);
      if (cotangent) setPart(buffers["cotangent"], cotangent, start, count, sampleCount);
      executable.run();
      for (const [name, vector] of Object.entries(out)) {
        if (isFirst) vector.set(buffers[name]!);
        else accumulate(vector, buffers[name]!);
      }
      isFirst = false;
      loss += buffers["loss"]?.[0] ?? 0;
    }
    if (isFirst) for (const vector of Object.values(out)) vector.fill(0); // an empty batch
    return loss;
  };

  const collect: ChunkRunner["collect"] = (kind, buffer, theta, out, width, extra = {}) => {
    for (const [start, count] of chunks(sampleCount)) {
      const executable = prepare(kind, theta, null, start, count);
      for (const [name, vector] of Object.entries(extra)) give(executable.buffers[name], vector);
      executable.buffers["weights"]?.set(problem.weights.subarray(start, start + count));
      executable.run();
      out.set(executable.buffers[buffer]!.subarray(0, count * width), start * width);
    }
  };

  const eachChunk: ChunkRunner["eachChunk"] = (kind, theta, row, visit) => {
    for (const [start, count] of chunks(sampleCount)) {
      const executable = prepare(kind, theta, null, start, count);
      const cotangent = executable.buffers["cotangent"];
      if (cotangent && row.length === 1) cotangent.fill(row[0]!);
      else if (cotangent) for (let i = 0; i < count; i++) cotangent.set(row, i * row.length);
      executable.run();
      visit(executable.buffers, start, count);
    }
  };

  const sampleGradients: ChunkRunner["sampleGradients"] = (theta, out) => {
    const executable = prepare("lossVjp", theta, null, 0, sampleCount);
    for (let i = 0; i < sampleCount; i++) {
      executable.buffers["cotangent"]?.fill(0).fill(1, i, i + 1);
      executable.run();
      out.set(executable.buffers["gradient"]!, i * dimension);
    }
  };

  const switchSizes = () => chunks(sampleCount).map(([, count]) => switchesIn(count));
  const switchesIn = (count: number) => executableFor("distance", count).executable.buffers["switching"]?.length ?? 0;

  const collectSwitching: ChunkRunner["collectSwitching"] = (kind, theta, out) => {
    let at = 0;
    for (const [start, count] of chunks(sampleCount)) {
      if (switchesIn(count) === 0) continue;
      const executable = prepare(kind, theta, null, start, count);
      executable.run();
      out.set(executable.buffers["switching"]!, at);
      at += executable.buffers["switching"]!.length;
    }
  };

  const switchingGradient: ChunkRunner["switchingGradient"] = (theta, index, out) => {
    let at = 0;
    for (const [start, count] of chunks(sampleCount)) {
      const size = switchesIn(count);
      if (index < at + size) {
        const executable = prepare("switchingVjp", theta, null, start, count);
        executable.buffers["cotangent"]?.fill(0).fill(1, index - at, index - at + 1);
        executable.run();
        out.set(executable.buffers["gradient"]!);
        return;
      }
      at += size;
    }
    throw new RangeError(`switchingGradient: there are ${at} switching values, got index ${index}`);
  };

  return {
    problem,
    fullBatch,
    lossProgram,
    sumOver,
    collect,
    eachChunk,
    sampleGradients,
    switchCount: () => switchSizes().reduce((a, b) => a + b, 0),
    collectSwitching,
    switchingGradient,
    dispose() {
      for (const { executable } of loaded.values()) executable.dispose();
      loaded.clear();
    },
  };
}

function copyRows(
  rows: Float64Array,
  width: number,
  indices: Int32Array | null,
  start: number,
  count: number,
  target: Float64Array,
): void {
  if (indices === null) {
    target.set(rows.subarray(start * width, (start + count) * width));
    return;
  }
  for (let j = 0; j < count; j++) {
    const i = indices[start + j]!;
    target.set(rows.subarray(i * width, (i + 1) * width), j * width);
  }
}

function setPart(
  target: Float64Array | undefined,
  all: Float64Array,
  start: number,
  count: number,
  total: number,
): void {
  const width = all.length / total;
  target?.set(all.subarray(start * width, (start + count) * width));
}

function accumulate(into: Float64Array, part: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += part[i]!;
}

/** A program that does not read the last parameters has no room for them. */
function give(buffer: Float64Array | undefined, vector: Float64Array): void {
  buffer?.set(buffer.length < vector.length ? vector.subarray(0, buffer.length) : vector);
}
