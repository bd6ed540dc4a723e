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
