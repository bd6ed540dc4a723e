import type { BranchPoint, BranchResult, RunRecord, SpecialPoint } from "../../record/index.ts";
import { type Axis, horizontalAxis, linearAxis, roomForLabels, verticalAxis } from "../figure/axis.ts";
import { type Box, canvas, clipped, type Figure, type FigureWidth, figureWidths, pinned } from "../figure/frame.ts";
import { label, type Obstacles } from "../figure/labels.ts";
import { linePath, type Point } from "../figure/marks.ts";
import { type Markup, markup } from "../markup.ts";
import { exact } from "../numerals.ts";
import { answer } from "../words/answer.ts";
import { at, axisName } from "../words/axis-name.ts";
import { distinctPlaces, placeOf } from "../words/distinct-places.ts";
import { typeName } from "../words/dynamics-answer.ts";
import { extentOf, widened } from "./columns.ts";
import { provedBars, provedCaption } from "./proved-bars.ts";

/** Branches of orbits over the parameter: solid where stable, dashed where unstable, special points named. */
export function branchFigure(record: RunRecord): Figure | null {
  const { branches } = record.results;
  if (branches === null || branches.every(({ points }) => points.length < 2)) return null;
  return {
    name: "branches",
    title: `Orbits followed over ${parameterName(record)}`,
    caption: `Solid blue where the orbit is stable, dashed orange where it is not; rings mark where it changes.${provedCaption(branches)}`,
    draw: (width) => draw(record, branches, width),
    readout: null,
    marks: {
      x: branches.flatMap(({ points }) => points.map(abscissa)),
      y: branches.flatMap(({ points }) => points.map(({ norm }) => norm)),
      texts: branches.flatMap(({ points, period }) => points.map((point) => textOf(record, point, period))),
    },
  };
}

function draw(record: RunRecord, branches: readonly BranchResult[], size: FigureWidth): Markup {
  const width = figureWidths[size];
  const narrow = size !== "wide";
  const id = `branches-${size}`;
  const [top, bottom] = [30, narrow ? 280 : 420];
  const points = branches.flatMap((branch) => branch.points);
  const norms = widened(extentOf([points.map(({ norm }) => norm)]), 0.12);
  const y = linearAxis({ domain: norms, range: [bottom, top], count: narrow ? 4 : 6 });
  const plot: Box = { left: roomForLabels(y), top, right: width - (narrow ? 12 : 110), bottom };
  const x = linearAxis({
    domain: widened(extentOf([points.map(abscissa)]), 0.04),
    range: [plot.left, plot.right],
    count: narrow ? 4 : 8,
  });
  const pieces = branches.flatMap((branch) => piecesOf(branch.points, { x, y }));
  const obstacles: Obstacles = {
    curves: pieces.map(({ line }) => line),
    boxes: [],
    bounds: { ...plot, top: 0, right: narrow ? plot.right : width },
  };
  const bars = provedBars(branches, x, { id, top: bottom + 6, narrow });
  return canvas(
    {
      id,
      width,
      height: bars.bottom + (narrow ? 44 : 26),
      title: `Orbits followed over ${parameterName(record)}`,
      description: answer(record),
      plot: { box: plot, x, y },
    },
    verticalAxis(y, { left: plot.left, right: plot.right, title: "norm of the orbit", titleY: 13 }),
    clipped(
      `${id}-plot`,
      plot,
      "xy",
      pieces.map(
        ({ line, isStable }) =>
          markup`<path class="${isStable ? "stable-line" : "unstable-line dashed"}" d="${linePath(line, plot)}"/>`,
      ),
    ),
    bars.shapes,
    horizontalAxis(x, { y: bars.bottom + 2, marksAt: bottom, title: parameterName(record), titleBelow: narrow, width }),
    specialMarks(branches, { x, y }, obstacles),
    distinctEnds(branches).map((branch) => branchLabel(branch, { x, y }, plot, obstacles)),
  );
}

interface Piece {
  readonly line: readonly Point[];
  readonly isStable: boolean;
}

/** The branch cut where its stability changes; each piece begins where the one before ends. */
function piecesOf(points: readonly BranchPoint[], axes: { readonly x: Axis; readonly y: Axis }): readonly Piece[] {
  const pieces: { line: Point[]; isStable: boolean }[] = [];
  for (const point of points) {
    const at: Point = [axes.x.at(abscissa(point)), axes.y.at(point.norm)];
    const current = pieces.at(-1);
    if (current?.isStable === isStable(point)) current.line.push(at);
    else {
      current?.line.push(at);
      pieces.push({ line: [at], isStable: isStable(point) });
    }
  }
  return pieces;
}

