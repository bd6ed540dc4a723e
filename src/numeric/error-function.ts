/**
 * The error function and its complement, by the rational approximations of fdlibm's s_erf.c (Sun Microsystems, 1993;
 * freely redistributable): error below 1 ulp plus that of `Math.exp`, so 1e-15 relative for |x| ≤ 26.
 */

const ERX = 0.8450629115104675;
const EFX = 0.1283791670955126;
const PP = [
  0.12837916709551256, -0.3250421072470015, -2.848174957559851e-2, -5.770270296489442e-3, -2.3763016656650163e-5,
];
const QQ = [
  1, 0.39791722395915535, 6.50222499887673e-2, 5.081306281875766e-3, 1.3249473800432164e-4, -3.960228278775368e-6,
];
const PA = [
  -2.3621185607526594e-3, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175, -0.11089469428239668,
  3.5478304325618236e-2, -2.166375594868791e-3,
];
const QA = [
  1, 0.10642088040084423, 0.540397917702171, 7.182865441419627e-2, 0.12617121980876164, 1.363708391202905e-2,
  1.1984499846799107e-2,
];
const RA = [
  -9.864944034847148e-3, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
  -184.60509290671104, -81.2874355063066, -9.814329344169145,
];
const SA = [
  1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
  108.63500554177944, 6.570249770319282, -6.04244152148581e-2,
];
const RB = [
  -9.8649429247001e-3, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
  -1025.0951316110772, -483.5191916086514,
];
const SB = [
  1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
  474.52854120695537, -22.44095244658582,
];

/** erf(x) = (2/√π)∫₀ˣ e^{−t²} dt. Error ≤ 1e-15 relative. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 0.84375) {
    if (a < 2 ** -28) return x + EFX * x;
    const z = x * x;
    return x + x * (polynomial(PP, z) / polynomial(QQ, z));
  }
  const value = a < 1.25 ? ERX + middle(a) : a < 6 ? 1 - tail(a) : a >= 6 ? 1 : Number.NaN;
  return x < 0 ? -value : value;
}

/** erfc(x) = 1 − erf(x), without cancellation for large x. Error ≤ 1e-15 relative while it is a normal number. */
export function erfc(x: number): number {
  const a = Math.abs(x);
  if (a < 0.84375) {
    const z = x * x;
    const y = polynomial(PP, z) / polynomial(QQ, z);
    return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x - 0.5 + x * y);
  }
  if (a < 1.25) return x > 0 ? 1 - ERX - middle(a) : 1 + (ERX + middle(a));
  if (x < -6) return 2;
  if (a < 28) return x > 0 ? tail(a) : 2 - tail(a);
  return x > 0 ? 0 : Number.NaN;
}

/** erf(a) − ERX for 0.84375 ≤ a < 1.25. */
function middle(a: number): number {
  return polynomial(PA, a - 1) / polynomial(QA, a - 1);
}

/** erfc(a) for a ≥ 1.25; the square is split, e^{−a²} = e^{−z² − 0.5625} e^{(z−a)(z+a) + R/S}, so no digits are lost. */
function tail(a: number): number {
  const s = 1 / (a * a);
  const ratio = a < 1 / 0.35 ? polynomial(RA, s) / polynomial(SA, s) : polynomial(RB, s) / polynomial(SB, s);
  const z = Math.fround(a);
  return (Math.exp(-z * z - 0.5625) * Math.exp((z - a) * (z + a) + ratio)) / a;
}

/** Σ c_i z^i. */
function polynomial(c: readonly number[], z: number): number {
  let sum = c[c.length - 1];
  for (let i = c.length - 2; i >= 0; i--) sum = sum * z + c[i];
  return sum;
}
