import { interpreterEngine } from "../compile/index.ts";
import {
  type CertificateFile,
  certificateSchema,
  certificateVersion,
  filesOf,
  type RunSpec,
  readSpec,
} from "../spec/index.ts";
import { type Check, checkBox, checkBranch, checkNonsingularity, checkOrbit } from "../verify/index.ts";
import { lawOf } from "./batch-law.ts";
import { branchSubject } from "./branch-proofs.ts";
import { certificateHash } from "./certificate-file.ts";
import { constantStepSize } from "./constant-step-size.ts";
import { orbitSubject } from "./enclosed-descent.ts";
import { exactBatches } from "./exact-batches.ts";
import { type Host, InputError } from "./host.ts";
import { readProblem } from "./read-problem.ts";
import { ruleFacts } from "./rule-facts.ts";

/** Whether a certificate holds, and what it claims. */
export type Verification = Check & { readonly kind: string; readonly claim: string };

/** The checkers, one for each kind of certificate. */
const checkers: {
  readonly [K in CertificateFile["kind"]]: (
    certificate: Extract<CertificateFile, { kind: K }>,
    spec: RunSpec,
    host: Host,
  ) => Promise<Check>;
} = {
  "non-singularity": async (certificate, spec, host) => {
    const { problem, labels } = await readProblem(spec, host, interpreterEngine);
    const stepSize = constantStepSize(spec, "certify");
    const batches = exactBatches(spec, problem, lawOf(spec, problem, labels, null));
    return checkNonsingularity(certificate, { problem, rule: ruleFacts(spec, stepSize, batches), ...batches });
  },
  orbit: async (certificate, spec, host) => {
    const { problem, labels } = await readProblem(spec, host, interpreterEngine);
    return checkOrbit(certificate, orbitSubject({ spec, problem, labels }));
  },
  "orbits-in-box": async (certificate, spec, host) => {
    const { problem, labels } = await readProblem(spec, host, interpreterEngine);
    return checkBox(certificate, orbitSubject({ spec, problem, labels }));
  },
  "orbit-branch": async (certificate, spec, host) => {
    const { problem } = await readProblem(spec, host, interpreterEngine);
    const subject = branchSubject({ spec, problem }, certificate.parameter);
    if (subject === null) return { status: "rejected", reason: "parameter is no number of the update rule" };
    return checkBranch(certificate, subject);
  },
};

/**
 * Checks the text of a certificate file: its form, its hash, the hashes of the files it is about, and then, from the
 * experiment it holds, everything it claims. `host.readFile` reads files by their path relative to the certificate.
 *
 * @throws InputError, one sentence, for a text that is no certificate, one of another version, and for missing files.
 */
export async function verifyCertificate(text: string, host: Host): Promise<Verification> {
  const read = parse(text);
  const { kind, claim } = { kind: String(read["kind"]), claim: String(read["claim"]) };
  const rejected = (reason: string): Verification => ({ status: "rejected", reason, kind, claim });
  const { success, data: certificate, error } = certificateSchema.safeParse(read);
  if (!success) {
    const [{ path, message }] = error.issues as unknown as [(typeof error.issues)[number]];
    return rejected(`its form is not that of a certificate (${path.join(".") || "as a whole"}: ${message})`);
  }
  if (certificateHash(read) !== certificate.hash) return rejected("its hash is not that of its content");
  const spec = readExperiment(certificate);
  if (typeof spec === "string") return rejected(spec);
  const named = filesOf(spec);
  if (named.length !== certificate.inputs.length) return rejected("its inputs are not the files of its experiment");
  for (const path of named) {
    const input = certificate.inputs.find((i) => i.path === path);
    if (!input) return rejected(`${path} has no hash`);
    if (host.sha256(await host.readFile(path)) !== input.sha256) return rejected(`${path} has changed`);
  }
  try {
    return { ...(await checkers[kind as CertificateFile["kind"]](certificate as never, spec, host)), kind, claim };
  } catch (error) {
    if (!isBadInput(error)) throw error;
    return rejected(`its experiment cannot be read (${(error as Error).message})`);
  }
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError("expected a certificate, found a text that is no JSON");
  }
  if (typeof value !== "object" || value === null || !("formatVersion" in value && "kind" in value)) {
    throw new InputError("expected a certificate, found no formatVersion and kind");
  }
  if (typeof value.formatVersion === "number" && value.formatVersion > certificateVersion) {
    const found = value.formatVersion;
    throw new InputError(`expected a certificate of formatVersion ${certificateVersion}, found ${found}`);
  }
  return value as Record<string, unknown>;
}

/** The experiment, or why there is none. */
function readExperiment({ spec }: CertificateFile): RunSpec | string {
  try {
    return readSpec(JSON.stringify(spec), { file: "spec" }).spec;
  } catch (error) {
    if (!isBadInput(error)) throw error;
    return `its experiment is not valid (${(error as Error).message})`;
  }
}

function isBadInput(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === "bad-input";
}
