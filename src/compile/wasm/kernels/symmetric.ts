import { type F64, f64, f64x2, type I32, i32, type V128, v128 } from "../expressions.ts";
import { FunctionBuilder, type Variable } from "../function-builder.ts";
import type { ModuleBuilder } from "../module-builder.ts";

/*
 * The loops of `SymmetricWorkspace` and `RowsWorkspace`, with the numeric room's order of sums: four interleaved parts s₀ + s₁ + (s₂ + s₃),
 * the rest in s₀. Matrices stand at `a`, rows `rowBytes` apart; v is row i.
 */

/** (a, rowBytes, i, w): w ← A₀v by the lower triangle, two rows at a time. */
export function multiplyLeadingFunction(module: ModuleBuilder): FunctionBuilder {
  const rows = [2, 1].map((count) => module.add(leadingRows(module, count)));
  const f = new FunctionBuilder(module, ["i32", "i32", "i32", "i32"]);
  const [a, rowBytes, i, w] = f.pointers<[I32, I32, I32, I32]>();
  const v = f.let(i32.add(a, i32.mul(i, rowBytes)));
  f.loop(0, i, 1, (j) => f.storeF64(i32.add(w, i32.shl(j, 3)), 0, f64.constant(0)));
  const odd = f.let(i32.and(i, 1));
  const even = f.let(i32.sub(i, odd));
  f.loop(0, even, 2, (r) => f.call(rows[0]!, i32.add(a, i32.mul(r, rowBytes)), rowBytes, r, v, w));
  f.if(odd, () => f.call(rows[1]!, i32.add(a, i32.mul(even, rowBytes)), rowBytes, even, v, w));
  return f;
}

/** (row, rowBytes, r, v, w): `count` rows from number r, even, on. */
function leadingRows(module: ModuleBuilder, count: number): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32", "i32", "i32", "i32"]);
  const [row, rowBytes, r, v, w] = f.pointers<[I32, I32, I32, I32, I32]>();
  const at = Array.from({ length: count }, (_, p) => f.variable(i32.add(row, i32.mul(rowBytes, p))));
  const atV = f.variable(v);
  const atW = f.variable(w);
  const place = i32.shl(r, 3);
  const factor = at.map((_, p) => f.let(v128.loadSplat(i32.add(v, place), 8 * p)));
  const sums = at.map(() => [f.variable(f64x2.constant(0)), f.variable(f64x2.constant(0))] as const);
  f.loop(0, f.let(i32.shr(r, 2)), 1, () => {
    for (const half of [0, 1] as const) {
      f.block(() => {
        const y = f.let(v128.load(atV, 16 * half));
        const next = f.variable(v128.load(atW, 16 * half));
        at.forEach((address, p) => {
          const x = f.let(v128.load(address, 16 * half));
          f.assign(sums[p]![half], f64x2.add(sums[p]![half], f64x2.mul(x, y)));
          f.assign(next, f64x2.add(next, f64x2.mul(x, factor[p]!)));
        });
        f.storeVector(atW, 16 * half, next);
      });
    }
    for (const pointer of [...at, atV, atW]) f.assign(pointer, i32.add(pointer, 32));
  });
  at.forEach((address, p) => {
    const [low, high] = sums[p]!;
    const s0 = f.variable(f64x2.lane(low, 0));
    const vr = f.let(f64x2.lane(factor[p]!, 0));
    const rest = p === 0 ? i32.and(r, 3) : i32.add(i32.and(r, 3), p);
    f.loop(0, f.let(rest), 1, (j) => {
      const x = f.let(f64.load(i32.add(address, i32.shl(j, 3))));
      const home = f.let(i32.add(atW, i32.shl(j, 3)));
      f.assign(s0, f64.add(s0, f64.mul(x, f64.load(i32.add(atV, i32.shl(j, 3))))));
      f.storeF64(home, 0, f64.add(f64.load(home), f64.mul(x, vr)));
    });
    const own = f64.load(i32.add(i32.add(row, i32.mul(rowBytes, p)), place), 8 * p);
    const sum = f64.add(joined(s0, low, high), f64.mul(own, vr));
    const home = f.let(i32.add(i32.add(w, place), 8 * p));
    f.storeF64(home, 0, f64.add(f64.load(home), sum));
  });
  return f;
}

function joined(s0: F64, low: Variable<"v128">, high: Variable<"v128">): F64 {
  return f64.add(f64.add(s0, f64x2.lane(low, 1)), f64.add(f64x2.lane(high, 0), f64x2.lane(high, 1)));
}

