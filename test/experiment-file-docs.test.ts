// docs/experiment-file.md tells every key that the published schema knows (layers and activations have their own page).
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8");

/** Names of all properties below a JSON schema. */
function keysOf(schema: unknown, keys = new Set<string>()): Set<string> {
  if (typeof schema !== "object" || schema === null) return keys;
  for (const [name, value] of Object.entries(schema)) {
    if (name === "properties") {
      for (const [key, inner] of Object.entries(value as object)) {
        keys.add(key);
        keysOf(inner, keys);
      }
    } else keysOf(value, keys);
  }
  return keys;
}

test("every key of the experiment file stands in its page", () => {
  const page = read("docs/experiment-file.md").replace(/^```[\s\S]*?^```/gm, "");
  const words = new Set([...page.matchAll(/`[^`]+`/g)].flatMap(([code]) => code.match(/\w+/g) ?? []));
  const { definitions, ...schema } = JSON.parse(read("schema/experiment.schema.json"));
  const { layers: _layers, activation: _activation, ...others } = definitions;
  const keys = keysOf({ ...schema, definitions: others });
  keys.delete("name"); // every kind takes one
  expect(keys.size).toBeGreaterThan(80);
  expect([...keys].filter((key) => !words.has(key))).toEqual([]);
});
