import { f64x2, i64x2, type V128, v128 } from "../expressions.ts";
import { callTo, type FunctionBuilder } from "../function-builder.ts";
import { ROUND } from "./exponential.ts";
import { largeAngle } from "./large-angle.ts";
import { polynomial } from "./polynomial.ts";

/** π/2 in three parts of 33 bits and a rest: multiples below 2²⁰ of the parts are exact. */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32] as const;
/** Beyond this the reduction takes 2/π to a thousand bits. */
const LARGE = 2 ** 20;
/** (sin x − x)/x³ and (cos x − 1 + x²/2)/x⁴ in x² ≤ (π/4)²: Chebyshev interpolation, errors 2.1e-17 and 1.3e-18. */
const SIN_TAIL = [
  -0.16666666666666666, 0.008333333333330936, -0.00019841269836740527, 2.7557316093196066e-6, -2.5051129895962807e-8,
  1.5917988944318716e-10,
] as const;
const COS_TAIL = [
  0.041666666666666664, -0.0013888888888887389, 2.48015872987544e-5, -2.7557317265876615e-7, 2.087614504910828e-9,
  -1.1382544623404291e-11,
] as const;

/** sin x for every finite x. At most 1 ulp; keeps the sign of zero, NaN at ±∞. */
export function sin(f: FunctionBuilder, x: V128): V128 {
  const tiny = f64x2.less(f64x2.abs(x), f64x2.constant(2 ** -27));
  return v128.select(tiny, x, circular(f, x, 0));
}

/** cos x for every finite x. At most 1 ulp; NaN at ±∞. */
export function cos(f: FunctionBuilder, x: V128): V128 {
  return circular(f, x, 1);
}

/** sin(x + quarter·π/2). */
function circular(f: FunctionBuilder, x: V128, quarter: 0 | 1): V128 {
  const { high, low, quadrant } = reduce(f, x);
  const value = f.variable(quarterWave(f, high, low, quadrant, quarter));
  const isLarge = f.let(f64x2.lessEqual(f64x2.constant(LARGE), f64x2.abs(x)));
  f.if(v128.anyTrue(isLarge), () => {
    const slow = f.module.shared(`circular ${quarter}`, () =>
      largeAngle(f.module, (g, h, l, q) => quarterWave(g, h, l, q, quarter)),
    );
    const large = f.let(v128.select(isLarge, x, f64x2.constant(LARGE)));
    const each = ([0, 1] as const).map((lane) => callTo<"f64">(slow, [f64x2.lane(large, lane)]));
    const both = f64x2.withLane(f64x2.splat(each[0]!), 1, each[1]!);
    f.assign(value, v128.select(isLarge, both, value));
  });
  return value;
}

/** x = n·π/2 + high + low with |high| ≤ π/4 about; the low bits of `quadrant` are n. For |x| < 2²⁰. */
function reduce(f: FunctionBuilder, x: V128): { high: V128; low: V128; quadrant: V128 } {
  const quadrant = f.let(f64x2.add(f64x2.mul(x, f64x2.constant(2 / Math.PI)), f64x2.constant(ROUND)));
  const n = f.let(f64x2.sub(quadrant, f64x2.constant(ROUND)));
  const part = (i: 0 | 1 | 2 | 3) => f.let(f64x2.mul(n, f64x2.constant(HALF_PI[i])));
  const t = f.let(f64x2.sub(x, part(0)));
  const w = part(1);
  const r = f.let(f64x2.sub(t, w));
  const back = f.let(f64x2.sub(r, t)); // the error of t − w, exactly (Knuth)
  const error = f64x2.sub(f64x2.sub(t, f64x2.sub(r, back)), f64x2.add(w, back));
  const v = f.let(f64x2.sub(error, part(2)));
  const high = f.let(f64x2.add(r, v));
  const low = f.let(f64x2.sub(f64x2.add(f64x2.sub(r, high), v), part(3)));
  return { high, low, quadrant };
}

/** sin((n + quarter)·π/2 + x + y) from the kernels on [−π/4, π/4], after fdlibm. */
function quarterWave(f: FunctionBuilder, x: V128, y: V128, quadrant: V128, quarter: 0 | 1): V128 {
  const n = f.let(quarter === 0 ? quadrant : i64x2.add(quadrant, i64x2.constant(1n)));
  const z = f.let(f64x2.mul(x, x));
  const cube = f.let(f64x2.mul(z, x));
  const [first, ...others] = SIN_TAIL;
  const sinRest = polynomial(f, z, others);
  const fine = f64x2.sub(f64x2.mul(z, f64x2.sub(f64x2.mul(f64x2.constant(0.5), y), f64x2.mul(cube, sinRest))), y);
  const sine = f.let(f64x2.sub(x, f64x2.sub(fine, f64x2.mul(cube, f64x2.constant(first)))));
  const half = f.let(f64x2.mul(f64x2.constant(0.5), z));
  const w = f.let(f64x2.sub(f64x2.constant(1), half));
  const cosRest = f64x2.mul(f64x2.mul(z, z), polynomial(f, z, COS_TAIL));
  const lost = f64x2.sub(f64x2.sub(f64x2.constant(1), w), half);
  const cosine = f64x2.add(w, f64x2.add(lost, f64x2.sub(cosRest, f64x2.mul(x, y))));
  const one = i64x2.constant(1n);
  const odd = i64x2.eq(v128.and(n, one), one);
  const sign = v128.and(i64x2.shl(n, 62), i64x2.constant(1n << 63n));
  return v128.xor(v128.select(odd, cosine, sine), sign);
}
