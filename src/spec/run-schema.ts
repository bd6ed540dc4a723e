import type { z } from "zod";
import { dataSchema, parametersSchema } from "./data-schema.ts";
import { integer, mapping, text } from "./fields.ts";
import { lossSchema, modelSchema, objectiveSchema } from "./model-schema.ts";
import { batchSchema, minimizeSchema, optimizerSchema } from "./optimizer-schema.ts";
import type { RunSpec } from "./run-spec.ts";
import {
  bifurcationSchema,
  certifySchema,
  continueSchema,
  lyapunovSchema,
  orbitsSchema,
  phaseSchema,
  planeSchema,
  reproduceSchema,
  stabilitySchema,
  sweepSchema,
  trainSchema,
} from "./verb-schema.ts";

/** The grammar of an experiment file, one key at a time; what concerns several keys stands in cross-checks.ts. */
export const runSchema: z.ZodType<RunSpec> = mapping("an experiment { model, data, loss, optimizer, … }", {
  title: text("a title").exactOptional().describe("Heading of the report."),
  seed: integer(0).default(0).describe("Every random stream is derived from it and a name; --seed overrides it."),
  model: modelSchema.exactOptional().describe("The network: shape of one sample and layers, or an ONNX file."),
  data: dataSchema.exactOptional().describe("Samples, inline or in files next to this one."),
  loss: lossSchema.exactOptional().describe("The loss of one sample; L is its weighted mean."),
  objective: objectiveSchema.exactOptional().describe("In place of model, data and loss: the losses as formulas."),
  parameters: parametersSchema.exactOptional().describe("Where θ starts: numbers, a file, or a random initialisation."),
  minimize: minimizeSchema.exactOptional().describe("First go from there to a minimum."),
  optimizer: optimizerSchema.describe("The update rule whose stability is asked for."),
  batch: batchSchema.prefault({}).describe("How sgd draws batches; also the law that λ and mean-square ask about."),
  stability: stabilitySchema.prefault({}).describe("Options of `stability` and `check`."),
  certify: certifySchema.prefault({}).describe("Options of `certify`, and of `check` where it examines pieces."),
  phase: phaseSchema.exactOptional().describe("Options of `phase`."),
  orbits: orbitsSchema.exactOptional().describe("Options of `orbits`."),
  continue: continueSchema.exactOptional().describe("Options of `continue`."),
  bifurcation: bifurcationSchema.exactOptional().describe("Options of `bifurcation`."),
  lyapunov: lyapunovSchema.exactOptional().describe("Options of `lyapunov`."),
  basins: planeSchema.exactOptional().describe("Options of `basins`."),
  regions: planeSchema.exactOptional().describe("Options of `regions`."),
  train: trainSchema.exactOptional().describe("Options of `train`."),
  sweep: sweepSchema.exactOptional().describe("Options of `sweep`."),
  reproduce: reproduceSchema.exactOptional().describe("Which published figure `reproduce` computes again."),
});
