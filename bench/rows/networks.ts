import {
  type Crew,
  compileDescent,
  compileObjective,
  type Engine,
  threadedEngine,
  wasmDenseKernels,
  wasmEngine,
} from "../../src/compile/index.ts";
import type { NativeBackend } from "../../src/host/native-engine.ts";
import { installDenseKernels } from "../../src/numeric/index.ts";
import { type Contender, ours, type Row } from "../contender.ts";
import { type BenchNetwork, mlp } from "../networks.ts";
import { type Peer, torch } from "../peers/python.ts";

interface Size {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly samples: number;
  readonly activation: "tanh" | "relu";
}

const small: Size = { name: "MLP 2-16-16-1 tanh, 32 samples", sizes: [2, 16, 16, 1], samples: 32, activation: "tanh" };
const medium: Size = {
  ...{ name: "MLP 784-128-64-10 relu, 256 samples", sizes: [784, 128, 64, 10] },
  ...{ samples: 256, activation: "relu" },
};
const forKernel: Size = { ...medium, name: "NTK of 500 samples × 10 outputs of MLP 784-128-64-10", samples: 500 };

/** What the machine at hand has beside one thread of WebAssembly. */
export interface Extras {
  readonly crew: Crew | null;
  readonly native: NativeBackend | null;
}

/** Rows of DESIGN §6 about networks: ours on the compiler against PyTorch in every way, with one and two threads. */
export function networkRows(peers: readonly (Peer | null)[], { crew, native }: Extras): Row[] {
  const against = (
    { sizes, samples, activation }: Size,
    work: string,
    ways: readonly string[],
    beside: string[] = [],
  ) =>
    peers.flatMap((peer) => [
      ...ways.flatMap((way) => torch(peer, work, way, { args: { sizes, samples, activation } })),
      ...beside.flatMap((way) => torch(peer, work, way, { side: "beside", args: { sizes, samples, activation } })),
    ]);
  const ratio = (least: number) => ({
    target: `≥ ${least}× PyTorch`,
    reached: (own: number, peer: number | null) => peer !== null && peer / own >= least,
  });
  const { sizes, samples, activation } = small;
  const smallNet = () => mlp(sizes, samples, activation);
  const mediumNet = () => mlp(medium.sizes, medium.samples, medium.activation);
  const gradientWays = ["eager", "functorch", "jit"];
  const wasm = (work: Work) => [
    work(mediumNet(), "WebAssembly, T=1", wasmEngine),
    ...(crew ? [work(mediumNet(), `WebAssembly, T=${crew.threads}`, threadedEngine(crew))] : []),
  ];
  const library = ({ engine, setThreads }: NativeBackend, work: Work) =>
    [1, 2].map((threads) => {
      const contender = work(mediumNet(), `native, T=${threads}`, engine);
      return {
        ...contender,
        block(seconds: number) {
          setThreads(threads);
          return contender.block(seconds);
        },
      };
    });
  const hvpWays = ["double backward", "functorch jvp of grad"];
  return [
    {
      name: `GD step, ${small.name}`,
      ...ratio(12),
      contenders: () => [
        step(smallNet()),
        ...against(small, "step", ["eager", "functorch", "jit"], ["jit, backward by hand"]),
      ],
    },
    {
      name: `HVP, ${small.name}`,
      ...ratio(18),
      contenders: () => [
        hvp(smallNet(), "WebAssembly", wasmEngine),
        ...against(small, "hvp", hvpWays, ["double backward, graph kept"]),
      ],
    },
    {
      name: `per-sample Jacobian, ${small.name}`,
      ...ratio(45),
      contenders: () => [
        jacobian(smallNet()),
        ...against(small, "jacobian", [
          ...["functorch vmap(jacrev)", "functorch jacrev", "functorch vmap(grad)", "batched vjp"],
        ]),
      ],
    },
    {
      name: `gradient, ${medium.name}`,
      ...ratio(0.35),
      contenders: () => [...wasm(gradient), ...against(medium, "gradient", gradientWays)],
    },
    {
      name: `HVP, ${medium.name}`,
      ...ratio(0.45),
      contenders: () => [...wasm(hvp), ...against(medium, "hvp", hvpWays, ["double backward, graph kept"])],
    },
    ...(native === null
      ? []
      : [
          {
            name: `gradient by the system's library, ${medium.name}`,
            ...ratio(1.2),
            contenders: () => [...library(native, gradient), ...against(medium, "gradient", gradientWays)],
          },
          {
            name: `HVP by the system's library, ${medium.name}`,
            ...ratio(1.5),
            contenders: () => [...library(native, hvp), ...against(medium, "hvp", hvpWays)],
          },
        ]),
    {
      name: forKernel.name,
      ...ratio(10),
      rounds: 1,
      seconds: 0,
      contenders: () => [
        kernel(mlp(forKernel.sizes, forKernel.samples, forKernel.activation)),
        ...torch(peers.findLast((peer) => peer !== null) ?? null, "ntk", "functorch vmap(jacrev) + matmul", {
          args: { sizes: forKernel.sizes, samples: forKernel.samples, activation: forKernel.activation },
        }),
      ],
    },
  ];
}

function step({ problem, theta }: BenchNetwork): Contender {
  const map = compileDescent(problem, { type: "gd" }, wasmEngine, { stepSize: 1e-6 });
  const next = new Float64Array(map.dimension);
  return ours("WebAssembly", () => map.step(theta, next));
}

type Work = (network: BenchNetwork, name: string, engine: Engine) => Contender;

function gradient({ problem, theta }: BenchNetwork, name: string, engine: Engine): Contender {
  const objective = compileObjective(problem, engine);
  const out = new Float64Array(theta.length);
  return ours(name, () => objective.gradient(theta, out));
}

function hvp({ problem, theta, direction }: BenchNetwork, name: string, engine: Engine): Contender {
  const objective = compileObjective(problem, engine);
  const out = new Float64Array(theta.length);
  return ours(name, () => objective.hvp(theta, direction, out));
}

function jacobian({ problem, theta }: BenchNetwork): Contender {
  const objective = compileObjective(problem, wasmEngine);
  const out = new Float64Array(theta.length * problem.sampleCount * problem.outputCount);
  return ours("WebAssembly", () => objective.jacobian(theta, out));
}

function kernel({ problem, theta }: BenchNetwork): Contender {
  installDenseKernels(wasmDenseKernels());
  const objective = compileObjective(problem, wasmEngine);
  return ours("WebAssembly", () => objective.ntk(theta));
}
