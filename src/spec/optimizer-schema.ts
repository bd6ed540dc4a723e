import type { z } from "zod";
import { anyOf, flag, integer, kinds, list, literal, mapping, oneOf, real, text } from "./fields.ts";
import type { AveragingSpec, BatchSpec, LawSpec, MinimizeSpec, OptimizerSpec, StepSizeSpec } from "./optimizer-spec.ts";

const schedule = mapping("a schedule { from, to, steps }", {
  from: real({ min: 0 }),
  to: real({ min: 0 }),
  steps: integer(1),
});

const stepSizeSchema: z.ZodType<StepSizeSpec> = anyOf(
  "a number > 0, { values: […] }, { cosine: … } or { linear: … }",
  [
    real({ above: 0 }),
    mapping("step sizes", { values: list(real({ above: 0 }), "a list of step sizes") }),
    mapping("a schedule", { cosine: schedule }),
    mapping("a schedule", { linear: schedule }),
  ],
  ["values", "cosine", "linear"],
).meta({ id: "stepSize" });

const start = integer(0).default(0);
const averagingSchema: z.ZodType<AveragingSpec> = kinds(
  "an average",
  ["polyak", "exponential"],
  [
    mapping("a uniform average", { type: literal("polyak"), start }),
    mapping("an exponential average", {
      type: literal("exponential"),
      decay: real({ above: 0, below: 1 }).default(0.999),
      start,
    }),
  ],
).meta({ id: "averaging" });

const common = {
  name: text("a name").exactOptional(),
  stepSize: stepSizeSchema,
  weightDecay: real({ min: 0 }).default(0),
  clipNorm: real({ above: 0 }).exactOptional(),
  clipValue: real({ above: 0 }).exactOptional(),
  averaging: averagingSchema.exactOptional(),
};
const momentum = real({ min: 0, below: 1 }).default(0.9);
const beta = (value: number) => real({ min: 0, below: 1 }).default(value);

const optimizerNames = [
  ...["gd", "sgd", "momentum", "nesterov", "adam", "adamw", "amsgrad", "rmsprop", "adagrad", "lion", "sam", "signSgd"],
] as const;

export const optimizerSchema: z.ZodType<OptimizerSpec> = kinds("an optimizer", optimizerNames, [
  mapping("gradient descent", { type: oneOf(["gd", "sgd", "signSgd"]), ...common }),
  mapping("momentum", {
    type: literal("momentum"),
    ...common,
    momentum,
    dampening: real({ min: 0, max: 1 }).default(0),
  }),
  mapping("nesterov", { type: literal("nesterov"), ...common, momentum }),
  mapping("adam", {
    type: oneOf(["adam", "adamw", "amsgrad"]),
    ...common,
    beta1: beta(0.9),
    beta2: beta(0.999),
    epsilon: real({ min: 0 }).default(1e-8),
    biasCorrection: flag().default(true),
  }),
  mapping("rmsprop", {
    type: literal("rmsprop"),
    ...common,
    beta2: beta(0.99),
    epsilon: real({ min: 0 }).default(1e-8),
  }),
  mapping("adagrad", { type: literal("adagrad"), ...common, epsilon: real({ min: 0 }).default(1e-10) }),
  mapping("lion", { type: literal("lion"), ...common, beta1: beta(0.9), beta2: beta(0.99) }),
  mapping("sam", { type: literal("sam"), ...common, rho: real({ above: 0 }) }),
]);

export const lawNames = [
  ...["with-replacement", "without-replacement", "reshuffle", "shuffle-once", "cyclic", "label-balanced", "antithetic"],
] as const satisfies readonly LawSpec[];

export const batchSchema: z.ZodType<BatchSpec> = mapping("a batch { size, law }", {
  size: integer(1).default(1),
  law: oneOf(lawNames).default("with-replacement"),
  importance: anyOf(
    "a list of probabilities, norm or ntk",
    [list(real({ above: 0, max: 1 }), "a list of probabilities"), oneOf(["norm", "ntk"])],
    ["norm", "ntk"],
  ).exactOptional(),
  stochastic: flag().default(false),
});

export const minimizeSchema: z.ZodType<MinimizeSpec> = mapping("minimize { method, tolerance, … }", {
  method: oneOf(["levenberg-marquardt", "l-bfgs", "gd"]).default("levenberg-marquardt"),
  tolerance: real({ min: 0 }).default(1e-24),
  gradientTolerance: real({ min: 0 }).default(1e-12),
  maxSteps: integer(1).default(1000),
  stepSize: real({ above: 0 }).exactOptional(),
});