/** No multiplier outside the unit circle; those of families lie on it up to rounding. */
function isStable({ multipliers }: BranchPoint): boolean {
  return multipliers.every(([re, im]) => Math.hypot(re, im) <= 1 + 1e-8);
}

/** A ring wherever an orbit changes, and each place named once: mirror images of an orbit change where it does. */
function specialMarks(
  branches: readonly BranchResult[],
  axes: { readonly x: Axis; readonly y: Axis },
  obstacles: Obstacles,
): readonly Markup[] {
  const named = new Set(distinctPlaces(branches).map(({ point }) => point));
  const marks = branches.flatMap(({ points, specialPoints }) =>
    specialPoints.map((special) => {
      const value = placeOf(special);
      const at: Point = [axes.x.at(value), axes.y.at(special.norm ?? nearestNorm(points, value))];
      return { special, at, isNamed: named.has(special) };
    }),
  );
  const [told, others] = [marks.filter(({ isNamed }) => isNamed), marks.filter(({ isNamed }) => !isNamed)];
  const drawn: (typeof marks)[number][] = [];
  for (const mark of [...told, ...others]) {
    const isHidden = drawn.some(({ at: [x, y] }) => Math.hypot(x - mark.at[0], y - mark.at[1]) < 0.5);
    if (mark.isNamed || !isHidden) drawn.push(mark);
  }
  for (const {
    at: [x, y],
  } of drawn)
    obstacles.boxes.push({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 });
  return drawn.map(({ special, at, isNamed }) => specialMark(isNamed ? special : null, at, obstacles));
}

function specialMark(special: SpecialPoint | null, [x, y]: Point, obstacles: Obstacles): Markup {
  const spots = [18, 34, 50].flatMap((far) => [
    { x: x + 9, y: y - far / 2, anchor: "start" as const },
    { x: x - 9, y: y - far / 2, anchor: "end" as const },
    { x: x + 9, y: y + far, anchor: "start" as const },
    { x: x - 9, y: y + far, anchor: "end" as const },
  ]);
  const name = special === null ? null : `${typeName(special.type)} ${exact(placeOf(special))}`;
  const text = name === null ? null : label([name], spots, obstacles, "", { mayBeLeftOut: true });
  return pinned(x, y, markup`<circle class="ring" cx="${x}" cy="${y}" r="4.2"/>`, text);
}

/** Of branches of one period that end at the same place, mirror images or the same branch again, the first. */
function distinctEnds(branches: readonly BranchResult[]): readonly BranchResult[] {
  const seen = new Set<string>();
  return branches.filter((branch) => {
    const end = lastOf(branch);
    const key = [branch.period, abscissa(end).toPrecision(4), end.norm.toPrecision(4)].join();
    return !seen.has(key) && seen.add(key);
  });
}

/** The point of a branch furthest to the right. */
function lastOf({ points }: BranchResult): BranchPoint {
  return points.reduce((a, b) => (abscissa(b) > abscissa(a) ? b : a), points[0]!);
}

function branchLabel(
  branch: BranchResult,
  axes: { readonly x: Axis; readonly y: Axis },
  plot: Box,
  obstacles: Obstacles,
): Markup | null {
  const { period } = branch;
  const end = lastOf(branch);
  const [x, y] = [axes.x.at(abscissa(end)), axes.y.at(end.norm)];
  const name = period === 1 ? "fixed point" : `${period}-cycle`;
  const spots = [
    { x: Math.max(x + 8, plot.right + 8), y: y + 4.5, anchor: "start" as const },
    { x: x - 8, y: y - 8, anchor: "end" as const },
    { x: x - 8, y: y + 18, anchor: "end" as const },
    { x: x - 60, y: y - 8, anchor: "end" as const },
  ];
  return label([name], spots, obstacles, "strong", { mayBeLeftOut: true });
}

/** "2-cycle   step size η 0.3012   norm 1.409   largest multiplier −0.23". */
function textOf(record: RunRecord, point: BranchPoint, period: number): string {
  const name = period === 1 ? "fixed point" : `${period}-cycle`;
  const [re, im] = point.multipliers[0] ?? [Number.NaN, 0];
  const multiplier = im === 0 ? exact(re) : `${exact(re)} ± ${exact(Math.abs(im))}i`;
  return `${name}   ${parameterName(record)} ${exact(abscissa(point))}   norm ${exact(point.norm)}   largest multiplier ${multiplier}`;
}

function nearestNorm(points: readonly BranchPoint[], value: number): number {
  return points.reduce((a, b) => (Math.abs(abscissa(b) - value) < Math.abs(abscissa(a) - value) ? b : a)).norm;
}

function abscissa({ parameter, stepSize }: BranchPoint): number {
  return parameter ?? stepSize;
}

function parameterName(record: RunRecord): string {
  return axisName(at(record.spec, "continue.parameter"), "step size η");
}
