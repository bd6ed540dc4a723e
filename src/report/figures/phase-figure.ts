import { columnOf, type RunRecord, type Table } from "../../record/index.ts";
import { type Axis, horizontalAxis, linearAxis, logAxis, roomForLabels, verticalAxis } from "../figure/axis.ts";
import { css, diverging } from "../figure/colour-scales.ts";
import { type Box, canvas, clipped, type Figure, type FigureWidth, figureWidths, hatch } from "../figure/frame.ts";
import { cellImage, cellPath, type Grid, gridOf, isGeometric, paddedDomain, zeroLine } from "../figure/grid.ts";
import { label, type Obstacles, type Spot } from "../figure/labels.ts";
import { type Point, polygons, polylinePath } from "../figure/marks.ts";
import { type Markup, markup } from "../markup.ts";
import { exact, rough } from "../numerals.ts";
import { answer } from "../words/answer.ts";
import { at, axisName } from "../words/axis-name.ts";
import { ruleName } from "../words/subject.ts";
import { listOf } from "./columns.ts";

/** λ over two paths of the experiment file: a heat map with white at 0, the zero lines of μ, λ and mean square, hatching where the sign is open. */
export function phaseFigure(record: RunRecord): Figure | null {
  const { phase } = record.results;
  if (phase === null || phase.values === null || phase.rows === 0) return null;
  const plane = planeOf(record, phase);
  return {
    name: "phase",
    title: `Exponent of SGD over ${plane.xName} and ${plane.yName}`,
    caption: caption(record, plane),
    draw: (width) => draw(record, plane, width),
    readout: null,
    cells: {
      x: plane.grid.x,
      y: plane.grid.y,
      names: [plane.xName, plane.yName],
      paths: [plane.xPath, plane.yPath],
      rows: plane.grid.y.map((_, j) => plane.grid.x.map((__, i) => plane.grid.rowAt(i, j))),
      series: (["λ", "lambda", "μ", "mu"] as const).flatMap((name, i, all) =>
        i % 2 === 0 ? [{ name, values: listOf(phase, all[i + 1]!) }] : [],
      ),
      lo: listOf(phase, "lambdaLo"),
      hi: listOf(phase, "lambdaHi"),
      command: record.tool.command.replace(/ phase /, " stability "),
    },
  };
}

interface Plane {
  readonly grid: Grid;
  readonly xName: string;
  readonly yName: string;
  readonly xPath: string;
  readonly yPath: string;
  readonly lambda: Float64Array;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  readonly mu: Float64Array;
  readonly meanSquare: Float64Array;
  /** |λ| beyond which the colours are clipped. */
  readonly limit: number;
}

function planeOf(record: RunRecord, phase: Table): Plane {
  const column = (name: string) => columnOf(phase, name) ?? new Float64Array(phase.rows).fill(Number.NaN);
  const [xPath, yPath] = ["phase.x.path", "phase.y.path"].map((path) => at(record.spec, path));
  const lambda = column("lambda");
  const sizes = [...lambda]
    .filter(Number.isFinite)
    .map(Math.abs)
    .sort((a, b) => a - b);
  return {
    grid: gridOf(phase),
    xName: axisName(xPath, "x"),
    yName: axisName(yPath, "y"),
    xPath: typeof xPath === "string" ? xPath : "x",
    yPath: typeof yPath === "string" ? yPath : "y",
    lambda,
    lo: column("lambdaLo"),
    hi: column("lambdaHi"),
    mu: column("mu"),
    meanSquare: column("meanSquare"),
    limit: niceLimit(sizes[Math.floor(0.9 * sizes.length)] ?? 1),
  };
}

