import * as p from "../program/index.ts";
import { squaredNorm } from "./elementary.ts";
import { CLIP_EPSILON } from "./update-rule.ts";

/**
 * g·min(1, c/(‖g‖ + 1e-6)), as PyTorch clips. Written on max(‖g‖², (c − 1e-6)²), so that no root is taken of a vanishing
 * gradient and short gradients pass unchanged to the last bit.
 */
export function clipNorm(gradient: p.Node, bound: p.Operand): p.Node {
  const total = squaredNorm(gradient);
  const threshold = p.square(p.sub(bound, CLIP_EPSILON));
  const shrink = p.div(bound, p.add(p.sqrt(p.max(total, threshold)), CLIP_EPSILON));
  return p.mul(p.select(p.less(threshold, total), shrink, 1), gradient);
}

/** Every entry moved into [−c, c]. */
export function clipValue(gradient: p.Node, bound: p.Operand): p.Node {
  return p.min(p.max(gradient, typeof bound === "number" ? -bound : p.neg(bound)), bound);
}
