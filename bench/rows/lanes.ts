import { type Crew, compileDescentEnsemble, type Engine, threadedEngine, wasmEngine } from "../../src/compile/index.ts";
import { createRng } from "../../src/numeric/index.ts";
import { formulaProblem } from "../../src/program/index.ts";
import { type Contender, ours, type Row } from "../contender.ts";
import { clangMap } from "../peers/clang.ts";
import { type Peer, torch } from "../peers/python.ts";

const [count, steps] = [1e5, 20];

/** GD on a loss of two parameters from many initial conditions: lanes against torch and against C. */
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
