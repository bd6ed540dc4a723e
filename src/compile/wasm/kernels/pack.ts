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

/** What the code of a packing depends on; the sizes are arguments of its function. */
export interface PackForm {
  readonly panel: number;
  /** Outer indices of a last, incomplete panel, or 0. */
  readonly last: number;
  /** Which index runs through neighbouring elements. */
  readonly unit: "outer" | "inner" | "none";
}

/** Numbers in the packed matrix. */
export function packedSize({ count, inner, panel }: PackKernel): number {
  return Math.ceil(count / panel) * panel * inner;
}

/** The form, the arguments that complete it, and the units of lo and hi: panels. */
export function packForm({ count, inner, outerStride, innerStride, panel }: PackKernel): {
  readonly form: PackForm;
  readonly sizes: readonly number[];
  readonly extent: number;
} {
  const unit = outerStride === 1 ? "outer" : innerStride === 1 ? "inner" : "none";
  const sizes = [Math.floor(count / panel), inner, 8 * outerStride, 8 * innerStride];
  return { form: { panel, last: count % panel, unit }, sizes, extent: Math.ceil(count / panel) };
}

/**
 * The function (read, write, panels, inner, outer and inner distance in bytes, lo, hi) that copies a matrix into
 * panels: panel p holds for each inner index in order the outer indices p·panel … p·panel + panel − 1, with zeros
 * beyond the last.
 */
export function packFunction(module: ModuleBuilder, form: PackForm): FunctionBuilder {
  const f = new FunctionBuilder(module, new Array<"i32">(8).fill("i32"));
  const all = f.pointers<[I32, I32, I32, I32, I32, I32, I32, I32]>();
  const [read, write, panels, inner, outerDistance, innerDistance, lo, hi] = all;
  const { panel, last } = form;
  const copy = (p: I32, present: number) => {
    const from = f.let(i32.add(read, i32.mul(p, i32.mul(outerDistance, panel))));
    const to = f.let(i32.add(write, i32.mul(p, i32.mul(inner, 8 * panel))));
    copyPanel(f, form, { from, to, inner, outerDistance, innerDistance }, present);
  };
  if (last === 0) f.loop(lo, hi, 1, (p) => copy(p, panel));
  else {
    f.loop(lo, f.let(i32.select(i32.less(hi, panels), hi, panels)), 1, (p) => copy(p, panel));
    f.if(i32.less(panels, hi), () => copy(panels, last));
  }
  return f;
}

interface Panel {
  readonly from: I32;
  readonly to: I32;
  readonly inner: I32;
  readonly outerDistance: I32;
  readonly innerDistance: I32;
}

function copyPanel(f: FunctionBuilder, { panel, unit }: PackForm, place: Panel, present: number): void {
  const { inner, outerDistance, innerDistance } = place;
  const lines = unit === "outer" ? 1 : present;
  const from = Array.from({ length: lines }, (_, j) =>
    f.variable(j === 0 ? place.from : i32.add(place.from, i32.mul(outerDistance, j))),
  );
  const to = f.variable(place.to);
  const advance = (steps: number) => {
    for (const line of from) f.assign(line, i32.add(line, i32.mul(innerDistance, steps)));
    f.assign(to, i32.add(to, 8 * steps * panel));
  };
  const element = (j: number) => (unit === "outer" ? f64.load(from[0]!, 8 * j) : f64.load(from[j]!));
  const one = () => {
    for (let j = 0; j < panel; j++) f.storeF64(to, 8 * j, j < present ? element(j) : f64.constant(0));
  };
  const vectors = () => {
    for (let j = 0; j < panel; j += 2) f.storeVector(to, 8 * j, v128.load(from[0]!, 8 * j));
  };
  /** Two inner indices at once: 2 × 2 blocks are transposed in registers. */
  const two = () => {
    const line = (j: number) => (j < present ? f.let(v128.load(from[j]!)) : f64x2.constant(0));
    for (let j = 0; j < panel; j += 2) {
      f.block(() => {
        const [a, b] = [line(j), line(j + 1)];
        f.storeVector(to, 8 * j, v128.lanes(a, b, 0, 2));
        f.storeVector(to, 8 * (j + panel), v128.lanes(a, b, 1, 3));
      });
    }
  };
  if (unit === "inner") {
    const odd = f.let(i32.and(inner, 1));
    f.loop(0, f.let(i32.sub(inner, odd)), 2, () => {
      two();
      advance(2);
    });
    f.if(odd, one);
  } else {
    f.loop(0, inner, 1, () => {
      if (unit === "outer" && present === panel) vectors();
      else one();
      advance(1);
    });
  }
}
