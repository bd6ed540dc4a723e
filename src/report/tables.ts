import { type BranchResult, type RunRecord, type Table, tableOf } from "../record/index.ts";

/** Every table of a record, and what else is plotted as tables: the data beside the figures. */
export function tablesOf(record: RunRecord): readonly Table[] {
  const panels = record.results.reproduction?.panels ?? [];
  const own = [...Object.values(record.results), ...panels.map(({ table }) => table)].filter(isTable);
  const made = [spectrumTable, orbitTable, branchTable, specialPointTable, curveTable].map((make) => make(record));
  return [...own, ...made.filter((table) => table !== null)];
}

function spectrumTable({ results: { spectrum } }: RunRecord): Table | null {
  if (spectrum === null) return null;
  return tableOf("data/spectrum.csv", { eigenvalue: spectrum.eigenvalues, residual: spectrum.residuals });
}

/** One row a multiplier. */
function orbitTable({ results: { orbits } }: RunRecord): Table | null {
  if (orbits === null || orbits.length === 0) return null;
  const rows = orbits.flatMap(({ period, stability, residual, multipliers }, orbit) =>
    multipliers.map(([re, im]) => ({ orbit: orbit + 1, period, re, im, stability, residual })),
  );
  return rows.length === 0 ? null : fromRows("data/multipliers.csv", rows);
}

function branchTable({ results: { branches } }: RunRecord): Table | null {
  const rows = (branches ?? []).flatMap(({ period, points }, branch) =>
    points.map(({ stepSize, parameter, norm, multipliers }) => {
      const [re, im] = multipliers[0] ?? [null, null];
      return { branch: branch + 1, period, parameter: parameter ?? stepSize, norm, re, im };
    }),
  );
  return rows.length === 0 ? null : fromRows("data/branches.csv", rows);
}

function specialPointTable({ results: { branches } }: RunRecord): Table | null {
  const rows = (branches ?? []).flatMap((branch: BranchResult, i) =>
    branch.specialPoints.map(({ type, stepSize, parameter, norm, angle, normalForm }) => ({
      ...{ branch: i + 1, period: branch.period, type, parameter: parameter ?? stepSize, norm, angle },
      ...{ coefficient: normalForm?.coefficient ?? null, criticality: normalForm?.criticality ?? null },
    })),
  );
  return rows.length === 0 ? null : fromRows("data/special-points.csv", rows);
}

function curveTable({ results: { bifurcationCurves } }: RunRecord): Table | null {
  const rows = (bifurcationCurves ?? []).flatMap(({ type, period, points }, curve) =>
    points.map((point) => ({ curve: curve + 1, type, period, ...point })),
  );
  return rows.length === 0 ? null : fromRows("data/bifurcation-curves.csv", rows);
}

function fromRows(file: string, rows: readonly Readonly<Record<string, number | string | null>>[]): Table {
  const names = Object.keys(rows[0]!);
  return tableOf(file, Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name] ?? null)])));
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && "columns" in value && "rows" in value;
}
