import { z } from "zod";
import type { BoxBody, BranchBody, Evidence, NonsingularityBody, OrbitBody } from "../verify/index.ts";

/** Certificates of this version are read; another form of the file gets another number. */
export const certificateVersion = 1;

/** Evidence about more pieces than this is not read. */
const mostPieces = 65_536;

const text = z.string();
const index = z.int().min(0);
const vector = z.array(z.number());
const rational = z.string().regex(/^-?\d+(\/\d+)?$/);

const witness = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("residues"), prime: z.int().min(2), theta: z.array(z.int()) }),
  z.strictObject({ kind: z.literal("slice"), theta: vector }),
  z.strictObject({ kind: z.literal("point"), theta: vector, method: z.enum(["gershgorin", "cholesky", "inverse"]) }),
]);

const pieces = z.strictObject({
  all: z.int().min(0).max(mostPieces).nullable(),
  realised: z.array(z.strictObject({ piece: index, theta: vector, where: text })),
  proofs: z.array(z.strictObject({ batch: index, piece: index, witness })),
  spectra: z.array(
    z.strictObject({
      ...{ batch: index, piece: index, by: z.enum(["rationals", "residues", "intervals", "slice"]) },
      ...{ points: z.array(vector).min(1), primes: z.array(z.int().min(2)) },
    }),
  ),
});

const collapse = z.strictObject({
  batch: index,
  center: vector,
  radius: z.number().positive(),
  direction: z.array(z.strictObject({ index, value: rational })).min(1),
});

const evidence = {
  point: vector.nullable(),
  pieces: pieces.nullable(),
  collapse: collapse.nullable(),
} satisfies { [K in keyof Evidence]: z.ZodType<Evidence[K]> };

const nonsingularity = {
  kind: z.literal("non-singularity"),
  claim: text,
  stepSize: z.strictObject({ value: z.number(), rational }),
  verdict: z.enum(["proved", "disproved", "undecided"]),
  scope: z.enum(["everywhere", "pieces"]),
  reach: z.enum(["every", "every-except-listed", "this", "almost-every"]),
  method: text,
  statement: text.nullable(),
  source: text.nullable(),
  reason: text,
  piece: text,
  complete: z.boolean(),
  settledBelow: z.number().nullable(),
  exceptionalStepSizes: z.array(
    z.strictObject({
      value: z.number(),
      rational: rational.nullable(),
      polynomial: text.nullable(),
      piece: text,
      reason: text,
    }),
  ),
  hypotheses: z.array(
    z.strictObject({
      name: text,
      status: z.enum(["holds", "fails", "not-needed", "unchecked"]),
      value: z.number().nullable(),
      reason: text,
    }),
  ),
  assumptions: z.array(text),
  warnings: z.array(text),
  enclosures: z.array(z.strictObject({ of: text, lo: z.number(), hi: z.number() })),
  ...evidence,
} satisfies { [K in keyof NonsingularityBody]: z.ZodType<NonsingularityBody[K]> };

const boxes = z.array(z.array(z.tuple([z.number(), z.number()])));

const orbit = {
  kind: z.literal("orbit"),
  claim: text,
  stepSize: z.strictObject({ value: z.number(), rational }),
  verdict: z.literal("proved"),
  period: z.int().min(1),
  batches: z.int().min(1),
  boxes,
  points: boxes,
  multipliers: z.array(z.array(z.strictObject({ re: z.number(), im: z.number(), radius: z.number().min(0) }))),
  stability: z.enum(["stable", "unstable", "undecided"]),
  reason: text,
  hypotheses: nonsingularity.hypotheses,
  assumptions: z.array(text),
} satisfies { [K in keyof OrbitBody]: z.ZodType<OrbitBody[K]> };

const box = {
  kind: z.literal("orbits-in-box"),
  claim: text,
  stepSize: orbit.stepSize,
  verdict: z.literal("proved"),
  period: z.int().min(1).max(1000),
  batches: orbit.batches,
  box: z.array(z.tuple([z.number(), z.number()])),
  orbits: z.array(z.strictObject({ points: boxes, stability: orbit.stability, inside: z.boolean() })),
  examined: z.int().min(1).max(1e6),
  hypotheses: nonsingularity.hypotheses,
  assumptions: z.array(text),
} satisfies { [K in keyof BoxBody]: z.ZodType<BoxBody[K]> };

const branch = {
  kind: z.literal("orbit-branch"),
  claim: text,
  parameter: text,
  verdict: z.literal("proved"),
  period: orbit.period,
  range: z.tuple([z.number(), z.number()]),
  segments: z.array(z.strictObject({ values: z.tuple([z.number(), z.number()]), boxes, stability: orbit.stability })),
  hypotheses: nonsingularity.hypotheses,
  assumptions: z.array(text),
} satisfies { [K in keyof BranchBody]: z.ZodType<BranchBody[K]> };

/** What stands around every kind of certificate. */
const frame = {
  formatVersion: z.literal(certificateVersion),
  tool: z.strictObject({ name: text, version: text }),
  /** The experiment: inline data embedded, files by paths relative to the certificate. */
  spec: z.record(text, z.unknown()),
  inputs: z.array(z.strictObject({ path: text, sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
  /** SHA-256 of the canonical JSON of everything but `tool` and `hash`. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
};

/** One line for each kind of certificate. */
export const certificateSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...nonsingularity, ...frame }),
  z.strictObject({ ...orbit, ...frame }),
  z.strictObject({ ...box, ...frame }),
  z.strictObject({ ...branch, ...frame }),
]);

/** A certificate file, as read. */
export type CertificateFile = z.output<typeof certificateSchema>;

/** The JSON Schema (draft 7) of certificate files; `npm run schema` writes it to schema/certificate.schema.json. */
export function certificateJsonSchema(): Readonly<Record<string, unknown>> {
  return { ...z.toJSONSchema(certificateSchema, { target: "draft-7" }), title: "Separatrix certificate" };
}
