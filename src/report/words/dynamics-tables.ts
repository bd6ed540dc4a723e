import type { Cell, Complex, Interval, OrbitEnclosure, RunRecord } from "../../record/index.ts";
import { asWritten, atLeast, exact, measured, rough, span, whole, within } from "../numerals.ts";
import { distinctPlaces, placeOf } from "./distinct-places.ts";
import { typeName } from "./dynamics-answer.ts";
import { lawsTable } from "./laws-table.ts";
import { reproductionTable } from "./reproduction.ts";
import { upperFirst } from "./subject.ts";

/** A small table of results in words, for page and terminal alike. */
export interface WordTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Orbits, special points of branches, Lyapunov exponents, measures, numbers of a published figure: whichever the record holds. */
export function dynamicsTables(record: RunRecord): readonly WordTable[] {
  const makers = [
    ...[
      orbitTable,
      specialPointTable,
      provedBranchTable,
      endTable,
      exponentTable,
      measureTable,
      sweepTable,
      reproductionTable,
      lawsTable,
      regionTable,
    ],
  ];
  return makers.map((make) => make(record)).filter((table) => table !== null);
}

/** The largest pieces of a plane, and what one step does on them. */
function regionTable({ results: { regionPieces } }: RunRecord): WordTable | null {
  if (regionPieces === null) return null;
  const rows = regionPieces.slice(0, 12).map(({ name, share, status, reason }) => {
    return [name.split(",")[0]!, `${(100 * share).toFixed(1)} %`, status === "open" ? "undecided" : status, reason];
  });
  return { title: "Pieces", head: ["piece", "of the plane", "one step is", "because"], rows };
}

function orbitTable({ results }: RunRecord): WordTable | null {
  if (results.orbits === null || results.orbits.length === 0) return null;
  const rows = results.orbits.map(({ period, stability, multipliers, residual, enclosure }) => {
    const proof = enclosure === null ? "not proved" : proofWords(enclosure);
    return [String(period), stability, multipliers.slice(0, 2).map(complex).join(", "), rough(residual), proof];
  });
  return { title: "Orbits", head: ["period", "stability", "largest multipliers", "residual", "proof"], rows };
}

/** "unique within 0.0042", and nothing more where the proof covers the stability beside it. */
function proofWords({ boxes, stability }: OrbitEnclosure): string {
  const radius = Math.min(...boxes.flat().map(([lo, hi]) => (hi - lo) / 2));
  return `unique within ${atLeast(radius)}${stability === "undecided" ? ", stability not proved" : ""}`;
}

function specialPointTable({ results }: RunRecord): WordTable | null {
  const places = distinctPlaces(results.branches ?? []);
  if (places.length === 0) return null;
  const rows = places
    .slice(0, mostPlaces)
    .map(({ period, point: { type, angle, normalForm, ...point } }) => [
      kindOf(type, normalForm?.criticality ?? null) + (angle === null ? "" : `, angle ${exact(angle)}`),
      period === 1 ? "fixed point" : `${period}-cycle`,
      asWritten(Number(placeOf(point).toPrecision(11))),
      normalForm === null ? "" : rounded(normalForm.coefficient, normalForm.error),
    ]);
  const more = places.length > mostPlaces ? `, the first ${mostPlaces} of ${whole(places.length)} places` : "";
  return { title: `Where the orbits change${more}`, head: ["", "of the", "at", "normal form"], rows };
}

const mostPlaces = 40;

/** Over which values a branch is proved to exist, and what is proved of its stability there. */
function provedBranchTable({ results }: RunRecord): WordTable | null {
  const rows = (results.branches ?? []).flatMap(({ period, proved }) =>
    (proved ?? []).map(({ range, stability, segments }) => [
      period === 1 ? "fixed point" : `${period}-cycle`,
      within(...range),
      stability
        .filter(({ kind }) => kind !== "undecided")
        .map(({ range: part, kind }) => `${kind} ${within(...part)}`)
        .join(", "),
      whole(segments),
    ]),
  );
  if (rows.length === 0) return null;
  return { title: "What is proved", head: ["", "exists over", "stability", "segments"], rows };
}

/** "Supercritical flip", "Fold", "Border collision". */
function kindOf(type: string, criticality: string | null): string {
  const isKnown = criticality !== null && criticality !== "undetermined";
  return upperFirst(isKnown ? `${criticality} ${typeName(type)}` : typeName(type));
}

/** A coefficient with as many digits as its error leaves. */
function rounded(value: number, error: number): string {
  return error > 1e-6 * Math.abs(value) ? measured(value, error) : exact(value);
}

/** Why branches end, where that is not the end of the range or another branch. */
function endTable({ results }: RunRecord): WordTable | null {
  const rows = (results.branches ?? []).flatMap(({ period, ends }) =>
    ends
      .filter(({ kind }) => !["range-end", "origin", "closed", "period-halved"].includes(kind))
      .map(({ kind, value, reason }) => [
        period === 1 ? "Fixed point" : `${period}-cycle`,
        exact(value),
        kind.replace("-", " "),
        reason,
      ]),
  );
  return rows.length === 0 ? null : { title: "Where branches end", head: ["", "at", "", ""], rows };
}

function exponentTable({ results }: RunRecord): WordTable | null {
  if (!results.exponents?.some(({ value, superstable }) => superstable || value !== null)) return null;
  const rows = results.exponents.map(({ value, superstable, confidence95 }, i) => {
    const shown = superstable ? "−∞" : value === null ? "unknown" : measured(value, halfWidth(confidence95));
    return [String(i + 1), shown, confidence95 === null ? "" : span(...confidence95)];
  });
  return { title: "Lyapunov exponents", head: ["", "per step", "95\u00a0% interval"], rows };
}

function halfWidth(interval: Interval | null): number {
  return interval === null ? 0 : (interval[1] - interval[0]) / 2;
}

function measureTable({ results }: RunRecord): WordTable | null {
  const known = (results.measures ?? []).filter(({ value }) => value !== null || results.fate?.kind !== "diverged");
  if (known.length === 0) return null;
  const rows = known.map(({ name, value, confidence95 }) => [
    upperFirst(name),
    value === null ? "not known" : measured(value, halfWidth(confidence95)),
    confidence95 === null ? "" : span(...confidence95),
  ]);
  return { title: "Measures", head: ["", "", "95\u00a0% interval"], rows };
}

/** The first runs of a sweep; the rest stands in its CSV. */
function sweepTable({ results }: RunRecord): WordTable | null {
  const { sweep } = results;
  if (sweep === null || sweep.values === null) return null;
  const shown = sweep.values.slice(0, mostRuns);
  const rows = shown.map((row) => row.map((cell, i) => cellText(cell, sweep.columns[i]!)));
  const title = sweep.rows > mostRuns ? `The first ${mostRuns} of ${whole(sweep.rows)} runs` : "Runs";
  return { title, head: sweep.columns, rows };
}

const mostRuns = 40;

function cellText(cell: Cell, column: string): string {
  if (cell === null) return "";
  if (typeof cell === "number") return exact(cell);
  return column === "runId" ? cell.slice(0, 12) : cell;
}

function complex([re, im]: Complex): string {
  return im === 0 ? exact(re) : `${exact(re)} ${im < 0 ? "−" : "+"} ${exact(Math.abs(im))}i`;
}
