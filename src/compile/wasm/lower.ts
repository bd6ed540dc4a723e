import { type Node, type Output, type Program, type Shape, sizeOf } from "../../program/index.ts";
import { type Frame, frameOf, refine, stridesIn } from "./frame.ts";
import { type Packed, type ProductOptions, productSteps } from "./lower-product.ts";
import { fuses, type Group, loopShape, type Schedule } from "./schedule.ts";
import type { LoopKernel, LoopOp, LoopOperation, Place, Ref, RowNode, Step } from "./steps.ts";
import { isWhole, rowMajor, type View } from "./view.ts";

/** Rows of the register tile of products. */
const TILE_ROWS = 4;

/** A program as kernel calls in order, and where its nodes are kept. */
export interface Lowered {
  readonly steps: readonly Step[];
  /** Windows of output buffers into which a node is computed directly. */
  readonly windows: ReadonlyMap<Node, { readonly buffer: string; readonly offset: number }>;
}

/** How products are computed: see `ProductOptions`. */
export type LowerOptions = Partial<Pick<ProductOptions, "native" | "packs">>;

/**
 * Writes the groups of a schedule out as loop kernels, with only what others read stored. With `native`, products that
 * a library of the machine takes become steps of their own kind.
 */
export function lower(program: Program, schedule: Schedule, products: LowerOptions = {}): Lowered {
  const { views, levels } = schedule;
  const { windows, copies } = placeOutputs(program.outputs, views);
  const read = rootsRead(schedule);
  const packed: Packed = new Map();
  const options = { tileRows: TILE_ROWS, native: false, packs: true, ...products };
  const steps: Step[] = [];
  const copied = new Set(copies.map(({ node }) => views.get(node)!.root));
  const stored = (node: Node) => read.has(node) || windows.has(node) || copied.has(node);
  const joined = placeInJoined(schedule, (node) => windows.has(node) || copied.has(node));
  for (const { nodes, groups } of levels) {
    for (const node of nodes) steps.push(...nodeSteps(node, views, packed, joined, options));
    for (const group of groups) steps.push(groupStep(group, schedule.reads, stored, joined));
  }
  for (const { node, buffer, offset } of copies) {
    steps.push(copyStep(views.get(node)!, node.shape, { buffer, offset }, rowMajor(node.shape)));
  }
  return { steps, windows };
}

/** An output whose value is a computed node in full is computed in place; the others are copied at the end. */
function placeOutputs(outputs: readonly Output[], views: ReadonlyMap<Node, View>) {
  const windows = new Map<Node, { buffer: string; offset: number }>();
  const copies: Output[] = [];
  const disjoint = areDisjoint(outputs);
  for (const output of outputs) {
    const view = views.get(output.node)!;
    const { root } = view;
    const computed = root.op !== "input" && root.op !== "constant";
    if (disjoint && computed && isWhole(view) && !windows.has(root)) {
      windows.set(root, { buffer: output.buffer, offset: output.offset });
    } else copies.push(output);
  }
  return { windows, copies };
}

function areDisjoint(outputs: readonly Output[]): boolean {
  const last = new Map<string, number>();
  for (const { buffer, offset, node } of [...outputs].sort((a, b) => a.offset - b.offset)) {
    if (offset < (last.get(buffer) ?? 0)) return false;
    last.set(buffer, offset + sizeOf(node.shape));
  }
  return true;
}

/** A part of a concatenation that the loop which computes it writes where it belongs. */
interface JoinedPart {
  readonly place: Place;
  /** The shape of the part, and its strides there. */
  readonly shape: Shape;
  readonly strides: readonly number[];
}

/** Elementwise values that only one concatenation reads, in order and once: they are computed in place. */
function placeInJoined({ views, reads, levels }: Schedule, isOutput: (node: Node) => boolean): Map<Node, JoinedPart> {
  const readers = new Map<Node, number>();
  const frames = new Map<Node, Frame>();
  const count = (view: View) => readers.set(view.root, (readers.get(view.root) ?? 0) + 1);
  for (const { nodes, groups } of levels) {
    for (const node of nodes) for (const operand of node.operands) count(views.get(operand)!);
    for (const { frame, members } of groups) {
      for (const member of members) {
        frames.set(member, frame);
        for (const view of reads.get(member)!) count(view);
      }
    }
  }
  const parts = new Map<Node, JoinedPart>();
  for (const node of levels.flatMap((level) => level.nodes)) {
    if (node.op !== "concat") continue;
    const strides = rowMajor(node.shape);
    let offset = 0;
    for (const operand of node.operands) {
      const view = views.get(operand)!;
      const { root } = view;
      const frame = frames.get(root);
      const alone = frame && root.op !== "sum" && isWhole(view) && readers.get(root) === 1 && !isOutput(root);
      if (alone && refine(frame, operand.shape)?.length === frame.length) {
        parts.set(root, { place: { node, offset }, shape: operand.shape, strides });
      }
      offset += operand.shape[node.attributes.axis]! * strides[node.attributes.axis]!;
    }
  }
  return parts;
}

/** Nodes whose value some other step reads from memory. */
function rootsRead({ views, reads, levels }: Schedule): Set<Node> {
  const read = new Set<Node>();
  for (const { nodes, groups } of levels) {
    for (const node of nodes) for (const operand of node.operands) read.add(views.get(operand)!.root);
    for (const { members } of groups) {
      const own = new Set(members);
      for (const member of members) {
        for (const view of reads.get(member)!) if (!(own.has(view.root) && fuses(view))) read.add(view.root);
      }
    }
  }
  return read;
}

