import { fileURLToPath } from "node:url";
import { replaceFiles } from "../host/index.ts";
import { certificateJsonSchema, experimentJsonSchema } from "../spec/index.ts";

/** `npm run schema`: writes schema/*.schema.json, which tests hold to be current. */
const schemas = { experiment: experimentJsonSchema(), certificate: certificateJsonSchema() };
replaceFiles(
  fileURLToPath(new URL("../../schema", import.meta.url)),
  Object.entries(schemas).map(([name, schema]) => {
    return { path: `${name}.schema.json`, content: `${JSON.stringify(schema, null, 2)}\n` };
  }),
);
