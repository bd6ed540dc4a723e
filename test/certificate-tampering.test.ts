// A certificate is accepted as it was written, and whatever is changed in it is noticed: first by its hash; and, with the
// hash made to fit again, by the checker, which derives everything else from the experiment and the evidence. Changes that
// cannot matter are listed: what a theorem does not ask about ("any data"), other evidence for the same claim, and words.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { interpreterEngine } from "../src/compile/index.ts";
import { certificateHash } from "../src/experiment/certificate-file.ts";
import { ask, type Host, InputError, sealCertificate, verifyCertificate } from "../src/experiment/index.ts";
import { createRng } from "../src/numeric/index.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function hostWith(files: Readonly<Record<string, Uint8Array>>): Host {
  return {
    readFile: async (path) => {
      const bytes = files[path];
      if (!bytes) throw new InputError(`${path}: expected a file, found none`);
      return bytes;
    },
    ...{ sha256, now: () => 0, progress: () => {}, warn: () => {}, interrupted: () => false },
    ...{ tool: { name: "separatrix", version: "0", command: "" }, engine: interpreterEngine, threads: 1, memory: 1e9 },
  };
}

const verify = (text: string, files: Readonly<Record<string, Uint8Array>> = {}) =>
  verifyCertificate(text, hostWith(files));

async function certificate(experiment: object, files: Readonly<Record<string, Uint8Array>> = {}): Promise<string> {
  const verb = "orbits" in experiment ? "orbits" : "certify";
  const record = await ask(verb, experiment, { files, engine: interpreterEngine });
  return sealCertificate(record.results.certificates![0]!, record);
}

const dense = (units: number, activation: string, bias = true) => ({ type: "dense", units, activation, bias });
const out = (units: number, bias = true) => ({ type: "dense", units, bias });
const gd = (stepSize: number, more: object = {}) => ({ type: "gd", stepSize, ...more });

function net(layers: readonly object[], optimizer: object, more: object = {}): object {
  const k = (layers.at(-1) as { units: number }).units;
  const targets = [0.1, -0.2, 0.4].map((y) => Array.from({ length: k }, (_, a) => y + a));
  return {
    model: { input: [1], layers },
    data: { inputs: [[0.3], [-0.7], [1]], targets },
    loss: { type: "mse", scale: 0.5 },
    ...{ optimizer, ...more },
  };
}
const formula = (samples: readonly string[], optimizer: object, more: object = {}) => ({
  ...{ objective: { parameters: ["x"], samples }, parameters: { values: [1] }, optimizer, ...more },
});

/** Other points, other residues, or evidence more or less for what is proved anyway. */
const otherEvidence = [/^pieces\.(proofs|spectra|realised)/];

/** A 2-cycle of gradient descent on a double well. */
const cycle = formula(["x^4/4 - x^2/2"], gd(1.2), {
  parameters: { values: [1.2] },
  orbits: { period: 2, prove: true },
});

/** Each kind of reasoning: the experiment, what decides it, and which changes cannot matter. */
const cases: readonly [string, object, readonly [verdict: string, method?: string], readonly RegExp[]][] = [
  ["theorem H*", net([dense(2, "relu"), out(1)], gd(0.3)), ["proved", "H*"], []],
  ["theorem H*, singular", net([dense(2, "relu"), out(1)], gd(1)), ["disproved", "H*"], [/^collapse\./]],
  ["theorem B", net([dense(2, "tanh"), out(2)], gd(1)), ["proved", "B"], []],
  ["order criterion", net([dense(2, "tanh", false), dense(2, "tanh", false), out(1, false)], gd(1)), ["proved", "order criterion"], []],
  ["theorem D with θ", net([dense(2, "tanh", false), dense(2, "tanh", false), out(1)], gd(1)), ["proved", "D"], [/^point\[[678]\]$/]], // output weights and bias
  ["saturation, singular", net([dense(2, "hardTanh"), out(1)], gd(1 / 3)), ["disproved", "saturation"], [/^collapse\./]],
  ["mean features", net([dense(2, "identity", false), out(1)], gd(1), { data: { inputs: [[-1], [0.25], [0.75]], targets: [[1], [2], [3]] } }), ["disproved", "mean features"], []],
  ["update rule", net([dense(2, "relu"), out(1)], { type: "adam", stepSize: 0.1 }), ["proved", "update rule"], []],
  ["update rule, 1/w", net([dense(2, "relu"), out(1)], { type: "adamw", stepSize: 2, weightDecay: 0.5 }), ["disproved", "update rule"], []],
  ["pieces by rationals", formula(["min(x^2, 0.1*(x - 1)^2)", "min(x^2, 1.9*(x - 1)^2)"], { type: "sgd", stepSize: 0.7 }, { batch: { size: 1 } }), ["proved", "pieces"], otherEvidence],
  ["pieces, singular", formula(["if(abs(x) <= 2, x^4/2 - 3*x^2 + 8, x^2)"], gd(0.5)), ["disproved", "pieces"], [...otherEvidence, /^collapse\./]],
  ["pieces by a point", net([dense(1, "tanh"), { ...out(1), activation: "sigmoid" }], gd(0.83)), ["proved", "pieces"], otherEvidence],
  ["almost every step size", net([dense(2, "relu"), { ...out(2), activation: "relu" }], { type: "sam", stepSize: 0.3, rho: 0.1 }), ["undecided", "F"], []],
  ["an orbit", cycle, ["proved"], [/^boxes\[\d\]/, /^points\[\d\]/, /^multipliers\[0\]\[0\]\.radius/]], // other boxes, wider enclosures
]; // biome-ignore format: one line a case

