import type { NativeProducts } from "../compile/index.ts";
import type { DenseKernels, Matrix } from "../numeric/index.ts";
import type { NativeLibrary } from "./native-library.ts";

const ROW_MAJOR = 101;
const PLAIN = 111;
const TRANSPOSED = 112;
const UPPER = 121;
/** Fewest multiplications for which a call pays. */
const SMALLEST_PRODUCT = 2 ** 15;

/** Products of compiled programs by the library's dgemm, on views of their memory. */
export function nativeProductsOf({ dgemm }: NativeLibrary): NativeProducts {
  return {
    bind(buffer, { rows, inner, columns, a, b, c }) {
      const from = (at: number) => new Float64Array(buffer, at);
      const [left, right, result] = [from(a.at), from(b.at), from(c)];
      const [ta, tb] = [a, b].map(({ transposed }) => (transposed ? TRANSPOSED : PLAIN)) as [number, number];
      return () =>
        dgemm(
          ...[ROW_MAJOR, ta, tb, rows, columns, inner, 1, left, a.stride, right, b.stride],
          ...[0, result, columns],
        );
    },
  };
}

/** Dense algebra by the library; what it does not take is done by `others`. */
export function nativeDenseKernels(library: NativeLibrary, others: DenseKernels): DenseKernels {
  return {
    multiplyTransposed(a, b, out) {
      if (a.rows * b.rows * a.cols < SMALLEST_PRODUCT || a.cols === 0) return others.multiplyTransposed(a, b, out);
      if (a === b) gram(library, a, out);
      else product(library, a, b, out);
      return true;
    },
    symmetricWorkspace: () => null,
    rowsWorkspace: others.rowsWorkspace,
    solveSymmetric: (a, n, vectors) => solveSymmetric(library, a, n, vectors),
  };
}

function product({ dgemm }: NativeLibrary, a: Matrix, b: Matrix, c: Float64Array): void {
  const sizes = [a.rows, b.rows, a.cols];
  dgemm(ROW_MAJOR, PLAIN, TRANSPOSED, ...sizes, 1, a.data, a.cols, b.data, b.cols, 0, c, b.rows);
}

function gram({ dsyrk }: NativeLibrary, a: Matrix, c: Float64Array): void {
  const n = a.rows;
  dsyrk(ROW_MAJOR, UPPER, PLAIN, n, a.cols, 1, a.data, a.cols, 0, c, n);
  for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) c[i * n + j] = c[j * n + i]!;
}

/** LAPACK's divide and conquer. Row-major lower is column-major upper, and its columns of vectors are our rows. */
function solveSymmetric({ dsyevd }: NativeLibrary, a: Float64Array, n: number, vectors: boolean): Float64Array | null {
  const values = new Float64Array(n);
  const work = new Float64Array(vectors ? 1 + 6 * n + 2 * n * n : 2 * n + 1);
  const integers = new Int32Array(vectors ? 3 + 5 * n : 1);
  const info = new Int32Array(1);
  const size = Int32Array.of(n);
  const [length, integerLength] = [Int32Array.of(work.length), Int32Array.of(integers.length)];
  const before = a.slice();
  dsyevd(vectors ? "V" : "N", "U", size, a, size, values, work, length, integers, integerLength, info);
  if (info[0] === 0) return values;
  a.set(before);
  return null;
}