function draw(record: RunRecord, plane: Plane, size: FigureWidth): Markup {
  const width = figureWidths[size];
  const narrow = size !== "wide";
  const id = `phase-${size}`;
  const [top, bottom] = [28, narrow ? 300 : 388];
  const y = axisOf(plane.grid.y, [bottom, top], 6);
  const plot: Box = { left: roomForLabels(y), top, right: width - (narrow ? 12 : 176), bottom };
  const axes = { x: axisOf(plane.grid.x, [plot.left, plot.right], narrow ? 4 : 8), y };
  const scaleAt: Box = narrow
    ? { left: plot.left, right: plot.right, top: bottom + 56, bottom: bottom + 66 }
    : { left: plot.right + 28, right: plot.right + 40, top: top + 24, bottom: bottom - 24 };
  const isOpen = (row: number) => plane.lo[row]! <= 0 && plane.hi[row]! >= 0;
  const zeros = zeroLines(record, plane, axes);
  const obstacles: Obstacles = { curves: zeros.flatMap(({ polylines }) => polylines), boxes: [], bounds: plot };
  return canvas(
    {
      id,
      width,
      height: narrow ? bottom + 92 : bottom + 44,
      title: `Exponent of SGD over ${plane.xName} and ${plane.yName}`,
      description: `${answer(record)} ${caption(record, plane)}`,
      plot: { box: plot, ...axes },
    },
    hatch(`${id}-hatch`, "open"),
    clipped(
      `${id}-plot`,
      plot,
      "xy",
      cellImage(plane.grid, axes, plot, (row) => colourOf(plane, row)),
      markup`<path fill="url(#${id}-hatch)" d="${polygons(cellPath(plane.grid, axes, isOpen))}"/>`,
      zeros.map(({ className, polylines }) => markup`<path class="${className}" d="${polylinePath(polylines)}"/>`),
    ),
    markup`<rect class="frame" x="${plot.left}" y="${plot.top}" width="${plot.right - plot.left}" height="${plot.bottom - plot.top}"/>`,
    horizontalAxis(axes.x, { y: bottom + 2, marksAt: bottom, title: plane.xName, titleBelow: true, width }),
    verticalAxis({ ...axes.y }, { left: plot.left, right: plot.left, title: plane.yName, titleY: 13 }),
    ownMark(record, plane, axes, plot),
    zeros.map(({ name, spots, tone }) => label([name], spots, obstacles, `map-label ${tone}`)),
    colourScale(plane, scaleAt, narrow),
  );
}

function axisOf(values: readonly number[], range: readonly [number, number], count: number): Axis {
  const isLog = isGeometric(values);
  const domain = paddedDomain(values, isLog);
  if (values.length <= 10)
    return {
      ...(isLog ? logAxis : linearAxis)({ domain, range, count }),
      ticks: values.map((value) => ({ value, label: exact(value) })),
    };
  return isLog ? logAxis({ domain, range, count }) : linearAxis({ domain, range, count });
}

/** Cells without a value keep the ground; a superstable one (no value, but an upper end below 0) is stable without limit. */
function colourOf({ lambda, hi, limit }: Plane, row: number) {
  const value = lambda[row]!;
  if (Number.isFinite(value)) return diverging(value, limit);
  return hi[row]! < 0 ? diverging(-limit, limit) : null;
}

interface ZeroLine {
  readonly name: string;
  readonly className: string;
  readonly tone: string;
  readonly polylines: readonly (readonly Point[])[];
  readonly spots: readonly Spot[];
}

function zeroLines(record: RunRecord, plane: Plane, axes: { readonly x: Axis; readonly y: Axis }): readonly ZeroLine[] {
  const wanted = [
    { name: `μ = 0, ${ruleName(record)}`, className: "map-line", tone: "", values: plane.mu },
    { name: "mean square", className: "map-line dashed", tone: "", values: plane.meanSquare },
    { name: "λ = 0, SGD", className: "map-line bold", tone: "strong", values: plane.lambda },
  ];
  return wanted
    .map(({ values, ...rest }) => {
      const polylines = zeroLine(plane.grid, axes, (row) => values[row]!);
      return { ...rest, polylines, spots: spotsBeside(polylines.flat()) };
    })
    .filter(({ polylines }) => polylines.length > 0);
}

