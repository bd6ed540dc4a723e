import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import {
  compileObjective,
  ThreadError,
  threadedEngine,
  threadedFactorKernel,
  wasmDenseKernels,
  wasmEngine,
} from "../../src/compile/index.ts";
import { type CrewJob, type Piece, word } from "../../src/compile/threads/index.ts";
import { i32 } from "../../src/compile/wasm/expressions.ts";
import { FunctionBuilder } from "../../src/compile/wasm/function-builder.ts";
import { ModuleBuilder } from "../../src/compile/wasm/module-builder.ts";
import { crewHome, startCrew } from "../../src/host/crew.ts";
import { networkProblem } from "../../src/network/index.ts";
import {
  cholesky,
  createFactorKernel,
  createRng,
  installDenseKernels,
  matrix,
  multiplyTransposed,
  norm,
  symmetricEigen,
} from "../../src/numeric/index.ts";
import * as p from "../../src/program/index.ts";
import { batchLaw } from "../../src/sampling/index.ts";
import { estimateExponent } from "../../src/stability/exponent.ts";
import { factorCocycle } from "../../src/stability/factor-cocycle.ts";
import { sampleFactors } from "../../src/stability/sample-factors.ts";
import { crewOfTwo } from "./engines.ts";

// Threads change when numbers are ready, never the numbers: pieces are ranges of a kernel's units, each computed as
// one thread computes it. What goes wrong in another thread is an error here with a name, and no thread outlives its
// owner. The other member of the crew is the built one.

const built = (name: string) => new URL(`../../dist/${name}`, import.meta.url);
const values = (n: number, name: string) => {
  const rng = createRng(6, name);
  return Float64Array.from({ length: n }, () => rng.normal());
};

function digits(samples: number) {
  const layers = [128, 64, 3].map((units, i) => ({
    type: "dense" as const,
    units,
    ...(i < 2 ? { activation: "relu" as const } : {}),
  }));
  const data = { inputs: values(samples * 200, "inputs"), targets: values(samples * 3, "y"), sampleCount: samples };
  return networkProblem({ input: [200], layers }, { type: "mse", scale: 0.5 }, data);
}

test("loss, gradient, Hessian–vector product and tangent kernel of a network have the bits of one thread", () => {
  const problem = digits(300); // a chunk of 256 samples and one of 44
  const n = problem.dimension;
  const [theta, v] = [values(n, "theta").map((x) => 0.1 * x), values(n, "v")];
  const [one, two] = [wasmEngine, threadedEngine(crewOfTwo)].map((engine) => {
    const objective = compileObjective(problem, engine);
    const [gradient, hvp, jvp] = [new Float64Array(n), new Float64Array(n), new Float64Array(900)];
    const losses = [objective.loss(theta), objective.gradient(theta, gradient)];
    objective.hvp(theta, v, hvp);
    objective.jvp(theta, v, jvp);
    const kernel = objective.ntk(theta);
    objective.dispose();
    return { losses, gradient, hvp, jvp, kernel };
  });
  for (const [name, expected] of Object.entries(one!)) {
    const found = two![name as keyof typeof two];
    expect(found.length).toBe(expected.length);
    expect(found.every((y: number, i: number) => Object.is(y, expected[i]))).toBe(true);
  }
});

// Four chains of 300 steps; the third begins so short that its first step counts as annihilation.
test("runs of a factor kernel at once have the bits of the plain kernel, one by one", () => {
  const [m, k, rank] = [24, 2, 37];
  const phi = matrix(m * k, rank, values(m * k * rank, "phi"));
  const kernel = threadedFactorKernel(crewOfTwo)(phi, k);
  const plain = createFactorKernel(phi, k);
  const offsets = Int32Array.from({ length: 301 }, (_, t) => 16 * t);
  const runs = () =>
    [0.01, 0.02, 0.05, 0.03].map((stepSize, chain) => {
      const draws = createRng(7, `batches ${chain}`);
      const c = values(rank, `c ${chain}`);
      const size = norm(c);
      return {
        indices: Int32Array.from({ length: 4800 }, () => draws.integer(m)),
        ...{ weights: new Float64Array(4800).fill(1 / 16), offsets, stepSizes: Float64Array.of(stepSize) },
        ...{ vectors: c.map((x) => (chain === 2 ? 1e-14 * x : x / size)), growth: new Float64Array(1) },
      };
    });
  const [one, two] = [runs(), runs()];
  for (const run of one) plain.advance(run);
  let meanwhile = 0;
  kernel.advanceAll!(two, () => meanwhile++);
  expect(meanwhile).toBe(1);
  expect(two.map(({ vectors, growth }) => ({ vectors, growth }))).toEqual(
    one.map(({ vectors, growth }) => ({ vectors, growth })),
  );
  expect(two[2]!.growth[0]).toBe(Number.NEGATIVE_INFINITY);
});

