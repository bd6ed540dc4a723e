import type { ParameterSlot } from "../program/index.ts";
import type { ChunkRunner } from "./chunk-runner.ts";
import { type FactorLayout, factorLayouts } from "./derived-programs.ts";

/**
 * What one parameter tensor contributes to the Jacobian. Row (i, a) of J, restricted to the tensor, is
 * Σ_t rows[i,a,t,·] ⊗ columns[i,a,t,·]; a part that does not depend on the output a is stored once a sample.
 * "direct" parts have no columns: rows[i,a,·] is the row of J itself.
 */
export interface ParameterFactors {
  readonly slot: ParameterSlot;
  readonly layout: FactorLayout;
  /** m·(k or 1) blocks of positions × layout.rows. */
  readonly rows: Float64Array;
  /** m·(k or 1) blocks of positions × layout.columns. */
  readonly columns: Float64Array;
}

/**
 * The factors of all trained parameters at θ, by one reverse pass an output.
 * Memory: activations and signals of all samples, never m·k·n.
 */
export function layerFactors(runner: ChunkRunner, theta: Float64Array): ParameterFactors[] {
  const { sampleCount: m, outputCount: k } = runner.problem;
  const loss = runner.lossProgram(1);
  const factors = factorLayouts(loss).map((layout, j): ParameterFactors => {
    const { slot } = loss.parameters[j]!;
    const blocks = (varies: boolean) => (varies ? m * k : m) * layout.positions;
    return {
      slot,
      layout,
      rows: new Float64Array(blocks(layout.rowsVary) * layout.rows),
      columns: new Float64Array(blocks(layout.columnsVary) * layout.columns),
    };
  });
  const unit = new Float64Array(k);
  for (let a = 0; a < k; a++) {
    unit.fill(0)[a] = 1;
    runner.eachChunk("factors", theta, unit, (buffers, start, count) => {
      factors.forEach(({ layout, rows, columns }, j) => {
        const { positions, rowsVary, columnsVary } = layout;
        place(buffers[`rows:${j}`], rows, positions * layout.rows, rowsVary, start, count, a, k);
        place(buffers[`columns:${j}`], columns, positions * layout.columns, columnsVary, start, count, a, k);
      });
    });
  }
  return factors;
}

/** Files one chunk's blocks under (sample, output), or under the sample when every output has the same. */
function place(
  from: Float64Array | undefined,
  into: Float64Array,
  block: number,
  varies: boolean,
  start: number,
  count: number,
  a: number,
  k: number,
): void {
  if (!from || (!varies && a > 0)) return;
  for (let i = 0; i < count; i++) {
    const at = varies ? (start + i) * k + a : start + i;
    into.set(from.subarray(i * block, (i + 1) * block), at * block);
  }
}

/** Assembles J, (m·k)×n row-major, from the factors. */
export function jacobianRows(
  factors: readonly ParameterFactors[],
  n: number,
  rowCount: number,
  k: number,
  out: Float64Array,
): void {
  out.fill(0);
  for (const { slot, layout, rows, columns } of factors) {
    if (layout.kind === "absent") continue;
    const width = layout.kind === "direct" ? layout.rows : slot.size;
    for (let row = 0; row < rowCount; row++) {
      const target = out.subarray(row * n + slot.offset, row * n + slot.offset + width);
      const at = blockOf(row, layout.rowsVary, k);
      if (layout.kind === "direct") target.set(rows.subarray(at * width, (at + 1) * width));
      else addOuter(layout, rows, at, columns, blockOf(row, layout.columnsVary, k), 0, layout.rows, target);
    }
  }
}

/** Which stored block belongs to row (sample, output) of J. */
export function blockOf(row: number, varies: boolean, k: number): number {
  return varies ? row : Math.floor(row / k);
}

/** target ← target + Σ_t rows[t, from…to] ⊗ columns[t, ·] for one sample and output. */
export function addOuter(
  layout: FactorLayout,
  rows: Float64Array,
  rowBlock: number,
  columns: Float64Array,
  columnBlock: number,
  from: number,
  to: number,
  target: Float64Array,
): void {
  const { positions, rows: p, columns: q } = layout;
  for (let t = 0; t < positions; t++) {
    const atRow = (rowBlock * positions + t) * p;
    const atColumn = (columnBlock * positions + t) * q;
    for (let r = from; r < to; r++) {
      const x = rows[atRow + r]!;
      if (x === 0) continue;
      const start = (r - from) * q;
      for (let c = 0; c < q; c++) target[start + c]! += x * columns[atColumn + c]!;
    }
  }
}
