// Proved orbits from a file to the record: the 2-cycle of the paper's two-weight network (THEORY §6: points to 1e-10,
// multipliers 9 − 2(1+h)² and 3 − 2h) and that it is the only one in a box; the cycles of the logistic map as gradient descent
// on a cubic; momentum and batches in turn; and what must stay unproved.
import { describe, expect, test } from "vitest";
import { wasmEngine } from "../compile/index.ts";
import { twoCycle } from "../problems/index.ts";
import { encodeRecord, type OrbitResult, parseRecord, type RunRecord } from "../record/index.ts";
import { answer } from "../report/words/answer.ts";
import { dynamicsTables } from "../report/words/dynamics-tables.ts";
import { readSpec } from "../spec/index.ts";
import { certificateHash } from "./certificate-file.ts";
import { type Host, run, sealCertificate, verifyCertificate } from "./index.ts";

const host: Host = {
  readFile: async (path) => {
    throw new Error(`no file ${path}`);
  },
  ...{ sha256: () => "0".repeat(64), now: () => 0, progress: () => {}, warn: () => {}, interrupted: () => false },
  ...{ tool: { name: "separatrix", version: "0", command: "separatrix orbits x.yaml" }, engine: wasmEngine },
  ...{ threads: 1, memory: 1e9 },
};
async function orbits(text: string): Promise<RunRecord> {
  const record = await run(readSpec(text, { file: "x.yaml" }).spec, "orbits", host);
  expect(parseRecord(encodeRecord(record)).results).toEqual(record.results);
  return record;
}

const twoWeights = (rest: string, start = "[1.48, 0.7756756756756757]") => `
model:
  input: [1]
  layers:
    - { type: dense, units: 1, bias: false, activation: relu }
    - { type: dense, units: 1, bias: false, activation: relu }
data: { inputs: [[0.9], [2.5]], targets: [[0.9], [2.5]], weights: [0.5, 0.5] }
loss: { type: mse, scale: 0.5 }
parameters: { values: ${start} }
${rest}`;
const logistic = (r: number, rest: string) => `
objective: { parameters: [x], samples: ["(1 - ${r})*x^2/2 + ${r}*x^3/3"] }
parameters: { values: [0.3] }
optimizer: { type: gd, stepSize: 1 }
${rest}`;

