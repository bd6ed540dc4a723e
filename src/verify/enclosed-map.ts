import { dependents, jvp, kinksOf } from "../autodiff/index.ts";
import { type MapProgram, mapInputs, mapOutputs } from "../descent/index.ts";
import * as iv from "../interval/index.ts";
import * as p from "../program/index.ts";
import { intervalScalars } from "./interval-reader.ts";
import { type ExactNumbers, readNumbers } from "./read-number.ts";
import { readProgram, type Tensor } from "./scalar-reader.ts";

/** A map of R^N read in intervals: statements about all points of a box at once. */
export interface EnclosedMap {
  /** N: parameters and state of the update rule. */
  readonly dimension: number;
  /** Operations of one reading of the derivative in one direction; what a proof costs is counted in them. */
  readonly cost: number;
  /** Encloses F on a box; undefined where an operation may leave its domain. */
  step(x: iv.IntervalArray): iv.IntervalArray;
  /**
   * Encloses DF at every point of a box, N×N. Null when a selection (a ReLU, a clip, a comparison) is not the same on
   * all of it: then F may have a kink or a jump there. Otherwise F is continuously differentiable on the box wherever
   * the entries are bounded.
   */
  jacobian(x: iv.IntervalArray): iv.IntervalMatrix | null;
}

/** Numbers that a map reads beside its point: step size, data, weights. */
export type MapInputs = Readonly<Record<string, ExactNumbers>>;

/** Maps read in intervals that depend on numbers left free: statements about all of their values at once. */
export type EnclosedFamily = (values: Readonly<Record<string, iv.Interval>>) => EnclosedMap;

/**
 * A map program in interval arithmetic, its derivative by forward mode. Every number of the program and of `inputs`
 * stands for what was written and for its double alike (`readNumbers`), so what is proved holds for both. Nothing is
 * simplified on the way: no constant is folded in floating point.
 */
export function encloseMap(map: MapProgram, inputs: MapInputs): EnclosedMap {
  return encloseFamily(map, inputs)({});
}

/** The same with numbers that are given as intervals, by the names under which the program reads them. */
export function encloseFamily(map: MapProgram, inputs: MapInputs): EnclosedFamily {
  const { dimension: n, stateSize } = map;
  const total = n + stateSize;
  const numbers = Object.fromEntries(
    Object.entries(inputs).map(([name, x]) => [name, readNumbers(intervalScalars, x)]),
  );
  const value = p.buildProgram(mapOutputs(map), { theta: n, ...(stateSize > 0 && { state: stateSize }) });
  const derivative = tangentProgram(map);
  const cost = derivative.nodes.reduce((sum, node) => sum + p.sizeOf(node.shape), 0);
  return (values) => {
    const free = Object.fromEntries(Object.entries(values).map(([name, x]) => [name, [x]]));
    const buffers = (x: iv.IntervalArray): Record<string, Tensor<iv.Interval>> => ({
      ...numbers,
      ...free,
      theta: intervals(x, 0, n),
      state: intervals(x, n, total),
    });
    return {
      dimension: total,
      cost,
      step(x) {
        const { nextTheta, nextState = [] } = readProgram(intervalScalars, value, buffers(x))();
        return toArray([...nextTheta!, ...nextState]);
      },
      jacobian(x) {
        const tangent = readProgram(intervalScalars, derivative, buffers(x), ["direction"]);
        const direction = new Array<iv.Interval>(total).fill(iv.zero);
        const jacobian = iv.intervalMatrix(total, total);
        for (let j = 0; j < total; j++) {
          direction[j] = iv.one;
          const { tangentTheta, tangentState = [], selections = [] } = tangent({ direction });
          direction[j] = iv.zero;
          if (j === 0 && selections.some(({ lo, hi }) => lo !== hi)) return null;
          [...tangentTheta!, ...tangentState].forEach((entry, i) => {
            iv.setInterval(jacobian, i * total + j, entry);
          });
        }
        return jacobian;
      },
    };
  };
}

/** Reads "theta", "state" and "direction" (both, one after the other); writes the tangents and every selection met. */
function tangentProgram(map: MapProgram): p.Program {
  const inputs = mapInputs(map);
  const seeds = new Map<p.Node, p.Node>(
    inputs.map((node) => {
      const { buffer, offset } = node.attributes;
      const at = offset + (buffer === "state" ? map.dimension : 0);
      return [node, p.input("direction", node.shape, { offset: at, role: "direction" })];
    }),
  );
  const outputs = mapOutputs(map).map(({ node }) => node);
  const tangents = jvp(outputs, seeds).map((t, i) => t ?? p.constant(0, outputs[i]!.shape));
  const written = tangents.map((node, i) => ({ buffer: i === 0 ? "tangentTheta" : "tangentState", offset: 0, node }));
  let offset = 0;
  for (const node of selectionsOf(outputs, inputs)) {
    written.push({ buffer: "selections", offset, node });
    offset += p.sizeOf(node.shape);
  }
  return p.buildProgram(written, { direction: map.dimension + map.stateSize });
}

/** What each selection of the map chooses, 0 or 1; certain on a box means that no kink or jump is met. */
function selectionsOf(roots: readonly p.Node[], inputs: readonly p.Node[]): p.Node[] {
  const order = p.topologicalOrder(roots);
  const moving = dependents(order, new Set(inputs));
  const conditions = order
    .filter((node) => node.op === "select" && moving.has(node.operands[0]!))
    .map((node) => p.step(p.abs(node.operands[0]!)));
  return [...kinksOf(roots, inputs).map(({ selection }) => selection), ...conditions];
}

function intervals(x: iv.IntervalArray, from: number, to: number): Tensor<iv.Interval> {
  return Array.from({ length: to - from }, (_, i) => iv.intervalAt(x, from + i));
}

function toArray(x: Tensor<iv.Interval>): iv.IntervalArray {
  return { lo: Float64Array.from(x, ({ lo }) => lo), hi: Float64Array.from(x, ({ hi }) => hi) };
}
