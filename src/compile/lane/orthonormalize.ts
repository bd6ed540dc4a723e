import { f64x2, type V128, v128 } from "../wasm/expressions.ts";
import type { FunctionBuilder, Variable } from "../wasm/function-builder.ts";

/** Squared lengths in this range lost nothing to overflow or underflow, as `norm` has it. */
const SAFE = [1e-280, 1e300] as const;
/** Shorter vectors were annihilated; what is less than this part of a vector is rounding. */
const ANNIHILATED = 1e-12;
const CANCELLED = 1e-14;

/**
 * Gram–Schmidt, twice, in place, with the operations of `lyapunovSpectrum` in their order, so that both give the same
 * bits. Returns the lengths before scaling, the diagonal of R; 0 where a vector was annihilated, lost in rounding, or out
 * of range: the frame is then of no use and the step is to be done again with more care.
 */
export function orthonormalize(f: FunctionBuilder, frame: readonly (readonly Variable<"v128">[])[]): V128[] {
  return frame.map((v, j) => {
    const before = f.let(dot(f, v, v));
    for (let pass = 0; pass < 2; pass++) for (const u of frame.slice(0, j)) project(f, v, u);
    const square = f.let(dot(f, v, v));
    const length = f.let(f64x2.sqrt(square));
    const isGood = f.let(isUseful(f, before, square, length));
    const inverse = f.let(f64x2.div(f64x2.constant(1), length));
    for (const x of v) f.assign(x, f64x2.mul(x, inverse));
    return f.let(v128.and(length, isGood));
  });
}

/** Where a vector of that length is of use: its square was `before` at first, `square` once others were taken out. */
export function isUseful(f: FunctionBuilder, before: V128, square: V128, length: V128): V128 {
  const limit = f64x2.mul(f64x2.constant(CANCELLED), f64x2.sqrt(before));
  const long = f.let(v128.and(f64x2.less(f64x2.constant(ANNIHILATED), length), f64x2.less(limit, length)));
  return v128.and(long, v128.and(isSafe(before), isSafe(square)));
}

/** v ← v − ⟨u, v⟩u. */
function project(f: FunctionBuilder, v: readonly Variable<"v128">[], u: readonly V128[]): void {
  f.block(() => {
    const share = f.let(f64x2.neg(dot(f, u, v)));
    v.forEach((x, i) => {
      f.assign(x, f64x2.add(x, f64x2.mul(share, u[i]!)));
    });
  });
}

/** ⟨x, y⟩ in four interleaved parts, each beginning at +0. */
function dot(f: FunctionBuilder, x: readonly V128[], y: readonly V128[]): V128 {
  const parts: (V128 | null)[] = [null, null, null, null];
  const whole = x.length - (x.length % 4);
  x.forEach((value, i) => {
    const part = i < whole ? i % 4 : 0;
    const term = f64x2.mul(value, y[i]!);
    parts[part] = f.let(f64x2.add(parts[part] ?? f64x2.constant(0), term));
  });
  const [a, b, c, d] = parts;
  return b && c && d ? f64x2.add(f64x2.add(a!, b), f64x2.add(c, d)) : a!;
}

function isSafe(square: V128): V128 {
  const [least, most] = SAFE.map((bound) => f64x2.constant(bound)) as [V128, V128];
  return v128.and(f64x2.less(least, square), f64x2.less(square, most));
}
