import { tableOf } from "../../record/index.ts";
import type { PhaseSpec, RunSpec } from "../../spec/index.ts";
import { mu, type PhaseCell, phaseTasks } from "../../stability/index.ts";
import type { Answer, Experiment } from "../answer.ts";
import { lawFrom, lawOptions } from "../batch-law.ts";
import { constantStepSize } from "../constant-step-size.ts";
import { type Host, InputError } from "../host.ts";
import { linearRuleOf } from "../update-rule.ts";
import { axisValues, withNumbers } from "./axis-values.ts";
import { dealJobs } from "./deal-jobs.ts";
import { type LocalProblem, localProblem } from "./local-problem.ts";
import { type PhaseJob, phaseJob } from "./phase-job.ts";

/** More cells than anyone looks at. */
const mostCells = 1e6;

/**
 * μ, λ and the mean square over two numbers of the experiment file: every cell with few steps, then, with four times as
 * many, those whose sign is open or differs from a neighbour's. Cells that share problem, batch law and rule make one
 * job; what is done stands in the host's journal, so that an interrupted diagram goes on where it stopped.
 */
export function phase(experiment: Experiment): Answer {
  const { spec, host, tick } = experiment;
  const options = spec.phase;
  if (!options) throw new InputError("phase: expected { x, y } in the file, found nothing");
  const plane = planeOf(options);
  const groups = groupsOf(experiment, plane);
  const { columns, rows } = plane;
  const known = new Array<PhaseCell | null>(columns * rows).fill(null);
  for (const entry of host.journal?.entries ?? []) keep(known, entry as JournalEntry);
  fillFullBatch(groups, known, options);
  for (let round = 1; ; round++) {
    const tasks = phaseTasks({ columns, rows }, known, options.steps);
    if (tasks.length === 0) break;
    const note = round === 1 ? "phase diagram" : "phase diagram, cells along the boundary";
    const jobs = [...jobsOf(groups, tasks, options, round)];
    const progress = (done: number) => tick(note, done / tasks.length);
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
  return answer(plane, groups, known as PhaseCell[]);
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

interface Plane {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly columns: number;
  readonly rows: number;
  readonly paths: readonly [string, string];
}

function planeOf({ x, y }: PhaseSpec): Plane {
  if (x.path === y.path) throw new InputError(`phase.y.path: expected another path than that of x, found ${y.path}`);
  const [across, up] = [axisValues(x, "phase.x"), axisValues(y, "phase.y")];
  if (across.length * up.length > mostCells) {
    throw new InputError(`phase: expected at most ${mostCells} cells, found ${across.length} × ${up.length}`);
  }
  return { x: across, y: up, columns: across.length, rows: up.length, paths: [x.path, y.path] };
}

/** Cells that differ in nothing but the step size. */
interface Group {
  readonly spec: RunSpec;
  readonly local: LocalProblem;
  /** Cell number and step size. */
  readonly cells: Map<number, number>;
}

const stepSizePath = "optimizer.stepSize";

function groupsOf(experiment: Experiment, { x, y, columns, paths }: Plane): Group[] {
  const { spec, tick } = experiment;
  const base = localProblem(experiment, spec, null);
  const locals = new Map<string, LocalProblem>([["", base]]);
  const groups = new Map<string, Group>();
  y.forEach((row, j) => {
    x.forEach((column, i) => {
      const numbers = new Map([
        [paths[0], column],
        [paths[1], row],
      ]);
      const own = numbers.get(stepSizePath);
      numbers.delete(stepSizePath);
      const key = [...numbers].join();
      let group = groups.get(key);
      if (group === undefined) {
        tick("problems of the diagram", (j * columns + i) / (columns * y.length));
        const changed = withNumbers(spec, numbers);
        const problemKey = [...numbers].filter(([path]) => changesProblem(path)).join();
        const local = locals.get(problemKey) ?? localProblem(experiment, changed, base);
        locals.set(problemKey, local);
        lawFrom(lawOptions(changed, local.problem, local.labels, local.samples?.traces ?? null), spec.seed); // said at once
        group = { spec: changed, local, cells: new Map() };
        groups.set(key, group);
      }
      group.cells.set(j * columns + i, own ?? constantStepSize(group.spec, "phase"));
    });
  });
  if (paths.includes(stepSizePath))
    for (const eta of [paths[0] === stepSizePath ? x : y].flat()) checkStepSize(spec, eta);
  return [...groups.values()];
}

/** Everything but the rule and the batches; weight decay moves the minimum. */
function changesProblem(path: string): boolean {
  return !/^(optimizer\.(momentum|dampening)|batch\.)/.test(path);
}

function checkStepSize(spec: RunSpec, stepSize: number): void {
  if (!(stepSize > 0)) withNumbers(spec, new Map([[stepSizePath, stepSize]]));
}

/** Where not every sample is fitted only μ can be asked for; that is done at once. */
function fillFullBatch(groups: readonly Group[], known: (PhaseCell | null)[], { steps, quantities }: PhaseSpec): void {
  for (const { spec, local, cells } of groups) {
    if (local.eigenvalues === null) continue;
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

function* jobsOf(
  groups: readonly Group[],
  tasks: ReturnType<typeof phaseTasks>,
  { quantities }: PhaseSpec,
  round: number,
): Generator<{ readonly cells: readonly number[]; readonly job: PhaseJob }> {
  const budgets = new Map(tasks.map(({ cell, budget }) => [cell, budget]));
  for (const { spec, local, cells } of groups) {
    if (local.samples === null) continue;
    const own = [...cells.keys()].filter((cell) => budgets.has(cell));
    if (own.length === 0) continue;
    const { factor, rows: outputs } = local.samples.curvature;
    const job: PhaseJob = {
      ...{ factor: factor.data, rank: factor.cols, outputs, seed: spec.seed, rule: linearRuleOf(spec, "phase") },
      law: lawOptions(spec, local.problem, local.labels, local.samples.traces),
      quantities: round === 1 ? quantities : ["lambda"],
      cells: own.map((cell) => ({ stepSize: cells.get(cell)!, budget: budgets.get(cell)! })),
    };
    yield { cells: own, job };
  }
}

function answer({ x, y, columns }: Plane, groups: readonly Group[], cells: readonly PhaseCell[]): Answer {
  const doubted = new Set(
    groups.filter(({ local }) => local.doubts.length > 0).flatMap(({ cells }) => [...cells.keys()]),
  );
  const doubts = [...new Set(groups.flatMap(({ local }) => local.doubts))];
  const of = (value: (cell: PhaseCell) => number | null) => cells.map(value);
  return {
    results: {
      minimum: groups[0]?.local.minimum.result ?? null,
      phase: tableOf("data/phase.csv", {
        x: cells.map((_, i) => x[i % columns]!),
        y: cells.map((_, i) => y[Math.floor(i / columns)]!),
        mu: of((cell) => cell.mu),
        lambda: of((cell) => cell.lambda),
        lambdaLo: of((cell) => cell.lambdaLo),
        lambdaHi: of((cell) => cell.lambdaHi),
        meanSquare: of((cell) => cell.meanSquare),
        sign: cells.map((cell, i) => (doubted.has(i) ? 0 : cell.sign)),
        by: cells.map((cell, i) => (doubted.has(i) ? null : cell.by)),
      }),
    },
    warnings: [
      ...new Set(groups.flatMap(({ local }) => local.minimum.warnings)),
      ...doubts.map((doubt) => `no sign of λ is claimed in ${doubted.size} cells: ${doubt}`),
    ],
  };
}
