import { columnOf, type RunRecord, type Table } from "../../record/index.ts";
import { type Axis, horizontalAxis, linearAxis, roomForLabels, verticalAxis } from "../figure/axis.ts";
import { type Box, canvas, clipped, type Figure, type FigureWidth, figureWidths } from "../figure/frame.ts";
import { label, type Obstacles } from "../figure/labels.ts";
import { pngAddress } from "../figure/png.ts";
import { type Markup, markup } from "../markup.ts";
import { asWritten, chosen, whole } from "../numerals.ts";
import { answer } from "../words/answer.ts";
import { at, axisName } from "../words/axis-name.ts";
import { extentOf } from "./columns.ts";

/** Where the iterates go for each value of a parameter, as a picture of their density: one line a point of a cycle, a cloud for chaos. */
export function orbitDiagram(record: RunRecord): Figure | null {
  const { bifurcation } = record.results;
  if (bifurcation === null || bifurcation.values === null || bifurcation.rows === 0) return null;
  const path = at(record.spec, "bifurcation.parameter");
  const parameter = axisName(path, "parameter");
  return {
    name: "bifurcation",
    title: `Orbit diagram over ${parameter}`,
    caption: caption(bifurcation),
    draw: (width) => draw(record, bifurcation, width),
    readout: null,
  };
}

function draw(record: RunRecord, table: Table, size: FigureWidth): Markup {
  const width = figureWidths[size];
  const narrow = size !== "wide";
  const id = `bifurcation-${size}`;
  const [top, bottom] = [30, narrow ? 290 : 400];
  const [parameter, value] = [columnOf(table, "parameter")!, columnOf(table, "value")!];
  const y = linearAxis({ domain: window(value), range: [bottom, top], count: narrow ? 4 : 6 });
  const plot: Box = { left: roomForLabels(y), top, right: width - (narrow ? 12 : 110), bottom };
  const x = linearAxis({ domain: paddedRange(parameter), range: [plot.left, plot.right], count: narrow ? 4 : 8 });
  const path = at(record.spec, "bifurcation.parameter");
  const own = path === "optimizer.stepSize" ? ownRule(record, x, plot) : null;
  const observe = at(record.spec, "bifurcation.observe");
  return canvas(
    {
      id,
      width,
      height: bottom + (narrow ? 44 : 26),
      title: `Orbit diagram over ${axisName(path, "parameter")}`,
      description: answer(record),
      plot: { box: plot, x, y },
    },
    verticalAxis(y, {
      left: plot.left,
      right: plot.right,
      title: typeof observe === "string" ? observe.replace(/^theta/, "θ") : "value",
      titleY: 13,
    }),
    clipped(`${id}-plot`, plot, "xy", densityImage(parameter, value, { x, y }, plot)),
    horizontalAxis(x, {
      y: bottom + 2,
      marksAt: bottom,
      title: axisName(path, "parameter"),
      titleBelow: narrow,
      width,
    }),
    own,
  );
}

/** Points a pixel, two pixels to a unit, on a logarithmic scale of opacity; black, so that the dark theme inverts it. */
function densityImage(
  parameter: Float64Array,
  value: Float64Array,
  axes: { readonly x: Axis; readonly y: Axis },
  box: Box,
): Markup {
  const [width, height] = [Math.round(2 * (box.right - box.left)), Math.round(2 * (box.bottom - box.top))];
  const counts = new Uint32Array(width * height);
  const perColumn = new Uint32Array(width);
  const stretch = Math.max(1, Math.ceil(width / new Set(parameter).size));
  for (let i = 0; i < value.length; i++) {
    if (!Number.isFinite(value[i]!) || !Number.isFinite(parameter[i]!)) continue;
    const py = Math.floor(2 * (axes.y.at(value[i]!) - box.top));
    const px = Math.floor(2 * (axes.x.at(parameter[i]!) - box.left) - stretch / 2);
    for (let dx = 0; dx < stretch; dx++) {
      if (px + dx < 0 || px + dx >= width) continue;
      perColumn[px + dx]!++;
      if (py >= 0 && py < height) counts[py * width + px + dx]!++;
    }
  }
  const data = new Uint8Array(2 * counts.length);
  counts.forEach((count, i) => {
    const share = count === 0 ? 0 : 0.3 + 0.7 * Math.min(1, Math.log1p(count) / Math.log1p(perColumn[i % width]! / 12));
    data[2 * i + 1] = Math.round(255 * share);
  });
  const address = pngAddress({ width, height, channels: 2, data });
  return markup`<image class="mask" href="${address}" x="${box.left}" y="${box.top}" width="${box.right - box.left}" height="${box.bottom - box.top}" preserveAspectRatio="none"/>`;
}

function ownRule({ conventions }: RunRecord, x: Axis, plot: Box): Markup | null {
  const px = x.at(conventions.stepSize);
  if (!(px >= plot.left && px <= plot.right)) return null;
  const text = `yours, η = ${asWritten(conventions.stepSize)}`;
  const obstacles: Obstacles = { curves: [], boxes: [], bounds: { ...plot, top: 0 } };
  const spots = [
    { x: px + 7, y: plot.top - 7, anchor: "start" as const },
    { x: px - 7, y: plot.top - 7, anchor: "end" as const },
  ];
  return markup`<path class="rule own" data-x="${String(conventions.stepSize)}" data-px="${px}" d="M${px} ${plot.top - 14}V${plot.bottom}"/>${label([text], spots, obstacles, "strong")}`;
}

/** All but the outermost four thousandths: a diverging branch leaves the plot rather than flattening it. */
function window(values: Float64Array): readonly [number, number] {
  const sorted = values.filter(Number.isFinite).sort();
  if (sorted.length === 0) return [0, 1];
  const [lo, hi] = [
    sorted[Math.floor(0.004 * sorted.length)]!,
    sorted[Math.min(sorted.length - 1, Math.floor(0.996 * sorted.length))]!,
  ];
  const pad = hi > lo ? 0.06 * (hi - lo) : 0.5 * Math.abs(lo) || 1;
  return [lo - pad, hi + pad];
}

function paddedRange(values: Float64Array): readonly [number, number] {
  const [lo, hi] = extentOf([values]);
  return hi > lo ? [lo, hi] : [lo - 0.5, lo + 0.5];
}

function caption(table: Table): string {
  const parameter = new Set(columnOf(table, "parameter"));
  const missing = columnOf(table, "value")!.filter(Number.isNaN).length;
  const [lo, hi] = extentOf([[...parameter]]);
  const gone = missing === 0 ? "" : ` ${whole(missing)} of them diverged and are not drawn.`;
  return `${whole(table.rows)} late iterates at ${whole(parameter.size)} values from ${chosen(lo)} to ${chosen(hi)}: single lines are cycles, a fork is a period doubling, a cloud is chaos or drift.${gone}`;
}
