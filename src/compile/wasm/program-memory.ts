import { type Program, simplify } from "../../program/index.ts";
import { lower } from "./lower.ts";
import { planMemory } from "./memory-plan.ts";
import { schedule } from "./schedule.ts";

/** Where the bytes of a compiled program go. */
export interface ProgramMemory {
  /** Named inputs and outputs. */
  readonly buffers: number;
  /** Constants and index tables. */
  readonly constants: number;
  /** Intermediate results and packed operands, where those that never live together share their place. */
  readonly scratch: number;
  readonly total: number;
}

/**
 * The memory that `wasmEngine.load` would take for a program, without taking it.
 * @throws RangeError when the program is too large for WebAssembly's 4 GiB.
 */
export function programMemory(given: Program): ProgramMemory {
  const program = simplify(given);
  const planned = schedule(program);
  const plan = planMemory(program, lower(program, planned), planned.views);
  const buffers = Object.values(plan.buffers).reduce((sum, { length }) => sum + 8 * length, 0);
  const { scratchBytes: scratch, totalBytes: total } = plan;
  return { buffers, constants: total - buffers - scratch, scratch, total };
}
