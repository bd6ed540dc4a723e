import { wasmDenseKernels } from "../../src/compile/index.ts";
import { createRng, installDenseKernels, matrix, symmetricEigen } from "../../src/numeric/index.ts";
import { ours, type Row } from "../contender.ts";
import { type Peer, torch } from "../peers/python.ts";

/** Symmetric eigenproblems with vectors. */
export function denseRows(peers: readonly (Peer | null)[]): Row[] {
  return [200, 500].map((n) => ({
    name: `symmetric eigenproblem with vectors, n = ${n}`,
    target: "",
    ...(n > 300 && { rounds: 3 }),
    contenders: () => {
      installDenseKernels(wasmDenseKernels());
      const rng = createRng(3, "eigen");
      const a = matrix(n, n);
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a.data[i * n + j] = a.data[j * n + i] = rng.normal();
      return [
        ours("WebAssembly", () => symmetricEigen(a)),
        ...peers.flatMap((peer) =>
          ["numpy eigh", "torch eigh"].flatMap((way) => torch(peer, "eigen", way, { args: { n } })),
        ),
      ];
    },
  }));
}
