import { z } from "zod";
import { anyOf, clause, flag, integer, list, literal, mapping, oneOf, range, real, text } from "./fields.ts";
import { lawNames } from "./optimizer-schema.ts";
import type {
  AxisSpec,
  BifurcationSpec,
  CertifySpec,
  ContinueSpec,
  LyapunovSpec,
  OrbitsSpec,
  PhaseSpec,
  PlaneAxisSpec,
  PlaneSpec,
  ReproduceSpec,
  StabilitySpec,
  SweepSpec,
  TrainSpec,
} from "./verb-spec.ts";

const path = text("the path of a number in this file, such as optimizer.stepSize");
const steps = integer(1);

export const stabilitySchema: z.ZodType<StabilitySpec> = mapping("stability options", {
  steps: steps.default(1e5),
  maxSteps: steps.default(1e7),
  tolerance: real({ above: 0 }).default(0.02),
  burnIn: integer(0).default(1e3),
  rankTolerance: real({ min: 0, below: 1 }).default(1e-9),
  interpolationTolerance: real({ min: 0 }).default(1e-6),
  stepSizes: mapping("{ range, count }", {
    range: range({ min: 0 }).exactOptional(),
    count: integer(2, 1e6).default(400),
  }).prefault({}),
  laws: anyOf(
    "all, or a list of batch laws",
    [literal("all"), list(oneOf(lawNames), "a list of batch laws")],
    ["all", ...lawNames],
  ).exactOptional(),
  spectrum: integer(1).exactOptional(),
});

const axis: z.ZodType<AxisSpec> = anyOf(
  "{ path, values } or { path, range, count }",
  [
    mapping("an axis", { path, values: list(z.unknown(), "a list of values") }),
    mapping("an axis", {
      path,
      range: range(),
      count: integer(2, 1e6),
      scale: oneOf(["linear", "log"]).default("linear"),
    }).refine((a) => a.scale === "linear" || a.range[0] > 0, {
      path: ["range"],
      error: (issue) => clause("a range above 0 for a log scale", (issue.input as { range: unknown }).range),
    }),
  ],
  ["values", "range"],
).meta({ id: "axis" });

export const phaseSchema: z.ZodType<PhaseSpec> = mapping("phase options { x, y }", {
  x: axis,
  y: axis,
  quantities: list(oneOf(["mu", "lambda", "meanSquare"]), "a list of mu, lambda, meanSquare").default([
    "mu",
    "lambda",
    "meanSquare",
  ]),
  steps: steps.default(2e4),
});

export const certifySchema: z.ZodType<CertifySpec> = mapping("certify options", {
  pieces: integer(1).default(64),
  trials: integer(1).default(2),
  point: list(real(), "a list of numbers, the parameters one after another").exactOptional(),
});

export const orbitsSchema: z.ZodType<OrbitsSpec> = mapping("orbits options { period }", {
  period: integer(1, 1e6),
  starts: integer(1).default(1),
  tolerance: real({ above: 0 }).default(1e-12),
  prove: flag().default(false),
  box: list(range(), "a list of ranges [lo, hi], one for each parameter").exactOptional(),
});

export const continueSchema: z.ZodType<ContinueSpec> = mapping("continue options { period, parameter, range }", {
  period: integer(1, 1e6),
  parameter: path,
  range: range(),
  maxPoints: integer(1).default(500),
  switchBranches: flag().default(true),
  prove: flag().default(false),
  second: mapping("{ path, range }", { path, range: range() }).exactOptional(),
});

export const bifurcationSchema: z.ZodType<BifurcationSpec> = mapping(
  "bifurcation options { parameter, range, count }",
  {
    parameter: path,
    range: range(),
    count: integer(2, 1e6),
    transient: integer(0).default(1e3),
    keep: integer(1).default(200),
    observe: text("loss, norm or theta[i]")
      .regex(/^(loss|norm|theta\[\d{1,9}\])$/, { error: (issue) => clause("loss, norm or theta[i]", issue.input) })
      .default("loss"),
  },
);

export const lyapunovSchema: z.ZodType<LyapunovSpec> = mapping("lyapunov options { count, steps, transient }", {
  count: integer(1),
  steps,
  transient: integer(0),
  sharpness: mapping("{ iterates, batches, probes }", {
    iterates: integer(1, 1e5).default(16),
    batches: integer(1, 1e5).default(64),
    probes: integer(1, 1e4).default(8),
  }).exactOptional(),
});

const planeAxis: z.ZodType<PlaneAxisSpec> = anyOf(
  "{ index, range, count } or { direction, range, count }",
  [
    mapping("an axis", { index: integer(0), range: range(), count: integer(2, 1e5) }),
    mapping("an axis", {
      direction: list(real(), "a list of numbers, one for each parameter"),
      range: range(),
      count: integer(2, 1e5),
    }),
  ],
  ["index", "direction"],
);

export const planeSchema: z.ZodType<PlaneSpec> = mapping("a plane { x, y, steps }", {
  x: planeAxis,
  y: planeAxis,
  steps,
});

export const trainSchema: z.ZodType<TrainSpec> = mapping("train options { steps }", {
  steps,
  every: integer(1).default(1),
  top: integer(1).default(1),
});

export const figureNames = ["fig1", "fig3", "fig4"] as const;

export const reproduceSchema: z.ZodType<ReproduceSpec> = mapping("reproduce { figure }", {
  figure: oneOf(figureNames),
});

const sweepable = [
  ...["check", "stability", "certify", "orbits", "continue", "bifurcation", "lyapunov", "basins", "regions", "train"],
] as const;

export const sweepSchema: z.ZodType<SweepSpec> = mapping("sweep options { verb, axes }", {
  verb: oneOf(sweepable),
  axes: list(axis, "a list of axes"),
  replicas: integer(1).default(1),
});
