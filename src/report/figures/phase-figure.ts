import { columnOf, type RunRecord, type Table } from "../../record/index.ts";
import { type Axis, horizontalAxis, linearAxis, logAxis, roomForLabels, verticalAxis } from "../figure/axis.ts";
import { type Box, canvas, clipped, type Figure, type FigureWidth, figureWidths, hatch } from "../figure/frame.ts";
import { cellImage, cellPath, type Grid, gridOf, isGeometric, paddedDomain, zeroLine } from "../figure/grid.ts";
import { label, type Obstacles, type Spot } from "../figure/labels.ts";
import { type Point, polygons, polylinePath } from "../figure/marks.ts";
import { type Markup, markup } from "../markup.ts";
import { asWritten, exact } from "../numerals.ts";
import { answer } from "../words/answer.ts";
import { at, axisName } from "../words/axis-name.ts";
import { ruleName } from "../words/subject.ts";
import { listOf } from "./columns.ts";
import { type ExponentScale, exponentScale, scaleBar } from "./phase-scale.ts";

/** λ over two paths of the experiment file: a heat map with white at 0, the zero lines of μ, λ and mean square, hatching where the sign is open. */
export function phaseFigure(record: RunRecord): Figure | null {
  const { phase } = record.results;
  if (phase === null || phase.values === null || phase.rows === 0) return null;
  const plane = planeOf(record, phase);
  return {
    name: "phase",
    title: `Exponent of SGD over ${plane.xName} and ${plane.yName}`,
    caption: caption(plane),
    draw: (width) => draw(record, plane, width),
    readout: null,
    cells: {
      x: plane.grid.x,
      y: plane.grid.y,
      names: [plane.xName, plane.yName],
      settings: [plane.xPath, plane.yPath].map((path, k) =>
        settingsOf(record, path, k === 0 ? plane.grid.x : plane.grid.y),
      ) as [string[], string[]],
      rows: plane.grid.y.map((_, j) => plane.grid.x.map((__, i) => plane.grid.rowAt(i, j))),
      series: (["λ", "lambda", "μ", "mu"] as const).flatMap((name, i, all) =>
        i % 2 === 0 ? [{ name, values: listOf(phase, all[i + 1]!) }] : [],
      ),
      lo: listOf(phase, "lambdaLo", -1),
      hi: listOf(phase, "lambdaHi", 1),
      command: record.tool.command.replace(/ phase /, " stability "),
    },
  };
}

interface Plane {
  readonly grid: Grid;
  /** Of x and of y. */
  readonly isLog: readonly [boolean, boolean];
  readonly xName: string;
  readonly yName: string;
  readonly xPath: string;
  readonly yPath: string;
  readonly lambda: Float64Array;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  readonly mu: Float64Array;
  readonly meanSquare: Float64Array;
  /** −1 stable, 1 unstable, 0 undetermined, NaN not asked for. */
  readonly sign: Float64Array;
  /** Residuals are left: λ is that of the linearised steps. */
  readonly isWalk: boolean;
  readonly scale: ExponentScale;
}

function planeOf(record: RunRecord, phase: Table): Plane {
  const column = (name: string) => columnOf(phase, name) ?? new Float64Array(phase.rows).fill(Number.NaN);
  const [xPath, yPath] = ["phase.x.path", "phase.y.path"].map((path) => at(record.spec, path));
  const [lambda, lo, hi] = [column("lambda"), column("lambdaLo"), column("lambdaHi")];
  const ofInterval = lo.map((value, i) => (value > 0 ? 1 : hi[i]! < 0 ? -1 : value <= 0 ? 0 : Number.NaN));
  const grid = gridOf(phase);
  const isLog = (values: readonly number[], scale: unknown) =>
    values[0]! > 0 && (scale === "log" || isGeometric(values));
  return {
    grid,
    isLog: [isLog(grid.x, at(record.spec, "phase.x.scale")), isLog(grid.y, at(record.spec, "phase.y.scale"))],
    xName: axisName(xPath, "x"),
    yName: axisName(yPath, "y"),
    xPath: typeof xPath === "string" ? xPath : "x",
    yPath: typeof yPath === "string" ? yPath : "y",
    lambda,
    lo,
    hi,
    mu: column("mu"),
    meanSquare: column("meanSquare"),
    sign: columnOf(phase, "sign") ?? ofInterval,
    isWalk: record.results.minimum?.interpolating === false,
    scale: exponentScale(lambda),
  };
}

