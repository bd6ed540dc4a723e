import type { ProductKernel } from "./kernels/product-form.ts";

/** A library of the machine that multiplies matrices where they lie in the memory of a program. */
export interface NativeProducts {
  /** What runs one product C ← A·B, as often as it is called; `buffer` is the memory, which never moves. */
  bind(buffer: ArrayBufferLike, product: NativeProduct): () => void;
}

/** C = A·B with C row-major, `rows` × `columns`, at byte address `c`. */
export interface NativeProduct {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly a: NativeMatrix;
  readonly b: NativeMatrix;
  readonly c: number;
}

/** A matrix at byte address `at` with rows (or, when transposed, columns) `stride` numbers apart. */
export interface NativeMatrix {
  readonly at: number;
  readonly stride: number;
  readonly transposed: boolean;
}

/** Below this many multiplications of one matrix the call costs more than it gains. */
const SMALLEST = 2 ** 15;
/** A product with a side below this is bound by memory, where both are alike. */
const SMALLEST_SIDE = 4;
/** Products that one step may repeat. */
const MOST_REPEATS = 64;

/** Whether a library takes this product: large, and each operand with one index through neighbouring numbers. */
export function isNative({ batch, rows, inner, columns, a, b }: ProductKernel): boolean {
  const repeats = batch.reduce((count, { extent }) => count * extent, 1);
  if (rows * inner * columns < SMALLEST || repeats > MOST_REPEATS) return false;
  if (Math.min(rows, inner, columns) < SMALLEST_SIDE) return false;
  const fits = (outer: number, step: number, outerCount: number) =>
    (step === 1 && outer >= inner) || (outer === 1 && step >= outerCount);
  return fits(a.outer, a.inner, rows) && fits(b.outer, b.inner, columns);
}

/** The single products of a kernel that `isNative`, operands at these byte addresses. */
export function nativeProducts(kernel: ProductKernel, atA: number, atB: number, atC: number): NativeProduct[] {
  const { batch, rows, inner, columns, a, b } = kernel;
  let places = [{ a: atA, b: atB }];
  for (const axis of batch) {
    const steps = Array.from({ length: axis.extent }, (_, i) => i);
    places = places.flatMap((at) => steps.map((i) => ({ a: at.a + 8 * i * axis.a, b: at.b + 8 * i * axis.b })));
  }
  return places.map((at, i) => ({
    ...{ rows, inner, columns },
    a: { at: at.a, stride: a.inner === 1 ? a.outer : a.inner, transposed: a.inner !== 1 },
    b: { at: at.b, stride: b.outer === 1 ? b.inner : b.outer, transposed: b.outer !== 1 },
    c: atC + 8 * i * rows * columns,
  }));
}
