import { ANNIHILATED } from "../../../numeric/index.ts";
import { type F64, f64, f64x2, type I32, i32, type V128, v128 } from "../expressions.ts";
import { callTo, FunctionBuilder, type FunctionRef, type Variable } from "../function-builder.ts";
import type { ModuleBuilder } from "../module-builder.ts";

/** Φ stands at address 0, its rows `stride` doubles apart (a multiple of four, zeros behind the r entries). */
export interface FactorForm {
  readonly outputs: number;
  readonly rank: number;
  readonly stride: number;
}

/** Addresses of the arrays of one call, in the order of the function's arguments. */
export interface FactorPlaces {
  readonly indices: number;
  readonly weights: number;
  readonly offsets: number;
  readonly stepSizes: number;
  /** The lanes' vectors, `stride` doubles apart. */
  readonly vectors: number;
  /** Written: the norm before rescaling, step by step and in each step lane by lane; 0 when annihilated. */
  readonly norms: number;
  /** One integer a lane, not 0 when it rests. */
  readonly resting: number;
  /** Room for an address and for a double for each row of the largest batch. */
  readonly rows: number;
  readonly products: number;
}

/**
 * The function (steps, lanes, rescale, the places above) of `FactorKernel.advance`. Its sums run in the order of the
 * plain kernel (four interleaved parts, the rest in the first; four rows of a batch at a time), so that both give the
 * same bits. A batch's rows are read once for all lanes while they are in the cache.
 */
export function factorSteps(module: ModuleBuilder, form: FactorForm): FunctionBuilder {
  const f = new FunctionBuilder(module, new Array<"i32">(12).fill("i32"));
  const [steps, lanes, rescale, indices, weights, offsets, stepSizes, vectors, norms, resting, rows, products] =
    f.pointers<[I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32]>();
  const dots = [4, 2, 1].map((count) => module.add(rowDots(module, form, count)));
  const updates = [4, 1].map((count) => module.add(subtraction(module, form, count)));
  const square = module.add(squareOf(module, form));
  const rare = module.add(scaledNorm(module, form));
  const rowBytes = 8 * form.stride;
  const norm = f.variable(norms);
  f.loop(0, steps, 1, (t) => {
    const from = f.let(i32.load(i32.add(offsets, i32.shl(t, 2))));
    const count = f.let(i32.sub(i32.load(i32.add(offsets, i32.shl(t, 2)), 4), from));
    const total = f.let(i32.mul(count, form.outputs));
    const row = f.variable(rows);
    f.loop(0, count, 1, (j) => {
      const sample = i32.load(i32.add(indices, i32.shl(i32.add(from, j), 2)));
      const base = f.variable(i32.mul(sample, form.outputs * rowBytes));
      f.loop(0, form.outputs, 1, () => {
        f.storeI32(row, 0, base);
        f.assign(row, i32.add(row, 4));
        f.assign(base, i32.add(base, rowBytes));
      });
    });
    f.loop(0, lanes, 1, (lane) => {
      f.if(i32.eqz(i32.load(i32.add(resting, i32.shl(lane, 2)))), () => {
        const c = f.let(i32.add(vectors, i32.mul(lane, rowBytes)));
        const stepSize = f.let(f64.load(i32.add(stepSizes, i32.shl(lane, 3))));
        const product = f.variable(products);
        f.loop(0, count, 1, (j) => {
          const factor = f.let(f64.mul(stepSize, f64.load(i32.add(weights, i32.shl(i32.add(from, j), 3)))));
          f.loop(0, form.outputs, 1, () => {
            f.storeF64(product, 0, factor);
            f.assign(product, i32.add(product, 8));
          });
        });
        inGroups(f, total, [4, 2, 1], dots, { rows, products, c });
        inGroups(f, total, [4, 1], updates, { rows, products, c });
        f.if(rescale, () => normalize(f, form, { c, norm, square, rare, atRest: i32.add(resting, i32.shl(lane, 2)) }));
      });
      f.assign(norm, i32.add(norm, 8));
    });
  });
  return f;
}

/** Calls the first kernel as long as `sizes[0]` rows are left, then the next. */
function inGroups(
  f: FunctionBuilder,
  total: I32,
  sizes: readonly number[],
  kernels: readonly FunctionRef[],
  at: { readonly rows: I32; readonly products: I32; readonly c: I32 },
): void {
  f.block(() => {
    const done = f.variable(i32.constant(0));
    sizes.forEach((size, i) => {
      const fits = i32.lessEqual(i32.add(done, size), total);
      f.if(fits, () =>
        f.doWhile(() => {
          const place = (base: I32, shift: number) => i32.add(base, i32.shl(done, shift));
          f.call(kernels[i]!, place(at.rows, 2), place(at.products, 3), at.c);
          f.assign(done, i32.add(done, size));
          return fits;
        }),
      );
    });
  });
}

/** (rows, products, c): products[p] ← products[p]·⟨row p, c⟩ for `count` rows. */
function rowDots(module: ModuleBuilder, form: FactorForm, count: number): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32", "i32"]);
  const [rows, products, start] = f.pointers<[I32, I32, I32]>();
  const row = Array.from({ length: count }, (_, p) => f.variable(i32.load(rows, 4 * p)));
  dotsWith(f, form, row, f.variable(start)).forEach((sum, p) => {
    f.storeF64(products, 8 * p, f64.mul(f64.load(products, 8 * p), sum));
  });
  return f;
}

