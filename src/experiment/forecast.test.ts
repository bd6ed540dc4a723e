// What is forecast is what is taken: the memory of compiled programs to the byte (WebAssembly's own pages), and a run that
// does not fit is refused with numbers from which one that fits can be made. Whole processes are compared in
// bench/RESULTS.md: their heaps depend on the machine.
import { describe, expect, test } from "vitest";
import { derivativeMemory, programMemory, wasmEngine } from "../compile/index.ts";
import { networkProblem, readModel } from "../network/index.ts";
import * as p from "../program/index.ts";
import { readSpec } from "../spec/index.ts";
import { forecast } from "./forecast.ts";
import { type Host, InputError, run } from "./index.ts";

const dense = (units: number) => ({ type: "dense", units, activation: "tanh" }) as const;
const points = (count: number, width: number) =>
  Array.from({ length: count }, (_, i) => Array.from({ length: width }, (_, j) => Math.sin(3 * i + 5 * j * j)));

const experiment = (samples: number, rest: object = {}) =>
  readSpec(
    JSON.stringify({
      model: { input: [3], layers: [dense(8), { type: "dense", units: 2 }] },
      data: { inputs: points(samples, 3), targets: { from: "model" } },
      ...{ loss: { type: "mse", scale: 0.5 }, optimizer: { type: "sgd", stepSize: 0.1 }, ...rest },
    }),
    { file: "x.json" },
  ).spec;

const host = (memory: number): Host => ({
  readFile: () => Promise.reject(new Error("no files")),
  ...{ sha256: () => "0".repeat(64), now: () => 0, progress: () => {}, warn: () => {}, interrupted: () => false },
  ...{ tool: { name: "separatrix", version: "0", command: "" }, engine: wasmEngine, threads: 1, memory },
});

describe("compiled programs", () => {
  const model = readModel({ input: [30], layers: [dense(100), dense(50), { type: "dense", units: 4 }] });
  const sampleCount = 300; // two chunks: the larger one counts
  const data = { inputs: new Float64Array(30 * sampleCount), targets: new Float64Array(4 * sampleCount), sampleCount };
  const problem = networkProblem(model, { type: "mse", scale: 0.5 }, data);

  test("take what was forecast, in pages of 64 KiB", () => {
    const loss = problem.lossProgram(256);
    const program = p.buildProgram([{ buffer: "loss", offset: 0, node: loss.loss }]);
    const { buffers, constants, scratch, total } = programMemory(program);
    const { buffers: taken } = wasmEngine.load(program);
    expect(taken["loss"]!.buffer.byteLength).toBe(65536 * Math.ceil(total / 65536));
    expect(buffers).toBe(Object.values(taken).reduce((sum, { byteLength }) => sum + byteLength, 0));
    expect(buffers + constants + scratch).toBe(total);
    expect(scratch).toBeGreaterThanOrEqual(8 * 256 * 100); // the first layer's activations at least
  });

  test("of a derivative: those of its largest chunk", () => {
    const more = derivativeMemory({ ...problem, sampleCount: 10_000 }, "hvp");
    expect(derivativeMemory(problem, "hvp")).toEqual(more);
    expect(derivativeMemory({ ...problem, sampleCount: 20 }, "hvp").total).toBeLessThan(more.total / 2);
  });
});

describe("a run that does not fit", () => {
  test("is refused with the numbers, the largest part, and what would fit, and that fits", async () => {
    const memory = 1.98e8;
    const refusal = await run(experiment(600), "stability", host(memory)).then(
      () => null,
      (error: unknown) => error as InputError,
    );
    expect(refusal).toBeInstanceOf(InputError);
    const [, total, largest, fits] =
      /^stability needs about ([\d.]+) GB of memory \(([^:]+): .*\), 0.198 GB are there; (\d+) of the 600 samples would fit \(data\.samples\.count\)$/.exec(
        refusal!.message,
      )!;
    expect(Number(total)).toBeGreaterThan(0.198);
    expect(largest).toBe("program and data");
    const smaller = experiment(600, {
      data: { inputs: points(600, 3), targets: { from: "model" }, samples: { count: Number(fits), seed: 0 } },
    });
    const stability = { steps: 200, maxSteps: 200, burnIn: 50, stepSizes: { count: 2 } };
    const spec = { ...smaller, stability: { ...smaller.stability, ...stability } } as never;
    const { results } = await run(spec, "stability", host(memory));
    expect(results.curvature!.ntkSize! % Number(fits)).toBe(0);
    expect(results.curvature!.ntkSize).toBeGreaterThanOrEqual(Number(fits));
    expect(results.minimum!.interpolating).toBe(true);
  });

  test("a network too large for WebAssembly says so before anything is allocated", async () => {
    const spec = experiment(4, {
      model: { input: [1000, 1], layers: [dense(40_000), { type: "globalAvgPool" }, { type: "dense", units: 2 }] },
      data: { inputs: points(4, 1000), targets: points(4, 2) },
    });
    await expect(run(spec, "stability", host(1e12))).rejects.toThrow(/GiB that WebAssembly can address/);
  });

  test("the forecast grows with what grows: samples, rank, threads", () => {
    const at = (samples: number, threads = 1) => {
      const spec = experiment(samples);
      const inputs = Float64Array.from(points(samples, 3).flat());
      const problem = networkProblem(
        { input: [3], layers: [dense(8), { type: "dense", units: 2 }] },
        { type: "mse", scale: 0.5 },
        { inputs, targets: new Float64Array(2 * samples), sampleCount: samples },
      );
      return forecast(spec, "stability", problem, threads).bytes;
    };
    expect(at(200) - at(100)).toBeGreaterThan(8 * 2 * (400 ** 2 - 200 ** 2));
    expect(at(100, 2)).toBeGreaterThan(at(100));
  });
});
