import { type Node, type Program, type Shape, sizeOf } from "../../program/index.ts";
import { type Frame, frameOf, refine } from "./frame.ts";
import { isContiguous, isWhole, ownView, type View, viewThrough } from "./view.ts";

/** Nodes that one loop computes together: all have the same number of elements, visited in row-major order. */
export interface Group {
  frame: Frame;
  readonly size: number;
  readonly members: Node[];
}

/** What runs when: in each level first its own-kernel nodes in order, then its groups in order. */
export interface Schedule {
  /** How each node is read. The root of a view is an input, a constant, or a node of a level. */
  readonly views: ReadonlyMap<Node, View>;
  /** How the loop that computes a node reads its operands, in the shape of the loop. */
  readonly reads: ReadonlyMap<Node, readonly View[]>;
  readonly levels: readonly { readonly nodes: readonly Node[]; readonly groups: readonly Group[] }[];
}

/** Beyond this, a loop body outgrows the instruction window and the registers. */
const MAX_MEMBERS = 64;

/**
 * Divides a program into loops and nodes with kernels of their own.
 *
 * The level of a node counts the own-kernel nodes that must run before it. Elementwise nodes then sink to the level of
 * their first reader when that costs no extra array, so that derivatives are computed where they are used.
 */
export function schedule(program: Program): Schedule {
  const views = viewsOf(program.nodes);
  const working = program.nodes.filter((n) => views.get(n)!.root === n && n.op !== "input" && n.op !== "constant");
  const reads = new Map<Node, readonly View[]>();
  for (const node of working) if (isLoopNode(node)) reads.set(node, operandViews(node, views));
  const levels = levelsOf(working, views);
  sink(working, views, levels, new Set(program.outputs.map((o) => views.get(o.node)!.root)));
  const count = working.reduce((top, n) => Math.max(top, levels.get(n)! + 1), 0);
  const result = Array.from({ length: count }, () => ({ nodes: [] as Node[], groups: [] as Group[] }));
  const groupOf = new Map<Node, number>();
  for (const node of working) {
    const level = result[levels.get(node)!]!;
    if (!isLoopNode(node)) level.nodes.push(node);
    else groupOf.set(node, join(node, level.groups, firstGroup(node, reads, levels, groupOf)));
  }
  return { views, reads, levels: result };
}

/** Elementwise nodes, sums, and rearrangements that must be copied: all run as loops. */
export function isLoopNode(node: Node): boolean {
  switch (node.op) {
    case "matmul":
    case "gather":
    case "scatter":
    case "softmax":
    case "logSumExp":
    case "maxAlong":
    case "argmaxMask":
    case "pad":
    case "concat":
      return false;
    default:
      return true;
  }
}

/** The shape over which the loop of a node runs. */
export function loopShape(node: Node): Shape {
  return node.op === "sum" || node.op === "reshape" ? node.operands[0]!.shape : node.shape;
}

/** Rearrangements become views of their operand; where strides cannot say it, or rows must be dense, they are stored. */
function viewsOf(nodes: readonly Node[]): Map<Node, View> {
  const dense = new Set<Node>();
  for (const node of nodes) {
    if (!isLoopNode(node) && node.op !== "matmul" && node.op !== "pad" && node.op !== "concat") {
      dense.add(node.operands[0]!);
    }
  }
  const views = new Map<Node, View>();
  for (const node of nodes) {
    const operand = node.operands[0] && views.get(node.operands[0]);
    const view = operand && viewThrough(node, operand);
    views.set(node, view && (isContiguous(view) || !dense.has(node)) ? view : ownView(node, dense.has(node)));
  }
  return views;
}

/** How a loop reads the operands of a node, in the shape of the loop: a stored rearrangement reads through itself. */
function operandViews(node: Node, views: ReadonlyMap<Node, View>): readonly View[] {
  const own = node.operands.map((o) => views.get(o)!);
  const through = node.op === "reshape" ? null : viewThrough(node, own[0]!);
  return through ? [through] : own;
}

function levelsOf(working: readonly Node[], views: ReadonlyMap<Node, View>): Map<Node, number> {
  const levels = new Map<Node, number>();
  for (const node of working) {
    const loop = isLoopNode(node);
    let level = 0;
    for (const operand of node.operands) {
      const { root } = views.get(operand)!;
      const before = levels.get(root);
      if (before !== undefined) level = Math.max(level, !loop && isLoopNode(root) ? before + 1 : before);
    }
    levels.set(node, level);
  }
  return levels;
}

function sink(
  working: readonly Node[],
  views: ReadonlyMap<Node, View>,
  levels: Map<Node, number>,
  kept: ReadonlySet<Node>,
): void {
  const readers = new Map<Node, Node[]>();
  for (const node of working) {
    for (const operand of node.operands) {
      const { root } = views.get(operand)!;
      const list = readers.get(root);
      if (list) list.push(node);
      else readers.set(root, [node]);
    }
  }
  const latestFor = (reader: Node) => levels.get(reader)! - (isLoopNode(reader) ? 0 : 1);
  for (let i = working.length - 1; i >= 0; i--) {
    const node = working[i]!;
    const users = readers.get(node);
    if (!isLoopNode(node) || node.op === "sum" || !users) continue;
    const latest = users.reduce((least, user) => Math.min(least, latestFor(user)), Number.POSITIVE_INFINITY);
    if (latest <= levels.get(node)!) continue;
    const roots = new Set(node.operands.map((o) => views.get(o)!.root).filter((root) => levels.has(root)));
    const prolonged = [...roots].filter(
      (root) => !kept.has(root) && !readers.get(root)!.some((user) => user !== node && levels.get(user)! >= latest),
    );
    if (prolonged.length <= 1) levels.set(node, latest);
  }
}

/** The first group of its level that a node may join: not before those that make its operands. */
function firstGroup(
  node: Node,
  reads: ReadonlyMap<Node, readonly View[]>,
  levels: ReadonlyMap<Node, number>,
  groupOf: ReadonlyMap<Node, number>,
): number {
  let first = 0;
  for (const view of reads.get(node)!) {
    const { root } = view;
    const group = levels.get(root) === levels.get(node) ? groupOf.get(root) : undefined;
    if (group !== undefined) first = Math.max(first, fuses(view) ? group : group + 1);
  }
  return first;
}

/** Whether a loop that computes the root of this view can use its elements at once, in registers. */
export function fuses(view: View): boolean {
  return view.root.op !== "sum" && isWhole(view);
}

function join(node: Node, groups: Group[], first: number): number {
  const shape = loopShape(node);
  const size = sizeOf(shape);
  for (let i = first; i < groups.length; i++) {
    const group = groups[i]!;
    if (group.members.length >= MAX_MEMBERS || group.size !== size) continue;
    const frame = refine(group.frame, shape);
    if (!frame) continue;
    group.frame = frame;
    group.members.push(node);
    return i;
  }
  return groups.push({ frame: frameOf(shape), size, members: [node] }) - 1;
}
