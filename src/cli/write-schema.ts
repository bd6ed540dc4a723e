import { fileURLToPath } from "node:url";
import { replaceFiles } from "../host/index.ts";
import { experimentJsonSchema } from "../spec/index.ts";

/** `npm run schema`: writes schema/experiment.schema.json, which a test holds to be current. */
const content = `${JSON.stringify(experimentJsonSchema(), null, 2)}\n`;
replaceFiles(fileURLToPath(new URL("../../schema", import.meta.url)), [{ path: "experiment.schema.json", content }]);
