// The published JSON Schema is the grammar that the reader follows: generated from it, current, and in agreement with it
// on what is valid (draft 7, which editors understand).
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { certificateJsonSchema, experimentJsonSchema, readSpec, starterExperiment } from "./index.ts";

const folder = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, folder), "utf8");
const examples = readdirSync(new URL("examples", folder)).filter((name) => name.endsWith(".yaml"));
const schema = z.fromJSONSchema(experimentJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);

test("schema/experiment.schema.json is current; npm run schema writes it", () => {
  expect(read("schema/experiment.schema.json")).toBe(`${JSON.stringify(experimentJsonSchema(), null, 2)}\n`);
});

test("schema/certificate.schema.json is current", () => {
  expect(read("schema/certificate.schema.json")).toBe(`${JSON.stringify(certificateJsonSchema(), null, 2)}\n`);
});

test("every example and the file of `init` are valid, for the schema and for the reader", () => {
  expect(examples.length).toBeGreaterThan(4);
  for (const text of [starterExperiment, ...examples.map((name) => read(`examples/${name}`))]) {
    expect(schema.safeParse(parse(text)).error).toBeUndefined();
    expect(readSpec(text, { file: "example.yaml" }).spec.optimizer.stepSize).toBeGreaterThan(0);
  }
});

test("every example names the schema for editors and asks a question", () => {
  for (const name of examples) {
    expect(read(`examples/${name}`)).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/schema\/experiment\.schema\.json\n(#.*\n)*# Question: /,
    );
  }
});

test.each([
  ["an unknown key", "learningRate: 1"],
  ["a wrong kind", "batch: { size: one }"],
  ["a number out of range", "seed: -1"],
  ["an unknown optimizer", "optimizer: { type: sgdd, stepSize: 1 }"],
])("the schema refuses %s as the reader does", (_, line) => {
  const key = line.slice(0, line.indexOf(":"));
  const text = `${starterExperiment.replace(new RegExp(`^${key}:(.*\\n)( .*\\n)*`, "m"), "")}${line}\n`;
  expect(schema.safeParse(parse(text)).success).toBe(false);
  expect(() => readSpec(text, { file: "x.yaml" })).toThrow();
});
