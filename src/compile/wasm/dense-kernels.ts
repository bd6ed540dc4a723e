import type { DenseKernels, Matrix, RowsWorkspace, SymmetricWorkspace } from "../../numeric/index.ts";
import type { Crew } from "../threads/crew.ts";
import { packForm, packFunction } from "./kernels/pack.ts";
import { productFunction } from "./kernels/product.ts";
import { type ProductForm, TILE_COLUMNS } from "./kernels/product-form.ts";
import {
  multiplyLeadingFunction,
  reflectFunction,
  rotateFunction,
  subtractRowsFunction,
  updateLeadingFunction,
} from "./kernels/symmetric.ts";
import { ModuleBuilder } from "./module-builder.ts";
import { CallJobs, MOST_CALLS, sharedCalls } from "./shared-calls.ts";

const PAGE = 65536;
const LARGEST = 2 ** 31;
/** Memory is given back after a larger use. */
const KEPT = 2 ** 26;
/** Below this many multiplications the plain loops are as fast. */
const SMALLEST_PRODUCT = 2 ** 15;
const TILE_ROWS = 4;
/** Rows of C computed in one call, a multiple of the tile's rows and columns. */
const STRIP_ROWS = 60;
/** Strips of a large product that are computed before they are copied out. */
const STRIPS = 8;
/** Sweeps of rotations that are put off until they are done together. */
const SWEEPS = 32;

type Call = (...values: number[]) => void;
const form: ProductForm = {
  ...{ batchAxes: 0, tileRows: TILE_ROWS, lastRows: 0, widths: [TILE_COLUMNS], lastColumns: 0 },
  ...{ inner: "blocked", a: "rows", b: "packed" },
};
const loops = {
  product: (module: ModuleBuilder) => productFunction(module, form),
  multiplyLeading: multiplyLeadingFunction,
  updateLeading: updateLeadingFunction,
  reflect: reflectFunction,
  subtractRows: subtractRowsFunction,
  rotate: rotateFunction,
};
type Exports = Readonly<Record<"pack" | keyof typeof loops, Call>>;

/** Multiplications for which a product is shared among threads; numbers of rotated rows times sweeps likewise. */
const LEAST_SHARED_PRODUCT = 2 ** 22;
const LEAST_SHARED_ROTATIONS = 2 ** 19;
/** Columns that are rotated together; a piece has a multiple of them. */
const ROTATED = 8;
const ROTATED_PIECES = 16;

interface Machine {
  readonly memory: WebAssembly.Memory;
  readonly exports: Exports;
  /** Makes calls of one function that do not touch each other's results, on several threads where `work` pays. */
  all(name: "product" | "rotate", calls: readonly (readonly number[])[], isLarge: boolean): void;
}

/**
 * The numeric room's `DenseKernels` in WebAssembly, for `installDenseKernels`: packed products in tiles of registers,
 * Householder reduction by pairs of rows, and QL's rotations put off and then done strip by strip in the cache.
 * Every sum has the plain order, so values equal the plain ones bit for bit, also on the threads of a crew.
 */
export function wasmDenseKernels(crew: Crew | null = null): DenseKernels {
  const jobs = crew && new CallJobs(crew);
  let machine: Machine | null = null;
  /** Memory of at least this size, or null where it cannot be had. */
  const provide = (bytes: number): Machine | null => {
    if (bytes > LARGEST) return null;
    if (machine && machine.memory.buffer.byteLength > Math.max(KEPT, 2 * bytes)) machine = null;
    const pages = Math.ceil(bytes / PAGE);
    try {
      machine ??= start(pages, jobs);
      const missing = pages - machine.memory.buffer.byteLength / PAGE;
      if (missing > 0) machine.memory.grow(missing);
      return machine;
    } catch {
      return null;
    }
  };
  return {
    multiplyTransposed: (a, b, out) =>
      a.rows * b.rows * a.cols >= SMALLEST_PRODUCT && a.rows >= 4 && b.rows >= 4 && product(a, b, out, provide),
    symmetricWorkspace: (n) => symmetricWorkspace(n, provide),
    rowsWorkspace: (rows, cols) => rowsWorkspace(rows, cols, provide),
  };
}

