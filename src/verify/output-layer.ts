import { type LossProgram, type Node, sizeOf, topologicalOrder } from "../program/index.ts";
import { type Activation, activationBetween } from "./activation-class.ts";
import { unitAxisThrough } from "./unit-axis.ts";

/**
 * f = τ(V·φ + c) with V trained and used nowhere else; c null when there is no trained bias of its own. Mostly τ is the
 * identity and `activation` null.
 */
export interface OutputLayer {
  readonly weight: Node;
  readonly bias: Node | null;
  /** φ, [samples, h]: what the output layer reads. */
  readonly features: Node;
  /** V·φ. */
  readonly linearPart: Node;
  readonly activation: Activation | null;
}

/** φ_ij = mean over positions of σ(⟨w_j, ·⟩ + β_j): the last hidden layer, trained and used nowhere else. */
export interface LastHiddenLayer {
  readonly activation: Activation;
  readonly weight: Node;
  /** β; null when the layer has no trained bias. */
  readonly bias: Node | null;
  /** "dense" also for a convolution followed by global average pooling; "affine" for a normalisation's scale and shift. */
  readonly kind: "dense" | "affine";
  /** True when φ averages σ over positions. */
  readonly pooled: boolean;
}

/** How often each node is used in the loss. */
export type Uses = ReadonlyMap<Node, number>;

export function countUses(loss: LossProgram): Uses {
  const uses = new Map<Node, number>();
  for (const node of topologicalOrder([loss.loss])) {
    for (const operand of new Set(node.operands)) {
      uses.set(operand, (uses.get(operand) ?? 0) + node.operands.filter((o) => o === operand).length);
    }
  }
  return uses;
}

/** Recognises a dense output layer by its form; null when the outputs are made otherwise. */
export function outputLayer(loss: LossProgram, uses: Uses): OutputLayer | null {
  const trained = new Set(loss.parameters.map((x) => x.node));
  const outputs = loss.outputs!;
  const plain = denseForm(outputs, loss.sampleCount, trained, uses);
  if (plain) return { ...plain, activation: null };
  for (const before of preActivations(outputs)) {
    const activation = activationBetween(outputs, before);
    const form = activation && denseForm(before, loss.sampleCount, trained, uses);
    if (form) return { ...form, activation };
  }
  return null;
}

/** z = V·φ + c for z of shape [samples, k]. */
function denseForm(z: Node, samples: number, trained: ReadonlySet<Node>, uses: Uses) {
  let linearPart = z;
  let bias: Node | null = null;
  if (z.op === "add") {
    const [a, b] = z.operands as [Node, Node];
    const shift = [a, b].find((part) => part.op === "broadcast" && ownParameter(part, trained, uses));
    if (!shift) return null;
    bias = ownParameter(shift, trained, uses);
    linearPart = shift === a ? b : a;
  }
  const product = stripReshape(linearPart);
  if (product.op !== "matmul" || product.attributes.transposeA || product.shape.length !== 2) return null;
  const weight = ownMatrix(product.operands[1]!, trained, uses);
  if (!weight || product.shape[0] !== samples) return null;
  return { weight, bias, features: product.operands[0]!, linearPart };
}

/** Recognises the last hidden layer behind φ; null when it has another form or its parameters are not its own. */
export function lastHiddenLayer(loss: LossProgram, layer: OutputLayer, uses: Uses): LastHiddenLayer | null {
  const trained = new Set(loss.parameters.map((x) => x.node));
  const pooling: Node[] = [];
  let activated = layer.features;
  while (isPoolingStep(activated)) {
    pooling.unshift(activated);
    activated = activated.operands.find((o) => o.op !== "constant")!;
  }
  for (const preActivation of preActivations(activated)) {
    const activation = activationBetween(activated, preActivation);
    const form = activation && affineForm(preActivation, trained, uses);
    if (!form) continue;
    const axis = unitAxisThrough(pooling, activated, form.axis);
    if (axis !== 1 || sizeOf(layer.features.shape) !== loss.sampleCount * layer.features.shape[1]!) continue;
    const pooled = pooling.some((n) => n.op === "sum");
    return { activation, weight: form.weight, bias: form.bias, kind: form.kind, pooled };
  }
  return null;
}

