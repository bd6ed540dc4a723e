import {
  type Crew,
  compileDescent,
  compileDescentEnsemble,
  type Engine,
  threadedEngine,
  wasmEngine,
} from "../../src/compile/index.ts";
import { createRng } from "../../src/numeric/index.ts";
import { formulaProblem } from "../../src/program/index.ts";
import { type Contender, ours, type Row } from "../contender.ts";
import { mlp } from "../networks.ts";
import { clangMap } from "../peers/clang.ts";
import { type Peer, torch } from "../peers/python.ts";

const [count, steps] = [1e5, 20];
const copies = 1024;
const net = { sizes: [2, 16, 16, 1], samples: 32, activation: "tanh" } as const;

/** GD from many initial conditions, on a loss of two parameters and on a net: lanes against torch and against C. */
export function laneRows(peers: readonly (Peer | null)[], crew: Crew | null): Row[] {
  const ways = ["eager autograd", "jit, gradient by hand"];
  const args = { count, steps };
  const name = "one step of GD on a two-parameter loss, one of 1e5 initial conditions";
  return [
    {
      name,
      target: "≥ 5× PyTorch",
      reached: (own, peer) => peer !== null && peer / own >= 5,
      each: count * steps,
      contenders: () => [
        lanes("WebAssembly lanes, T=1", wasmEngine),
        ...(crew ? [lanes(`WebAssembly lanes, T=${crew.threads}`, threadedEngine(crew))] : []),
        ...peers.flatMap((peer) => ways.flatMap((way) => torch(peer, "map", way, { args }))),
      ],
    },
    {
      name: `${name}, against C`,
      target: "≥ 0.14× clang (within 7×)",
      reached: (own, peer) => peer !== null && own / peer <= 7,
      each: count * steps,
      contenders: () => [lanes("WebAssembly lanes, T=1", wasmEngine), ...clangMap(count, steps)],
    },
    {
      name: "GD step, one of 1024 copies of MLP 2-16-16-1 tanh, 32 samples",
      target: "",
      each: copies,
      contenders: () => [
        copiesInLanes("WebAssembly lanes, T=1", wasmEngine),
        ...(crew ? [copiesInLanes(`WebAssembly lanes, T=${crew.threads}`, threadedEngine(crew))] : []),
        copiesOneByOne("WebAssembly, one copy after the other"),
        ...peers.flatMap((peer) =>
          ["batched products", "functorch vmap(grad)"].flatMap((way) =>
            torch(peer, "copies", way, { args: { ...net, copies } }),
          ),
        ),
      ],
    },
  ];
}

/** The ensemble may rearrange sums and products: the peers have their gradients by hand. */
function lanes(name: string, engine: Engine): Contender {
  const problem = formulaProblem({
    parameters: ["u", "v"],
    samples: ["(u*v - 1)^2/2", "(u*v^2 - 1)^2/2"],
    weights: [0.5, 0.5],
  });
  const options = { stepSize: 0.1, rearrange: true };
  const ensemble = compileDescentEnsemble(problem, { type: "gd" }, engine, options)!;
  const rng = createRng(2, "starts");
  const states = Float64Array.from({ length: 2 * count }, () => 0.5 + rng.uniform());
  const out = new Float64Array(2 * count);
  return ours(name, () => ensemble.advance(states, steps, out));
}

/** The parameters of the copies, near those that PyTorch would draw. */
function startsOfCopies() {
  const { problem, theta } = mlp(net.sizes, net.samples, net.activation);
  const rng = createRng(3, "copies");
  const states = Float64Array.from(
    { length: copies * theta.length },
    (_, i) => theta[i % theta.length]! + 0.1 * rng.normal(),
  );
  return { problem, states };
}

function copiesInLanes(name: string, engine: Engine): Contender {
  const { problem, states } = startsOfCopies();
  const ensemble = compileDescentEnsemble(problem, { type: "gd" }, engine, { stepSize: 0.01 })!;
  return ours(name, () => ensemble.advance(states, 1, states));
}

function copiesOneByOne(name: string): Contender {
  const { problem, states } = startsOfCopies();
  const map = compileDescent(problem, { type: "gd" }, wasmEngine, { stepSize: 0.01 });
  const next = new Float64Array(map.dimension);
  const run = () => {
    for (let at = 0; at < states.length; at += map.dimension) {
      map.step(states.subarray(at, at + map.dimension), next);
      states.set(next, at);
    }
  };
  return ours(name, run, "beside");
}
