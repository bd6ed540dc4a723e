import type { Engine, Executable } from "../../src/compile/engine.ts";
import { interpreterEngine } from "../../src/compile/interpreter/interpreter.ts";
import { laneSteps, prepareSteps } from "../../src/compile/lane/loops/loop-steps.ts";
import type { Crew } from "../../src/compile/threads/crew.ts";
import { threadedEngine, wasmEngine } from "../../src/compile/wasm/engine.ts";
import { ModuleBuilder, TABLE_BYTES } from "../../src/compile/wasm/module-builder.ts";
import { startCrew } from "../../src/host/crew.ts";
import { nativeBackend } from "../../src/host/native-engine.ts";
import { buildProgram, type Node, simplify, sizeOf } from "../../src/program/index.ts";

/** The system's library; a sentence where there is none, and then its tests are skipped and say so. */
export const native = nativeBackend();

/** A crew of two whose other member is the built one; give it time, and it takes part in every stage. */
export const crewOfTwo = patient(startCrew(2, new URL("../../dist/host/crew-member.js", import.meta.url)).crew!);

/** Every step of every program in pieces on two threads, and each output held bit for bit against one thread. */
export const onTwoThreads: Engine = {
  name: "wasm on two threads",
  load(program) {
    const [one, two] = [wasmEngine, threadedEngine(crewOfTwo, { stage: 0, piece: 0, program: 0 })].map((engine) =>
      engine.load(program),
    ) as [Executable, Executable];
    return {
      buffers: two.buffers,
      run() {
        for (const [name, values] of Object.entries(two.buffers)) one.buffers[name]!.set(values);
        one.run();
        two.run();
        for (const [name, values] of Object.entries(two.buffers)) expectSameBits(values, one.buffers[name]!, name);
      },
      dispose() {
        one.dispose();
        two.dispose();
      },
    };
  },
};

/**
 * Lane mode in loops, one run of a program: the given inputs stand in the last of four lanes, whose neighbours hold them
 * the other way round and must not be seen.
 */
export const inLanes: Engine = {
  name: "loops over lanes",
  load(given) {
    const [program, module, vectors] = [simplify(given), new ModuleBuilder(), 2];
    const { run, plan, fill } = laneSteps(module, prepareSteps(program), vectors, { start: TABLE_BYTES });
    module.export("run", run);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(plan.totalBytes / 65536) });
    module.writeTables(memory);
    fill(memory, 0);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes(1)), { env: { memory } });
    const buffers = Object.fromEntries(
      Object.entries(program.bufferSizes).map(([name, size]) => [name, new Float64Array(size)]),
    );
    const each = (act: (own: Float64Array, lanes: Float64Array, i: number) => void) => {
      for (const [name, own] of Object.entries(buffers)) {
        const lanes = new Float64Array(memory.buffer, plan.buffers[name]!.address, 4 * own.length);
        for (let i = 0; i < own.length; i++) act(own, lanes, i);
      }
    };
    return {
      buffers,
      run() {
        each((own, lanes, i) => {
          lanes.fill(own[own.length - 1 - i]!, 4 * i, 4 * i + 3);
          lanes[4 * i + 3] = own[i]!;
        });
        (exports["run"] as (...pointers: number[]) => void)(0, 0, 0, 0, 0);
        each((own, lanes, i) => {
          own[i] = lanes[4 * i + 3]!;
        });
      },
      dispose() {},
    };
  },
};

/** Every engine that must agree. */
export const engines: readonly [Engine, ...Engine[]] = [
  interpreterEngine,
  wasmEngine,
  onTwoThreads,
  inLanes,
  ...(typeof native === "string" ? [] : [native.engine]),
];

export type Inputs = Readonly<Record<string, ArrayLike<number>>>;

/** Values of the nodes, one buffer each, after one run on the given inputs. */
export function evaluate(engine: Engine, nodes: readonly Node[], inputs: Inputs): Float64Array[] {
  const program = buildProgram(nodes.map((node, i) => ({ buffer: `out ${i}`, offset: 0, node })));
  const executable = engine.load(program);
  for (const [name, values] of Object.entries(inputs)) executable.buffers[name]?.set(values);
  executable.run();
  const results = nodes.map((node, i) => executable.buffers[`out ${i}`]!.slice(0, sizeOf(node.shape)));
  executable.dispose();
  return results;
}

/** Equal as Object.is sees it, or with `ulps` given, as close as that many units of 2⁻⁵². */
export function agree(a: number, b: number, ulps: number | undefined, scale: number): boolean {
  if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (ulps === undefined || !Number.isFinite(a) || !Number.isFinite(b)) return false;
  return Math.abs(a - b) <= ulps * (2 ** -52 * Math.max(Math.abs(a), Math.abs(b), scale) + 5e-324);
}

/** The same crew, where this thread waits until the others have come and then lets them claim pieces first. */
function patient(crew: Crew): Crew {
  const nap = new Int32Array(new SharedArrayBuffer(4));
  return {
    threads: crew.threads,
    load(tool, data, own) {
      const job = crew.load(tool, data, (stage, piece) => {
        Atomics.wait(nap, 0, 0, 0.05);
        own(stage, piece);
      });
      if (!job.awaitReady(10_000)) throw new Error("the other thread has not come");
      return job;
    },
  };
}

function expectSameBits(actual: Float64Array, expected: Float64Array, name: string): void {
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(actual[i], expected[i])) {
      throw new Error(`${name}[${i}] is ${actual[i]} on two threads, ${expected[i]} on one`);
    }
  }
}
