import { buildProgram, input, matmul } from "../program/index.ts";
import type { Engine } from "./engine.ts";
import { addOuter, blockOf, type ParameterFactors } from "./layer-factors.ts";

/**
 * K = JJᵀ, (m·k)×(m·k) row-major, one parameter tensor after another. A dense layer adds (AAᵀ)∘(GGᵀ), activations
 * against signals; a layer that shares its weights over positions is multiplied out a few rows of its weights at a
 * time, so that memory stays within a few (m·k)² numbers.
 */
export function neuralTangentKernel(
  factors: readonly ParameterFactors[],
  m: number,
  k: number,
  engine: Engine,
): Float64Array {
  const size = m * k;
  const kernel = new Float64Array(size * size);
  for (const part of factors) {
    if (part.layout.kind === "direct") add(kernel, gram(part.rows, size, engine));
    else if (part.layout.kind === "outer" && part.layout.positions === 1) addHadamard(kernel, part, size, k, engine);
    else if (part.layout.kind === "outer") addSlabs(kernel, part, size, k, engine);
  }
  return kernel;
}

/** XXᵀ of a matrix with `rows` rows. */
function gram(x: Float64Array, rows: number, engine: Engine): Float64Array {
  const node = input("x", [rows, x.length / rows], { role: "data" });
  const executable = engine.load(buildProgram([{ buffer: "gram", offset: 0, node: matmul(node, node, false, true) }]));
  executable.buffers["x"]!.set(x);
  executable.run();
  const result = executable.buffers["gram"]!.slice();
  executable.dispose();
  return result;
}

function addHadamard(kernel: Float64Array, part: ParameterFactors, size: number, k: number, engine: Engine): void {
  const { rowsVary, columnsVary } = part.layout;
  const left = gram(part.rows, rowsVary ? size : size / k, engine);
  const right = gram(part.columns, columnsVary ? size : size / k, engine);
  const leftSize = rowsVary ? size : size / k;
  const rightSize = columnsVary ? size : size / k;
  for (let r = 0; r < size; r++) {
    const atLeft = blockOf(r, rowsVary, k) * leftSize;
    const atRight = blockOf(r, columnsVary, k) * rightSize;
    for (let s = 0; s < size; s++) {
      kernel[r * size + s]! += left[atLeft + blockOf(s, rowsVary, k)]! * right[atRight + blockOf(s, columnsVary, k)]!;
    }
  }
}

function addSlabs(kernel: Float64Array, part: ParameterFactors, size: number, k: number, engine: Engine): void {
  const { layout, rows, columns } = part;
  const slab = Math.max(1, Math.min(layout.rows, Math.floor(size / layout.columns)));
  for (let from = 0; from < layout.rows; from += slab) {
    const to = Math.min(layout.rows, from + slab);
    const width = (to - from) * layout.columns;
    const block = new Float64Array(size * width);
    for (let row = 0; row < size; row++) {
      const target = block.subarray(row * width, (row + 1) * width);
      const atRow = blockOf(row, layout.rowsVary, k);
      addOuter(layout, rows, atRow, columns, blockOf(row, layout.columnsVary, k), from, to, target);
    }
    add(kernel, gram(block, size, engine));
  }
}

function add(into: Float64Array, x: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += x[i]!;
}
