import { f64, f64x2, type I32, i32, v128 } from "../expressions.ts";
import { FunctionBuilder } from "../function-builder.ts";
import type { ModuleBuilder } from "../module-builder.ts";

/** A matrix to be brought into panels: `count` outer indices, `inner` inner ones, strides of both in elements. */
export interface PackKernel {
  readonly count: number;
  readonly inner: number;
  readonly outerStride: number;
  readonly innerStride: number;
  readonly panel: number;
}

/** Numbers in the packed matrix. */
export function packedSize({ count, inner, panel }: PackKernel): number {
  return Math.ceil(count / panel) * panel * inner;
}

/** Units of lo and hi: panels. */
export function packExtent({ count, panel }: PackKernel): number {
  return Math.ceil(count / panel);
}

/**
 * The function (read, write, lo, hi) that copies a matrix into panels: panel p holds for each inner index in order the
 * outer indices p·panel … p·panel + panel − 1, with zeros beyond the last.
 */
export function packFunction(module: ModuleBuilder, kernel: PackKernel): FunctionBuilder {
  const { count, inner, outerStride, panel } = kernel;
  const f = new FunctionBuilder(module, ["i32", "i32", "i32", "i32"]);
  const [read, write, lo, hi] = f.pointers<[I32, I32, I32, I32]>();
  const full = Math.floor(count / panel);
  const place = (p: I32) => ({
    from: f.let(i32.add(read, i32.mul(p, 8 * panel * outerStride))),
    to: f.let(i32.add(write, i32.mul(p, 8 * panel * inner))),
  });
  const whole = (p: I32) => copyPanel(f, kernel, place(p), panel);
  if (count % panel === 0) f.loop(lo, hi, 1, whole);
  else {
    const isLast = f.let(i32.less(i32.constant(full), hi));
    f.loop(lo, f.let(i32.select(isLast, i32.constant(full), hi)), 1, whole);
    f.if(isLast, () => copyPanel(f, kernel, place(i32.constant(full)), count % panel));
  }
  return f;
}

function copyPanel(f: FunctionBuilder, kernel: PackKernel, place: { from: I32; to: I32 }, present: number): void {
  const { inner, outerStride, innerStride, panel } = kernel;
  const from = f.variable(place.from);
  const to = f.variable(place.to);
  const advance = (steps: number) => {
    f.assign(from, i32.add(from, 8 * steps * innerStride));
    f.assign(to, i32.add(to, 8 * steps * panel));
  };
  const one = () => {
    for (let i = 0; i < panel; i += 2) {
      if (outerStride === 1 && i + 1 < present) f.storeVector(to, 8 * i, v128.load(from, 8 * i));
      else {
        for (const j of [i, i + 1]) {
          f.storeF64(to, 8 * j, j < present ? f64.load(from, 8 * j * outerStride) : f64.constant(0));
        }
      }
    }
  };
  /** Two inner indices at once: 2 × 2 blocks are transposed in registers. */
  const two = () => {
    const zero = f64x2.constant(0);
    const line = (j: number) => (j < present ? f.let(v128.load(from, 8 * j * outerStride)) : zero);
    for (let i = 0; i < panel; i += 2) {
      f.block(() => {
        const [a, b] = [line(i), line(i + 1)];
        f.storeVector(to, 8 * i, v128.lanes(a, b, 0, 2));
        f.storeVector(to, 8 * (i + panel), v128.lanes(a, b, 1, 3));
      });
    }
  };
  const steps = innerStride === 1 && outerStride !== 1 ? 2 : 1;
  f.loop(0, inner - (inner % steps), steps, () => {
    if (steps === 2) two();
    else one();
    advance(steps);
  });
  if (inner % steps === 1) one();
}