/** (a, rowBytes, i, w): A₀ ← A₀ − vwᵀ − wvᵀ, lower triangle. */
export function updateLeadingFunction(module: ModuleBuilder): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32", "i32", "i32"]);
  const [a, rowBytes, i, w] = f.pointers<[I32, I32, I32, I32]>();
  const v = f.let(i32.add(a, i32.mul(i, rowBytes)));
  f.loop(0, i, 1, (r) => {
    const [at, atV, atW] = [f.variable(i32.add(a, i32.mul(r, rowBytes))), f.variable(v), f.variable(w)];
    const vr = f.let(v128.loadSplat(i32.add(v, i32.shl(r, 3))));
    const wr = f.let(v128.loadSplat(i32.add(w, i32.shl(r, 3))));
    const length = f.let(i32.add(r, 1));
    f.loop(0, f.let(i32.shr(length, 1)), 1, () => {
      const change = f64x2.add(f64x2.mul(vr, v128.load(atW)), f64x2.mul(wr, v128.load(atV)));
      f.storeVector(at, 0, f64x2.sub(v128.load(at), change));
      for (const pointer of [at, atV, atW]) f.assign(pointer, i32.add(pointer, 16));
    });
    f.if(i32.and(length, 1), () => {
      const change = f64x2.add(f64x2.mul(vr, v128.loadZero(atW)), f64x2.mul(wr, v128.loadZero(atV)));
      f.storeFirst(at, 0, f64x2.sub(v128.loadZero(at), change));
    });
  });
  return f;
}

type Five = readonly [I32, I32, I32, I32, I32];

/** (rows, rowBytes, count, v, length, tau): `count` rows x ← x − τ⟨x, v⟩v over `length` numbers. */
export function reflectFunction(module: ModuleBuilder): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32", "i32", "i32", "i32", "f64"]);
  const [rows, rowBytes, count, v, length] = [0, 1, 2, 3, 4].map((i) => f.parameter<"i32">(i)) as unknown as Five;
  const tau = f.parameter<"f64">(5);
  const even = f.let(i32.and(count, -2));
  const run = (together: number, r: I32) => {
    const first = Array.from({ length: together }, (_, p) =>
      f.let(i32.add(rows, i32.mul(p === 0 ? r : i32.add(r, p), rowBytes))),
    );
    const at = first.map((address) => f.variable(i32.add(address, 0)));
    const atV = f.variable(v);
    const sums = at.map(() => [f.variable(f64x2.constant(0)), f.variable(f64x2.constant(0))] as const);
    f.loop(0, f.let(i32.shr(length, 2)), 1, () => {
      for (const half of [0, 1] as const) {
        f.block(() => {
          const y = f.let(v128.load(atV, 16 * half));
          at.forEach((address, p) => {
            f.assign(sums[p]![half], f64x2.add(sums[p]![half], f64x2.mul(v128.load(address, 16 * half), y)));
          });
        });
      }
      for (const pointer of [...at, atV]) f.assign(pointer, i32.add(pointer, 32));
    });
    const factor = at.map((address, p) => {
      const [low, high] = sums[p]!;
      const s0 = f.variable(f64x2.lane(low, 0));
      f.loop(0, f.let(i32.and(length, 3)), 1, (j) => {
        const y = f64.load(i32.add(atV, i32.shl(j, 3)));
        f.assign(s0, f64.add(s0, f64.mul(f64.load(i32.add(address, i32.shl(j, 3))), y)));
      });
      return f.variable(f64x2.splat(f64.mul(joined(s0, low, high), tau)));
    });
    for (const [p, address] of first.entries()) f.assign(at[p]!, address);
    f.assign(atV, v);
    f.loop(0, f.let(i32.shr(length, 1)), 1, () => {
      const y = f.let(v128.load(atV));
      at.forEach((address, p) => {
        f.storeVector(address, 0, f64x2.sub(v128.load(address), f64x2.mul(factor[p]!, y)));
      });
      for (const pointer of [...at, atV]) f.assign(pointer, i32.add(pointer, 16));
    });
    f.if(i32.and(length, 1), () => {
      at.forEach((address, p) => {
        const change = f64x2.mul(factor[p]!, v128.loadZero(atV));
        f.storeFirst(address, 0, f64x2.sub(v128.loadZero(address), change));
      });
    });
  };
  f.loop(0, even, 2, (r) => run(2, r));
  f.if(i32.and(count, 1), () => run(1, even));
  return f;
}

