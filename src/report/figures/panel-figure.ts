import { columnOf, type ReproductionPanel, type RunRecord } from "../../record/index.ts";
import { type Axis, horizontalAxis, linearAxis, roomForLabels, verticalAxis } from "../figure/axis.ts";
import { type Box, canvas, clipped, type Figure, type FigureWidth, figureWidths } from "../figure/frame.ts";
import { label, type Obstacles, spotsAlong } from "../figure/labels.ts";
import { bar, dots, linePath, type Point, thinned, trace } from "../figure/marks.ts";
import { textWidth } from "../figure/text-width.ts";
import { type Markup, markup } from "../markup.ts";
import { extentOf, listOf } from "./columns.ts";

/** The panels of a published figure that was computed again, in their order. */
export function panelFigures({ results }: RunRecord): readonly Figure[] {
  return (results.reproduction?.panels ?? []).filter(({ table }) => table.values !== null).map(panelFigure);
}

function panelFigure(panel: ReproductionPanel): Figure {
  const { name, title, caption, table, series, x } = panel;
  const lines = series.filter(({ kind, x }) => kind === "line" && x === series[0]!.x);
  const readout = {
    x: listOf(table, lines[0]?.x ?? "").map((value) => value ?? 0),
    xName: x.name,
    series: lines.map((line) => ({ name: line.name, values: listOf(table, line.y), lo: null, hi: null })),
  };
  return { name, title, caption, draw: (size) => draw(panel, size), readout: lines.length > 0 ? readout : null };
}

function draw(panel: ReproductionPanel, size: FigureWidth): Markup {
  const { name, title, caption, sets } = panel;
  const width = figureWidths[size];
  const narrow = size !== "wide";
  const id = `${name}-${size}`;
  const [top, bottom] = narrow ? [30, 260] : [30, 330];
  const y = linearAxis({ domain: domainOf(panel, "y"), range: [bottom, top], count: 5 });
  const room = narrow ? 12 : Math.max(24, ...sets.map((set) => textWidth(set.name) + 16));
  const plot: Box = { left: roomForLabels(y), top, right: width - room, bottom };
  const x = linearAxis({ domain: domainOf(panel, "x"), range: [plot.left, plot.right], count: narrow ? 4 : 8 });
  const curves = curvesOf(panel, { x, y });
  const bars = barsOf(panel, x, { id, top: bottom + 12, narrow });
  return canvas(
    { id, width, height: bars.bottom + (narrow ? 44 : 40), title, description: caption, plot: { box: plot, x, y } },
    verticalAxis(y, { left: plot.left, right: plot.right, title: panel.y.name, titleY: 13 }),
    clipped(
      `${id}-plot`,
      plot,
      "xy",
      curves.toReversed().map(({ points, series: { kind, tone } }) => {
        if (kind === "dots") return markup`<path class="${fills[tone]}" d="${dots(points, radiusOf(points))}"/>`;
        return markup`<path class="${strokes[tone]}" d="${linePath(thinned(points), plot)}"/>`;
      }),
    ),
    horizontalAxis(x, { y: bars.bottom - 2, marksAt: bottom, title: panel.x.name, titleBelow: true, width }),
    bars.shapes,
    labels(panel, curves, { x, y }, plot),
  );
}

/** A cloud is drawn finer than a few marks. */
function radiusOf(points: readonly Point[]): number {
  return isCloud(points) ? 0.9 : 3.2;
}

function isCloud(points: readonly Point[]): boolean {
  return points.length > 300;
}

const strokes = { main: "main", other: "other", stable: "stable-line", unstable: "unstable-line" } as const;
const fills = { main: "inkfill", other: "neutral", stable: "stable", unstable: "unstable" } as const;

interface Curve {
  readonly series: ReproductionPanel["series"][number];
  readonly points: readonly Point[];
}

function curvesOf({ table, series }: ReproductionPanel, axes: { readonly x: Axis; readonly y: Axis }): Curve[] {
  const column = (name: string) => columnOf(table, name) ?? new Float64Array(table.rows).fill(Number.NaN);
  return series.map((one) => ({ series: one, points: trace(column(one.x), column(one.y), axes) }));
}

function domainOf(panel: ReproductionPanel, along: "x" | "y"): readonly [number, number] {
  const { range } = panel[along];
  if (range !== null) return range;
  const [lo, hi] = extentOf(panel.series.map((one) => columnOf(panel.table, one[along]) ?? new Float64Array()));
  const margin = 0.04 * (hi - lo || Math.abs(hi) || 1);
  return [lo - margin, hi + margin];
}

/** One bar a set, its name beside it or, when narrow, above it. */
function barsOf(
  { sets }: ReproductionPanel,
  axis: Axis,
  { id, top, narrow }: { readonly id: string; readonly top: number; readonly narrow: boolean },
): { readonly shapes: Markup; readonly bottom: number } {
  const pitch = narrow ? 33 : 21;
  const [left, right] = axis.range;
  const rows = sets.map(({ name, intervals }, i) => {
    const y = top + i * pitch + (narrow ? 14 : 0);
    const box = { left, right, top: y, bottom: y + 9 };
    const solid = intervals.map(([lo, hi]) => bar(axis, lo, hi, { y, height: 9, className: "stable" }));
    const text = narrow
      ? markup`<text class="muted over" x="${left}" y="${y - 5}">${name}</text>`
      : markup`<text class="muted" x="${right + 8}" y="${y + 9}">${name}</text>`;
    const line = markup`<path class="grid" d="M${left} ${y + 4}H${right}"/>`;
    return markup`${line}${clipped(`${id}-bar${i}`, box, "x", ...solid)}${text}`;
  });
  return {
    shapes: markup`${rows}`,
    bottom: sets.length === 0 ? top - 10 : top + rows.length * pitch + (narrow ? 4 : 0),
  };
}

function labels(
  { notes }: ReproductionPanel,
  curves: readonly Curve[],
  axes: { readonly x: Axis; readonly y: Axis },
  plot: Box,
): Markup {
  const lines = curves.filter(({ series }) => series.kind === "line");
  const marked = curves.filter(({ series }) => series.kind === "dots").flatMap(({ points }) => points);
  const boxes = marked
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
    .map(([x, y]) => ({ left: x - 1, right: x + 1, top: y - 1, bottom: y + 1 }));
  const obstacles: Obstacles = { curves: lines.map(({ points }) => points), boxes, bounds: plot };
  const placed = notes.map(({ x, y, text }) => {
    const [px, py] = [axes.x.at(x), axes.y.at(y)];
    const spots = [0, 1, 2, 3, 4].flatMap((i) =>
      [0, -40, 40].map((shift) => ({ x: px + shift, y: py - 8 - 16 * i, anchor: "middle" as const })),
    );
    return label([text], spots, obstacles, "aside");
  });
  const names = curves.map(({ series, points }) => {
    if (series.kind === "dots" && isCloud(points)) return null;
    const tone = series.tone === "main" ? "strong" : "muted";
    return label([series.name], spotsAlong(points, plot), obstacles, tone, { mayBeLeftOut: isCloud(marked) });
  });
  return markup`${placed}${names}`;
}