function draw(record: RunRecord, plane: Plane, size: FigureWidth): Markup {
  const width = figureWidths[size];
  const narrow = size !== "wide";
  const id = `phase-${size}`;
  const [top, bottom] = [28, narrow ? 300 : 388];
  const y = axisOf(plane.grid.y, plane.isLog[1], [bottom, top], 6);
  const plot: Box = { left: roomForLabels(y), top, right: width - (narrow ? 12 : 176), bottom };
  const axes = { x: axisOf(plane.grid.x, plane.isLog[0], [plot.left, plot.right], narrow ? 4 : 8), y };
  const scaleAt: Box = narrow
    ? { left: plot.left, right: plot.right, top: bottom + 56, bottom: bottom + 66 }
    : { left: plot.right + 28, right: plot.right + 40, top: top + 24, bottom: bottom - 24 };
  const isOpen = (row: number) => plane.sign[row] === 0;
  const zeros = zeroLines(record, plane, axes);
  const obstacles: Obstacles = { curves: zeros.flatMap(({ polylines }) => polylines), boxes: [], bounds: plot };
  return canvas(
    {
      id,
      width,
      height: narrow ? bottom + 92 : bottom + 44,
      title: `Exponent of SGD over ${plane.xName} and ${plane.yName}`,
      description: `${answer(record)} ${caption(plane)}`,
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
    plane.lambda.some(Number.isFinite) ? scaleBar(plane.scale, scaleAt, narrow) : null,
  );
}

function axisOf(values: readonly number[], isLog: boolean, range: readonly [number, number], count: number): Axis {
  const domain = paddedDomain(values, isLog);
  if (values.length <= 10)
    return {
      ...(isLog ? logAxis : linearAxis)({ domain, range, count }),
      ticks: values.map((value) => ({ value, label: exact(value) })),
    };
  return isLog ? logAxis({ domain, range, count }) : linearAxis({ domain, range, count });
}

/** Cells without a value keep the ground; a superstable one (no value, but a sign) is stable without limit. */
function colourOf({ lambda, sign, scale }: Plane, row: number) {
  const value = lambda[row]!;
  if (Number.isFinite(value)) return scale.colour(value);
  return sign[row]! < 0 ? scale.colour(-scale.limit) : null;
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
      const polylines = zeroLine(plane.grid, axes, (row) => plane.scale.share(values[row]!));
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

function caption({ sign, scale, meanSquare, lambda, isWalk }: Plane): string {
  if (!lambda.some(Number.isFinite))
    return "Below the line gradient descent keeps the minimum; SGD was not asked about.";
  const hatching = sign.includes(0) ? " Hatched cells are undetermined." : "";
  const isBounded = meanSquare.some((value) => value < 0);
  const inside = isWalk ? "the cloud has finite variance" : "the mean square proves stability without simulation";
  const bound = isBounded ? ` Inside the dashed line ${inside}.` : "";
  const { limit, constant } = scale;
  const logarithmic = constant === null ? "" : ` and logarithmic from ±${asWritten(constant)} on`;
  const cells = isWalk
    ? "In blue cells the linearised SGD settles around the point, in orange ones it leaves"
    : "Blue cells keep the minimum under SGD, orange ones lose it";
  return `${cells}, white is λ = 0; the colour is clipped beyond ±${asWritten(limit)}${logarithmic}.${hatching}${bound}`;
}

/** What follows --set for each value of an axis; the other weights of the samples share what one leaves. */
function settingsOf({ spec }: RunRecord, path: string, values: readonly number[]): string[] {
  const [, list, entry] = /^((?:data|objective)\.weights)\[(\d+)\]$/.exec(path) ?? [];
  const weights = list === undefined ? undefined : at(spec, list);
  if (!Array.isArray(weights)) return values.map((value) => quoted(`${path}=${value}`));
  const old = weights[Number(entry)] as number;
  return values.map((value) => {
    const others = weights.map((w: number, i) => (i === Number(entry) ? value : (w * (1 - value)) / (1 - old)));
    return quoted(`${list}=[${others.join(",")}]`);
  });
}

/** Quoted where a shell would see a pattern. */
function quoted(word: string): string {
  return /[[\]]/.test(word) ? `'${word}'` : word;
}
