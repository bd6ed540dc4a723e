import { axpy, type Matrix, matrix, multiplyTransposed } from "../numeric/index.ts";
import { addOuter, blockOf, type ParameterFactors } from "./layer-factors.ts";

/**
 * K = JJᵀ, (m·k)×(m·k) row-major, one parameter tensor after another. A dense layer adds (AAᵀ)∘(GGᵀ), activations
 * against signals, and with a bias (AAᵀ + 1)∘(GGᵀ); a layer that shares its weights over positions is multiplied out a
 * few rows of its weights at a time, so that memory stays within four times (m·k)² numbers.
 *
 * Products are those of the numeric room, with the dense kernels that the host has installed.
 */
export function neuralTangentKernel(
  factors: readonly ParameterFactors[],
  m: number,
  k: number,
  out?: Float64Array,
): Float64Array {
  const size = m * k;
  const kernel = out?.fill(0) ?? new Float64Array(size * size);
  const room = [new Float64Array(size * size), new Float64Array(size * size)] as const;
  const biases = biasesOf(factors);
  for (const part of factors) {
    if (part.layout.kind === "direct" && !biases.has(part)) axpy(1, gram(part.rows, size, room[0]), kernel);
    else if (part.layout.kind === "outer" && part.layout.positions === 1) {
      addHadamard(kernel, part, size, k, [...biases.values()].includes(part) ? 1 : 0, room);
    } else if (part.layout.kind === "outer") addSlabs(kernel, part, size, k, room);
  }
  return kernel;
}

/** Two arrays as large as the kernel, for the products of one part after another. */
type Room = readonly [Float64Array, Float64Array];

/** Direct parts that are the signals of a dense layer, each with its layer: their rows are the same numbers. */
function biasesOf(factors: readonly ParameterFactors[]): Map<ParameterFactors, ParameterFactors> {
  const biases = new Map<ParameterFactors, ParameterFactors>();
  for (const part of factors) {
    if (part.layout.kind !== "direct") continue;
    const layer = factors.find(
      (other) =>
        other.layout.kind === "outer" &&
        other.layout.positions === 1 &&
        other.layout.rowsVary &&
        ![...biases.values()].includes(other) &&
        other.rows.length === part.rows.length &&
        other.rows.every((x, i) => x === part.rows[i]),
    );
    if (layer) biases.set(part, layer);
  }
  return biases;
}

/** XXᵀ of a matrix with `rows` rows, at the beginning of `room`. */
function gram(x: Float64Array, rows: number, room: Float64Array): Float64Array {
  const a: Matrix = matrix(rows, x.length / rows, x);
  return multiplyTransposed(a, a, room.subarray(0, rows * rows)).data;
}

/** kernel ← kernel + (GGᵀ)∘(AAᵀ + `bias`), where either may be the same for all outputs of a sample. */
function addHadamard(
  kernel: Float64Array,
  part: ParameterFactors,
  size: number,
  k: number,
  bias: number,
  room: Room,
): void {
  const { rowsVary, columnsVary } = part.layout;
  const [leftSize, rightSize] = [rowsVary ? size : size / k, columnsVary ? size : size / k];
  const left = gram(part.rows, leftSize, room[0]);
  const right = gram(part.columns, rightSize, room[1]);
  for (let r = 0; r < size; r++) {
    const leftRow = left.subarray(blockOf(r, rowsVary, k) * leftSize);
    const rightRow = right.subarray(blockOf(r, columnsVary, k) * rightSize);
    const row = kernel.subarray(r * size, (r + 1) * size);
    for (let i = 0; i < size / k; i++) {
      for (let s = i * k; s < (i + 1) * k; s++) {
        row[s]! += leftRow[rowsVary ? s : i]! * (rightRow[columnsVary ? s : i]! + bias);
      }
    }
  }
}

function addSlabs(kernel: Float64Array, part: ParameterFactors, size: number, k: number, room: Room): void {
  const { layout, rows, columns } = part;
  const slab = Math.max(1, Math.min(layout.rows, Math.floor(size / layout.columns)));
  const most = size * slab * layout.columns;
  const blocks = most <= room[1].length ? room[1] : new Float64Array(most);
  for (let from = 0; from < layout.rows; from += slab) {
    const to = Math.min(layout.rows, from + slab);
    const width = (to - from) * layout.columns;
    const block = blocks.subarray(0, size * width).fill(0);
    for (let row = 0; row < size; row++) {
      const target = block.subarray(row * width, (row + 1) * width);
      const atRow = blockOf(row, layout.rowsVary, k);
      addOuter(layout, rows, atRow, columns, blockOf(row, layout.columnsVary, k), from, to, target);
    }
    axpy(1, gram(block, size, room[0]), kernel);
  }
}