type Change = { readonly path: string; readonly value: Json };

/** Every way to change one leaf, leave out one entry or add one. */
function* changes(value: Json, path = ""): Generator<Change> {
  const at = (key: string | number) =>
    typeof key === "number" ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
  if (Array.isArray(value)) {
    for (const [i, entry] of value.entries()) {
      for (const change of changes(entry, at(i))) yield { path: change.path, value: value.with(i, change.value) };
    }
    if (value.length > 0) yield { path, value: value.slice(1) };
    yield { path, value: [...value, value.at(-1) ?? 0] };
  } else if (typeof value === "object" && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      for (const change of changes(entry, at(key)))
        yield { path: change.path, value: { ...value, [key]: change.value } };
      const { [key]: _, ...rest } = value;
      yield { path: at(key), value: rest };
    }
    yield { path: at("added"), value: { ...value, added: 1 } };
  } else if (typeof value === "number") {
    for (const other of [-value || 0.5, value * (1 + 1e-9) + 1e-300]) yield { path, value: other };
  } else if (typeof value === "string") yield { path, value: `${value}0` };
  else yield { path, value: value === null ? 0 : !value };
}

/** The verdict of certifying the experiment inside anew. */
async function verdictOf(value: Json): Promise<string> {
  const { spec } = value as { spec: object };
  return (await ask("certify", spec, { engine: interpreterEngine })).results.nonsingularity!.verdict;
}

const seal = (value: Json) => JSON.stringify({ ...(value as object), hash: certificateHash(value as object) });

test.each(cases)(
  "%s: accepted, and every change that matters is rejected",
  async (_, experiment, [verdict, method], idle) => {
    const text = await certificate(experiment);
    const written = JSON.parse(text) as { [key: string]: Json };
    expect([written["verdict"], written["method"]]).toEqual([verdict, method]);
    expect(await verify(text)).toMatchObject({ status: "accepted", claim: written["claim"] });
    const cannotMatter = [/^tool\./, /^hash$/, /^spec\.title$/, ...idle];
    const surprising: string[] = [];
    const used = new Set<RegExp>();
    for (const { path, value } of changes(written)) {
      if (JSON.stringify(value) === JSON.stringify(written)) continue;
      const unsealed = await verify(JSON.stringify(value)).catch(() => ({ status: "rejected" }));
      if (unsealed.status === "accepted" && !/^tool\./.test(path)) surprising.push(`${path} without a new hash`);
      const sealed = await verify(seal(value)).catch((error: Error) => {
        if ((error as { code?: string }).code !== "bad-input") throw error;
        return { status: "rejected" };
      });
      if (sealed.status !== "accepted") continue;
      const known = cannotMatter.find((pattern) => pattern.test(path));
      if (known) used.add(known);
      else if (!path.startsWith("spec") || (await verdictOf(value)) !== verdict) surprising.push(path);
    }
    expect(surprising).toEqual([]);
    expect(idle.filter((pattern) => !used.has(pattern))).toEqual([]);
  },
  60_000,
);

test("random bytes: never accepted, unless the data are the same or the change is in the name of the tool", async () => {
  const text = await certificate(cases[1]![1]);
  const rng = createRng(4, "bytes");
  const meaning = (json: string) => JSON.stringify({ ...JSON.parse(json), tool: 0 });
  for (let i = 0; i < 400; i++) {
    const at = rng.integer(text.length);
    const changed = text.slice(0, at) + String.fromCharCode(32 + rng.integer(95)) + text.slice(at + 1);
    const found = await verify(changed).catch((error: { code?: string }) => {
      expect(error.code).toBe("bad-input");
      return { status: "rejected" };
    });
    if (found.status === "accepted") expect(meaning(changed)).toBe(meaning(text));
  }
});

test("files beside the certificate: their hashes are checked, and a missing one is bad input", async () => {
  const files = { "data.csv": new TextEncoder().encode("x,y\n0.3,1\n-0.7,2\n1,0\n") };
  const data = { inputs: { file: "data.csv", columns: ["x"] }, targets: { file: "data.csv", columns: ["y"] } };
  const text = await certificate(net([dense(1, "relu"), out(1)], gd(0.3), { data }), files);
  expect((await verify(text, files)).status).toBe("accepted");
  const other = { "data.csv": new TextEncoder().encode("x,y\n0.3,1\n-0.7,2\n1,5\n") };
  expect(await verify(text, other)).toMatchObject({ status: "rejected", reason: "data.csv has changed" });
  await expect(verify(text)).rejects.toThrow("data.csv: expected a file, found none");
});

test.each([
  ["no JSON", "{", /no JSON/],
  ["another file", "{}", /no formatVersion/],
  ["a newer version", '{"formatVersion": 2, "kind": "non-singularity"}', /formatVersion 1, found 2/],
])("%s is bad input", async (_, text, message) => {
  await expect(verify(text)).rejects.toThrow(message);
});