test("λ is the same number on two threads", () => {
  const phi = matrix(40, 30, values(1200, "λ"));
  const law = batchLaw({ size: 8, sampleCount: 40 });
  const [one, two] = [createFactorKernel, threadedFactorKernel(crewOfTwo)].map((kernel) =>
    estimateExponent(factorCocycle(sampleFactors(phi, 1), law, { stepSize: 0.05, kernel }), {
      ...{ rng: createRng(8, "chains"), steps: 20_000, maxSteps: 20_000, burnIn: 100 },
    }),
  );
  expect(two).toEqual(one);
});

test("products, factors and eigenproblems of dense algebra have the bits of one thread", () => {
  const [n, inner] = [203, 151];
  const a = matrix(n, inner, values(n * inner, "a"));
  const b = matrix(177, inner, values(177 * inner, "b"));
  const [one, two] = [wasmDenseKernels(), wasmDenseKernels(crewOfTwo)].map((kernels) => {
    installDenseKernels(kernels);
    const gram = multiplyTransposed(a, a);
    const { values: eigenvalues, vectors } = symmetricEigen(gram);
    for (let i = 0; i < n; i++) gram.data[i * n + i]! += 1;
    const found = [multiplyTransposed(a, b).data, eigenvalues, vectors.data, cholesky(gram)!.data];
    installDenseKernels(null);
    return found;
  });
  expect(two).toEqual(one);
});

test("small programs are left to one thread", () => {
  const crew = { threads: 2, load: () => expect.fail("no thread is needed here") };
  const x = p.input("x", [32, 16], { role: "data" });
  const program = p.buildProgram([{ buffer: "y", offset: 0, node: p.tanh(p.matmul(x, x, false, true)) }]);
  threadedEngine(crew).load(program).run();
});

describe("a crew", () => {
  /** A module whose stage 0 is `body`, on a shared memory. */
  const program = (body: (f: FunctionBuilder, lo: ReturnType<typeof i32.constant>) => void) => {
    const module = new ModuleBuilder();
    const f = new FunctionBuilder(module, ["i32", "i32"]);
    body(f, f.pointers<[never, never]>()[0]);
    module.export("stage 0", module.add(f));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const bytes = module.bytes(1, true);
    return { memory, data: { module: new WebAssembly.Module(bytes), memory, stages: [{ pieces: 64, extent: 64 }] } };
  };
  /** Leaves pieces to the other thread, however busy the machine is. */
  const slowly: Piece = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);

  test("does each piece once, and both threads do some", () => {
    const { memory, data } = program((f, lo) => f.storeI32(i32.shl(lo, 2), 0, i32.constant(1)));
    const marks = new Int32Array(memory.buffer, 0, 64);
    let mine = 0;
    const job = crewOfTwo.load("program", data, (_, piece) => {
      mine++;
      marks[piece]! += 1;
    });
    for (let round = 0; round < 100; round++) {
      marks.fill(0);
      job.run(0, 64);
      expect(marks.every((mark) => mark === 1)).toBe(true);
    }
    expect(mine).toBeGreaterThan(0);
    expect(mine).toBeLessThan(6400);
    job.dispose();
    expect(() => job.run(0, 2)).toThrow("the job was disposed of");
  });

  test("a trap in another thread is a ThreadError here, and the crew works on", () => {
    const trap = program((f) => f.storeI32(i32.constant(2 ** 30), 0, i32.constant(1)));
    const job = crewOfTwo.load("program", trap.data, slowly);
    expect(() => job.run(0, 64)).toThrow(ThreadError);
    expect(() => job.run(0, 64)).toThrow(/thread 2 of the crew failed: RuntimeError: memory access out of bounds/);
    job.dispose();
    const { data, memory } = program((f, lo) => f.storeI32(i32.shl(lo, 2), 0, i32.constant(1)));
    const marks = new Int32Array(memory.buffer, 0, 64);
    crewOfTwo.load("program", data, (_, piece) => marks.fill(1, piece, piece + 1)).run(0, 64);
    expect(marks.every((mark) => mark === 1)).toBe(true);
  });

  test("what another thread cannot make is a ThreadError when it is needed", () => {
    const job = crewOfTwo.load("no such tool", {}, slowly);
    expect(() => job.run(0, 64)).toThrow("thread 2 of the crew failed: Error: no tool no such tool");
  });

  test("an error of one's own piece comes through, and the crew works on", () => {
    const { data } = program((f) => f.loop(0, 1e7, 1, (i) => f.storeI32(i32.constant(0), 0, i)));
    const own: Piece = () => {
      throw new RangeError("mine");
    };
    const job = crewOfTwo.load("program", data, own);
    expect(() => job.run(0, 64)).toThrow("mine");
    const again = crewOfTwo.load("program", data, slowly);
    again.run(0, 64);
  });

  test("a job within a piece of another one is done by this thread alone", () => {
    const { data } = program(() => {});
    let inner = 0;
    const within = crewOfTwo.load("program", data, () => inner++);
    let mine = 0;
    const outer = crewOfTwo.load("program", data, () => {
      mine++;
      within.run(0, 5);
    });
    for (let round = 0; round < 20; round++) outer.run(0, 64);
    expect(inner).toBe(5 * mine);
  });

  // Its home is this thread, which sees it end, while the owner, another thread, waits for the piece.
  test("a thread that dies with a piece is a ThreadError for its owner", async () => {
    const dying = `
      import { workerData } from "node:worker_threads";
      const words = new Int32Array(workerData.control);
      Atomics.store(words, ${word.heard}, 1);
      while (Atomics.load(words, ${word.remaining}) === 0);
      Atomics.sub(words, ${word.remaining}, 1);
      throw new RangeError("no more memory");`;
    const waiting = `
      const { workerData, parentPort } = require("node:worker_threads");
      import(${JSON.stringify(built("compile/index.js"))}).then(({ createCrew }) => {
        const crew = createCrew({ ...workerData, call: () => parentPort.postMessage("call"), now: () => performance.now() });
        const job = crew.load("any", {}, () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20));
        if (!job.awaitReady(10000)) throw new Error("nobody came");
        try {
          job.run(0, 64);
        } catch ({ name, message }) {
          parentPort.postMessage(name + ": " + message);
        }
      });`;
    const { control, ports, call, end } = crewHome(1, new URL(`data:text/javascript,${encodeURIComponent(dying)}`));
    const owner = new Worker(waiting, { eval: true, workerData: { control, ports }, transferList: [...ports] });
    const heard = await new Promise((done, fail) => {
      owner.on("message", (message) => (message === "call" ? call() : done(message)));
      owner.on("error", fail);
    });
    expect(heard).toBe("ThreadError: a thread of the crew ended in the middle of its work: RangeError: no more memory");
    await Promise.all([owner.terminate(), end()]);
  });

  test("without the others, one thread does everything", async () => {
    const { crew, end } = startCrew(3, new URL("data:text/javascript,process.exit(0)"));
    const job = crew!.load("program", {}, slowly) as CrewJob;
    expect(job.awaitReady(1)).toBe(false);
    await new Promise((done) => setTimeout(done, 500));
    let mine = 0;
    const alone = crew!.load("program", {}, () => mine++);
    alone.run(0, 64);
    expect(mine).toBe(64);
    await end();
    expect(startCrew(1).crew).toBeNull();
  });
});

