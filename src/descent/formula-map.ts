import * as p from "../program/index.ts";
import type { MapProgram } from "./map-program.ts";

/** Buffers that every map has. */
const bufferNames: readonly string[] = ["theta", "state", "nextTheta", "nextState", "direction"];

/** A map given by formulas, x_i′ = next_i(x; parameters). */
export interface FormulaMap {
  /** Names of the coordinates, in order. */
  readonly variables: readonly string[];
  /** Names of numbers that the map depends on; each is read from a scalar buffer of its name. */
  readonly parameters?: readonly string[] | undefined;
  /** One formula a coordinate. */
  readonly next: readonly string[];
}

/**
 * A map of formulas as a map program without state.
 *
 * @example The Hénon map
 * formulaMap({ variables: ["x", "y"], parameters: ["a", "b"], next: ["1 - a*x^2 + y", "b*x"] })
 */
export function formulaMap({ variables, parameters = [], next }: FormulaMap): MapProgram {
  p.checkVariableNames("formulaMap", [...variables, ...parameters]);
  if (variables.length === 0) throw new RangeError("formulaMap: a map needs at least one variable");
  if (next.length !== variables.length) {
    throw new RangeError(`formulaMap: there are ${variables.length} variables but ${next.length} formulas`);
  }
  const taken = parameters.find((name) => bufferNames.includes(name));
  if (taken) throw new RangeError(`formulaMap: a parameter cannot be called "${taken}", a buffer is`);
  const nodes = new Map<string, p.Node>([
    ...variables.map((name, offset) => [name, p.input("theta", [], { offset, role: "parameter" })] as const),
    ...parameters.map((name) => [name, p.input(name, [], { role: "scalar" })] as const),
  ]);
  const values = next.map((text, i) => p.reshape(readFormula(`next[${i}]`, text, nodes), [1]));
  return {
    dimension: variables.length,
    state: [],
    stateSize: 0,
    scalars: parameters,
    nextTheta: p.concat(values, 0),
    nextState: null,
    loss: null,
    symmetric: false,
  };
}

function readFormula(where: string, text: string, nodes: ReadonlyMap<string, p.Node>): p.Node {
  try {
    return p.parseFormula(text, nodes);
  } catch (error) {
    throw error instanceof p.FormulaError ? error.within(where) : error;
  }
}
