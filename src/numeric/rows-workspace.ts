import { denseKernels, type RowsWorkspace } from "./dense-kernels.ts";
import { axpy, dot } from "./vector.ts";

/** Below this many numbers plain loops are as fast. */
const SMALLEST = 1024;

/** A matrix of zeros whose rows are reflected and combined, by the installed kernels where it is large. */
export function rowsWorkspace(rows: number, cols: number): RowsWorkspace {
  const fast = rows * cols < SMALLEST ? null : denseKernels()?.rowsWorkspace(rows, cols);
  if (!fast) return plainWorkspace(rows, cols);
  fast.a.fill(0);
  return fast;
}

function plainWorkspace(rows: number, cols: number): RowsWorkspace {
  const a = new Float64Array(rows * cols);
  const tail = (row: number, from: number) => a.subarray(row * cols + from, (row + 1) * cols);
  return {
    a,
    reflect(row, from, first, count, tau) {
      const v = tail(row, from);
      for (let r = first; r < first + count; r++) {
        const x = tail(r, from);
        axpy(-(dot(x, v) * tau), v, x);
      }
    },
    subtractRows(row, factors) {
      const x = tail(row, 0);
      factors.forEach((factor, r) => {
        axpy(-factor, tail(r, 0), x);
      });
    },
  };
}
