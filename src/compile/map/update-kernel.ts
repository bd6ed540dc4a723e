import { jvp, vjp } from "../../autodiff/index.ts";
import {
  type HyperName,
  mapOutputs,
  perturbation,
  readUpdateRule,
  type UpdateRuleSpec,
  updateStep,
} from "../../descent/index.ts";
import * as p from "../../program/index.ts";
import type { Engine, Executable } from "../engine.ts";

/** Derivatives of a loss at θ: of the full one, or of a batch. */
export interface LossDerivatives {
  gradient(theta: Float64Array, out: Float64Array): number;
  hvp(theta: Float64Array, v: Float64Array, out: Float64Array): void;
}

/**
 * An update rule whose gradients come from elsewhere, so that a loss may be added up over any number of samples.
 * x = (θ, s) has length n + `stateSize`; the state starts at 0.
 */
export interface UpdateKernel {
  /** n. */
  readonly parameterCount: number;
  readonly stateSize: number;
  /** Where each named part of the state stands in x. */
  readonly blocks: Readonly<Record<string, { readonly offset: number; readonly size: number }>>;
  set(scalar: string, value: number): void;
  /** One step on a loss; returns the loss at θ and leaves ∇L(θ) in `gradient`. */
  step(loss: LossDerivatives, x: Float64Array, out: Float64Array, gradient?: Float64Array): number;
  tangent(loss: LossDerivatives, x: Float64Array, v: Float64Array, out: Float64Array): void;
  adjoint(loss: LossDerivatives, x: Float64Array, u: Float64Array, out: Float64Array): void;
  scalarDerivative(scalar: string, loss: LossDerivatives, x: Float64Array, out: Float64Array): void;
  dispose(): void;
}

/** Compiles a rule in `dimension` parameters. @throws RangeError when ρ of sam is to be free: it acts before the gradient. */
export function updateKernel(
  dimension: number,
  rule: UpdateRuleSpec,
  engine: Engine,
  options: { readonly free?: readonly HyperName[] } = {},
): UpdateKernel {
  const { free = [] } = options;
  if (free.includes("rho")) throw new RangeError("sam: rho can vary only where the step is one program");
  const n = dimension;
  const map = updateStep(n, rule, { free });
  const size = n + map.stateSize;
  const update = derivatives(mapOutputs(map), { theta: n, state: map.stateSize, gradient: n }, map.scalars, engine);
  const { type, values } = readUpdateRule(rule);
  const ascent =
    type === "sam"
      ? derivatives(perturbation(n, values.rho!).outputs, { theta: n, state: 0, gradient: n }, [], engine)
      : null;
  const vector = () => new Float64Array(n);
  const [g, near, nearG, dg, dNear, dNearG, pulled] = [
    vector(),
    vector(),
    vector(),
    vector(),
    vector(),
    vector(),
    vector(),
  ];

  /** Readies g = ∇L(θ) and the gradient that the rule steps with: g, for sam that at θ + ρg/‖g‖. */
  const gradients = (loss: LossDerivatives, theta: Float64Array): { value: number; stepping: Float64Array } => {
    const value = loss.gradient(theta, g);
    if (!ascent) return { value, stepping: g };
    ascent.value({ theta, state: none, gradient: g }, near);
    loss.gradient(near, nearG);
    return { value, stepping: nearG };
  };
  const inputs = (x: Float64Array, gradient: Float64Array): Point => ({
    theta: x.subarray(0, n),
    state: x.subarray(n),
    gradient,
  });

  return {
    parameterCount: n,
    stateSize: map.stateSize,
    blocks: Object.fromEntries(map.state.map(({ name, offset, size }) => [name, { offset: n + offset, size }])),
    set: update.set,
    step(loss, x, out, gradient) {
      const { value, stepping } = gradients(loss, x.subarray(0, n));
      gradient?.set(g);
      update.value(inputs(x, stepping), out);
      return value;
    },
    tangent(loss, x, v, out) {
      const { stepping } = gradients(loss, x.subarray(0, n));
      const theta = x.subarray(0, n);
      const dTheta = v.subarray(0, n);
      loss.hvp(theta, dTheta, dg);
      if (ascent) {
        ascent.tangent(inputs(x, g), inputs(v, dg), dNear);
        loss.hvp(near, dNear, dNearG);
      }
      update.tangent(inputs(x, stepping), inputs(v, ascent ? dNearG : dg), out);
    },
    adjoint(loss, x, u, out) {
      const { stepping } = gradients(loss, x.subarray(0, n));
      const theta = x.subarray(0, n);
      update.adjoint(inputs(x, stepping), u, inputs(out, dg));
      if (ascent) {
        loss.hvp(near, dg, dNear);
        ascent.adjoint(inputs(x, g), dNear, { theta: dNearG, state: none, gradient: dg });
        for (let i = 0; i < n; i++) out[i] += dNearG[i];
      }
      loss.hvp(theta, dg, pulled);
      for (let i = 0; i < n; i++) out[i] += pulled[i];
    },
    scalarDerivative(scalar, loss, x, out) {
      const { stepping } = gradients(loss, x.subarray(0, n));
      update.scalar(scalar, inputs(x, stepping), out.length === size ? out : out.subarray(0, size));
    },
    dispose() {
      update.dispose();
      ascent?.dispose();
    },
  };
}