/** (x, rows, rowBytes, count, factors, length): x ← x − Σ factors[k]·(row k), term by term in the order of k. */
export function subtractRowsFunction(module: ModuleBuilder): FunctionBuilder {
  const f = new FunctionBuilder(module, ["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [x, rows, rowBytes, count, factors, length] = f.pointers<[I32, I32, I32, I32, I32, I32]>();
  const run = (together: number, k: I32) => {
    const first = i32.add(rows, i32.mul(k, rowBytes));
    const at = Array.from({ length: together }, (_, p) => f.variable(i32.add(first, i32.mul(rowBytes, p))));
    const atX = f.variable(x);
    const atFactors = f.let(i32.add(factors, i32.shl(k, 3)));
    const factor = at.map((_, p) => f.let(v128.loadSplat(atFactors, 8 * p)));
    const less = (from: V128, load: (address: I32) => V128) =>
      at.reduce((sum, address, p) => f64x2.sub(sum, f64x2.mul(factor[p]!, load(address))), from);
    f.loop(0, f.let(i32.shr(length, 1)), 1, () => {
      f.storeVector(atX, 0, less(v128.load(atX), v128.load));
      for (const pointer of [...at, atX]) f.assign(pointer, i32.add(pointer, 16));
    });
    f.if(i32.and(length, 1), () => f.storeFirst(atX, 0, less(v128.loadZero(atX), v128.loadZero)));
  };
  const whole = f.let(i32.and(count, -4));
  f.loop(0, whole, 4, (k) => run(4, k));
  f.loop(whole, count, 1, (k) => run(1, k));
  return f;
}

/** Columns of a strip: a strip of a thousand rows stays in the nearest caches while sweep after sweep runs over it. */
const STRIP = 8;

/**
 * (a, rowBytes, columns, sweeps, ranges, turns): sweeps of rotations on the rows, strip by strip. Sweep q rotates rows
 * (i, i+1) for i = high−1 down to first, its range two integers at `ranges`; its cosines and sines stand pair by pair
 * at `turns` in the order of use. A row on its way up stays in registers from one rotation to the next.
 */
export function rotateFunction(module: ModuleBuilder): FunctionBuilder {
  const strips = [STRIP, 2, 1].map((width) => ({ width, ref: module.add(rotateStrip(module, width)) }));
  const f = new FunctionBuilder(module, new Array<"i32">(6).fill("i32"));
  const [a, rowBytes, columns, sweeps, ranges, turns] = f.pointers<[I32, I32, I32, I32, I32, I32]>();
  const column = f.variable(i32.constant(0));
  for (const { width, ref } of strips) {
    const fits = i32.lessEqual(i32.add(column, width), columns);
    f.if(fits, () =>
      f.doWhile(() => {
        f.call(ref, i32.add(a, i32.shl(column, 3)), rowBytes, sweeps, ranges, turns);
        f.assign(column, i32.add(column, width));
        return fits;
      }),
    );
  }
  return f;
}

function rotateStrip(module: ModuleBuilder, width: number): FunctionBuilder {
  const f = new FunctionBuilder(module, new Array<"i32">(5).fill("i32"));
  const [a, rowBytes, sweeps, ranges, turns] = f.pointers<[I32, I32, I32, I32, I32]>();
  const vectors = Math.ceil(width / 2);
  const load = (address: I32, u: number) => (width === 1 ? v128.loadZero(address) : v128.load(address, 16 * u));
  const store = (address: I32, u: number, value: Variable<"v128">) =>
    width === 1 ? f.storeFirst(address, 0, value) : f.storeVector(address, 16 * u, value);
  const turn = f.variable(turns);
  f.loop(0, sweeps, 1, (q) => {
    const range = f.let(i32.add(ranges, i32.shl(q, 3)));
    const first = f.let(i32.load(range));
    const high = f.let(i32.load(range, 4));
    f.if(i32.less(first, high), () => {
      const row = f.variable(i32.add(a, i32.mul(high, rowBytes)));
      const carried = Array.from({ length: vectors }, (_, u) => f.variable(load(row, u)));
      const left = f.variable(i32.sub(high, first));
      f.doWhile(() => {
        const c = f.let(v128.loadSplat(turn));
        const s = f.let(v128.loadSplat(turn, 8));
        const upper = f.let(i32.sub(row, rowBytes));
        carried.forEach((lower, u) => {
          f.block(() => {
            const g = f.let(load(upper, u));
            const down = f.variable(f64x2.add(f64x2.mul(s, g), f64x2.mul(c, lower)));
            store(row, u, down);
            f.assign(lower, f64x2.sub(f64x2.mul(c, g), f64x2.mul(s, lower)));
          });
        });
        f.assign(row, upper);
        f.assign(turn, i32.add(turn, 16));
        f.assign(left, i32.sub(left, 1));
        return left;
      });
      for (const [u, value] of carried.entries()) store(row, u, value);
    });
  });
  return f;
}
