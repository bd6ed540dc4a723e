import type { NodeOf } from "../../program/index.ts";
import { i32 } from "./expressions.ts";
import { FunctionBuilder, type FunctionRef } from "./function-builder.ts";
import { gatherFunction, scatterFunction } from "./kernels/gather.ts";
import { loopExtent, loopFunction } from "./kernels/loop.ts";
import { type ProductKernel, productExtent, productFunction } from "./kernels/product.ts";
import { rowsExtent, rowsFunction } from "./kernels/rows.ts";
import type { Lowered } from "./lower.ts";
import type { MemoryPlan } from "./memory-plan.ts";
import { ModuleBuilder } from "./module-builder.ts";
import type { Step } from "./steps.ts";
import type { View } from "./view.ts";

/** One call of a kernel: its fixed pointers, and into how many units its work can be divided. */
interface Call {
  readonly kernel: FunctionRef;
  readonly pointers: readonly number[];
  readonly extent: number;
}

/** The module of a program: one function for each different kernel, and `run`, which calls them in order. */
export function emit(lowered: Lowered, plan: MemoryPlan): ModuleBuilder {
  const module = new ModuleBuilder();
  const calls = lowered.steps.map((step) => callOf(module, step, plan));
  const run = new FunctionBuilder(module, []);
  for (const { kernel, pointers, extent } of calls) {
    run.call(kernel, ...[...pointers, 0, extent].map((value) => i32.constant(value)));
  }
  module.export("run", module.add(run));
  return module;
}

function callOf(module: ModuleBuilder, step: Step, plan: MemoryPlan): Call {
  const reads = step.reads.map((place) => plan.addressOf(place));
  const writes = step.writes.map((place) => plan.addressOf(place));
  if (step.kind === "loop") {
    const kernel = module.shared(`loop ${keyOf(step.kernel)}`, () => loopFunction(module, step.kernel));
    return { kernel, pointers: [...reads, ...writes], extent: loopExtent(step.kernel) };
  }
  const { node } = step;
  switch (node.op) {
    case "matmul": {
      const product = productOf(node, step.operands as [View, View]);
      const kernel = module.shared(`product ${keyOf(product)}`, () => productFunction(module, product));
      return { kernel, pointers: [...reads, ...writes], extent: productExtent(product) };
    }
    case "gather":
    case "scatter": {
      const { indices } = node.attributes;
      const sizes = { from: lastOf(node.operands[0]!.shape), to: lastOf(node.shape) };
      const build = () => {
        if (node.op === "scatter") return scatterFunction(module, sizes);
        return gatherFunction(module, sizes, node.attributes.fill, !indices.includes(-1));
      };
      const fill = node.op === "gather" ? { fill: node.attributes.fill, complete: !indices.includes(-1) } : {};
      const kernel = module.shared(`${node.op} ${keyOf({ ...sizes, ...fill })}`, build);
      return { kernel, pointers: [...reads, plan.tables.get(indices)!, ...writes], extent: rowsExtent(node) };
    }
    default: {
      const length = lastOf(node.operands[0]!.shape);
      const kernel = module.shared(`${node.op} ${length}`, () => rowsFunction(module, node.op, length));
      return { kernel, pointers: [...reads, ...writes], extent: rowsExtent(node) };
    }
  }
}

function productOf(node: NodeOf<"matmul">, [a, b]: readonly [View, View]): ProductKernel {
  const { transposeA, transposeB } = node.attributes;
  const axes = node.shape.length;
  const operand = ({ strides }: View, transposed: boolean) => {
    const [row, column] = [strides[axes - 2]!, strides[axes - 1]!];
    const batch = strides.slice(0, -2);
    return transposed ? { batch, row: column, column: row } : { batch, row, column };
  };
  return {
    batch: node.shape.slice(0, -2),
    rows: node.shape[axes - 2]!,
    inner: a.shape[transposeA ? axes - 2 : axes - 1]!,
    columns: node.shape[axes - 1]!,
    a: operand(a, transposeA),
    b: operand(b, transposeB),
  };
}

/** Equal keys for equal kernels; numbers that JSON would blur are written out. */
function keyOf(kernel: unknown): string {
  return JSON.stringify(kernel, (_, value) =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)) ? `${1 / value}/${value}` : value,
  );
}

function lastOf(shape: readonly number[]): number {
  return shape[shape.length - 1]!;
}
