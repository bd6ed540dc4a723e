import * as p from "../program/index.ts";
import { positiveRoot, sign } from "./elementary.ts";
import type { HyperName, RuleType, UpdateRule } from "./update-rule.ts";

/** What a rule computes with. All vectors are [n]. */
export interface RuleContext {
  readonly rule: UpdateRule;
  /** θ, after decoupled decay. */
  readonly theta: p.Node;
  /** g: the gradient at θ, clipped, with coupled decay. */
  readonly gradient: p.Node;
  /** η. */
  readonly stepSize: p.Node;
  /** A block of the state. */
  state(name: string): p.Node;
  hyper(name: HyperName): p.Operand;
}

/** θ′ and the new blocks of the state. */
export interface RuleStep {
  readonly theta: p.Node;
  readonly state: Readonly<Record<string, p.Node>>;
}

/** A block of the state: as long as θ, or one number. */
export interface RuleState {
  readonly name: string;
  readonly scalar: boolean;
}

interface Rule {
  state(rule: UpdateRule): readonly RuleState[];
  step(context: RuleContext): RuleStep;
}

const vector = (name: string): RuleState => ({ name, scalar: false });
const scalar = (name: string): RuleState => ({ name, scalar: true });
const without = () => [];

/** θ − ηu. */
const descend = ({ theta, stepSize }: RuleContext, direction: p.Node) => p.sub(theta, p.mul(stepSize, direction));
/** βa + (1 − β)b. */
const average = (beta: p.Operand, a: p.Node, b: p.Operand) => p.add(p.mul(beta, a), p.mul(p.sub(1, beta), b));

const plain: Rule = {
  state: without,
  step: (c) => ({ theta: descend(c, c.gradient), state: {} }),
};

const adam: Rule = {
  state: ({ biasCorrection }) => [
    ...[vector("mean"), vector("square")],
    ...(biasCorrection ? [scalar("meanShare"), scalar("squareShare")] : []),
  ],
  step: (c) => {
    const mean = average(c.hyper("beta1"), c.state("mean"), c.gradient);
    const square = average(c.hyper("beta2"), c.state("square"), p.square(c.gradient));
    const { theta, shares } = adamStep(c, mean, square);
    return { theta, state: { mean, square, ...shares } };
  },
};

/**
 * θ − η/b₁ · m/(√v/√b₂ + ε), the order of operations PyTorch has. The bias corrections b_i = 1 − β_iᵗ are kept as state:
 * b ← βb + (1 − β) from 0, the same average as of m with every gradient 1, exact where 1 − βᵗ would cancel.
 */
function adamStep(c: RuleContext, mean: p.Node, square: p.Node) {
  if (!c.rule.biasCorrection) {
    const size = p.add(positiveRoot(square), c.hyper("epsilon"));
    return { theta: descend(c, p.div(mean, size)), shares: {} };
  }
  const meanShare = average(c.hyper("beta1"), c.state("meanShare"), 1);
  const squareShare = average(c.hyper("beta2"), c.state("squareShare"), 1);
  const size = p.add(p.div(positiveRoot(square), p.sqrt(squareShare)), c.hyper("epsilon"));
  const theta = p.sub(c.theta, p.mul(p.div(c.stepSize, meanShare), p.div(mean, size)));
  return { theta, shares: { meanShare, squareShare } };
}

/**
 * The update rules, PyTorch 1.13's where it has them. g is the gradient, clipped and with coupled decay; new values are
 * primed; everything starts at 0.
 *
 *   gd, sgd    θ′ = θ − ηg                              signSgd  θ′ = θ − η sign g
 *   momentum   v′ = βv + (1 − dampening)g, θ′ = θ − ηv′     nesterov  v′ = βv + g, θ′ = θ − η(g + βv′)
 *   adam       m′ = β₁m + (1 − β₁)g, v′ = β₂v + (1 − β₂)g², θ′ = θ − η m̂/(√v̂ + ε), hats: bias-corrected
 *   amsgrad    as adam with v̂ from u′ = max(u, v′)          rmsprop  v′ as adam, θ′ = θ − ηg/(√v′ + ε)
 *   adagrad    v′ = v + g², θ′ = θ − ηg/(√v′ + ε)           lion     θ′ = θ − η sign(β₁m + (1 − β₁)g), m′ = β₂m + (1 − β₂)g
 *   sam        gd with the gradient at θ + ρg/(‖g‖ + 1e-12)
 */
export const rules: { readonly [K in RuleType]: Rule } = {
  gd: plain,
  sgd: plain,
  sam: plain,
  signSgd: {
    state: without,
    step: (c) => ({ theta: descend(c, sign(c.gradient)), state: {} }),
  },
  momentum: {
    state: () => [vector("velocity")],
    step: (c) => {
      const velocity = p.add(p.mul(c.hyper("momentum"), c.state("velocity")), damped(c));
      return { theta: descend(c, velocity), state: { velocity } };
    },
  },
  nesterov: {
    state: () => [vector("velocity")],
    step: (c) => {
      const beta = c.hyper("momentum");
      const velocity = p.add(p.mul(beta, c.state("velocity")), c.gradient);
      return { theta: descend(c, p.add(c.gradient, p.mul(beta, velocity))), state: { velocity } };
    },
  },
  adam,
  adamw: adam,
  amsgrad: {
    state: (rule) => [...adam.state(rule), vector("largest")],
    step: (c) => {
      const mean = average(c.hyper("beta1"), c.state("mean"), c.gradient);
      const square = average(c.hyper("beta2"), c.state("square"), p.square(c.gradient));
      const largest = p.max(c.state("largest"), square);
      const { theta, shares } = adamStep(c, mean, largest);
      return { theta, state: { mean, square, ...shares, largest } };
    },
  },
  rmsprop: {
    state: () => [vector("square")],
    step: (c) => {
      const square = average(c.hyper("beta2"), c.state("square"), p.square(c.gradient));
      return { theta: descend(c, scaled(c, square)), state: { square } };
    },
  },
  adagrad: {
    state: () => [vector("total")],
    step: (c) => {
      const total = p.add(c.state("total"), p.square(c.gradient));
      return { theta: descend(c, scaled(c, total)), state: { total } };
    },
  },
  lion: {
    state: () => [vector("mean")],
    step: (c) => {
      const mean = c.state("mean");
      const direction = sign(average(c.hyper("beta1"), mean, c.gradient));
      return { theta: descend(c, direction), state: { mean: average(c.hyper("beta2"), mean, c.gradient) } };
    },
  },
};

/** (1 − dampening)g. */
function damped(c: RuleContext): p.Node {
  const dampening = c.hyper("dampening");
  return dampening === 0 ? c.gradient : p.mul(p.sub(1, dampening), c.gradient);
}

/** g/(√v + ε). */
function scaled(c: RuleContext, square: p.Node): p.Node {
  return p.div(c.gradient, p.add(positiveRoot(square), c.hyper("epsilon")));
}
