import { describeCost, nodeCost } from "./cost.ts";
import type { Node, NodeOf } from "./node.ts";
import type { OpName } from "./operations.ts";
import type { Output, Program } from "./program.ts";
import { showShape, sizeOf } from "./shape.ts";

/**
 * A program as text, one line an operation in the order they run: number, shape, operation with its operands, cost. Constants
 * of one value stand where they are used.
 *
 *   %0  [4, 2]   theta[0..7]               parameter
 *   %2  [32, 4]  matmul %1, transposed %0  512 flops
 */
export function printProgram(program: Program): string {
  const written = new Set(program.outputs.map((o) => o.buffer));
  const buffers = Object.entries(program.bufferSizes).map(
    ([name, size]) => `${name}: ${count(size, "number")} ${written.has(name) ? "out" : "in"}`,
  );
  const numbers = new Map<Node, string>();
  const shown = program.nodes.filter((node) => !isNumber(node));
  shown.forEach((node, i) => {
    numbers.set(node, `%${i}`);
  });
  const name = (node: Node) => numbers.get(node) ?? String((node as NodeOf<"constant">).attributes.values[0]);
  const rows = shown.map((node) => [numbers.get(node)!, showShape(node.shape), expression(node, name), remark(node)]);
  const results = program.outputs.map((o) => `${target(o)} = ${name(o.node)}`);
  return [...buffers, "", ...aligned(rows), "", ...results, ""].join("\n");
}

/** A constant that is one number, whatever its shape. */
function isNumber(node: Node): boolean {
  return node.op === "constant" && node.attributes.values.length === 1;
}

function target({ buffer, offset, node }: Output): string {
  return `${buffer}${range(offset, sizeOf(node.shape))}`;
}

function range(offset: number, size: number): string {
  return size === 1 ? `[${offset}]` : `[${offset}..${offset + size - 1}]`;
}

type Printer<K extends OpName> = (node: NodeOf<K>, operands: readonly string[]) => string;

/** Operations whose attributes have a word of their own; all others print as their name and operands. */
const printers: { readonly [K in OpName]?: Printer<K> } = {
  input: ({ attributes: { buffer, offset }, shape }) => `${buffer}${range(offset, sizeOf(shape))}`,
  constant: ({ attributes: { values } }) => `${values.length} numbers ${preview(values)}`,
  pow: ({ attributes: { exponent } }, [x]) => `pow ${x}, ${exponent}`,
  broadcast: ({ attributes: { axes } }, [x]) =>
    axes.length === 0 ? `broadcast ${x}` : `broadcast ${x} to axes ${axes}`,
  sum: ({ attributes: { axes } }, [x]) => `sum ${x} over axes ${axes}`,
  transpose: ({ attributes: { permutation } }, [x]) => `transpose ${x} by ${permutation}`,
  slice: ({ attributes: { axis, start, length } }, [x]) => `slice ${x}${range(start, length)} of axis ${axis}`,
  pad: ({ attributes: { axis, before, after } }, [x]) => `pad ${x} by ${before} and ${after} on axis ${axis}`,
  concat: ({ attributes: { axis } }, operands) => `concat ${operands.join(", ")} on axis ${axis}`,
  gather: ({ attributes: { indices, fill } }, [x]) =>
    `gather ${x} at ${indices.length} places${indices.includes(-1) ? `, else ${fill}` : ""}`,
  scatter: ({ attributes: { indices } }, [x]) => `scatter ${x} to ${indices.length} places`,
  matmul: ({ attributes: { transposeA, transposeB } }, [a, b]) =>
    `matmul ${transposeA ? "transposed " : ""}${a}, ${transposeB ? "transposed " : ""}${b}`,
};

function expression(node: Node, name: (node: Node) => string): string {
  const operands = node.operands.map(name);
  const printer = printers[node.op] as Printer<OpName> | undefined;
  return printer ? printer(node as NodeOf<OpName>, operands) : `${node.op} ${operands.join(", ")}`;
}

function remark(node: Node): string {
  if (node.op === "input") return node.attributes.role + (node.attributes.perSample ? ", a row for each sample" : "");
  return describeCost(nodeCost(node));
}

function preview(values: Float64Array): string {
  const first = [...values.subarray(0, 4)].join(", ");
  return values.length > 4 ? `(${first}, …)` : `(${first})`;
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

/** Columns of text with two spaces between them. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
  return rows.map((row) =>
    row
      .map((cell, c) => cell.padEnd(widths[c]!))
      .join("  ")
      .trimEnd(),
  );
}
