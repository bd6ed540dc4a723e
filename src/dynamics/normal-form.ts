import { norm } from "../numeric/index.ts";
import { type Complex, type ComplexVector, modulus } from "./complex.ts";
import { type CriticalSpace, criticalSpace, inner } from "./critical-space.ts";
import type { DiscreteMap } from "./discrete-map.ts";
import { type OrbitJet, orbitJet } from "./orbit-jet.ts";
import type { ShootingOptions } from "./shooting.ts";

export type BifurcationType = "fold" | "flip" | "neimark-sacker" | "pitchfork" | "transcritical" | "border-collision";

export type NormalForm =
  | {
      readonly status: "computed";
      /** Quadratic at a fold or transcritical point, cubic at a flip or pitchfork, first Lyapunov coefficient at a Neimark–Sacker point. */
      readonly coefficient: number;
      /** How far the extrapolated derivatives may be off, carried to the coefficient. */
      readonly error: number;
      /** Whether what is born is stable within the critical directions; null at folds and transcritical points. */
      readonly criticality: "supercritical" | "subcritical" | "undetermined" | null;
    }
  | { readonly status: "undetermined"; readonly reason: string };

type SmoothType = Exclude<BifurcationType, "border-collision">;

/** An equation (z − M)x = b left unsolved by more than this has no solution: the form does not exist. */
const solvedRtol = 1e-5;
/** |e^{ikφ} − 1| for k = 1 … 4 below this: a strong resonance, where the form says nothing. */
const resonanceWidth = 1e-3;

/**
 * The normal-form coefficient on the centre manifold of an orbit at a bifurcation (Kuznetsov, Elements of Applied
 * Bifurcation Theory, §5.4), ⟨p, q⟩ = 1. The critical vector q, carried along the orbit, has mean square length 1, so the
 * coefficient is the same from each of the points:
 *
 *   fold, transcritical  ξ ↦ ξ + aξ²          a = ½⟨p, B(q, q)⟩
 *   pitchfork            ξ ↦ ξ + cξ³          c = ⅙⟨p, C(q, q, q) + 3B(q, (I − A)⁻¹B(q, q))⟩, supercritical for c < 0
 *   flip                 ξ ↦ −ξ + cξ³         the same c, supercritical for c > 0
 *   neimark-sacker       z ↦ e^{iφ}z(1 + d|z|²) a = Re d, supercritical for a < 0
 *
 * B and C are extrapolated differences of the tangent map; `error` says how well they settled.
 */
export function normalForm(
  map: DiscreteMap,
  points: readonly Float64Array[],
  type: SmoothType,
  options: ShootingOptions & { readonly angle?: number } = {},
): NormalForm {
  const { angle = 0 } = options;
  const sigma: Complex = type === "neimark-sacker" ? [Math.cos(angle), Math.sin(angle)] : [type === "flip" ? -1 : 1, 0];
  const space = criticalSpace(map, points, sigma, options);
  if (!space) return undetermined("the critical direction did not converge");
  if (!space.left)
    return undetermined("the critical direction has no adjoint partner: no adjoint map, or a Jordan block");
  const jet = orbitJet(map, points);
  const square = meanSquareLength(map, points, space.right);
  if (type === "neimark-sacker") return rescaled(rotation(space, jet, angle), 1 / square);
  const isQuadratic = type === "fold" || type === "transcritical";
  return isQuadratic ? rescaled(quadratic(space, jet), square ** -0.5) : rescaled(cubic(space, jet, type), 1 / square);
}

/** (1/p) Σ ‖q_k‖² for q_0 = q carried along the orbit. */
function meanSquareLength(map: DiscreteMap, points: readonly Float64Array[], q: ComplexVector): number {
  let total = 0;
  for (const part of [q.re, q.im]) {
    let vector = part;
    for (const x of points) {
      total += norm(vector) ** 2;
      const next = new Float64Array(vector.length);
      map.tangent(x, vector, next);
      vector = next;
    }
  }
  return total / points.length;
}

function rescaled(form: NormalForm, factor: number): NormalForm {
  if (form.status !== "computed") return form;
  return { ...form, coefficient: factor * form.coefficient, error: factor * form.error };
}

function quadratic({ right, left }: CriticalSpace, jet: OrbitJet): NormalForm {
  const { value, error } = jet.second(right.re, right.re);
  const coefficient = 0.5 * real(left!, value);
  return { status: "computed", coefficient, error: 0.5 * error * norm(left!.re), criticality: null };
}

