import { z } from "zod";
import { numberTreeId } from "./data-schema.ts";
import { runSchema } from "./run-schema.ts";

/** The JSON Schema (draft 7) of experiment files, for editors; `npm run schema` writes it to schema/experiment.schema.json. */
export function experimentJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(runSchema, {
    target: "draft-7",
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      if (z.globalRegistry.get(zodSchema)?.id === numberTreeId) {
        jsonSchema.type = "array";
        jsonSchema.minItems = 1;
        jsonSchema.items = {
          anyOf: [{ type: "number" }, { type: "string" }, { $ref: `#/definitions/${numberTreeId}` }],
        };
      }
    },
  });
  return { ...schema, title: "Separatrix experiment" };
}
