import { f64x2, type I32, i32, type V128, v128 } from "../../wasm/expressions.ts";
import { FunctionBuilder, type FunctionRef } from "../../wasm/function-builder.ts";
import type { ModuleBuilder } from "../../wasm/module-builder.ts";
import { isUseful } from "../orthonormalize.ts";

/**
 * The function (frame, lengths) of `orthonormalize` in loops: vectors of `n` elements one after another, each element
 * `vectors` vectors of lanes. The same operations in the same order.
 */
export function orthonormalizeLanes(module: ModuleBuilder, n: number, count: number, vectors: number): FunctionRef {
  return module.shared(`orthonormalize ${n} ${count}`, () => {
    const f = new FunctionBuilder(module, ["i32", "i32"]);
    const [frame, lengths] = f.pointers<[I32, I32]>();
    const element = 16 * vectors;
    const lanes = new LaneVectors(f, n, element);
    f.loop(0, element, 16, (offset) => {
      const first = f.let(i32.add(frame, offset));
      const v = f.variable(first);
      const length = f.variable(i32.add(lengths, offset));
      f.loop(0, count, 1, () => {
        const before = f.let(lanes.dot(v, v));
        f.loop(0, 2, 1, () => {
          f.loop(first, v, n * element, (u) => lanes.project(v, u));
        });
        const square = f.let(lanes.dot(v, v));
        const root = f.let(f64x2.sqrt(square));
        lanes.scale(v, f.let(f64x2.div(f64x2.constant(1), root)));
        f.storeVector(length, 0, v128.and(root, isUseful(f, before, square, root)));
        f.assign(v, i32.add(v, n * element));
        f.assign(length, i32.add(length, element));
      });
    });
    return f;
  });
}

/** Operations on vectors of `n` elements in memory. */
class LaneVectors {
  private readonly f: FunctionBuilder;
  private readonly n: number;
  private readonly element: number;

  constructor(f: FunctionBuilder, n: number, element: number) {
    this.f = f;
    this.n = n;
    this.element = element;
  }

  /** ⟨x, y⟩ in four interleaved parts, each beginning at +0. */
  dot(x: I32, y: I32): V128 {
    const { f, n, element } = this;
    const whole = n - (n % 4);
    const parts = Array.from({ length: 4 }, () => f.variable(f64x2.constant(0)));
    const add = (part: number, offset: I32, place: number) => {
      const at = (base: I32) => v128.load(i32.add(base, offset), place * element);
      f.assign(parts[part]!, f64x2.add(parts[part]!, f64x2.mul(at(x), at(y))));
    };
    f.loop(0, whole * element, 4 * element, (offset) => {
      for (let part = 0; part < 4; part++) add(part, offset, part);
    });
    f.loop(whole * element, n * element, element, (offset) => add(0, offset, 0));
    const [a, b, c, d] = parts;
    return n < 4 ? a! : f64x2.add(f64x2.add(a!, b!), f64x2.add(c!, d!));
  }

  /** v ← v − ⟨u, v⟩u. */
  project(v: I32, u: I32): void {
    const { f } = this;
    f.block(() => {
      const share = f.let(f64x2.neg(this.dot(u, v)));
      this.each((offset) => {
        const at = f.let(i32.add(v, offset));
        f.storeVector(at, 0, f64x2.add(v128.load(at), f64x2.mul(share, v128.load(i32.add(u, offset)))));
      });
    });
  }

  scale(v: I32, factor: V128): void {
    const { f } = this;
    this.each((offset) => {
      const at = f.let(i32.add(v, offset));
      f.storeVector(at, 0, f64x2.mul(v128.load(at), factor));
    });
  }

  private each(body: (offset: I32) => void): void {
    this.f.loop(0, this.n * this.element, this.element, body);
  }
}