/** Reshapes, transpositions, sums over axes, and scaling by one positive constant: what a mean over positions is made of. */
function isPoolingStep(node: Node): boolean {
  if (node.op === "reshape" || node.op === "transpose" || node.op === "sum") return true;
  if (node.op !== "mul" && node.op !== "div") return false;
  const constant = node.operands.find((o) => o.op === "constant");
  if (constant?.op !== "constant" || (node.op === "div" && node.operands[1] !== constant)) return false;
  const { values } = constant.attributes;
  return values[0]! > 0 && values.every((v) => v === values[0]) && node.operands.some((o) => o.op === "sum");
}

/** Nodes at or below `activated` that an activation may act on, nearest first. */
function preActivations(activated: Node): Node[] {
  return topologicalOrder([activated])
    .filter((n) => isAffineLike(n))
    .reverse();
}

function isAffineLike(node: Node): boolean {
  return (
    node.op === "add" || node.op === "matmul" || node.op === "reshape" || node.op === "transpose" || node.op === "mul"
  );
}

interface AffineForm {
  readonly weight: Node;
  readonly bias: Node | null;
  readonly kind: "dense" | "affine";
  /** The axis of the pre-activation that counts units. */
  readonly axis: number;
}

/** z = (rearranged) a·Wᵀ + β, or n∘γ + β, with W, γ, β trained and used nowhere else. */
function affineForm(z: Node, trained: ReadonlySet<Node>, uses: Uses): AffineForm | null {
  if (z.op === "add") {
    const [a, b] = z.operands as [Node, Node];
    for (const [linear, shift] of [
      [a, b],
      [b, a],
    ] as const) {
      const bias = shift.op === "broadcast" ? ownParameter(shift, trained, uses) : null;
      const form = bias && linearForm(linear, trained, uses);
      if (!form || shift.op !== "broadcast" || bias.shape.length !== 1) continue;
      if (shift.attributes.axes[0] === form.axis && bias.shape[0] === z.shape[form.axis]) return { ...form, bias };
    }
    return null;
  }
  return linearForm(z, trained, uses);
}

function linearForm(z: Node, trained: ReadonlySet<Node>, uses: Uses): AffineForm | null {
  const path: Node[] = [];
  let node = z;
  while (node.op === "reshape" || node.op === "transpose") {
    path.unshift(node);
    node = node.operands[0]!;
  }
  if (node.op === "add") {
    const inner = affineForm(node, trained, uses);
    const axis = inner && unitAxisThrough(path, node, inner.axis);
    return inner && axis !== null && path.length > 0 ? { ...inner, axis: axis! } : null;
  }
  const found = factorOf(node, trained, uses);
  const axis = found && unitAxisThrough(path, node, found.axis);
  return found && axis !== null ? { weight: found.weight, kind: found.kind, bias: null, axis: axis! } : null;
}

function factorOf(node: Node, trained: ReadonlySet<Node>, uses: Uses) {
  if (node.op === "matmul" && !node.attributes.transposeA && node.shape.length === 2) {
    const weight = ownMatrix(node.operands[1]!, trained, uses);
    return weight && { weight, kind: "dense" as const, axis: 1 };
  }
  if (node.op === "mul") {
    for (const operand of node.operands) {
      const weight = operand.op === "broadcast" ? ownParameter(operand, trained, uses) : null;
      if (weight && operand.op === "broadcast" && weight.shape.length === 1) {
        return { weight, kind: "affine" as const, axis: operand.attributes.axes[0]! };
      }
    }
  }
  return null;
}

/** A trained matrix of its own: as many parameters as entries, so no two entries are tied. */
function ownMatrix(node: Node, trained: ReadonlySet<Node>, uses: Uses): Node | null {
  const found = ownParameter(node, trained, uses);
  return found && sizeOf(found.shape) === sizeOf(node.shape) ? found : null;
}

/** The trained parameter behind reshapes, transpositions and one broadcast, when nothing else reads it or them. */
function ownParameter(node: Node, trained: ReadonlySet<Node>, uses: Uses): Node | null {
  let current = node;
  while (!trained.has(current)) {
    if (!["reshape", "transpose", "broadcast"].includes(current.op) || uses.get(current) !== 1) return null;
    current = current.operands[0]!;
  }
  return uses.get(current) === 1 ? current : null;
}

function stripReshape(node: Node): Node {
  let current = node;
  while (current.op === "reshape") current = current.operands[0]!;
  return current;
}
