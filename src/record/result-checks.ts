import type { Check, Complaint, Fields } from "./checks.ts";
import { count, interval, listOf, number, objectWith, oneOf, optional, orNull, text } from "./checks.ts";
import { bifurcationCurve, boxSearch, branch, exponent, fate, measure, orbit } from "./dynamics-checks.ts";
import { certificate, hypothesis, nonsingularity, regionPiece } from "./nonsingularity-checks.ts";
import type {
  PanelAxis,
  PanelNote,
  PanelSeries,
  ReproducedValue,
  ReproductionPanel,
  ReproductionResult,
} from "./reproduction-results.ts";
import type { Results } from "./run-record.ts";
import {
  averaging,
  batchSizes,
  curvature,
  lambda,
  laws,
  linearized,
  lr,
  meanSquare,
  minimum,
  mu,
  schedule,
  spectrum,
  stableStepSizes,
} from "./stability-checks.ts";
import type { Table } from "./table.ts";

const tableFields = objectWith({
  file: text,
  rows: count,
  columns: listOf(text),
  values: orNull(listOf(listOf(() => null))),
} satisfies Fields<Table>);

const table: Check = (value, path) => tableFields(value, path) ?? rowsFit(value as Table, path);

const panelAxis = objectWith({ name: text, range: orNull(interval) } satisfies Fields<PanelAxis>);

const reproduction = objectWith({
  figure: oneOf("fig1", "fig3", "fig4"),
  source: text,
  claim: text,
  finding: text,
  outcome: oneOf("confirmed", "corrected"),
  values: listOf(
    objectWith({
      name: text,
      published: orNull(number),
      exact: optional(number),
      found: number,
    } satisfies Fields<ReproducedValue>),
  ),
  panels: listOf(
    objectWith({
      name: text,
      title: text,
      caption: text,
      x: panelAxis,
      y: panelAxis,
      table,
      series: listOf(
        objectWith({
          name: text,
          x: text,
          y: text,
          kind: oneOf("line", "dots"),
          tone: oneOf("main", "other", "stable", "unstable"),
        } satisfies Fields<PanelSeries>),
      ),
      sets: listOf(objectWith({ name: text, intervals: listOf(interval) })),
      notes: listOf(objectWith({ x: number, y: number, text } satisfies Fields<PanelNote>)),
    } satisfies Fields<ReproductionPanel>),
  ),
} satisfies Fields<ReproductionResult>);

/** One check for each group of `results`. */
export const resultChecks = {
  minimum: orNull(minimum),
  curvature: orNull(curvature),
  spectrum: orNull(spectrum),
  mu: orNull(mu),
  lambda: orNull(lambda),
  meanSquare: orNull(meanSquare),
  stableStepSizes: orNull(stableStepSizes),
  hypotheses: orNull(listOf(hypothesis)),
  linearized: orNull(linearized),
  schedule: orNull(schedule),
  averaging: orNull(averaging),
  nonsingularity: orNull(nonsingularity),
  certificates: orNull(listOf(certificate)),
  lr: orNull(listOf(lr)),
  batchSizes: orNull(batchSizes),
  laws: orNull(laws),
  orbits: orNull(listOf(orbit)),
  orbitBox: orNull(boxSearch),
  branches: orNull(listOf(branch)),
  bifurcationCurves: orNull(listOf(bifurcationCurve)),
  exponents: orNull(listOf(exponent)),
  fate: orNull(fate),
  measures: orNull(listOf(measure)),
  curves: orNull(table),
  trajectory: orNull(table),
  phase: orNull(table),
  bifurcation: orNull(table),
  basins: orNull(table),
  regions: orNull(table),
  regionEdges: orNull(table),
  regionPieces: orNull(listOf(regionPiece)),
  history: orNull(table),
  sharpnessOrders: orNull(table),
  sweep: orNull(table),
  reproduction: orNull(reproduction),
} satisfies Fields<Results>;

function rowsFit({ rows, columns, values }: Table, path: string): Complaint | null {
  if (values === null) return null;
  if (values.length !== rows) return { path: `${path}.values`, expected: `${rows} rows`, found: values.length };
  const i = values.findIndex((row) => row.length !== columns.length || !row.every(isCell));
  return i < 0 ? null : { path: `${path}.values[${i}]`, expected: `${columns.length} cells`, found: values[i] };
}

function isCell(value: unknown): boolean {
  return value === null || typeof value === "number" || typeof value === "string";
}