const none = new Float64Array(0);

interface Point {
  readonly theta: Float64Array;
  readonly state: Float64Array;
  readonly gradient: Float64Array;
}

const parts = ["theta", "state", "gradient"] as const;

/** The derivatives of outputs with respect to "theta", "state" and "gradient" at once, all written one after another. */
function derivatives(
  given: readonly p.Output[],
  sizes: Readonly<Record<(typeof parts)[number], number>>,
  scalars: readonly string[],
  engine: Engine,
) {
  const output =
    given.length === 1
      ? given[0]!.node
      : p.concat(
          given.map((o) => o.node),
          0,
        );
  const all = p.topologicalOrder([output]).filter((node): node is p.NodeOf<"input"> => node.op === "input");
  const inputs = all.filter(({ attributes }) => parts.includes(attributes.buffer as "theta"));
  const values = new Map<string, number>();
  const loaded = new Map<string, Executable>();
  const ready = (kind: string, outputs: () => readonly p.Output[], { theta, state, gradient }: Point) => {
    let executable = loaded.get(kind);
    if (!executable) {
      loaded.set(kind, (executable = engine.load(p.buildProgram(outputs()))));
      for (const [name, value] of values) executable.buffers[name]?.fill(value);
    }
    executable.buffers["theta"]?.set(theta);
    executable.buffers["state"]?.set(state);
    executable.buffers["gradient"]?.set(gradient);
    return executable;
  };
  const single = (node: p.Node | null) => [{ buffer: "out", offset: 0, node: node ?? p.constant(0, output.shape) }];
  const moved = (input: p.NodeOf<"input">) =>
    p.input(`d ${input.attributes.buffer}`, input.shape, { offset: input.attributes.offset, role: "direction" });
  const seeds = (): Map<p.Node, p.Node> => new Map(inputs.map((input): [p.Node, p.Node] => [input, moved(input)]));
  const scalarSeeds = (name: string): Map<p.Node, p.Node> =>
    new Map(all.filter((i) => i.attributes.buffer === name).map((i): [p.Node, p.Node] => [i, p.constant(1)]));
  const adjoint = () => {
    const shares = vjp(output, p.input("d out", output.shape, { role: "direction" }), inputs);
    return parts.flatMap((buffer) => {
      const size = sizes[buffer];
      if (size === 0) return [];
      const node = inputs.reduce<p.Node>(
        (total, { attributes, shape }, i) => {
          const share = shares[i];
          if (!share || attributes.buffer !== buffer) return total;
          const length = p.sizeOf(shape);
          const padded = p.pad(p.reshape(share, [length]), 0, attributes.offset, size - attributes.offset - length);
          return p.add(total, padded);
        },
        p.constant(0, [size]),
      );
      return [{ buffer: `d ${buffer}`, offset: 0, node }];
    });
  };
  return {
    set(name: string, value: number) {
      if (!scalars.includes(name)) throw new RangeError(`updateKernel: the rule has no free number "${name}"`);
      values.set(name, value);
      for (const { buffers } of loaded.values()) buffers[name]?.fill(value);
    },
    value(at: Point, out: Float64Array) {
      const executable = ready("value", () => single(output), at);
      executable.run();
      out.set(executable.buffers["out"]!);
    },
    tangent(at: Point, direction: Point, out: Float64Array) {
      const executable = ready("tangent", () => single(jvp([output], seeds())[0] ?? null), at);
      for (const part of parts) executable.buffers[`d ${part}`]?.set(direction[part]);
      executable.run();
      out.set(executable.buffers["out"]!);
    },
    scalar(name: string, at: Point, out: Float64Array) {
      const executable = ready(`scalar ${name}`, () => single(jvp([output], scalarSeeds(name))[0] ?? null), at);
      executable.run();
      out.set(executable.buffers["out"]!);
    },
    adjoint(at: Point, u: Float64Array, into: Point) {
      const executable = ready("adjoint", adjoint, at);
      executable.buffers["d out"]?.set(u);
      executable.run();
      for (const part of parts) if (sizes[part] > 0) into[part].set(executable.buffers[`d ${part}`]!);
    },
    dispose() {
      for (const executable of loaded.values()) executable.dispose();
      loaded.clear();
    },
  };
}
