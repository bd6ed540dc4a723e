import * as p from "../program/index.ts";
import { pullback } from "./vjp.ts";

/**
 * The gradient of each sample's own u_iᵀf_i with respect to one parameter. "outer": of sample i it is
 * Σ_t rows[i,t,·] ⊗ columns[i,t,·], with rows [samples, T, p], columns [samples, T, q] and p·q the parameter's size,
 * row-major. "direct": it stands as it is, [samples, size].
 */
export type SampleGradient =
  | { readonly kind: "outer"; readonly rows: p.Node; readonly columns: p.Node }
  | { readonly kind: "direct"; readonly gradient: p.Node };

/**
 * Per-sample gradients without materialising them: what a matrix product with a parameter contributes is an outer
 * product of its activations and its cotangent. The program keeps two conventions (see network): samples are axis 0
 * of every per-sample tensor, and a parameter, possibly reshaped, transposed or sliced, meets samples only as the
 * unbatched second operand of a product with sample-major rows or through `broadcast`.
 * Null where the outputs do not depend on the parameter.
 */
export function sampleGradients(
  outputs: p.Node,
  cotangent: p.Node,
  parameters: readonly p.Node[],
): (SampleGradient | null)[] {
  const order = p.topologicalOrder([outputs]);
  const perSample = p.perSampleNodes(order);
  const entries = order.filter((n) => perSample.has(n) && n.operands.some((o) => !perSample.has(o)));
  const cotangents = pullback(outputs, cotangent, parameters);
  const samples = outputs.shape[0]!;
  return parameters.map((parameter) => {
    const uses: SampleGradient[] = [];
    for (const entry of [...entries, ...order.filter((n) => isEntryBroadcast(n, perSample))]) {
      const g = cotangents.get(entry);
      if (!g) continue;
      entry.operands.forEach((operand, position) => {
        const path = perSample.has(operand) ? null : pathBetween(parameter, operand);
        if (path) uses.push(pullThrough(path, useOf(entry, position, g, samples)));
      });
    }
    return total(uses, samples, p.sizeOf(parameter.shape));
  });
}

/** A broadcast of something that no sample touches onto a shape that samples use: it is where the parameter enters. */
function isEntryBroadcast(node: p.Node, perSample: ReadonlySet<p.Node>): boolean {
  return node.op === "broadcast" && !perSample.has(node);
}

/** The chain of rearrangements that turns `parameter` into `operand` (outermost last), or null when there is none. */
function pathBetween(parameter: p.Node, operand: p.Node): p.Node[] | null {
  const path: p.Node[] = [];
  let node = operand;
  while (node !== parameter) {
    if (node.op !== "reshape" && node.op !== "transpose" && node.op !== "slice") return null;
    path.unshift(node);
    node = node.operands[0]!;
  }
  return path;
}

function useOf(entry: p.Node, position: number, g: p.Node, samples: number): SampleGradient {
  if (entry.op === "matmul" && position === 1 && !entry.attributes.transposeA && entry.shape.length === 2) {
    const activations = bySample(entry.operands[0]!, samples);
    const signal = bySample(g, samples);
    return entry.attributes.transposeB
      ? { kind: "outer", rows: signal, columns: activations }
      : { kind: "outer", rows: activations, columns: signal };
  }
  if (entry.op === "broadcast" && entry.shape[0] === samples && !entry.attributes.axes.includes(0)) {
    const { axes } = entry.attributes;
    const spread = entry.shape.map((_, axis) => axis).filter((axis) => axis !== 0 && !axes.includes(axis));
    const sorted = [...axes].sort((a, b) => a - b);
    const reduced = p.sum(g, spread);
    return { kind: "direct", gradient: p.transpose(reduced, [0, ...axes.map((axis) => 1 + sorted.indexOf(axis))]) };
  }
  throw new RangeError(`sampleGradients: a parameter meets the samples in ${entry.op}, which is no convention of ours`);
}

/** Rows of a sample-major matrix grouped by sample: [samples, T, width]. */
function bySample(x: p.Node, samples: number): p.Node {
  const width = x.shape[x.shape.length - 1]!;
  return p.reshape(x, [samples, p.sizeOf(x.shape) / samples / width, width]);
}

/** Takes a per-sample gradient back through the rearrangements between parameter and use; reshapes leave it as it is. */
function pullThrough(path: readonly p.Node[], use: SampleGradient): SampleGradient {
  if (path.every((node) => node.op === "reshape")) return use;
  let g = materialise(use);
  const samples = g.shape[0]!;
  for (let i = path.length - 1; i >= 0; i--) {
    const node = path[i]!;
    const before = node.operands[0]!.shape;
    g = p.reshape(g, [samples, ...node.shape]);
    if (node.op === "transpose") {
      const { permutation } = node.attributes;
      g = p.transpose(g, [0, ...permutation.map((_, j) => 1 + permutation.indexOf(j))]);
    } else if (node.op === "slice") {
      const { axis, start, length } = node.attributes;
      g = p.pad(g, axis + 1, start, before[axis]! - start - length);
    }
    g = p.reshape(g, [samples, ...before]);
  }
  return { kind: "direct", gradient: g };
}

function materialise(use: SampleGradient): p.Node {
  return use.kind === "direct" ? use.gradient : p.matmul(use.rows, use.columns, true, false);
}

function total(uses: readonly SampleGradient[], samples: number, size: number): SampleGradient | null {
  if (uses.length === 0) return null;
  if (uses.length === 1 && uses[0]!.kind === "outer") return uses[0]!;
  const gradient = uses.map((use) => p.reshape(materialise(use), [samples, size])).reduce((a, b) => p.add(a, b));
  return { kind: "direct", gradient };
}
