import {
  type BoxSearchResult,
  type BranchResult,
  columnOf,
  type FateResult,
  type OrbitResult,
  type ProvedStretchResult,
  type RunRecord,
  type SpecialPoint,
  type Table,
} from "../../record/index.ts";
import { chosen, exact, inWords, measured, nbsp, percent, rough, whole, within } from "../numerals.ts";
import { at, axisName } from "./axis-name.ts";
import { measuredSharpness, sharpnessName } from "./measured-sharpness.ts";
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
      return `After ${whole(step)} steps it has neither converged nor settled on a cycle.`;
  }
}

function trainAnswer(record: RunRecord): string {
  const { fate, trajectory } = record.results;
  const first = fate === null ? "" : fateSentence(fate).replace(/^It/, upperFirst(ruleName(record)));
  if (trajectory === null) return first;
  const average = averageSentence(trajectory);
  const sharpness = lastFinite(trajectory, measuredSharpness(trajectory));
  const threshold = lastFinite(trajectory, "threshold");
  if (sharpness === undefined || threshold === undefined) return `${first}${average}`;
  const side = sharpness < threshold ? "below" : "above";
  const name = sharpnessName(trajectory);
  return `${first} The ${name} ended at ${exact(sharpness, threshold)}, ${side} the threshold ${exact(threshold, sharpness)}.${average}`.trim();
}

/** Where an average of the iterates ended, beside the last of them. */
function averageSentence(trajectory: Table): string {
  const average = lastFinite(trajectory, "averageLoss");
  const loss = lastFinite(trajectory, "loss");
  if (average === undefined || loss === undefined) return "";
  return ` The average of the iterates ended at loss ${rough(average)}, the last iterate at ${rough(loss)}.`;
}

function orbitAnswer({ results }: RunRecord): string {
  const orbits = results.orbits ?? [];
  const { orbitBox } = results;
  if (orbits.length === 0) {
    if (orbitBox?.complete) return `The box provably holds no orbit of period ${orbitBox.period}.`;
    return "No periodic orbit was found.";
  }
  const periods = [...new Set(orbits.map(({ period }) => period))].sort((a, b) => a - b);
  const of = periods.length === 1 ? ` of period ${periods[0]}` : "";
  const proved = orbits.filter(({ proof }) => proof !== null).length;
  const proofs = proved === 0 ? "" : proved === orbits.length ? ", proved" : `, ${inWords(proved)} of them proved`;
  return `${upperFirst(inWords(orbits.length))} periodic ${orbits.length === 1 ? "orbit" : "orbits"}${of}: ${stabilityCounts(orbits)}${proofs}.${boxWords(orbitBox)}`;
}

function boxWords(search: BoxSearchResult | null): string {
  if (search === null) return "";
  if (search.complete) return " The box provably holds no other.";
  return " Whether the box holds others is undecided.";
}

