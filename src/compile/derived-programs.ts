import {
  gradient,
  hvp,
  jvp,
  type Kink,
  kinksOf,
  type SampleGradient,
  sampleGradients,
  vjp,
} from "../autodiff/index.ts";
import * as p from "../program/index.ts";

/** The programs an objective is made of, each for one number of samples. */
export type DerivedKind =
  | ("value" | "gradient" | "hvp" | "outputs" | "jvp" | "vjp" | "outputGradient" | "outputHessian")
  | ("factors" | "jacobian" | "lossVjp" | "distance" | "selection" | "switchingVjp");

/**
 * Builds one of them. Beside the buffers of the loss program they read "direction" (a vector like θ) or "cotangent",
 * and write "loss", "sampleLosses", "gradient" (a vector like θ), "outputs", "tangent", "outputGradient",
 * "outputHessian", "jacobian" (samples × n, the gradients of u_iᵀf_i), "switching", or for "factors" the buffers named by `factorBuffers`.
 */
export function derivedProgram(kind: DerivedKind, loss: p.LossProgram, dimension: number): p.Program {
  return p.buildProgram(builders[kind](loss), { theta: dimension });
}

const builders: { readonly [K in DerivedKind]: (loss: p.LossProgram) => p.Output[] } = {
  value: (l) => [scalarLoss(l), { buffer: "sampleLosses", offset: 0, node: l.sampleLosses }],
  gradient: (l) => [scalarLoss(l), ...intoTheta(l, gradient(l.loss, parametersOf(l)))],
  hvp: (l) => [scalarLoss(l), ...intoTheta(l, hvp(l.loss, parametersOf(l), directionsOf(l)))],
  outputs: (l) => [{ buffer: "outputs", offset: 0, node: l.outputs! }],
  jvp: (l) => {
    const directions = directionsOf(l);
    const seeds = new Map(parametersOf(l).map((x, i) => [x, directions[i]!]));
    const [tangent] = jvp([l.outputs!], seeds);
    return [{ buffer: "tangent", offset: 0, node: tangent ?? p.constant(0, l.outputs!.shape) }];
  },
  vjp: (l) => intoTheta(l, vjp(l.outputs!, cotangentLike(l.outputs!), parametersOf(l))),
  lossVjp: (l) => intoTheta(l, vjp(l.sampleLosses, cotangentLike(l.sampleLosses), parametersOf(l))),
  outputGradient: (l) => [{ buffer: "outputGradient", offset: 0, node: outputGradient(l) }],
  outputHessian: (l) => {
    const [samples, k] = l.outputs!.shape as [number, number];
    const g = outputGradient(l);
    const rows = Array.from({ length: k }, (_, a) => {
      const unit = p.broadcast(
        p.constant(
          Float64Array.from({ length: k }, (_, b) => (a === b ? 1 : 0)),
          [k],
        ),
        g.shape,
        [1],
      );
      const [row] = jvp([g], new Map([[l.outputs!, unit]]));
      return p.reshape(row ?? p.constant(0, g.shape), [samples, 1, k]);
    });
    return [{ buffer: "outputHessian", offset: 0, node: p.concat(rows, 1) }];
  },
  factors: (l) => factorNodes(l).flatMap((f) => f.outputs),
  jacobian: (l) => {
    const { outputs } = l;
    const gradients = sampleGradients(outputs!, cotangentLike(outputs!), parametersOf(l));
    const rows = gradients.map((g, j) => sampleRows(g, outputs!.shape[0]!, l.parameters[j]!.slot.size));
    return [{ buffer: "jacobian", offset: 0, node: p.concat(rows, 1) }];
  },
  distance: (l) => switching(l, "distance"),
  selection: (l) => switching(l, "selection"),
  switchingVjp: (l) => {
    const distances = kinksOf([l.sampleLosses], parametersOf(l)).map((kink) => flatten(kink.distance));
    const all = p.concat(distances, 0);
    return intoTheta(l, vjp(all, cotangentLike(all), parametersOf(l)));
  },
};

/** What the "factors" program writes for one parameter tensor, and whether each part depends on the cotangent. */
export interface FactorLayout {
  readonly kind: "outer" | "direct" | "absent";
  /** T, the positions that share the parameter within one sample, and the two widths; "direct" has columns = 0. */
  readonly positions: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowsVary: boolean;
  readonly columnsVary: boolean;
}

/** Layouts of the parameters, in order; buffers are named `rows:j`, `columns:j` for parameter j. */
export function factorLayouts(loss: p.LossProgram): FactorLayout[] {
  return factorNodes(loss).map((f) => f.layout);
}

