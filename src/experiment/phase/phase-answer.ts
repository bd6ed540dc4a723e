import { tableOf } from "../../record/index.ts";
import type { PhaseSpec } from "../../spec/index.ts";
import type { PhaseCell } from "../../stability/index.ts";
import type { Answer } from "../answer.ts";
import { lawFrom, lawOptions } from "../batch-law.ts";
import type { Group, Plane } from "./groups.ts";

/** The table of a finished diagram, and what is to be said of its cells. */
export function phaseAnswer(
  { x, y, columns }: Plane,
  groups: readonly Group[],
  cells: readonly PhaseCell[],
  { quantities: asked }: PhaseSpec,
): Answer {
  const doubts = wordsOf(groups, ({ local }) => local.doubts);
  const notes = wordsOf(groups, (group) => [...group.local.notes, ...momentNote(group, cells, asked)]);
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
        sign: cells.map((cell, i) => (doubts.has(i) ? 0 : cell.sign)),
        by: cells.map((cell, i) => (doubts.has(i) ? null : cell.by)),
        note: cells.map((_, i) => doubts.get(i) ?? notes.get(i) ?? null),
      }),
    },
    warnings: [
      ...new Set(groups.flatMap(({ local }) => local.minimum.warnings)),
      ...counted(doubts).map(([words, count]) => `no sign of λ is claimed in ${plural(count)}: ${words}`),
      ...counted(notes).map(([words, count]) => `in ${plural(count)} ${words}`),
    ],
  };
}

/** What is to be said of each cell, where something is. */
function wordsOf(groups: readonly Group[], words: (group: Group) => readonly string[]): Map<number, string> {
  return new Map(
    groups.flatMap((group) => {
      const said = words(group).join("; ");
      return said === "" ? [] : [...group.cells.keys()].map((cell) => [cell, said] as const);
    }),
  );
}

/** Why a group has no mean square, where it was asked for. */
function momentNote(
  { spec, local, cells: own }: Group,
  cells: readonly PhaseCell[],
  asked: PhaseSpec["quantities"],
): string[] {
  if (!asked.includes("meanSquare") || [...own.keys()].some((cell) => cells[cell]!.meanSquare !== null)) return [];
  const law = lawFrom(lawOptions(spec, local.problem, local.labels, local.traces), spec.seed);
  if (law.secondMoment === null) return [`no mean square: the steps of the law ${law.name} depend on each other`];
  if (local.curvature !== null) return [];
  if (local.hessians === null) return [];
  return [
    "objective" in local.hessians
      ? "no mean square: too many parameters to keep the samples' Hessians"
      : "no mean square: it would take too long",
  ];
}

function counted(words: ReadonlyMap<number, string>): [string, number][] {
  const counts = new Map<string, number>();
  for (const said of words.values()) counts.set(said, (counts.get(said) ?? 0) + 1);
  return [...counts];
}

function plural(cells: number): string {
  return cells === 1 ? "one cell" : `${cells} cells`;
}
