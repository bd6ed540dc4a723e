import { type NodeOf, type OpName, type Program, sizeOf } from "../../program/index.ts";
import type { Engine, Executable } from "../engine.ts";
import { type Kernel, kernels } from "./kernels.ts";

/** The reference engine: walks the program node by node in plain loops. Slow, simple, and the oracle of the tests. */
export const interpreterEngine: Engine = { name: "reference", load };

function load(program: Program): Executable {
  const buffers: Record<string, Float64Array> = {};
  for (const [name, size] of Object.entries(program.bufferSizes)) buffers[name] = new Float64Array(size);
  const values = new Map<number, Float64Array>();
  const steps: (() => void)[] = [];
  for (const node of program.nodes) {
    const size = sizeOf(node.shape);
    if (node.op === "input") {
      const { buffer, offset } = node.attributes;
      values.set(node.id, buffers[buffer]!.subarray(offset, offset + size));
    } else if (node.op === "constant") {
      const { values: given } = node.attributes;
      values.set(node.id, given.length === size ? given : new Float64Array(size).fill(given[0]!));
    } else {
      const out = new Float64Array(size);
      values.set(node.id, out);
      const kernel = kernels[node.op] as Kernel<OpName>;
      const operands = node.operands.map((o) => values.get(o.id)!);
      steps.push(kernel(node as NodeOf<OpName>, out, operands));
    }
  }
  const results = program.outputs.map(({ buffer, offset, node }) => ({
    target: buffers[buffer]!.subarray(offset, offset + sizeOf(node.shape)),
    value: values.get(node.id)!,
  }));
  return {
    buffers,
    run() {
      for (const step of steps) step();
      for (const { target, value } of results) target.set(value);
    },
    dispose() {
      values.clear();
      steps.length = 0;
    },
  };
}
