import { jvp } from "../autodiff/index.ts";
import * as iv from "../interval/index.ts";
import * as p from "../program/index.ts";
import type { Activation } from "./activation-class.ts";
import { encloseScalar } from "./interval-elementwise.ts";

/** Points at which an analytic activation is looked at; any one of them settles the question. */
const probes = [0.3, 1, -0.7, 2.5];

/**
 * Whether σσ‴ − σ′σ″ is proved non-zero somewhere. An affine σ, A sin(ωz + φ) and A sinh(ωz + φ) all satisfy σ″ = cσ
 * or σ″ = 0, so their expression vanishes identically; one point where it does not excludes all three (Theorem B).
 * "unknown" where the enclosures do not separate it from 0.
 */
export function excludesSinesAndAffine(activation: Activation): "proved" | "unknown" {
  // exp satisfies σ″ = σ, but σ² + cσ′² is constant for no c with a constant other than 0, which the proof needs.
  if (activation.y.op === "exp" && activation.y.operands[0] === activation.x) return "proved";
  const [y, y1, y2, y3] = derivatives(activation, 3) as [p.Node, p.Node, p.Node, p.Node];
  const wronskian = p.sub(p.mul(y, y3), p.mul(y1, y2));
  return nonZeroSomewhere(wronskian, activation.x) ? "proved" : "unknown";
}

/** Whether σ″ is proved non-zero somewhere: σ is not affine. */
export function excludesAffine(activation: Activation): "proved" | "unknown" {
  return nonZeroSomewhere(derivatives(activation, 2)[2]!, activation.x) ? "proved" : "unknown";
}

/** Whether σ′ is proved non-zero somewhere: σ is not constant. */
export function excludesConstant(activation: Activation): "proved" | "unknown" {
  return nonZeroSomewhere(derivatives(activation, 1)[1]!, activation.x) ? "proved" : "unknown";
}

/** The slopes of a homogeneous activation, as enclosures: σ(1) right of 0, −σ(−1) left of 0. */
export function slopes({ x, y }: Activation): { readonly left: iv.Interval; readonly right: iv.Interval } {
  return { left: iv.neg(encloseScalar(y, x, iv.point(-1))), right: encloseScalar(y, x, iv.point(1)) };
}

function derivatives({ x, y }: Activation, order: number): p.Node[] {
  const chain = [y];
  for (let i = 0; i < order; i++) {
    const [next] = jvp([chain[i]!], new Map([[x, p.constant(1)]]));
    chain.push(next ?? p.constant(0));
  }
  return chain;
}

function nonZeroSomewhere(y: p.Node, x: p.Node): boolean {
  return probes.some((at) => {
    const value = encloseScalar(y, x, iv.point(at));
    return iv.isDefined(value) && (value.lo > 0 || value.hi < 0);
  });
}