function spotsBeside(points: readonly Point[]): readonly Spot[] {
  const stride = Math.max(1, Math.floor(points.length / 40));
  return points
    .filter((_, i) => i % stride === 0)
    .toSorted((a, b) => a[1] - b[1])
    .flatMap(([x, y]) => [
      { x: x + 8, y: y + 14, anchor: "start" as const },
      { x: x - 8, y: y - 6, anchor: "end" as const },
      { x: x + 8, y: y - 6, anchor: "start" as const },
      { x: x - 8, y: y + 14, anchor: "end" as const },
    ]);
}

/** A ring at the user's own values, when both axes are among what the conventions name. */
function ownMark(
  { conventions }: RunRecord,
  { xPath, yPath }: Plane,
  axes: { readonly x: Axis; readonly y: Axis },
  plot: Box,
): Markup | null {
  const own: Readonly<Record<string, number>> = {
    "optimizer.stepSize": conventions.stepSize,
    "batch.size": conventions.batchSize,
  };
  const [x, y] = [own[xPath], own[yPath]];
  if (x === undefined || y === undefined) return null;
  const [px, py] = [axes.x.at(x), axes.y.at(y)];
  if (!(px >= plot.left && px <= plot.right && py >= plot.top && py <= plot.bottom)) return null;
  return markup`<g class="own-ring"><circle cx="${px}" cy="${py}" r="6"/><text class="map-label strong" x="${px + 10}" y="${py + 4.5}">yours</text></g>`;
}

function colourScale({ limit }: Plane, box: Box, narrow: boolean): Markup {
  const stops = Array.from({ length: 21 }, (_, i) => {
    const share = i / 20;
    const value = narrow ? (2 * share - 1) * limit : (1 - 2 * share) * limit;
    return markup`<stop offset="${share}" stop-color="${css(diverging(value, limit))}"/>`;
  });
  const id = `phase-scale-${narrow ? Math.round(box.right) : "tall"}`;
  const direction = narrow ? markup` x2="1" y2="0"` : markup` x2="0" y2="1"`;
  const bar = markup`<linearGradient id="${id}"${direction}>${stops}</linearGradient><rect class="frame" fill="url(#${id})" style="fill:url(#${id})" x="${box.left}" y="${box.top}" width="${box.right - box.left}" height="${box.bottom - box.top}"/>`;
  const [low, high] = [`≤ −${rough(limit)}`, `≥ ${rough(limit)}`];
  if (narrow) {
    const y = box.bottom + 17;
    const middle = (box.left + box.right) / 2;
    return markup`${bar}<text class="stable" x="${box.left}" y="${y}">${low}, stable</text><text class="muted middle" x="${middle}" y="${y}">λ = 0</text><text class="unstable end" x="${box.right}" y="${y}">${high}, unstable</text>`;
  }
  const x = box.right + 8;
  const middle = (box.top + box.bottom) / 2;
  return markup`${bar}<text class="muted" x="${box.left}" y="${box.top - 10}">λ per step</text><text class="unstable" x="${x}" y="${box.top + 10}">${high}</text><text class="unstable" x="${x}" y="${box.top + 27}">unstable</text><text class="muted" x="${x}" y="${middle + 4.5}">0</text><text class="stable" x="${x}" y="${box.bottom - 15}">stable</text><text class="stable" x="${x}" y="${box.bottom + 2}">${low}</text>`;
}

function caption({ results }: RunRecord, { lo, hi, limit }: Plane): string {
  const open = lo.filter((value, i) => value <= 0 && hi[i]! >= 0).length;
  const hatching = open === 0 ? "" : " Hatched cells are undetermined: their 95\u00a0% interval contains 0.";
  const bound = results.phase!.columns.includes("meanSquare")
    ? " Inside the dashed line the mean-square bound alone shows stability."
    : "";
  return `Blue cells keep the minimum under SGD, orange ones lose it, white is λ = 0; beyond ±${rough(limit)} the colour is clipped.${hatching}${bound}`;
}

/** 1, 2 or 5 times a power of ten, not below the value. */
function niceLimit(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10);
}
