import { type LossProgram, type Node, topologicalOrder } from "../program/index.ts";

/** What the loss is as a function of the outputs, read off its expression. */
export type LossForm =
  /** ℓ = scale·‖f − y‖² */
  | { readonly kind: "mse"; readonly scale: number }
  /** ℓ = Σ_a t_a (log Σ exp f − f_a), whatever the targets t; its gradient has sum 0. */
  | { readonly kind: "crossEntropy" }
  /** ℓ = Σ softplus(f) − y f */
  | { readonly kind: "logistic" }
  | { readonly kind: "other" };

/** Matches the samples' losses against the forms that the theorems know; anything else is "other". */
export function lossForm(loss: LossProgram): LossForm {
  const { outputs, sampleLosses } = loss;
  if (!outputs) return { kind: "other" };
  const free = freeOf(sampleLosses, outputs);
  return (
    squaredError(sampleLosses, outputs, free) ??
    crossEntropy(sampleLosses, outputs, free) ??
    logistic(sampleLosses, outputs, free) ?? { kind: "other" }
  );
}

/** Nodes below `root` that do not depend on the outputs. */
function freeOf(root: Node, outputs: Node): (node: Node) => boolean {
  const bound = new Set<Node>([outputs]);
  for (const node of topologicalOrder([root])) if (node.operands.some((o) => bound.has(o))) bound.add(node);
  return (node) => !bound.has(node);
}

function squaredError(root: Node, outputs: Node, free: (node: Node) => boolean): LossForm | null {
  let scale = 1;
  let node = root;
  for (;;) {
    const factor = scalingOf(node);
    if (factor) {
      scale *= factor.by;
      node = factor.of;
    } else if (node.op === "sum" && !node.attributes.axes.includes(0)) node = node.operands[0]!;
    else break;
  }
  const difference = squareOf(node);
  if (difference?.op !== "sub" || !(scale > 0)) return null;
  const [a, b] = difference.operands as [Node, Node];
  return (a === outputs && free(b)) || (b === outputs && free(a)) ? { kind: "mse", scale } : null;
}

/** Σ_a t_a (log Σ exp f − f_a). */
function crossEntropy(root: Node, outputs: Node, free: (node: Node) => boolean): LossForm | null {
  const product = root.op === "sum" ? root.operands[0]! : null;
  if (product?.op !== "mul") return null;
  const [target, difference] = product.operands as [Node, Node];
  if (!free(target) || difference.op !== "sub" || difference.operands[1] !== outputs) return null;
  const spread = difference.operands[0]!;
  const normaliser = spread.op === "broadcast" ? spread.operands[0]! : null;
  return normaliser?.op === "logSumExp" && normaliser.operands[0] === outputs ? { kind: "crossEntropy" } : null;
}

/** Σ_a softplus(f_a) − t_a f_a. */
function logistic(root: Node, outputs: Node, free: (node: Node) => boolean): LossForm | null {
  const difference = root.op === "sum" ? root.operands[0]! : null;
  if (difference?.op !== "sub") return null;
  const [first, second] = difference.operands as [Node, Node];
  if (first.op !== "softplus" || first.operands[0] !== outputs || second.op !== "mul") return null;
  const [a, b] = second.operands as [Node, Node];
  return (free(a) && b === outputs) || (free(b) && a === outputs) ? { kind: "logistic" } : null;
}

/** The base of a square, written either way. */
function squareOf(node: Node): Node | null {
  if (node.op === "square") return node.operands[0]!;
  return node.op === "mul" && node.operands[0] === node.operands[1] ? node.operands[0]! : null;
}

/** Multiplication or division by one number. */
function scalingOf(node: Node): { readonly by: number; readonly of: Node } | null {
  if (node.op !== "mul" && node.op !== "div") return null;
  const [a, b] = node.operands as [Node, Node];
  const right = uniform(b);
  if (right !== null) return { by: node.op === "mul" ? right : 1 / right, of: a };
  const left = node.op === "mul" ? uniform(a) : null;
  return left === null ? null : { by: left, of: b };
}

/** The value of a constant whose elements are all equal, or null. */
export function uniform(node: Node): number | null {
  if (node.op !== "constant") return null;
  const { values } = node.attributes;
  return values.every((v) => v === values[0]) ? values[0]! : null;
}