function factorNodes(l: p.LossProgram): { layout: FactorLayout; outputs: p.Output[] }[] {
  const cotangent = cotangentLike(l.outputs!);
  const varies = (node: p.Node) => p.topologicalOrder([node]).includes(cotangent);
  return sampleGradients(l.outputs!, cotangent, parametersOf(l)).map((g, j) => {
    const base = { positions: 1, rows: 0, columns: 0, rowsVary: true, columnsVary: true };
    if (!g) return { layout: { ...base, kind: "absent" as const }, outputs: [] };
    if (g.kind === "direct") {
      const rows = l.parameters[j]!.slot.size;
      const outputs = [{ buffer: `rows:${j}`, offset: 0, node: g.gradient }];
      return { layout: { ...base, kind: "direct" as const, rows }, outputs };
    }
    const [, positions, rows] = g.rows.shape as [number, number, number];
    const layout = {
      kind: "outer" as const,
      positions,
      rows,
      columns: g.columns.shape[2]!,
      rowsVary: varies(g.rows),
      columnsVary: varies(g.columns),
    };
    const outputs = [
      { buffer: `rows:${j}`, offset: 0, node: g.rows },
      { buffer: `columns:${j}`, offset: 0, node: g.columns },
    ];
    return { layout, outputs };
  });
}

/** The gradients of all samples with respect to one parameter, [samples, size]. */
function sampleRows(g: SampleGradient | null, samples: number, size: number): p.Node {
  if (!g) return p.constant(0, [samples, size]);
  if (g.kind === "direct") return p.reshape(g.gradient, [samples, size]);
  const [, positions, height] = g.rows.shape as [number, number, number];
  const width = g.columns.shape[2]!;
  if (positions > 1) return p.reshape(p.matmul(g.rows, g.columns, true, false), [samples, size]);
  const spread = (x: p.Node, axis: number) =>
    p.broadcast(p.reshape(x, [samples, x.shape[2]!]), [samples, height, width], [0, axis]);
  return p.reshape(p.mul(spread(g.rows, 1), spread(g.columns, 2)), [samples, size]);
}

function parametersOf(l: p.LossProgram): p.Node[] {
  return l.parameters.map((x) => x.node);
}

function scalarLoss(l: p.LossProgram): p.Output {
  return { buffer: "loss", offset: 0, node: l.loss };
}

function intoTheta(l: p.LossProgram, values: readonly (p.Node | null)[]): p.Output[] {
  return l.parameters.map(({ slot }, i) => ({
    buffer: "gradient",
    offset: slot.offset,
    node: values[i] ?? p.constant(0, slot.shape),
  }));
}

function directionsOf(l: p.LossProgram): p.Node[] {
  return l.parameters.map(({ slot }) => p.input("direction", slot.shape, { offset: slot.offset, role: "direction" }));
}

function cotangentLike(x: p.Node): p.Node {
  return p.input("cotangent", x.shape, { role: "direction", perSample: true });
}

/** ∇_f ℓ_i: the samples' losses do not mix, so one reverse pass with ones gives all of them. */
function outputGradient(l: p.LossProgram): p.Node {
  const [g] = vjp(l.sampleLosses, p.constant(1, l.sampleLosses.shape), [l.outputs!]);
  return g ?? p.constant(0, l.outputs!.shape);
}

function flatten(x: p.Node): p.Node {
  return p.reshape(x, [p.sizeOf(x.shape)]);
}

/** Kinks sample by sample where there are samples: [samples, …] each, joined along the second axis. */
function switching(l: p.LossProgram, part: "distance" | "selection"): p.Output[] {
  let offset = 0;
  return kinksOf([l.sampleLosses], parametersOf(l)).map((kink) => {
    const node = flatten(part === "distance" ? kink.distance : selected(kink));
    offset += p.sizeOf(node.shape);
    return { buffer: "switching", offset: offset - p.sizeOf(node.shape), node };
  });
}

/** One number a kink: 0 or 1, or the place of the largest element where a maximum is taken along an axis. */
function selected({ selection, distance }: Kink): p.Node {
  if (p.sameShape(selection.shape, distance.shape)) return selection;
  const places = p.constant(
    Float64Array.from({ length: selection.shape.at(-1)! }, (_, j) => j),
    [selection.shape.at(-1)!],
  );
  return p.sum(p.mul(selection, places), [selection.shape.length - 1]);
}