function start(pages: number, jobs: CallJobs | null): Machine {
  const module = new ModuleBuilder();
  const { form: packing } = packForm({ count: 4, inner: 1, outerStride: 2, innerStride: 1, panel: TILE_COLUMNS });
  module.export("pack", module.add(packFunction(module, packing)));
  for (const [name, write] of Object.entries(loops)) module.export(name, module.add(write(module)));
  const memory = new WebAssembly.Memory({ initial: pages, ...(jobs && { maximum: LARGEST / PAGE, shared: true }) });
  const code = new WebAssembly.Module(module.bytes(1, jobs !== null));
  const exports = new WebAssembly.Instance(code, { env: { memory } }).exports as Exports;
  const names = ["product", "rotate"] as const;
  const shared = jobs && sharedCalls(code, memory, names);
  return {
    memory,
    exports,
    all(name, calls, isLarge) {
      if (shared && isLarge && calls.length <= MOST_CALLS) jobs!.run(shared, names.indexOf(name), calls);
      else for (const values of calls) exports[name](...values);
    },
  };
}

/** c ← A Bᵀ in strips of rows; from the diagonal on, and mirrored, when A and B are one object. False without memory. */
function product(a: Matrix, b: Matrix, c: Float64Array, provide: (bytes: number) => Machine | null): boolean {
  const inner = a.cols;
  const symmetric = a === b;
  const rows = roundUp(a.rows, TILE_ROWS);
  const columns = roundUp(b.rows, TILE_COLUMNS);
  const isLarge = rows * columns * inner >= LEAST_SHARED_PRODUCT;
  const together = isLarge ? STRIPS : 1;
  const strip = STRIP_ROWS * columns;
  // Numbers: A with its last rows zero, B in panels, strips of C. B passes through the strips' place and beyond.
  const atB = rows * inner;
  const atC = atB + columns * inner;
  const room = Math.max(together * strip, symmetric ? 0 : columns * inner);
  const machine = provide(8 * (atC + room));
  if (!machine) return false;
  const { pack } = machine.exports;
  const all = new Float64Array(machine.memory.buffer, 0, atC + room);
  all.set(a.data);
  all.fill(0, a.data.length, atB);
  const source = symmetric ? 0 : atC;
  if (!symmetric) all.set(b.data, atC);
  if (!symmetric) all.fill(0, atC + b.data.length, atC + columns * inner);
  // With A = B the padding of A serves B: rows and columns of four end within it or are ignored.
  pack(8 * source, 8 * atB, columns / TILE_COLUMNS, inner, 8 * inner, 8, 0, columns / TILE_COLUMNS);
  const strides = [8 * inner, 8, 8 * inner, 8 * TILE_COLUMNS];
  const starts = Array.from({ length: Math.ceil(rows / STRIP_ROWS) }, (_, k) => k * STRIP_ROWS);
  for (let k = 0; k < starts.length; k += together) {
    const strips = starts.slice(k, k + together).map((i, place) => {
      const from = symmetric ? i : 0;
      return { i, from, width: columns - from, at: atC + place * strip };
    });
    const calls = strips.map(({ i, from, width, at }) => {
      const tiles = Math.min(STRIP_ROWS, rows - i) / TILE_ROWS;
      return [8 * i * inner, 8 * (atB + from * inner), 8 * at, tiles, inner, width, ...strides, 0, tiles];
    });
    machine.all("product", calls, isLarge);
    for (const { i, from, width, at } of strips) {
      for (let r = i; r < Math.min(a.rows, i + STRIP_ROWS); r++) {
        const row = at + (r - i) * width;
        c.set(all.subarray(row, row + b.rows - from), r * b.rows + from);
      }
    }
  }
  if (symmetric) mirrorUpper(c, a.rows);
  return true;
}

