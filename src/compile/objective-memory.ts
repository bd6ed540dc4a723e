import type { Problem } from "../program/index.ts";
import { CHUNK } from "./chunk-runner.ts";
import { type DerivedKind, derivedProgram } from "./derived-programs.ts";
import { type ProgramMemory, programMemory } from "./wasm/program-memory.ts";

/** Memory of the program of one derivative for the largest chunk of samples that the problem will see. */
export function derivativeMemory(problem: Problem, kind: DerivedKind): ProgramMemory {
  const { sampleCount, chunked, dimension } = problem;
  const samples = chunked ? Math.min(sampleCount, CHUNK) : sampleCount;
  return programMemory(derivedProgram(kind, problem.lossProgram(samples), dimension));
}

const PAGE = 65536;

/** Bytes of WebAssembly's pages that an objective holds once it has computed each of these: one program a chunk size. */
export function objectiveMemory(problem: Problem, kinds: readonly DerivedKind[]): number {
  const { sampleCount, chunked } = problem;
  const rest = chunked && sampleCount > CHUNK ? sampleCount % CHUNK : 0;
  const sizes = rest > 0 ? [sampleCount, rest] : [sampleCount];
  let bytes = 0;
  for (const count of sizes) {
    for (const kind of kinds) {
      bytes += PAGE * Math.ceil(derivativeMemory({ ...problem, sampleCount: count }, kind).total / PAGE);
    }
  }
  return bytes;
}
