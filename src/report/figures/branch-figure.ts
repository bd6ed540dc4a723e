import type { BranchPoint, BranchResult, RunRecord, SpecialPoint } from "../../record/index.ts";
import { type Axis, horizontalAxis, linearAxis, roomForLabels, verticalAxis } from "../figure/axis.ts";
import { type Box, canvas, clipped, type Figure, type FigureWidth, figureWidths, pinned } from "../figure/frame.ts";
import { label, type Obstacles } from "../figure/labels.ts";
import { linePath, type Point } from "../figure/marks.ts";
import { type Markup, markup } from "../markup.ts";
import { exact } from "../numerals.ts";
import { answer } from "../words/answer.ts";
import { at, axisName } from "../words/axis-name.ts";
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
    branches.flatMap((branch) =>
      branch.specialPoints.map((special) => specialMark(special, branch, { x, y }, obstacles)),
    ),
    branches.map((branch) => branchLabel(branch, { x, y }, plot, obstacles)),
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

function specialMark(
  special: SpecialPoint,
  branch: BranchResult,
  axes: { readonly x: Axis; readonly y: Axis },
  obstacles: Obstacles,
): Markup | null {
  const value = special.parameter ?? special.stepSize;
  const norm = special.norm ?? nearestNorm(branch.points, value);
  const [x, y] = [axes.x.at(value), axes.y.at(norm)];
  obstacles.boxes.push({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 });
  const spots = [18, 34, 50].flatMap((far) => [
    { x: x + 9, y: y - far / 2, anchor: "start" as const },
    { x: x - 9, y: y - far / 2, anchor: "end" as const },
    { x: x + 9, y: y + far, anchor: "start" as const },
    { x: x - 9, y: y + far, anchor: "end" as const },
  ]);
  const text = label([`${typeName(special.type)} ${exact(value)}`], spots, obstacles, "", { mayBeLeftOut: true });
  return pinned(x, y, markup`<circle class="ring" cx="${x}" cy="${y}" r="4.2"/>`, text);
}

function branchLabel(
  { points, period }: BranchResult,
  axes: { readonly x: Axis; readonly y: Axis },
  plot: Box,
  obstacles: Obstacles,
): Markup | null {
  const end = points.reduce((a, b) => (abscissa(b) > abscissa(a) ? b : a), points[0]!);
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