function groupStep(
  group: Group,
  reads: Schedule["reads"],
  stored: (node: Node) => boolean,
  joined: ReadonlyMap<Node, JoinedPart>,
): Step {
  const { frame, members } = group;
  const loop = new LoopWriter(frame);
  const values = new Map<Node, Ref>();
  for (const node of members) {
    const shape = loopShape(node);
    const operands = reads.get(node)!.map((view) => {
      const inside = fuses(view) ? values.get(view.root) : undefined;
      return inside ?? loop.read(view, shape);
    });
    if (node.op === "sum") {
      loop.sum(operands[0]!, stridesIn(frame, shape, sumStrides(shape, node.attributes.axes)), { node, offset: 0 });
      continue;
    }
    const rearranged =
      node.op === "broadcast" || node.op === "transpose" || node.op === "slice" || node.op === "reshape";
    const exponent = node.op === "pow" ? { exponent: node.attributes.exponent } : {};
    const value = rearranged ? operands[0]! : loop.apply({ op: node.op as LoopOp, operands, ...exponent });
    values.set(node, value);
    const part = joined.get(node);
    if (part) loop.store(value, stridesIn(frame, part.shape, part.strides), part.place);
    else if (stored(node)) loop.store(value, stridesIn(frame, shape, rowMajor(shape)), { node, offset: 0 });
  }
  return loop.step();
}

/** Strides in the result of a sum, along the axes of its operand. */
function sumStrides(shape: Shape, axes: readonly number[]): number[] {
  const kept = rowMajor(shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)));
  return kept.map((stride, axis) => (axes.includes(axis) ? 0 : stride));
}

function nodeSteps(
  node: Node,
  views: ReadonlyMap<Node, View>,
  packed: Packed,
  joined: ReadonlyMap<Node, JoinedPart>,
  options: ProductOptions,
): Step[] {
  switch (node.op) {
    case "pad": {
      const operand = node.operands[0]!;
      const { axis, before } = node.attributes;
      const strides = rowMajor(node.shape);
      const fill = new LoopWriter(frameOf([sizeOf(node.shape)]));
      fill.store({ constant: 0 }, fill.frame.length > 0 ? [1] : [], { node, offset: 0 });
      const place = { node, offset: before * strides[axis]! };
      return [fill.step(), copyStep(views.get(operand)!, operand.shape, place, strides)];
    }
    case "concat": {
      const { axis } = node.attributes;
      const strides = rowMajor(node.shape);
      let offset = 0;
      return node.operands.flatMap((operand) => {
        const view = views.get(operand)!;
        const step = joined.has(view.root) ? [] : [copyStep(view, operand.shape, { node, offset }, strides)];
        offset += operand.shape[axis]! * strides[axis]!;
        return step;
      });
    }
    case "matmul":
      return productSteps(node, [views.get(node.operands[0]!)!, views.get(node.operands[1]!)!], packed, options);
    default: {
      const { root, offset } = views.get(node.operands[0]!)!;
      return [{ kind: "rows", node: node as RowNode, reads: [{ node: root, offset }], writes: [{ node, offset: 0 }] }];
    }
  }
}

function copyStep(view: View, shape: Shape, place: Place, strides: readonly number[]): Step {
  const loop = new LoopWriter(frameOf(shape));
  loop.store(loop.read(view, shape), stridesIn(loop.frame, shape, strides), place);
  return loop.step();
}

/** Collects the parts of one loop kernel and the places that its pointers will point to. */
class LoopWriter {
  readonly frame: Frame;
  private readonly leaves: { readonly strides: readonly number[]; readonly place: Place; readonly root: Node }[] = [];
  private readonly operations: LoopOperation[] = [];
  private readonly stores: { value: Ref; strides: readonly number[]; place: Place }[] = [];
  private readonly sums: { value: Ref; strides: readonly number[]; place: Place }[] = [];

  constructor(frame: Frame) {
    this.frame = frame;
  }

  read(view: View, shape: Shape): Ref {
    const { root, offset } = view;
    if (root.op === "constant" && root.attributes.values.length === 1) return { constant: root.attributes.values[0]! };
    const strides = stridesIn(this.frame, shape, view.strides);
    const found = this.leaves.findIndex(
      (leaf) =>
        leaf.root === root && leaf.place.offset === offset && leaf.strides.every((stride, a) => stride === strides[a]),
    );
    if (found >= 0) return { leaf: found };
    return { leaf: this.leaves.push({ strides, place: { node: root, offset }, root }) - 1 };
  }

  apply(operation: LoopOperation): Ref {
    return { operation: this.operations.push(operation) - 1 };
  }

  store(value: Ref, strides: readonly number[], place: Place): void {
    this.stores.push({ value, strides, place });
  }

  sum(value: Ref, strides: readonly number[], place: Place): void {
    this.sums.push({ value, strides, place });
  }

  step(): Step {
    const { frame, operations } = this;
    const kernel: LoopKernel = {
      frame,
      leaves: this.leaves.map((leaf) => leaf.strides),
      operations,
      stores: this.stores.map(({ value, strides }) => ({ value, strides })),
      sums: this.sums.map(({ value, strides }) => ({ value, strides })),
    };
    const writes = [...this.stores, ...this.sums].map(({ place }) => place);
    return { kind: "loop", kernel, reads: this.leaves.map((leaf) => leaf.place), writes };
  }
}