function cubic(space: CriticalSpace, jet: OrbitJet, type: "flip" | "pitchfork"): NormalForm {
  const q = space.right.re;
  const p = space.left!;
  const b = jet.second(q, q);
  const isSolved = (residual: number) => residual <= solvedRtol || norm(b.value) <= b.error;
  const { x, relativeResidual } = space.solve([1, 0], complex(b.value));
  if (!isSolved(relativeResidual)) {
    return undetermined("the orbit belongs to a family that is not kept by the motion along the critical direction");
  }
  const inside = x.re.slice();
  if (type === "pitchfork") {
    const along = real(p, inside);
    inside.forEach((t, i) => {
      inside[i] = t - along * q[i];
    });
  }
  const third = jet.third(q, q, q);
  const mixed = jet.second(q, inside);
  const coefficient = (real(p, third.value) + 3 * real(p, mixed.value)) / 6;
  const gain = norm(b.value) > 0 ? norm(inside) / norm(b.value) : 0;
  const error = (norm(p.re) * (third.error + 3 * mixed.error + 3 * gain * b.error)) / 6;
  const isStable = type === "flip" ? coefficient > 0 : coefficient < 0;
  return { status: "computed", coefficient, error, criticality: criticality(isStable, coefficient, error) };
}

/** a = ½ Re(e^{−iφ}[⟨p, C(q, q, q̄)⟩ + 2⟨p, B(q, (I − A)⁻¹B(q, q̄))⟩ + ⟨p, B(q̄, (e^{2iφ} − A)⁻¹B(q, q))⟩]). */
function rotation({ right: q, left: p, solve }: CriticalSpace, jet: OrbitJet, angle: number): NormalForm {
  const resonance = [1, 2, 3, 4].find((k) => modulus([Math.cos(k * angle) - 1, Math.sin(k * angle)]) < resonanceWidth);
  if (resonance) return undetermined(`strong resonance 1:${resonance}`);
  const meter = { error: 0 };
  const conjugate = { re: q.re, im: q.im.map((t) => -t) };
  const bMixed = second(jet, q, conjugate, meter);
  const bSquare = second(jet, q, q, meter);
  const steady = solve([1, 0], bMixed);
  const double = solve([Math.cos(2 * angle), Math.sin(2 * angle)], bSquare);
  if (Math.max(steady.relativeResidual, double.relativeResidual) > solvedRtol) {
    return undetermined("the orbit belongs to a family: I − A is singular");
  }
  const cubicTerm = inner(p!, thirdMixed(jet, q, meter));
  const steadyTerm = inner(p!, second(jet, q, steady.x, meter));
  const doubleTerm = inner(p!, second(jet, conjugate, double.x, meter));
  const [re, im] = [0, 1].map((i) => cubicTerm[i] + 2 * steadyTerm[i] + doubleTerm[i]);
  const coefficient = 0.5 * (Math.cos(angle) * re + Math.sin(angle) * im);
  const error = meter.error * Math.hypot(norm(p!.re), norm(p!.im));
  return { status: "computed", coefficient, error, criticality: criticality(coefficient < 0, coefficient, error) };
}

/** B(u, v) for complex vectors, real and imaginary parts apart; adds the errors to the meter. */
function second(jet: OrbitJet, u: ComplexVector, v: ComplexVector, meter: { error: number }): ComplexVector {
  const [rr, ii, ri, ir] = [
    jet.second(u.re, v.re),
    jet.second(u.im, v.im),
    jet.second(u.re, v.im),
    jet.second(u.im, v.re),
  ];
  for (const { error } of [rr, ii, ri, ir]) meter.error += error;
  return { re: rr.value.map((t, i) => t - ii.value[i]), im: ri.value.map((t, i) => t + ir.value[i]) };
}

/** C(q, q, q̄) = [C(a,a,a) + C(a,b,b)] + i[C(a,a,b) + C(b,b,b)] for q = a + ib. */
function thirdMixed(jet: OrbitJet, { re: a, im: b }: ComplexVector, meter: { error: number }): ComplexVector {
  const [aaa, abb, aab, bbb] = [jet.third(a, a, a), jet.third(b, b, a), jet.third(a, a, b), jet.third(b, b, b)];
  for (const { error } of [aaa, abb, aab, bbb]) meter.error += error;
  return { re: aaa.value.map((t, i) => t + abb.value[i]), im: aab.value.map((t, i) => t + bbb.value[i]) };
}

function criticality(isStable: boolean, coefficient: number, error: number) {
  if (!(Math.abs(coefficient) > 10 * error)) return "undetermined" as const;
  return isStable ? ("supercritical" as const) : ("subcritical" as const);
}

function real(p: ComplexVector, x: Float64Array): number {
  return inner(p, complex(x))[0];
}

function complex(re: Float64Array): ComplexVector {
  return { re, im: new Float64Array(re.length) };
}

function undetermined(reason: string): NormalForm {
  return { status: "undetermined", reason };
}