describe("proved", () => {
  test("the 2-cycle at step size 0.325: points to 1e-10, multipliers, stable, alone in [0.6, 1.3]²", async () => {
    const rest = "optimizer: { type: gd, stepSize: 0.325 }\norbits: { period: 2, box: [[0.6, 1.3], [0.6, 1.3]] }";
    const record = await orbits(twoWeights(rest));
    const { orbits: found, orbitBox } = record.results;
    expect(found).toHaveLength(1);
    const { points, proof, enclosure } = found![0]!;
    const h = 3.53 * 0.325;
    const { a, b, multipliers } = twoCycle(h);
    const sorted = [...points].sort((p, q) => p[0]! - q[0]!);
    expect(sorted).toEqual([a, b].map((x) => [expect.closeTo(x, 12), expect.closeTo(x, 12)]));
    expect(proof).toBe("certificates/orbit-1.json");
    expect(enclosure!.stability).toBe("stable");
    for (const sides of enclosure!.points) {
      for (const [lo, hi] of sides) expect(hi - lo).toBeLessThan(1e-12);
    }
    const enclosed = enclosure!.multipliers.flat();
    for (const truth of multipliers) {
      expect(enclosed.some(({ re, radius }) => Math.abs(re - truth) <= radius + 1e-14 && radius < 1e-11)).toBe(true);
    }
    expect(orbitBox).toMatchObject({ period: 2, complete: true, undecided: 0, left: [] });
    expect(answer(record)).toBe("One periodic orbit of period 2: stable, proved. The box provably holds no other.");
    expect(record.warnings).toEqual([]);
  });

  test("prove: true without a box, and the words of the table", async () => {
    const rest = "optimizer: { type: gd, stepSize: 0.36 }\norbits: { period: 2, prove: true, starts: 2 }";
    const record = await orbits(twoWeights(rest, "[1.1, 0.9]"));
    expect(record.results.orbits![0]!.enclosure).toMatchObject({ stability: "unstable", reason: "" });
    expect(record.results.orbitBox).toBeNull();
    expect(dynamicsTables(record)[0]!.rows[0]!.at(-1)).toMatch(/^unique within [^,]*$/);
  });

  test("a box adds the orbits that the search from trajectories missed: all six 5-cycles of the logistic map", async () => {
    const record = await orbits(logistic(4, "orbits: { period: 5, box: [[-0.5, 1.5]] }"));
    expect(record.results.orbits).toHaveLength(6);
    expect(record.results.orbitBox).toMatchObject({ complete: true });
    for (const { multipliers, enclosure } of record.results.orbits!) {
      expect(Math.abs(multipliers[0]![0])).toBeCloseTo(32, 6);
      expect(enclosure!.stability).toBe("unstable");
    }
    expect(record.results.orbits!.map(({ proof }) => proof)).toContain("certificates/orbit-6.json");
  });

  test("that there is none is proved too", async () => {
    const record = await orbits(logistic(2.5, "orbits: { period: 2, box: [[-0.5, 1.5]] }"));
    expect(answer(record)).toBe("The box provably holds no orbit of period 2.");
  });

  test("momentum, with its state; batches in turn, with the points between", async () => {
    const well = (rest: string) => `
objective: { parameters: [x], samples: ["x^4/4 - x^2/2 + x/5"] }
parameters: { values: [0.9] }
${rest}`;
    const heavy = await orbits(
      well("optimizer: { type: momentum, momentum: 0.5, stepSize: 0.2 }\norbits: { period: 1, prove: true }"),
    );
    expect(heavy.results.orbits![0]!.enclosure!.boxes[0]).toHaveLength(2);
    expect(heavy.results.orbits![0]!.enclosure!.stability).toBe("stable");
    const epoch = await orbits(`
objective: { parameters: [x], samples: ["(x - 1)^2/2", "(x + 1)^2/2"] }
parameters: { values: [0.9] }
optimizer: { type: sgd, stepSize: 0.5 }
batch: { size: 1, law: cyclic }
orbits: { period: 1, prove: true }`);
    const { points, enclosure } = epoch.results.orbits![0]!;
    expect(points).toHaveLength(1);
    expect(enclosure!.points.map(([x]) => x![0])).toEqual([-1 / 3, 1 / 3].map((x) => expect.closeTo(x, 14)));
    expect(enclosure!.multipliers[0]![0]!.re).toBeCloseTo(0.25, 14);
  });
});

/** A certificate of an orbit that can be changed. */
interface Loose {
  period: number;
  claim: string;
  stability: string;
  stepSize: object;
  boxes: [number, number][][];
  points: [number, number][][];
  multipliers: { re: number; im: number; radius: number }[][];
  hypotheses: object[];
  readonly spec: { readonly optimizer: { stepSize: number } };
}

interface LooseBox {
  period: number;
  claim: string;
  examined: number;
  box: [number, number][];
  orbits: { stability: string }[];
}

test("a tanh network of 17 parameters with weight decay: a saddle of descent, its 17 multipliers enclosed", async () => {
  const record = await orbits(`
model: { input: [2], layers: [{ type: dense, units: 4, activation: tanh }, { type: dense, units: 1 }] }
data:
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.2], [0.1, 0.8]]
  targets: [[0], [1], [1], [0], [0.7], [0.9]]
loss: { type: mse, scale: 0.5 }
parameters: { init: torch, seed: 1 }
optimizer: { type: gd, stepSize: 1.5, weightDecay: 0.01 }
orbits: { period: 1, prove: true }`);
  const [{ multipliers, stability, enclosure }] = record.results.orbits! as [OrbitResult];
  expect(stability).toBe("unstable");
  expect(enclosure!.stability).toBe("unstable");
  const discs = enclosure!.multipliers.flat();
  expect(discs).toHaveLength(17);
  for (const [re, im] of multipliers) {
    expect(discs.some((disc) => Math.hypot(disc.re - re, disc.im - im) <= disc.radius + 1e-11)).toBe(true);
  }
  expect(Math.max(...discs.map(({ radius }) => radius))).toBeLessThan(1e-8);
});

