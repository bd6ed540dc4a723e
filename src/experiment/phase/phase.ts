import { createRng } from "../../numeric/index.ts";
import type { PhaseSpec } from "../../spec/index.ts";
import { mu, type PhaseCell, phaseTasks, prepareLinearized, walkCell } from "../../stability/index.ts";
import type { Answer, Experiment } from "../answer.ts";
import { lawFrom, lawOptions } from "../batch-law.ts";
import { type Host, InputError } from "../host.ts";
import { batchProducts } from "../linearized-problem.ts";
import { linearRuleOf } from "../update-rule.ts";
import { dealJobs } from "./deal-jobs.ts";
import { type Group, groupsOf, type Plane, planeOf } from "./groups.ts";
import type { LocalProblem } from "./local-problem.ts";
import { phaseAnswer } from "./phase-answer.ts";
import { type PhaseJob, phaseJob } from "./phase-job.ts";

/** Operations that the second moments of all cells without Φ may take. */
const momentOperations = 4e11;
/** A step by Hessian products counts as so many in the factor's coordinates. */
const productShare = 25;

/**
 * μ, λ and the mean square over two numbers of the experiment file: every cell with few steps, then, with four times as
 * many, those whose sign is open or differs from a neighbour's. Cells that share problem, batch law and rule make one
 * job; what is done stands in the host's journal, so that an interrupted diagram goes on where it stopped.
 */
export function phase(experiment: Experiment): Answer {
  const options = experiment.spec.phase;
  if (!options) throw new InputError("phase: expected { x, y } in the file, found nothing");
  const plane = planeOf(options);
  const locals = new Map<string, LocalProblem>();
  try {
    return diagram(experiment, options, plane, groupsOf(experiment, plane, locals));
  } finally {
    for (const local of locals.values()) local.dispose();
  }
}

function diagram({ host, tick }: Experiment, options: PhaseSpec, plane: Plane, groups: readonly Group[]): Answer {
  const { columns, rows } = plane;
  const known = new Array<PhaseCell | null>(columns * rows).fill(null);
  for (const entry of host.journal?.entries ?? []) keep(known, entry as JournalEntry);
  fillFullBatch(groups, known, options);
  const momentBudget = momentOperations / (columns * rows);
  for (let round = 1; ; round++) {
    const tasks = phaseTasks({ columns, rows }, known, options.steps);
    if (tasks.length === 0) break;
    const note = round === 1 ? "phase diagram" : "phase diagram, cells along the boundary";
    const own = { groups, tasks, round, ...options, momentBudget };
    const jobs = [...jobsOf(own)];
    let finished = 0;
    const progress = (done: number) => tick(note, (finished + done) / tasks.length);
    for (const entry of productCells(own, progress)) {
      finished += entry.cells.length;
      keep(known, entry);
      host.journal?.append(entry);
    }
    let next = 0;
    for (const found of doJobs(
      host,
      jobs.map(({ job }) => job),
      progress,
    )) {
      const entry: JournalEntry = { cells: jobs[next++]!.cells, found };
      keep(known, entry);
      host.journal?.append(entry);
    }
  }
  return phaseAnswer(plane, groups, known as PhaseCell[], options);
}

/** The cells of each job, in order: by all threads where there are some, else one after the other. */
function* doJobs(host: Host, jobs: readonly PhaseJob[], progress: (done: number) => void): Generator<PhaseCell[]> {
  if (host.crew) {
    yield* dealJobs(host.crew, jobs, progress);
    return;
  }
  let done = 0;
  for (const job of jobs) {
    yield phaseJob(job, host.factorKernel, (own) => progress(done + own));
    done += job.cells.length;
  }
}

/** Where nothing is known of the batches' Hessians, only μ can be asked for; that is done at once. */
function fillFullBatch(groups: readonly Group[], known: (PhaseCell | null)[], { steps, quantities }: PhaseSpec): void {
  for (const { spec, local, cells } of groups) {
    if (local.eigenvalues === null || local.hessians !== null) continue;
    const rule = { ...linearRuleOf(spec, "phase"), weightDecay: 0 }; // the eigenvalues hold the decay
    for (const [cell, stepSize] of cells) {
      const value = quantities.includes("mu") ? mu(local.eigenvalues, rule, stepSize).value : null;
      const finite = value !== null && Number.isFinite(value) ? value : null;
      const none = { lambda: null, lambdaLo: null, lambdaHi: null, meanSquare: null, sign: 0, by: null } as const;
      known[cell] = { mu: finite, ...none, budget: steps };
    }
  }
}

