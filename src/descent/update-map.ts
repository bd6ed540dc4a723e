import { gradient } from "../autodiff/index.ts";
import * as p from "../program/index.ts";
import { clipNorm, clipValue } from "./clip.ts";
import { positiveRoot, squaredNorm } from "./elementary.ts";
import type { MapProgram, StateBlock } from "./map-program.ts";
import { rules } from "./rules.ts";
import { type HyperName, readUpdateRule, type UpdateRule, type UpdateRuleSpec } from "./update-rule.ts";

export interface UpdateMapOptions {
  /** Numbers of the rule to be read from scalar buffers of their names instead of being fixed; the step size always is. */
  readonly free?: readonly HyperName[] | undefined;
}

/** PyTorch implementations of SAM add this to ‖g‖. */
const SAM_EPSILON = 1e-12;

/**
 * The map of an update rule on a loss; see `rules` for the formulas and MapProgram for the buffers. With weight decay w,
 * coupled decay adds wθ to the gradient after clipping (as PyTorch does), decoupled decay multiplies θ by 1 − ηw before
 * the step. Clipping: first the norm, then the values. The loss of `count` samples steps with the weights in the buffer
 * "weights", so the same map serves the full batch and SGD.
 */
export function updateMap(loss: p.LossProgram, spec: UpdateRuleSpec, options: UpdateMapOptions = {}): MapProgram {
  const nodes = loss.parameters.map((x) => x.node);
  const slots = loss.parameters.map((x) => x.slot);
  const dimension = slots.reduce((n, slot) => Math.max(n, slot.offset + slot.size), 0);
  const own = gradient(loss.loss, nodes);
  const flat = (parts: readonly p.Node[]) => p.concat(inOrder(slots, parts), 0);
  const at = (theta: p.Node) => {
    const parts = slots.map((slot) => p.reshape(p.slice(theta, 0, slot.offset, slot.size), slot.shape));
    return flat(p.substitute(own, new Map(nodes.map((node, i) => [node, parts[i]!]))));
  };
  return build(spec, options, dimension, loss.loss, flat(own), at);
}

/**
 * The same step with the gradient read from the buffer "gradient", for losses whose gradient is added up chunk by chunk.
 * For sam it is the gradient at the point that `perturbation` gives.
 */
export function updateStep(dimension: number, spec: UpdateRuleSpec, options: UpdateMapOptions = {}): MapProgram {
  return build(spec, options, dimension, null, p.input("gradient", [dimension], { role: "data" }), null);
}

/** θ + ρg/(‖g‖ + 1e-12) as a program: reads "theta", "gradient", writes "perturbed". For sam before `updateStep`. */
export function perturbation(dimension: number, rho: number): p.Program {
  const theta = p.input("theta", [dimension], { role: "parameter" });
  const g = p.input("gradient", [dimension], { role: "data" });
  return p.buildProgram([{ buffer: "perturbed", offset: 0, node: ascend(theta, g, rho) }]);
}

function build(
  spec: UpdateRuleSpec,
  { free = [] }: UpdateMapOptions,
  dimension: number,
  loss: p.Node | null,
  raw: p.Node,
  gradientAt: ((theta: p.Node) => p.Node) | null,
): MapProgram {
  const rule = readUpdateRule(spec);
  const hyper = hyperReader(rule, free);
  const theta = p.input("theta", [dimension], { role: "parameter" });
  const stepSize = p.input("stepSize", [], { role: "scalar" });
  const state = layOut(rule, dimension);
  const own = rule.type === "sam" && gradientAt ? gradientAt(ascend(theta, raw, hyper("rho"))) : raw;
  const { values, decoupled } = rule;
  const decays = values.weightDecay !== 0 || free.includes("weightDecay");
  let g = own;
  if (values.clipNorm !== undefined) g = clipNorm(g, hyper("clipNorm"));
  if (values.clipValue !== undefined) g = clipValue(g, hyper("clipValue"));
  if (decays && !decoupled) g = p.add(g, p.mul(hyper("weightDecay"), theta));
  const kept = decays && decoupled ? p.mul(p.sub(1, p.mul(stepSize, hyper("weightDecay"))), theta) : theta;
  const step = rules[rule.type].step({
    rule,
    theta: kept,
    gradient: g,
    stepSize,
    hyper,
    state: (name) => {
      const { offset, size, scalar } = state.find((b) => b.name === name)!;
      return p.input("state", scalar ? [] : [size], { offset, role: "state" });
    },
  });
  const next = state.map(({ name, size }) => p.reshape(step.state[name]!, [size]));
  const clipped = values.clipNorm !== undefined || values.clipValue !== undefined;
  return {
    dimension,
    state: state.map(({ name, offset, size }): StateBlock => ({ name, offset, size })),
    stateSize: state.reduce((total, b) => total + b.size, 0),
    scalars: ["stepSize", ...free],
    nextTheta: step.theta,
    nextState: next.length > 0 ? p.concat(next, 0) : null,
    loss,
    symmetric: loss !== null && (rule.type === "gd" || rule.type === "sgd") && !clipped,
  };
}

function hyperReader(rule: UpdateRule, free: readonly HyperName[]): (name: HyperName) => p.Operand {
  for (const name of free) {
    if (rule.values[name] === undefined) throw new RangeError(`${rule.type}: has no ${name} that could vary`);
  }
  return (name) => (free.includes(name) ? p.input(name, [], { role: "scalar" }) : rule.values[name]!);
}

function layOut(rule: UpdateRule, dimension: number) {
  let end = 0;
  return rules[rule.type].state(rule).map(({ name, scalar }) => {
    const size = scalar ? 1 : dimension;
    end += size;
    return { name, scalar, size, offset: end - size };
  });
}

/** Flattened parts in the order of θ. */
function inOrder(slots: readonly p.ParameterSlot[], parts: readonly p.Node[]): p.Node[] {
  return slots
    .map((slot, i) => ({ slot, part: p.reshape(parts[i]!, [slot.size]) }))
    .sort((a, b) => a.slot.offset - b.slot.offset)
    .map((x) => x.part);
}

function ascend(theta: p.Node, g: p.Node, rho: p.Operand): p.Node {
  return p.add(theta, p.mul(p.div(rho, p.add(positiveRoot(squaredNorm(g)), SAM_EPSILON)), g));
}