/** The sweeps on all columns, or on parts of them that have nothing to do with each other. */
function rotationCalls(n: number, sweeps: number, ranges: number, turns: number, isLarge: boolean): number[][] {
  const groups = Math.ceil(n / ROTATED);
  const parts = isLarge ? Math.min(ROTATED_PIECES, groups) : 1;
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part, part + 1].map((p) => Math.min(n, ROTATED * Math.floor((p * groups) / parts)));
    return [8 * from!, 8 * n, to! - from!, sweeps, ranges, turns];
  });
}

function roundUp(count: number, unit: number): number {
  return Math.ceil(count / unit) * unit;
}

/** The lower triangle from the upper one, in blocks that stay in the cache. */
function mirrorUpper(c: Float64Array, n: number): void {
  const block = 32;
  for (let i0 = 0; i0 < n; i0 += block) {
    for (let j0 = i0; j0 < n; j0 += block) {
      for (let i = i0; i < Math.min(n, i0 + block); i++) {
        for (let j = Math.max(i + 1, j0); j < Math.min(n, j0 + block); j++) c[j * n + i] = c[i * n + j]!;
      }
    }
  }
}

function symmetricWorkspace(n: number, provide: (bytes: number) => Machine | null): SymmetricWorkspace | null {
  const vector = 8 * n * n;
  const ranges = vector + 8 * n;
  const turns = ranges + 8 * SWEEPS;
  const machine = provide(turns + 16 * n * SWEEPS);
  if (!machine) return null;
  const { buffer } = machine.memory;
  const { multiplyLeading, updateLeading, reflect } = machine.exports;
  const isLarge = n * n * SWEEPS >= LEAST_SHARED_ROTATIONS;
  const w = new Float64Array(buffer, vector, n);
  const bounds = new Int32Array(buffer, ranges, 2 * SWEEPS);
  const angles = new Float64Array(buffer, turns, 2 * n * SWEEPS);
  let sweeps = 0;
  let used = 0;
  const flush = () => {
    if (sweeps > 0) machine.all("rotate", rotationCalls(n, sweeps, ranges, turns, isLarge), isLarge);
    sweeps = 0;
    used = 0;
  };
  return {
    a: new Float64Array(buffer, 0, n * n),
    multiplyLeading(i, out) {
      multiplyLeading(0, 8 * n, i, vector);
      out.set(w.subarray(0, i));
    },
    updateLeading(i, given) {
      w.set(given.subarray(0, i));
      updateLeading(0, 8 * n, i, vector);
    },
    applyReflection: (i, tau) => reflect(0, 8 * n, i, 8 * n * i, i, tau),
    rotate(first, high, cosines, sines) {
      bounds[2 * sweeps] = first;
      bounds[2 * sweeps + 1] = high;
      for (let i = high - 1; i >= first; i--) {
        angles[used++] = cosines[i]!;
        angles[used++] = sines[i]!;
      }
      if (++sweeps === SWEEPS) flush();
    },
    finish: flush,
  };
}

function rowsWorkspace(rows: number, cols: number, provide: (bytes: number) => Machine | null): RowsWorkspace | null {
  const rowBytes = 8 * cols;
  const atFactors = rows * rowBytes;
  const machine = provide(atFactors + 8 * rows);
  if (!machine) return null;
  const { reflect, subtractRows } = machine.exports;
  const { buffer } = machine.memory;
  const held = new Float64Array(buffer, atFactors, rows);
  return {
    a: new Float64Array(buffer, 0, rows * cols),
    reflect(row, from, first, count, tau) {
      reflect(rowBytes * first + 8 * from, rowBytes, count, rowBytes * row + 8 * from, cols - from, tau);
    },
    subtractRows(row, factors) {
      held.set(factors);
      subtractRows(rowBytes * row, 0, rowBytes, factors.length, atFactors, cols);
    },
  };
}
