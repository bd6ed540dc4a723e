// docs/experiment-file.md and docs/layers.md tell every key that the published schema knows, and every type of layer and
// activation.
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

/** Words in code spans of a page, outside its blocks. */
function codeOf(path: string): Set<string> {
  const page = read(path).replace(/^```[\s\S]*?^```/gm, "");
  return new Set([...page.matchAll(/`[^`]+`/g)].flatMap(([code]) => code.match(/\w+/g) ?? []));
}

test("every layer and activation, with every key, stands in its page", () => {
  const { definitions } = JSON.parse(read("schema/experiment.schema.json"));
  const { layers, activation, ...others } = definitions;
  const words = codeOf("docs/layers.md");
  const text = JSON.stringify({ layers, activation, ...("layer" in others && { layer: others.layer }) });
  const types = [...text.matchAll(/"const":"(\w+)"|"enum":\[([^\]]*)\]/g)].flatMap(([, one, several]) =>
    one !== undefined ? [one] : [...several!.matchAll(/"(\w+)"/g)].map(([, name]) => name!),
  );
  expect(types.length).toBeGreaterThan(25);
  expect([...new Set([...types, ...keysOf(JSON.parse(text))])].filter((word) => !words.has(word))).toEqual([]);
});

test("every key of the experiment file stands in its page", () => {
  const words = codeOf("docs/experiment-file.md");
  const { definitions, ...schema } = JSON.parse(read("schema/experiment.schema.json"));
  const { layers: _layers, activation: _activation, ...others } = definitions;
  const keys = keysOf({ ...schema, definitions: others });
  keys.delete("name"); // every kind takes one
  expect(keys.size).toBeGreaterThan(80);
  expect([...keys].filter((key) => !words.has(key))).toEqual([]);
});