/** ⟨x, c⟩ for each x, in the order s₀ + s₁ + (s₂ + s₃) of the numeric room's `dot`. Moves the pointers. */
function dotsWith(f: FunctionBuilder, { rank }: FactorForm, x: readonly Variable<"i32">[], c: Variable<"i32">): F64[] {
  const low = x.map(() => f.variable(f64x2.constant(0)));
  const high = x.map(() => f.variable(f64x2.constant(0)));
  const four = (offset: number) =>
    f.block(() => {
      const c0 = f.let(v128.load(c, offset));
      const c1 = f.let(v128.load(c, offset + 16));
      x.forEach((at, p) => {
        const add = (sum: Variable<"v128">, y: V128, shift: number) =>
          f.assign(sum, f64x2.add(sum, f64x2.mul(v128.load(at, offset + shift), y)));
        add(low[p]!, c0, 0);
        add(high[p]!, c1, 16);
      });
    });
  const pointers = c === x[0] ? x : [...x, c];
  f.loop(0, rank >> 3, 1, () => {
    four(0);
    four(32);
    for (const at of pointers) f.assign(at, i32.add(at, 64));
  });
  if (rank & 4) four(0);
  const rest = Array.from({ length: rank & 3 }, (_, i) => 8 * ((rank & 4) + i));
  return x.map((at, p) => {
    const s0 = f.variable(f64x2.lane(low[p]!, 0));
    for (const offset of rest) f.assign(s0, f64.add(s0, f64.mul(f64.load(at, offset), f64.load(c, offset))));
    const [s1, s2, s3] = [f64x2.lane(low[p]!, 1), f64x2.lane(high[p]!, 0), f64x2.lane(high[p]!, 1)];
    return f.let(f64.add(f64.add(s0, s1), f64.add(s2, s3)));
  });
}

/** (rows, products, c): c ← c − Σ products[p]·row p, for four rows added in pairs, or for one. */
function subtraction(module: ModuleBuilder, { stride }: FactorForm, count: number): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32", "i32"]);
  const [rows, products, start] = f.pointers<[I32, I32, I32]>();
  const row = Array.from({ length: count }, (_, p) => f.variable(i32.load(rows, 4 * p)));
  const factor = row.map((_, p) => f.let(v128.loadSplat(products, 8 * p)));
  const c = f.variable(start);
  f.loop(0, stride >> 2, 1, () => {
    for (const offset of [0, 16]) {
      const [t0, t1, t2, t3] = row.map((at, p) => f64x2.mul(factor[p]!, v128.load(at, offset)));
      const sum = t1 && t2 && t3 ? f64x2.add(f64x2.add(t0!, t1), f64x2.add(t2, t3)) : t0!;
      f.storeVector(c, offset, f64x2.sub(v128.load(c, offset), sum));
    }
    for (const at of [...row, c]) f.assign(at, i32.add(at, 32));
  });
  return f;
}

/** (c): ⟨c, c⟩. */
function squareOf(module: ModuleBuilder, form: FactorForm): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32"], "f64");
  const c = f.variable(f.parameter<"i32">(0));
  f.return(dotsWith(f, form, [c], c)[0]!);
  return f;
}

/** (c): ‖c‖ where the square left the range of doubles, scaled by the largest entry; NaN when an entry is NaN. */
function scaledNorm(module: ModuleBuilder, { rank }: FactorForm): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32"], "f64");
  const c = f.parameter<"i32">(0);
  const entry = (i: I32) => f64.load(i32.add(c, i32.shl(i, 3)));
  const largest = f.variable(f64.constant(0));
  f.loop(0, rank, 1, (i) => f.assign(largest, f64.max(largest, f64.abs(entry(i)))));
  f.if(f64.less(f64.constant(0), largest), () => {
    f.if(f64.less(largest, f64.constant(Number.POSITIVE_INFINITY)), () => {
      const sum = f.variable(f64.constant(0));
      f.loop(0, rank, 1, (i) => {
        const t = f.let(f64.div(entry(i), largest));
        f.assign(sum, f64.add(sum, f64.mul(t, t)));
      });
      f.return(f64.mul(largest, f64.sqrt(sum)));
    });
  });
  f.return(largest);
  return f;
}

interface Normalization {
  readonly c: I32;
  /** Where the norm is written. */
  readonly norm: I32;
  readonly atRest: I32;
  readonly square: FunctionRef;
  readonly rare: FunctionRef;
}

/** Writes ‖c‖ and scales c to norm 1; a vector annihilated up to rounding becomes 0, its norm too, and it rests. */
function normalize(f: FunctionBuilder, { stride }: FactorForm, { c, norm, atRest, square, rare }: Normalization): void {
  const length = f.variable(callF64(square, c));
  const safe = i32.and(f64.less(f64.constant(1e-280), length), f64.less(length, f64.constant(1e300)));
  f.if(
    safe,
    () => f.assign(length, f64.sqrt(length)),
    () => f.assign(length, callF64(rare, c)),
  );
  const factor = f.variable(f64x2.splat(f64.div(f64.constant(1), length)));
  f.if(f64.lessEqual(length, f64.constant(ANNIHILATED)), () => {
    f.assign(length, f64.constant(0));
    f.storeI32(atRest, 0, i32.constant(1));
    // Not a product with 0, which would keep signs and turn infinities to NaN.
    const at = f.variable(c);
    f.loop(0, stride >> 1, 1, () => {
      f.storeVector(at, 0, f64x2.constant(0));
      f.assign(at, i32.add(at, 16));
    });
  });
  f.storeF64(norm, 0, length);
  f.if(i32.eqz(i32.load(atRest)), () => {
    const at = f.variable(c);
    f.loop(0, stride >> 1, 1, () => {
      f.storeVector(at, 0, f64x2.mul(v128.load(at), factor));
      f.assign(at, i32.add(at, 16));
    });
  });
}

function callF64(callee: FunctionRef, operand: I32): F64 {
  return callTo<"f64">(callee, [operand]);
}