test("a thousand compiled programs, run and disposed of, leave no memory behind", () => {
  const engines = [wasmEngine, threadedEngine(crewOfTwo, { stage: 0, piece: 1e5, program: 0 })];
  const x = p.input("x", [128, 512], { role: "data" });
  const program = p.buildProgram([{ buffer: "y", offset: 0, node: p.sigmoid(x) }]); // 1 MiB
  for (const engine of engines) {
    const load = () => engine.load(program).dispose();
    for (let i = 0; i < 100; i++) load();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 1000; i++) load();
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20); // all of them would be 1 GiB
  }
});

describe("no thread outlives its owner", () => {
  const script = (rest: string) => `
    import { startCrew } from "${built("host/crew.js")}";
    const { crew } = startCrew(2);
    const job = crew.load("program", {}, () => {});
    if (!job.awaitReady(5000)) throw new Error("nobody came");
    ${rest}`;
  const node = (code: string) => [process.execPath, ["--input-type=module", "-e", code]] as const;

  test("the process ends by itself when the owner is done", () => {
    const { status, stderr } = spawnSync(...node(script("")), { timeout: 20_000, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("a killed owner takes them along", async () => {
    const child = spawn(...node(script(`process.stdout.write("ready"); setInterval(() => {}, 1000);`)));
    await new Promise((ready) => child.stdout!.once("data", ready));
    const gone = new Promise<string | null>((done) => child.once("exit", (_, signal) => done(signal)));
    child.kill("SIGKILL");
    expect(await gone).toBe("SIGKILL");
    expect(() => process.kill(child.pid!, 0)).toThrow(/ESRCH/);
  });

  test("Ctrl-C ends a run on two threads with exit code 3", async () => {
    const file = fileURLToPath(new URL("../../examples/digits.yaml", import.meta.url));
    const args = ["train", file, "--set", "train.steps=1000000", "--threads", "2", "--quiet"];
    const child = spawn(process.execPath, [fileURLToPath(built("cli/main.js")), ...args]);
    await new Promise((later) => setTimeout(later, 1500));
    const code = new Promise<number | null>((done) => child.once("exit", (status) => done(status)));
    child.kill("SIGINT");
    expect(await code).toBe(3);
  });
});
