import type { Engine } from "../../src/compile/engine.ts";
import { interpreterEngine } from "../../src/compile/interpreter/interpreter.ts";
import { wasmEngine } from "../../src/compile/wasm/engine.ts";
import { nativeBackend } from "../../src/host/native-engine.ts";
import { buildProgram, type Node, sizeOf } from "../../src/program/index.ts";

/** The system's library; a sentence where there is none, and then its tests are skipped and say so. */
export const native = nativeBackend();

/** Every engine that must agree. */
export const engines: readonly [Engine, ...Engine[]] = [
  interpreterEngine,
  wasmEngine,
  ...(typeof native === "string" ? [] : [native.engine]),
];

export type Inputs = Readonly<Record<string, ArrayLike<number>>>;

/** Values of the nodes, one buffer each, after one run on the given inputs. */
export function evaluate(engine: Engine, nodes: readonly Node[], inputs: Inputs): Float64Array[] {
  const program = buildProgram(nodes.map((node, i) => ({ buffer: `out ${i}`, offset: 0, node })));
  const executable = engine.load(program);
  for (const [name, values] of Object.entries(inputs)) executable.buffers[name]?.set(values);
  executable.run();
  const results = nodes.map((node, i) => executable.buffers[`out ${i}`]!.slice(0, sizeOf(node.shape)));
  executable.dispose();
  return results;
}

/** Equal as Object.is sees it, or with `ulps` given, as close as that many units of 2⁻⁵². */
export function agree(a: number, b: number, ulps: number | undefined, scale: number): boolean {
  if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (ulps === undefined || !Number.isFinite(a) || !Number.isFinite(b)) return false;
  return Math.abs(a - b) <= ulps * (2 ** -52 * Math.max(Math.abs(a), Math.abs(b), scale) + 5e-324);
}
