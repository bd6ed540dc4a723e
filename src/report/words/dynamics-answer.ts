import { columnOf, type FateResult, type OrbitResult, type RunRecord, type Table } from "../../record/index.ts";
import { exact, percent, whole } from "../numerals.ts";
import { ruleName, upperFirst } from "./subject.ts";

/** The first sentence of the verbs that follow the dynamics. */
export function dynamicsAnswer(record: RunRecord): string {
  switch (record.kind) {
    case "train":
      return trainAnswer(record);
    case "orbits":
      return orbitAnswer(record);
    case "continue":
      return branchAnswer(record);
    case "lyapunov":
      return lyapunovAnswer(record);
    case "phase":
      return phaseAnswer(record);
    case "bifurcation":
      return bifurcationAnswer(record);
    case "sweep":
      return `${plural(record.results.sweep?.rows ?? 0, "run")} collected.`;
    default:
      return classAnswer(record);
  }
}

/** "It converged at step 412." */
export function fateSentence({ kind, step, period }: FateResult): string {
  switch (kind) {
    case "diverged":
      return `It diverged at step ${whole(step)}.`;
    case "dead":
      return `It died at step ${whole(step)}: the gradient is exactly 0 at positive loss.`;
    case "converged":
      return `It converged by step ${whole(step)}.`;
    case "periodic":
      return `It settled on a cycle of period ${period} by step ${whole(step)}.`;
    case "stalled":
      return `The loss stopped moving by step ${whole(step)}, without converging.`;
    case "wandering":
      return `After ${whole(step)} steps it still wanders.`;
  }
}

function trainAnswer(record: RunRecord): string {
  const { fate, trajectory } = record.results;
  const first = fate === null ? "" : fateSentence(fate).replace(/^It/, upperFirst(ruleName(record)));
  const sharpness = lastFinite(trajectory, "sharpness");
  const threshold = lastFinite(trajectory, "threshold");
  if (sharpness === undefined || threshold === undefined) return first;
  const side = sharpness < threshold ? "below" : "above";
  return `${first} The sharpness ended at ${exact(sharpness, threshold)}, ${side} the threshold ${exact(threshold, sharpness)}.`.trim();
}

function orbitAnswer({ results }: RunRecord): string {
  const orbits = results.orbits ?? [];
  if (orbits.length === 0) return "No periodic orbit was found.";
  const periods = [...new Set(orbits.map(({ period }) => period))].sort((a, b) => a - b);
  const of = periods.length === 1 ? ` of period ${periods[0]}` : "";
  const proved = orbits.filter(({ proof }) => proof !== null).length;
  const proofs = proved === 0 ? "" : proved === orbits.length ? ", proved" : `, ${proved} of them proved`;
  return `${plural(orbits.length, "periodic orbit")}${of}: ${stabilityCounts(orbits)}${proofs}.`;
}

function stabilityCounts(orbits: readonly OrbitResult[]): string {
  const kinds = ["stable", "unstable", "marginal"] as const;
  return kinds
    .map((kind) => ({ kind, count: orbits.filter(({ stability }) => stability === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => (count === orbits.length && count === 1 ? kind : `${count} ${kind}`))
    .join(", ");
}

function branchAnswer({ results, conventions }: RunRecord): string {
  const branch = results.branches?.[0];
  if (branch === undefined || branch.points.length === 0) return "No branch could be followed.";
  const values = branch.points.map(({ parameter, stepSize }) => parameter ?? stepSize);
  const name = branch.points[0]!.parameter === null ? "step size" : "the parameter";
  const range = `${exact(Math.min(...values))} to ${exact(Math.max(...values))}`;
  const first = branch.specialPoints
    .filter(({ type }) => type !== "pitchfork")
    .toSorted((a, b) => Math.abs(a.stepSize - conventions.stepSize) - Math.abs(b.stepSize - conventions.stepSize))[0];
  const what = branch.period === 1 ? "The fixed point" : `The ${branch.period}-cycle`;
  const event =
    first === undefined
      ? ""
      : ` The nearest bifurcation is a ${typeName(first.type)} at ${exact(first.parameter ?? first.stepSize)}.`;
  return `${what} was followed over ${name} ${range}.${event}`;
}

/** "border collision", "Neimark–Sacker point". */
export function typeName(type: string): string {
  return type === "neimark-sacker" ? "Neimark–Sacker point" : type.replace("-", " ");
}

function lyapunovAnswer({ results }: RunRecord): string {
  const top = results.exponents?.[0];
  if (top === undefined) return "No exponent was computed.";
  if (top.superstable) return "The motion is superstable: its largest exponent is −∞.";
  const [lo, hi] = top.confidence95 ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const value = top.value === null ? "unknown" : exact(top.value);
  if (lo > 0) return `The motion is chaotic: its largest exponent is ${value} per step.`;
  if (hi < 0) return `The motion is stable: its largest exponent is ${value} per step.`;
  return `We cannot tell whether the motion is chaotic: its largest exponent, ${value}, is not told from 0.`;
}

function phaseAnswer({ results }: RunRecord): string {
  const { phase } = results;
  if (phase === null) return "No phase diagram was computed.";
  const hi = columnOf(phase, "lambdaHi");
  const lo = columnOf(phase, "lambdaLo");
  const stable = hi?.filter((value) => value < 0).length ?? 0;
  const open = lo?.filter((value, i) => value <= 0 && hi![i]! >= 0).length ?? 0;
  const undecided = open === 0 ? "" : ` ${plural(open, "cell")} ${open === 1 ? "is" : "are"} undetermined.`;
  return `SGD keeps this minimum in ${percent(stable / phase.rows)} of ${whole(phase.rows)} cells.${undecided}`;
}

function bifurcationAnswer({ results }: RunRecord): string {
  const { bifurcation } = results;
  if (bifurcation === null) return "No orbit diagram was computed.";
  const parameter = columnOf(bifurcation, "parameter")!;
  const ends = [parameter.reduce((a, b) => Math.min(a, b)), parameter.reduce((a, b) => Math.max(a, b))];
  return `Where the iterates go as the parameter runs from ${exact(ends[0]!)} to ${exact(ends[1]!)}.`;
}

function classAnswer({ results, kind }: RunRecord): string {
  const table = kind === "basins" ? results.basins : results.regions;
  if (table === null) return `No ${kind} were computed.`;
  const column = table.columns.indexOf("class");
  const classes = new Set(table.values?.map((row) => row[column]));
  const noun = kind === "basins" ? "fate" : "region";
  return `${plural(classes.size, noun)} among ${whole(table.rows)} points.`;
}

function lastFinite(table: Table | null, column: string): number | undefined {
  const values = table === null ? undefined : columnOf(table, column);
  return values?.findLast((value) => Number.isFinite(value));
}

function plural(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}