interface JournalEntry {
  readonly cells: readonly number[];
  readonly found: readonly PhaseCell[];
}

/** A cell that was looked at again keeps what the first look found beside λ. */
function keep(known: (PhaseCell | null)[], { cells, found }: JournalEntry): void {
  cells.forEach((cell, i) => {
    const before = known[cell];
    known[cell] = before ? { ...found[i]!, mu: before.mu, meanSquare: before.meanSquare } : found[i]!;
  });
}

/** What is left to do in one round. */
interface Round extends Pick<PhaseSpec, "quantities"> {
  readonly groups: readonly Group[];
  readonly tasks: ReturnType<typeof phaseTasks>;
  readonly round: number;
  /** Operations that the second moment of one cell may take, where there is no Φ. */
  readonly momentBudget: number;
}

/** The cells of each group that are asked for, with their step sizes and budgets. */
function* cellsOf({ groups, tasks }: Round) {
  const budgets = new Map(tasks.map(({ cell, budget }) => [cell, budget]));
  for (const group of groups) {
    const own = [...group.cells.keys()].filter((cell) => budgets.has(cell));
    if (own.length === 0) continue;
    const cells = own.map((cell) => ({ stepSize: group.cells.get(cell)!, budget: budgets.get(cell)! }));
    yield { ...group, own, cells };
  }
}

function* jobsOf(round: Round): Generator<{ readonly cells: readonly number[]; readonly job: PhaseJob }> {
  for (const { spec, local, own, cells } of cellsOf(round)) {
    const curvature = curvatureOf(local, round.momentBudget);
    if (curvature === null) continue;
    const rule = linearRuleOf(spec, "phase");
    const job: PhaseJob = {
      ...{ curvature, seed: spec.seed, cells },
      rule: curvature.kind === "factor" ? rule : { ...rule, weightDecay: 0 }, // the Hessians hold the decay
      law: lawOptions(spec, local.problem, local.labels, local.traces),
      quantities: round.round === 1 ? round.quantities : ["lambda"],
    };
    yield { cells: own, job };
  }
}

/** The curvature as plain data; null where it is known by products alone. */
function curvatureOf(
  { curvature, hessians, eigenvalues }: LocalProblem,
  momentBudget: number,
): PhaseJob["curvature"] | null {
  if (curvature !== null) {
    const { factor, rows: outputs } = curvature;
    return { kind: "factor", numbers: factor.data, rank: factor.cols, outputs };
  }
  if (hessians === null || !("all" in hessians)) return null;
  const { kind, all: numbers, dimension } = hessians;
  return { kind, numbers, dimension, eigenvalues: eigenvalues!, momentBudget };
}

/** Cells of large problems without Φ: every step is a Hessian product of a batch, so there are fewer of them. */
function* productCells(round: Round, progress: (done: number) => void): Generator<JournalEntry> {
  let done = 0;
  for (const { spec, local, own, cells } of cellsOf(round)) {
    const { hessians, eigenvalues, minimum } = local;
    if (hessians === null || !("objective" in hessians)) continue;
    const law = lawFrom(lawOptions(spec, local.problem, local.labels, local.traces), spec.seed);
    const products = batchProducts(hessians.objective, minimum.theta, spec.optimizer.weightDecay, hessians.spectrum);
    const prepared = prepareLinearized({ law, rng: createRng(spec.seed, "linearized"), ...products });
    const shared = {
      rule: { ...linearRuleOf(spec, "phase"), weightDecay: 0 },
      quantities: round.round === 1 ? round.quantities : (["lambda"] as const),
      ...{ eigenvalues: eigenvalues!, momentBudget: 0 },
    };
    for (const [i, { stepSize, budget }] of cells.entries()) {
      progress(done++);
      const found = walkCell(prepared, { ...shared, stepSize, budget: Math.ceil(budget / productShare) });
      yield { cells: [own[i]!], found: [{ ...found, budget }] };
    }
  }
}
