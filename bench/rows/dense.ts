import { wasmDenseKernels } from "../../src/compile/index.ts";
import {
  cholesky,
  createRng,
  installDenseKernels,
  type Matrix,
  matrix,
  multiplyTransposed,
  qr,
  symmetricEigen,
  transpose,
} from "../../src/numeric/index.ts";
import { ours, type Row } from "../contender.ts";
import { type Peer, torch } from "../peers/python.ts";

interface Factorization {
  readonly name: string;
  readonly sizes: readonly number[];
  compute(a: Matrix): unknown;
  /** The matrix made from one of independent normal entries. */
  prepare(a: Matrix): Matrix;
  readonly work: string;
  readonly ways: readonly string[];
}

const factorizations: readonly Factorization[] = [
  {
    ...{ name: "symmetric eigenproblem with vectors", sizes: [200, 500], compute: symmetricEigen },
    ...{ work: "eigen", ways: ["numpy eigh", "torch eigh"] },
    prepare(a) {
      const mirrored = transpose(a);
      return matrix(
        a.rows,
        a.cols,
        a.data.map((x, i) => x + mirrored.data[i]!),
      );
    },
  },
  {
    ...{ name: "thin QR", sizes: [400], compute: qr, prepare: (a) => a },
    ...{ work: "qr", ways: ["numpy qr", "torch qr"] },
  },
  {
    ...{ name: "Cholesky factor", sizes: [800], compute: cholesky, prepare: (a) => multiplyTransposed(a, a) },
    ...{ work: "cholesky", ways: ["numpy cholesky", "torch cholesky"] },
  },
];

/** Dense factorizations, against LAPACK. */
export function denseRows(peers: readonly (Peer | null)[]): Row[] {
  return factorizations.flatMap(({ name, sizes, compute, prepare, work, ways }) =>
    sizes.map((n) => ({
      name: `${name}, n = ${n}`,
      target: "",
      ...(n > 300 && { rounds: 3 }),
      contenders: () => {
        installDenseKernels(wasmDenseKernels());
        const rng = createRng(3, work);
        const a = prepare(
          matrix(
            n,
            n,
            Float64Array.from({ length: n * n }, () => rng.normal()),
          ),
        );
        return [
          ours("WebAssembly", () => compute(a)),
          ...peers.flatMap((peer) => ways.flatMap((way) => torch(peer, work, way, { args: { n } }))),
        ];
      },
    })),
  );
}