describe("certificates", () => {
  const rest = "optimizer: { type: gd, stepSize: 0.325 }\norbits: { period: 2, prove: true }";
  const sealed = async (text: string) => {
    const record = await orbits(text);
    const [certificate] = record.results.certificates!;
    return sealCertificate(certificate!, record);
  };
  /** A certificate with something changed, and its hash made to fit. */
  const tampered = (text: string, change: (certificate: Loose) => void) => {
    const certificate = JSON.parse(text);
    change(certificate);
    return JSON.stringify({ ...certificate, hash: certificateHash(certificate) });
  };

  test("of the 2-cycle and of an epoch are accepted from their files alone", async () => {
    const found = await verifyCertificate(await sealed(twoWeights(rest)), host);
    expect(found).toMatchObject({ status: "accepted", kind: "orbit" });
    expect(found.claim).toBe(
      "gd at step size 13/40 has exactly one orbit of minimal period 2 in the boxes given; it is stable, all its multipliers lie inside the unit circle",
    );
    const epoch = await sealed(`
objective: { parameters: [x], samples: ["(x - 1)^2/2", "(x + 1)^2/2"] }
parameters: { values: [0.9] }
optimizer: { type: sgd, stepSize: 0.5 }
batch: { size: 1, law: cyclic }
orbits: { period: 1, prove: true }`);
    expect(await verifyCertificate(epoch, host)).toMatchObject({
      status: "accepted",
      claim: expect.stringMatching(/^an epoch of 2 batches of sgd at step size 1\/2 has exactly one fixed point/),
    });
  });

  type Tampering = readonly [string, (c: Loose) => void, RegExp];
  test.each<Tampering>([
    ["another step size", (c) => void (c.spec.optimizer.stepSize = 0.33), /not proved|not what follows/],
    ["a step size that is only said", (c) => void (c.stepSize = { value: 0.33, rational: "33/100" }), /stepSize/],
    ["a shorter period", (c) => void (c.period = 1), /boxes are not 1 boxes/],
    [
      "a doubled period",
      (c) => Object.assign(c, { period: 4, boxes: [...c.boxes, ...c.boxes], points: [...c.points, ...c.points] }),
      /its period may be 2/,
    ],
    ["the other stability", (c) => void (c.stability = "unstable"), /stability/],
    ["a claim of another sense", (c) => void (c.claim = c.claim.replace("stable", "unstable")), /claim/],
    [
      "boxes beside the orbit",
      (c) => void (c.boxes = c.boxes.map((box) => box.map(([lo, hi]) => [lo + 0.2, hi + 0.2]))),
      /not proved/,
    ],
    [
      "boxes too wide",
      (c) => void (c.boxes = c.boxes.map((box) => box.map(([lo, hi]) => [lo - 2, hi + 2]))),
      /not proved/,
    ],
    ["empty boxes", (c) => void (c.boxes[0]![0] = [1, 0]), /empty/],
    [
      "points too narrow",
      (c) => void (c.points = c.points.map((box) => box.map(([lo]) => [lo, lo]))),
      /points do not enclose/,
    ],
    ["multipliers elsewhere", (c) => void (c.multipliers[0]![0]!.re += 1e-6), /multipliers do not enclose/],
    ["one multiplier twice", (c) => void (c.multipliers[1] = c.multipliers[0]!), /multipliers do not enclose/],
    ["a multiplier left out", (c) => void (c.multipliers.length = 1), /multipliers do not enclose/],
    ["hypotheses left out", (c) => void (c.hypotheses.length = 1), /hypotheses/],
  ])("%s is rejected", async (_, change, reason) => {
    const found = await verifyCertificate(tampered(await sealed(twoWeights(rest)), change), host);
    expect(found).toMatchObject({ status: "rejected", reason: expect.stringMatching(reason) });
  });

  test("wider enclosures than those found are true as well, and accepted", async () => {
    const wider = tampered(await sealed(twoWeights(rest)), (c) => {
      c.points = c.points.map((box) => box.map(([lo, hi]) => [lo - 1e-9, hi + 1e-9]));
      for (const [disc] of c.multipliers) disc!.radius += 1e-9;
    });
    expect(await verifyCertificate(wider, host)).toMatchObject({ status: "accepted" });
  });

  test("of all orbits in a box: accepted, and rejected with one orbit less, one more, or another box", async () => {
    const text = logistic(4, "orbits: { period: 3, box: [[-0.5, 1.5]] }");
    const record = await orbits(text);
    const last = record.results.certificates!.at(-1)!;
    expect(last.file).toBe("certificates/box.json");
    const all = sealCertificate(last, record);
    const found = await verifyCertificate(all, host);
    expect(found).toMatchObject({ status: "accepted", kind: "orbits-in-box" });
    expect(found.claim).toBe(
      "gd at step size 1 has no orbit of minimal period 3 but the 2 listed with every point in the box given",
    );
    const changed = async (change: (c: LooseBox) => void) =>
      (await verifyCertificate(tampered(all, change as never), host)).status;
    const listed = (keep: (orbits: LooseBox["orbits"]) => LooseBox["orbits"]) => (c: LooseBox) => {
      c.orbits = keep(c.orbits);
      c.claim = c.claim.replace("but the 2 listed", `but the ${c.orbits.length} listed`);
    };
    expect(await changed(listed((orbits) => orbits.slice(1)))).toBe("rejected");
    expect(await changed(listed((orbits) => [...orbits, orbits[0]!]))).toBe("rejected");
    expect(await changed((c) => void (c.orbits[1] = c.orbits[0]!))).toBe("rejected");
    expect(await changed((c) => void (c.box = [[0.5, 1.5]]))).toBe("rejected");
    expect(await changed((c) => void (c.period = 6))).toBe("rejected");
    expect(await changed((c) => void (c.examined = 1))).toBe("rejected");
    expect(await changed((c) => void (c.orbits[0]!.stability = "stable"))).toBe("rejected");
    expect(await changed((c) => void (c.box = [[-0.5, 1.25]]))).toBe("accepted"); // a smaller box with the same orbits
  });

  test("one byte changed without a new hash", async () => {
    const text = (await sealed(twoWeights(rest))).replace('"seed": 0', '"seed": 1');
    expect(await verifyCertificate(text, host)).toMatchObject({ reason: "its hash is not that of its content" });
  });
});