function stabilityCounts(orbits: readonly OrbitResult[]): string {
  const kinds = ["stable", "unstable", "marginal"] as const;
  return kinds
    .map((kind) => ({ kind, count: orbits.filter(({ stability }) => stability === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => (count === orbits.length && count === 1 ? kind : `${inWords(count)} ${kind}`))
    .join(", ");
}

function branchAnswer({ results, spec, conventions }: RunRecord): string {
  const branch = results.branches?.[0];
  if (branch === undefined || branch.points.length === 0) return "No branch could be followed.";
  const values = branch.points.map(({ parameter, stepSize }) => parameter ?? stepSize);
  const path = at(spec, "continue.parameter");
  const start = at(spec, String(path));
  const from = typeof start === "number" ? start : conventions.stepSize;
  const range = `${exact(Math.min(...values))} to ${exact(Math.max(...values))}`;
  const gap = ({ parameter, stepSize }: SpecialPoint) => Math.abs((parameter ?? stepSize) - from);
  const first = branch.specialPoints.toSorted((a, b) => gap(a) - gap(b))[0];
  const what = branch.period === 1 ? "The fixed point" : `The ${branch.period}-cycle`;
  const event =
    first === undefined
      ? ""
      : ` The nearest bifurcation is a ${typeName(first.type)} at ${exact(first.parameter ?? first.stepSize)}.`;
  const name = axisName(path, "the parameter").replace(/ [^ ]$/, "");
  return `${what} was followed over ${name} ${range}.${provedWords(branch)}${event}`;
}

/** " It provably exists over 0.29 to 0.366.", of the longest stretch; the table says more. */
function provedWords({ proved }: BranchResult): string {
  const length = ({ range: [lo, hi] }: ProvedStretchResult) => hi - lo;
  const [longest] = (proved ?? []).toSorted((a, b) => length(b) - length(a));
  return longest === undefined ? "" : ` It provably exists over ${within(...longest.range)}.`;
}

/** "border collision", "Neimark–Sacker point". */
export function typeName(type: string): string {
  return type === "neimark-sacker" ? "Neimark–Sacker point" : type.replace("-", " ");
}

function lyapunovAnswer({ results }: RunRecord): string {
  const top = results.exponents?.[0];
  if (top === undefined) return "No exponent was computed.";
  if (results.fate?.kind === "diverged") {
    const known = top.value === null ? "too early for an exponent" : "and the exponents are of the steps before";
    return `The trajectory diverged at step ${whole(results.fate.step)}, ${known}.`;
  }
  if (top.superstable) return "The motion is superstable: its largest exponent is −∞.";
  const [lo, hi] = top.confidence95 ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const value = top.value === null ? "unknown" : measured(top.value, Number.isFinite(hi - lo) ? (hi - lo) / 2 : 0);
  if (results.fate?.kind === "dead")
    return `The network died at step ${whole(results.fate.step)}: nothing moves any more, and every exponent is 0.`;
  if (lo > 0) return `The motion is chaotic: its largest exponent is ${value} per step.`;
  if (hi < 0) return `The motion is stable: its largest exponent is ${value} per step.${meetingSentence(results)}`;
  return `We cannot tell whether the motion is chaotic: its largest exponent, ${value}, is not told from 0.`;
}

/** Starts that met under the same batches to nine digits. */
function meetingSentence({ measures }: RunRecord["results"]): string {
  const spread = measures?.find(({ name }) => name.startsWith("spread of "))?.value;
  if (spread === undefined || spread === null) return "";
  return spread <= 1e-9
    ? " All starts tried with the same batches meet: the random attractor is a point, as far as was tried."
    : " Yet starts with the same batches have not met.";
}

function phaseAnswer(record: RunRecord): string {
  const { phase } = record.results;
  if (phase === null) return "No phase diagram was computed.";
  const hi = columnOf(phase, "lambdaHi");
  const lo = columnOf(phase, "lambdaLo");
  const sign = columnOf(phase, "sign") ?? lo?.map((value, i) => (value > 0 ? 1 : hi![i]! < 0 ? -1 : 0));
  const mu = columnOf(phase, "mu");
  if (!columnOf(phase, "lambda")?.some(Number.isFinite) && !sign?.includes(-1)) {
    if (!mu?.some(Number.isFinite)) return "Nothing moves in any cell, or it is not known what does.";
    const kept = mu?.filter((value) => value < 0).length ?? 0;
    return `${upperFirst(ruleName(record))} keeps this minimum in ${percent(kept / phase.rows)} of ${whole(phase.rows)} cells.`;
  }
  const stable = sign?.filter((value) => value < 0).length ?? 0;
  const open = sign?.filter((value) => value === 0).length ?? 0;
  const undecided = open === 0 ? "" : ` ${plural(open, "cell")} ${open === 1 ? "is" : "are"} undetermined.`;
  const isWalk = record.results.minimum?.interpolating === false;
  const who = isWalk ? "Linearised, SGD settles around this point" : "SGD keeps this minimum";
  return `${who} in ${percent(stable / phase.rows)} of ${whole(phase.rows)} cells.${undecided}`;
}

/** Where the iterates lie at either end of the diagram, as far as the eye can tell them apart. */
function bifurcationAnswer({ results, spec }: RunRecord): string {
  const { bifurcation } = results;
  if (bifurcation === null || bifurcation.rows === 0) return "No orbit diagram was computed.";
  const [parameter, value] = [columnOf(bifurcation, "parameter")!, columnOf(bifurcation, "value")!];
  const [first, last] = [parameter.reduce((a, b) => Math.min(a, b)), parameter.reduce((a, b) => Math.max(a, b))];
  const name = axisName(at(spec, "bifurcation.parameter"), "parameter").replace(/ [^ ]$/, "");
  const where = [first, last].map((end) => placesAt(value, (i) => parameter[i] === end));
  return `At ${name} ${chosen(first)} the late iterates ${where[0]}; at ${chosen(last)} they ${where[1]}.`;
}

/** Values nearer to each other than a 500th of the whole range look like one. */
function placesAt(value: Float64Array, isHere: (i: number) => boolean): string {
  const all = value.filter(Number.isFinite).sort();
  const here = value.filter((v, i) => isHere(i) && Number.isFinite(v)).sort();
  if (here.length === 0) return "have diverged";
  const apart = (all.at(-1)! - all[0]!) / 500;
  const count = here.filter((v, i) => i === 0 || v - here[i - 1]! > apart).length;
  return count > 16 ? "spread over a cloud" : `lie on ${count === 1 ? "one value" : `${inWords(count)} values`}`;
}

/** "78 % of 14 400 starting points die, 22 % settle on a cycle." */
function classAnswer({ results, kind }: RunRecord): string {
  const table = kind === "basins" ? results.basins : results.regions;
  if (table === null || table.rows === 0) return `No ${kind} were computed.`;
  const column = table.columns.indexOf("class");
  const counts = new Map<string, number>();
  for (const row of table.values ?? []) counts.set(String(row[column]), (counts.get(String(row[column])) ?? 0) + 1);
  const ranked = [...counts].sort(([, n], [, m]) => m - n);
  if (kind === "regions") return regionsAnswer(results, ranked.length);
  const share = (count: number) => `${Math.round((100 * count) / table.rows)}${nbsp}%`;
  const fates = new Map<string, number>();
  for (const [name, count] of ranked) {
    const fate = name.replace(/^(period \d+) \d+$/, "$1"); // several cycles of one period count together here
    fates.set(fate, (fates.get(fate) ?? 0) + count);
  }
  const worthSaying = [...fates].filter(([, count], i) => i === 0 || count >= leastShare * table.rows).slice(0, 4);
  const parts = worthSaying.map(([name, count], i) => {
    return `${share(count)}${i === 0 ? ` of ${whole(table.rows)} starting points` : ""} ${fateVerb(name)}`;
  });
  return `${parts.join(", ")}.`;
}

/** "Nine analytic pieces meet this plane; on one of them, 25 % of it, one step is singular." */
function regionsAnswer({ regionPieces }: RunRecord["results"], count: number): string {
  const pieces = `${upperFirst(inWords(count))} analytic ${count === 1 ? "piece meets" : "pieces meet"} this plane`;
  const share = (list: readonly { readonly share: number }[]) => {
    return `${Math.round(100 * list.reduce((sum, piece) => sum + piece.share, 0))}${nbsp}%`;
  };
  const singular = (regionPieces ?? []).filter(({ status }) => status === "singular");
  const open = (regionPieces ?? []).filter(({ status }) => status === "open");
  const where =
    singular.length === 0
      ? "on none of them is one step singular"
      : `on ${inWords(singular.length)} of them, ${share(singular)} of it, one step is singular`;
  const undecided = open.length === 0 ? "" : ` On ${inWords(open.length)}, ${share(open)}, that is undecided.`;
  if (singular.length === 0 && open.length > 0)
    return `${pieces}; none is known to make one step singular.${undecided}`;
  return `${pieces}; ${where} at this step size, proved.${undecided}`;
}

/** Of all starts: fewer than these go unsaid in the sentence. */
const leastShare = 0.005;

const fateVerbs: Readonly<Record<string, string>> = {
  converged: "converge",
  periodic: "settle on a cycle",
  dead: "die",
  diverged: "diverge",
  wandering: "wander on",
  stalled: "stall",
};

function fateVerb(name: string): string {
  const period = /^period (\d+)$/.exec(name)?.[1];
  return period ? `settle on a cycle of period ${period}` : (fateVerbs[name] ?? `reach attractor ${name}`);
}

function lastFinite(table: Table | null, column: string): number | undefined {
  const values = table === null ? undefined : columnOf(table, column);
  return values?.findLast((value) => Number.isFinite(value));
}

function plural(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}
