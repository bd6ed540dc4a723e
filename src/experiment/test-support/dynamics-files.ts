import { type Engine, wasmEngine } from "../../compile/index.ts";
import { encodeRecord, parseRecord, type RunRecord } from "../../record/index.ts";
import { readSpec, type Verb } from "../../spec/index.ts";
import { type Host, run } from "../index.ts";

export const host: Host = {
  readFile: async (path) => {
    throw new Error(`no file ${path}`);
  },
  ...{ sha256: () => "0".repeat(64), now: () => 0, progress: () => {}, warn: () => {}, interrupted: () => false },
  ...{
    tool: { name: "separatrix", version: "0", command: "separatrix lyapunov x.yaml" },
    engine: wasmEngine as Engine,
  },
  ...{ threads: 1, memory: 1e9 },
};

/** The record of a file, which must survive its text. */
export async function ask(verb: Verb, text: string): Promise<RunRecord> {
  const record = await run(readSpec(text, { file: "x.yaml" }).spec, verb, host);
  const written = encodeRecord(record);
  if (encodeRecord(parseRecord(written)) !== written) throw new Error("the record changes on its way through JSON");
  return record;
}

/** Gradient descent with η = 1 on this is x ↦ rx(1 − x). */
export const logistic = (r: number, rest: string) => `
objective: { parameters: [x], samples: ["(1 - ${r})*x^2/2 + ${r}*x^3/3"] }
parameters: { values: [0.3] }
optimizer: { type: gd, stepSize: 1 }
${rest}`;

/** The paper's network, started where its Fig. 3 starts. */
export const twoWeights = (rest: string, weights = "[0.5, 0.5]") => `
model:
  input: [1]
  layers:
    - { type: dense, units: 1, bias: false, activation: relu }
    - { type: dense, units: 1, bias: false, activation: relu }
data: { inputs: [[0.9], [2.5]], targets: [[0.9], [2.5]], weights: ${weights} }
loss: { type: mse, scale: 0.5 }
parameters: { values: [1.48, 0.7756756756756757] }
${rest}`;
