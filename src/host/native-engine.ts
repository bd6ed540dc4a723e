import { type Engine, nativeEngine, wasmDenseKernels } from "../compile/index.ts";
import {
  createRng,
  type DenseKernels,
  installDenseKernels,
  type Matrix,
  matrix,
  maxAbs,
  multiply,
  multiplyTransposed,
  symmetricEigen,
  transpose,
} from "../numeric/index.ts";
import { nativeDenseKernels, nativeProductsOf } from "./native-kernels.ts";
import { type NativeLibrary, openNativeLibrary } from "./native-library.ts";

/** The system's BLAS and LAPACK at work for programs and dense algebra. */
export interface NativeBackend {
  readonly engine: Engine;
  readonly denseKernels: DenseKernels;
  /** The library and its configuration, for the record. */
  readonly library: string;
  setThreads(count: number): void;
}

/** Sides of the product and the eigenproblem on which a library must agree with WebAssembly. */
const productSide = 96;
const eigenSide = 64;
/** … up to this, relative to the largest entry. */
const agreement = 1e-12;

let opened: NativeBackend | string | null = null;

/**
 * The native engine, opened and checked once in this thread; a sentence when the machine has none, or has one whose
 * product or eigenproblem differs from WebAssembly's by more than 1e-12. Leaves no dense kernels installed.
 */
export function nativeBackend(): NativeBackend | string {
  opened ??= open();
  return opened;
}

function open(): NativeBackend | string {
  const library = openNativeLibrary();
  return typeof library === "string" ? library : checkedBackend(library);
}

/** The backend of a library that keeps its promises, or a sentence about the one it breaks. */
export function checkedBackend(library: NativeLibrary): NativeBackend | string {
  const products = nativeProductsOf(library);
  const own = wasmDenseKernels();
  const denseKernels = nativeDenseKernels(library, own);
  const [a, b] = [randomMatrix(productSide, "a"), randomMatrix(productSide, "b")];
  const expected = withKernels(own, () => multiply(a, b));
  const found = [
    withKernels(denseKernels, () => multiplyTransposed(a, transpose(b))),
    throughMemory(products, a, b, false),
    throughMemory(products, a, transpose(b), true),
  ];
  if (found.some((product) => !(distance(product, expected) <= agreement))) {
    return `${library.name} multiplies matrices otherwise than WebAssembly`;
  }
  if (!solvesEigenproblems(own, denseKernels)) return `${library.name} solves eigenproblems otherwise than WebAssembly`;
  const { name, setThreads } = library;
  return { engine: nativeEngine(products), denseKernels, library: name, setThreads };
}

/** A·B (or A·Bᵀ) as a program would have it computed: in one memory. */
function throughMemory(products: ReturnType<typeof nativeProductsOf>, a: Matrix, b: Matrix, transposed: boolean) {
  const n = a.rows;
  const all = new Float64Array(3 * n * n);
  all.set(a.data);
  all.set(b.data, n * n);
  const [atA, atB, c] = [0, 8 * n * n, 16 * n * n] as const;
  const left = { at: atA, stride: n, transposed: false };
  products.bind(all.buffer, { rows: n, inner: n, columns: n, a: left, b: { at: atB, stride: n, transposed }, c })();
  return matrix(n, n, all.slice(2 * n * n));
}

function solvesEigenproblems(own: DenseKernels, native: DenseKernels): boolean {
  const half = randomMatrix(eigenSide, "eigen");
  const a = multiplyTransposed(half, half);
  const expected = withKernels(own, () => symmetricEigen(a));
  const { values, vectors } = withKernels(native, () => symmetricEigen(a));
  const scale = expected.values[0]!;
  const rotated = multiplyTransposed(vectors, a); // rows A v, as A is symmetric
  for (let i = 0; i < eigenSide; i++) {
    if (!(Math.abs(values[i]! - expected.values[i]!) <= agreement * scale)) return false;
    for (let j = 0; j < eigenSide; j++) {
      const residual = rotated.data[i * eigenSide + j]! - values[i]! * vectors.data[i * eigenSide + j]!;
      if (!(Math.abs(residual) <= agreement * scale)) return false;
    }
  }
  const inner = multiplyTransposed(vectors, vectors).data;
  return inner.every((x, at) => Math.abs(x - (at % (eigenSide + 1) === 0 ? 1 : 0)) <= agreement);
}

function withKernels<T>(kernels: DenseKernels, compute: () => T): T {
  installDenseKernels(kernels);
  try {
    return compute();
  } finally {
    installDenseKernels(null);
  }
}

function randomMatrix(n: number, name: string): Matrix {
  const rng = createRng(0, `native ${name}`);
  return matrix(
    n,
    n,
    Float64Array.from({ length: n * n }, () => rng.normal()),
  );
}

function distance(a: Matrix, b: Matrix): number {
  return maxAbs(a.data.map((x, i) => x - b.data[i]!)) / maxAbs(b.data);
}
