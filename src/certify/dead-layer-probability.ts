import type { Engine } from "../compile/index.ts";
import { clopperPearson } from "../numeric/index.ts";
import * as p from "../program/index.ts";
import type { NetworkStructure } from "../verify/index.ts";
import { networkStructure } from "../verify/index.ts";

/** How likely a fresh network starts with a last hidden layer that is 0 on every sample. */
export interface DeadLayerProbability {
  readonly value: number;
  readonly confidence95: readonly [number, number];
  /** Bodies drawn, and units of the last hidden layer drawn for each. */
  readonly draws: number;
  readonly units: number;
  readonly method: "binomial" | "fresh units" | "count";
}

export interface DeadLayerOptions {
  readonly engine: Engine;
  /** θ drawn by the initialiser; different numbers give independent draws. */
  draw(index: number): Float64Array;
  /** Bodies to draw, and fresh last hidden layers for each. */
  readonly bodies: number;
  readonly layers: number;
}

/**
 * The units of a freshly drawn last hidden layer are independent and alike given what it reads, so P(all h dead) is
 * E[q^h], q the chance of one. Where nothing below the layer is drawn q is one number: Clopper–Pearson's interval for it,
 * to the power h. Else with M fresh units for each body, s of them dead, C(s, h)/C(M, h) has mean q^h exactly, and its
 * average over bodies has a normal interval; where all are 0 the count of bodies bounds it.
 * Null when the last hidden layer is none that can be drawn on its own.
 */
export function deadLayerProbability(problem: p.Problem, options: DeadLayerOptions): DeadLayerProbability | null {
  const structure = networkStructure(problem.lossProgram(problem.sampleCount));
  const { hidden, output } = structure;
  if (!hidden || !output) return null;
  const width = p.sizeOf(output.features.shape) / problem.sampleCount;
  const isOwn = ownNumbers(structure);
  const hasBody = problem.layout.some((slot) => slot.buffer === "theta" && !isOwn(slot));
  const countDead = deadUnitCounter(problem, output.features, width, options.engine);
  const bodies = hasBody ? options.bodies : 1;
  const layers = hasBody ? options.layers : options.bodies * options.layers;
  const estimates: number[] = [];
  let dead = 0;
  for (let body = 0; body < bodies; body++) {
    const theta = Float64Array.from(options.draw(body * (layers + 1)));
    let s = 0;
    for (let layer = 0; layer < layers; layer++) {
      const fresh = options.draw(body * (layers + 1) + layer + 1);
      for (const slot of problem.layout) {
        if (slot.buffer === "theta" && isOwn(slot)) {
          theta.set(fresh.subarray(slot.offset, slot.offset + slot.size), slot.offset);
        }
      }
      s += countDead.count(theta);
    }
    dead += s;
    estimates.push(allDead(s, layers * width, width));
  }
  countDead.dispose();
  const base = { draws: bodies, units: layers * width };
  if (!hasBody) {
    const [lo, hi] = clopperPearson(dead, layers * width, 0.95);
    return { ...base, value: estimates[0]!, confidence95: [lo ** width, hi ** width], method: "binomial" };
  }
  const value = estimates.reduce((a, b) => a + b, 0) / bodies;
  if (value === 0) {
    return { ...base, value, confidence95: [0, clopperPearson(0, bodies, 0.95)[1]], method: "count" };
  }
  const variance = estimates.reduce((sum, x) => sum + (x - value) ** 2, 0) / (bodies * (bodies - 1));
  const half = 1.959963984540054 * Math.sqrt(variance);
  return {
    ...base,
    value,
    confidence95: [Math.max(0, value - half), Math.min(1, value + half)],
    method: "fresh units",
  };
}

/** C(s, h)/C(M, h): the share of h-subsets of M units whose members are all among the s dead ones. */
function allDead(s: number, m: number, h: number): number {
  let share = 1;
  for (let i = 0; i < h; i++) share *= Math.max(0, s - i) / (m - i);
  return share;
}

/** Whether a tensor belongs to the last hidden layer or what comes after it. */
function ownNumbers({ hidden, output, loss }: NetworkStructure): (slot: p.ParameterSlot) => boolean {
  const nodes = new Set<p.Node | null>([hidden!.weight, hidden!.bias, output!.weight, output!.bias]);
  const names = new Set(loss.parameters.filter((x) => nodes.has(x.node)).map((x) => x.slot.name));
  return (slot) => names.has(slot.name);
}

/** Counts the features that are exactly 0 on every sample. */
function deadUnitCounter(problem: p.Problem, features: p.Node, width: number, engine: Engine) {
  const program = p.buildProgram([{ buffer: "features", offset: 0, node: features }], { theta: problem.dimension });
  const executable = engine.load(program);
  const { buffers } = executable;
  for (const [name, values] of Object.entries({ ...problem.data, frozen: problem.frozen })) {
    buffers[name]?.set(values.subarray(0, buffers[name].length));
  }
  return {
    count(theta: Float64Array): number {
      buffers["theta"]!.set(theta);
      executable.run();
      const values = buffers["features"]!;
      let dead = 0;
      for (let j = 0; j < width; j++) {
        let live = false;
        for (let i = j; i < values.length && !live; i += width) live = values[i] !== 0;
        if (!live) dead++;
      }
      return dead;
    },
    dispose: () => executable.dispose(),
  };
}
