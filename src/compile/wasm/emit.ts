import { type I32, i32 } from "./expressions.ts";
import { FunctionBuilder, type FunctionRef } from "./function-builder.ts";
import { gatherFunction, scatterFunction } from "./kernels/gather.ts";
import { loopFunction } from "./kernels/loop.ts";
import { loopForm, loopKey } from "./kernels/loop-form.ts";
import { packForm, packFunction } from "./kernels/pack.ts";
import { productFunction } from "./kernels/product.ts";
import { productForm } from "./kernels/product-form.ts";
import { rowsExtent, rowsFunction } from "./kernels/rows.ts";
import type { Lowered } from "./lower.ts";
import type { MemoryPlan } from "./memory-plan.ts";
import { ModuleBuilder } from "./module-builder.ts";
import { type NativeProduct, nativeProducts } from "./native-products.ts";
import type { Stage } from "./program-tool.ts";
import { type Grain, piecesOf } from "./stages.ts";
import type { RowNode, Step } from "./steps.ts";

/** One call of a kernel: its fixed arguments, and into how many units its work can be divided; 0 if it takes no units. */
interface Call {
  readonly kernel: FunctionRef;
  readonly fixed: readonly number[];
  readonly extent: number;
}

export interface Emitted {
  readonly module: ModuleBuilder;
  /** What `env.native(i)` computes when the module calls it. */
  readonly native: readonly (readonly NativeProduct[])[];
  /** The steps as threads share them, where that was asked for and pays; the module exports them as `stage i`. */
  readonly stages: readonly Stage[] | null;
}

export interface EmitOptions {
  /** Set when threads may share the steps. */
  readonly grain: Grain | null;
  readonly constantsInMemory: boolean;
}

/** The module of a program: one function for each different kernel, and `run`, which calls them in order. */
export function emit(lowered: Lowered, plan: MemoryPlan, { grain, constantsInMemory }: EmitOptions): Emitted {
  const isNative = lowered.steps.some(({ kind }) => kind === "native");
  const module = new ModuleBuilder(isNative ? { native: ["i32"] } : {}, { constantsInMemory });
  const native: NativeProduct[][] = [];
  const calls = lowered.steps.map((step): Call => {
    if (step.kind !== "native") return callOf(module, step, plan);
    const [a, b, c] = [...step.reads, ...step.writes].map((place) => plan.addressOf(place));
    const fixed = [native.push(nativeProducts(step.kernel, a!, b!, c!)) - 1];
    return { kernel: module.imported("native"), fixed, extent: 0 };
  });
  const run = new FunctionBuilder(module, []);
  for (const call of calls) callWhole(run, call);
  module.export("run", module.add(run));
  const pieces = grain
    ? piecesOf(
        lowered.steps,
        calls.map(({ extent }) => extent),
        grain,
      )
    : null;
  return { module, native, stages: pieces && exportStages(module, calls, pieces) };
}

function callWhole(f: FunctionBuilder, { kernel, fixed, extent }: Call): void {
  f.callWith(kernel, extent === 0 ? fixed : [...fixed, 0, extent]);
}

/** Steps of one piece that follow each other are one stage; every other step is one, a function of lo and hi. */
function exportStages(module: ModuleBuilder, calls: readonly Call[], pieces: readonly number[]): Stage[] {
  const stages: Stage[] = [];
  let alone: FunctionBuilder | null = null;
  const close = () => {
    if (!alone) return;
    module.export(`stage ${stages.length}`, module.add(alone));
    stages.push({ pieces: 1, extent: 1 });
    alone = null;
  };
  calls.forEach((call, i) => {
    if (pieces[i] === 1) {
      callWhole((alone ??= new FunctionBuilder(module, [])), call);
      return;
    }
    close();
    const part = new FunctionBuilder(module, ["i32", "i32"]);
    part.call(call.kernel, ...call.fixed.map((value) => i32.constant(value)), ...part.pointers<[I32, I32]>());
    module.export(`stage ${stages.length}`, module.add(part));
    stages.push({ pieces: pieces[i]!, extent: call.extent });
  });
  close();
  return stages;
}

function callOf(module: ModuleBuilder, step: Exclude<Step, { readonly kind: "native" }>, plan: MemoryPlan): Call {
  const reads = step.reads.map((place) => plan.addressOf(place));
  const writes = step.writes.map((place) => plan.addressOf(place));
  const pointers = [...reads, ...writes];
  switch (step.kind) {
    case "loop": {
      const { form, sizes, extent } = loopForm(step.kernel);
      const kernel = module.shared(loopKey(form), () => loopFunction(module, form));
      return { kernel, fixed: [...pointers, ...sizes], extent };
    }
    case "pack": {
      const { form, sizes, extent } = packForm(step.kernel);
      const kernel = module.shared(`pack ${Object.values(form)}`, () => packFunction(module, form));
      return { kernel, fixed: [...pointers, ...sizes], extent };
    }
    case "product": {
      const { form, sizes, extent } = productForm(step.kernel);
      const kernel = module.shared(`product ${Object.values(form)}`, () => productFunction(module, form));
      return { kernel, fixed: [...pointers, ...sizes], extent };
    }
    case "rows":
      return rowsCall(module, step.node, reads, writes, plan);
  }
}

function rowsCall(
  module: ModuleBuilder,
  node: RowNode,
  reads: readonly number[],
  writes: readonly number[],
  plan: MemoryPlan,
): Call {
  const extent = rowsExtent(node);
  const sizes = { from: lastOf(node.operands[0]!.shape), to: lastOf(node.shape) };
  switch (node.op) {
    case "gather": {
      const { indices, fill } = node.attributes;
      const complete = !indices.includes(-1);
      const build = () => gatherFunction(module, sizes, fill, complete);
      const kernel = module.shared(
        `gather ${sizes.from} ${sizes.to} ${Object.is(fill, -0) ? "-0" : fill} ${complete}`,
        build,
      );
      return { kernel, fixed: [...reads, plan.tables.get(indices)!, ...writes], extent };
    }
    case "scatter": {
      const kernel = module.shared(`scatter ${sizes.from} ${sizes.to}`, () => scatterFunction(module, sizes));
      return { kernel, fixed: [...reads, plan.tables.get(node.attributes.indices)!, ...writes], extent };
    }
    default: {
      const kernel = module.shared(`${node.op} ${sizes.from}`, () => rowsFunction(module, node.op, sizes.from));
      return { kernel, fixed: [...reads, ...writes], extent };
    }
  }
}

function lastOf(shape: readonly number[]): number {
  return shape[shape.length - 1]!;
}