describe("not proved, and why", () => {
  test("a minimum on a curve of minima", async () => {
    const rest = "optimizer: { type: gd, stepSize: 0.1 }\norbits: { period: 1, prove: true }";
    const record = await orbits(twoWeights(rest));
    expect(record.results.orbits![0]).toMatchObject({ proof: null, enclosure: null });
    expect(record.warnings).toContain(
      "orbit 1 is not proved: it belongs to a family of orbits, and the proof is one of isolated orbits",
    );
  });

  test("a box with a curve of minima is not complete; a rule with a state has no box", async () => {
    const options = "orbits: { period: 1, box: [[0.5, 1.5], [0.5, 1.5]] }";
    const open = await orbits(twoWeights(`optimizer: { type: gd, stepSize: 0.1 }\n${options}`));
    expect(open.results.orbitBox).toMatchObject({ complete: false });
    expect(open.results.orbitBox!.left.length).toBeLessThanOrEqual(16);
    expect(answer(open)).toMatch(/Whether the box holds others is undecided\.$/);
    expect(open.warnings.join()).toMatch(/stay undecided; there may be further orbits of period 1/);
    const heavy = await orbits(twoWeights(`optimizer: { type: momentum, stepSize: 0.01 }\n${options}`));
    expect(heavy.results.orbitBox).toBeNull();
    expect(heavy.warnings.join()).toMatch(
      /searched from a grid only, not proved complete: the state of the update rule/,
    );
  });
});
