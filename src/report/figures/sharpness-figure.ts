import { columnOf, type Interval, type RunRecord, type Table } from "../../record/index.ts";
import { type Axis, horizontalAxis, linearAxis, roomForLabels, verticalAxis } from "../figure/axis.ts";
import { type Box, canvas, clipped, type Figure, type FigureWidth, figureWidths } from "../figure/frame.ts";
import { label, type Obstacles, type Spot, spotsAlong } from "../figure/labels.ts";
import { bandPath, linePath, type Point, polygons, trace } from "../figure/marks.ts";
import { type Markup, markup } from "../markup.ts";
import { exact, inWords, measured, span } from "../numerals.ts";
import { upperFirst } from "../words/subject.ts";
import { extentOf, listOf, widened } from "./columns.ts";

const title = "Sharpness of every order";

/** s_k as steps over k − 1 … k: the area above 0 and the one below it are equal up to the sharpness dimension. */
export function sharpnessFigure(record: RunRecord): Figure | null {
  const table = record.results.sharpnessOrders;
  if (table === null || table.values === null || table.rows < 2) return null;
  const isProbed = columnOf(table, "lo") !== undefined;
  return {
    name: "sharpness-orders",
    title,
    caption: caption(record, isProbed),
    draw: (width) => draw(record, table, width),
    readout: {
      x: listOf(table, "order").map((order) => order ?? 0),
      xName: "order",
      series: [
        {
          ...{ name: "sharpness", values: listOf(table, "sharpness") },
          lo: isProbed ? listOf(table, "lo", -1) : null,
          hi: isProbed ? listOf(table, "hi", 1) : null,
        },
      ],
    },
  };
}

function caption(record: RunRecord, isProbed: boolean): string {
  const { rows } = record.results.sharpnessOrders!;
  const value = dimensionOf(record)?.value ?? 0;
  const areas =
    value === 0
      ? "Even the largest is negative: on average over the batches a single step contracts every direction."
      : value === rows
        ? "Above 0 a single step expands somewhere, below it contracts; here expansion outweighs all contraction, so the dimension is that of the whole space."
        : "Above 0 a single step expands somewhere, below it contracts; up to the sharpness dimension the two tinted areas are equal.";
  const band = isProbed ? " The bands are the 95\u00a0% intervals that the spread of the random probes leaves." : "";
  return `The mean over batches of the largest ln σ_k of a step, for the singular values σ_1 ≥ σ_2 ≥ ⋯ at late iterates. ${areas}${leaving(record)}${band}`;
}

function leaving({ results }: RunRecord): string {
  const orders = columnOf(results.sharpnessOrders!, "sharpness")!;
  const [lo, hi] = windowOf(orders);
  const beyond = orders.filter((s) => s < lo || s > hi).length;
  if (beyond === 0) return "";
  return ` ${upperFirst(inWords(beyond))} ${beyond === 1 ? "order lies" : "orders lie"} beyond the plot; the largest is ${exact(orders[0]!)}.`;
}

function draw(record: RunRecord, table: Table, size: FigureWidth): Markup {
  const width = figureWidths[size];
  const narrow = size !== "wide";
  const id = `sharpness-orders-${size}`;
  const [top, bottom] = [28, narrow ? 238 : 288];
  const orders = columnOf(table, "sharpness")!;
  const y = linearAxis({ domain: windowOf(orders), range: [bottom, top], count: 5 });
  const plot: Box = { left: roomForLabels(y), top, right: width - (narrow ? 12 : 70), bottom };
  const x = orderAxis(table.rows, [plot.left, plot.right], narrow ? 4 : 8);
  const curve = steps(orders, { x, y });
  const [lo, hi] = ["lo", "hi"].map((name) => columnOf(table, name)).map((ends) => ends && steps(ends, { x, y }));
  const dimension = dimensionOf(record);
  const rules = [dimension?.value, kaplanYorkeOf(record)].map((value) => (value ? x.at(value) : null));
  const obstacles: Obstacles = {
    curves: [curve, ...rules.filter((at) => at !== null).map((at): readonly Point[] => upright(at, plot))],
    boxes: [],
    bounds: plot,
  };
  return canvas(
    {
      ...{ id, width, height: bottom + (narrow ? 44 : 26), title },
      description: caption(record, lo !== undefined),
      plot: { box: plot, x, y },
    },
    verticalAxis(y, { left: plot.left, right: plot.right, title: "sharpness s, nats per step", titleY: 13 }),
    clipped(
      `${id}-plot`,
      plot,
      "xy",
      areas(curve, rules[0] ?? plot.left, y.at(0), id),
      lo && hi ? markup`<path class="band" d="${bandPath(hi, lo, plot)}"/>` : null,
      markup`<path class="main" d="${linePath(curve, plot)}"/>`,
      dimension === null ? null : widthOf(dimension.interval, x, plot),
      rules.map((at, i) =>
        at === null ? null : markup`<path class="${i === 0 ? "threshold" : "rule"}" d="M${at} ${top}V${bottom}"/>`,
      ),
    ),
    horizontalAxis(x, { y: bottom + 2, marksAt: bottom, title: "order", titleBelow: narrow, width }),
    label(["s of each order"], spotsAlong(curve, plot), obstacles, "strong", { mayBeLeftOut: table.rows < 6 }),
    rules[0] === null || dimension === null
      ? null
      : label(dimensionLines(dimension), besideRule(rules[0]!, plot), obstacles, "aside"),
    rules[1] === null
      ? null
      : label(["Kaplan–Yorke", exact(kaplanYorkeOf(record)!)], besideRule(rules[1]!, plot), obstacles, "aside"),
  );
}

/** A step of height s_k over k − 1 … k; of very many orders so many that a pixel has no more than two. */
function steps(values: Float64Array, axes: { readonly x: Axis; readonly y: Axis }): readonly Point[] {
  const stride = Math.ceil(values.length / 1600);
  const [places, heights]: [number[], number[]] = [[], []];
  for (let k = 0; k < values.length; k += stride) {
    places.push(k, Math.min(k + stride, values.length));
    heights.push(values[k]!, values[k]!);
  }
  return trace(places, heights, axes);
}

/** What lies between the steps and 0, from the first order to the dimension. */
function areas(curve: readonly Point[], until: number, zero: number, id: string): Markup {
  const points = curve.filter(([px, py]) => px < until && Number.isFinite(py));
  const last = points.at(-1);
  if (last === undefined) return markup``;
  const outline: Point[] = [[points[0]![0], zero], ...points, [until, last[1]], [until, zero]];
  const side = (name: string, beyond: (py: number) => number) =>
    markup`<path class="${name}" id="${id}-${name}" d="${polygons([outline.map(([px, py]): Point => [px, beyond(py)])])}"/>`;
  return markup`${side("unstable-tint", (py) => Math.min(py, zero))}${side("stable-tint", (py) => Math.max(py, zero))}`;
}

function widthOf(interval: Interval | null, x: Axis, { top, bottom }: Box): Markup | null {
  if (interval === null || interval[0] === interval[1]) return null;
  const [from, to] = interval.map((end) => x.at(end)) as [number, number];
  return markup`<rect class="band" x="${from}" y="${top}" width="${to - from}" height="${bottom - top}"/>`;
}

function upright(at: number, { top, bottom }: Box): readonly Point[] {
  return [
    [at, top],
    [at, bottom],
  ];
}

function besideRule(at: number, { top, bottom }: Box): readonly Spot[] {
  const heights = Array.from({ length: 10 }, (_, i) => top + 16 + (i * (bottom - top - 40)) / 9);
  return heights.flatMap((y): Spot[] => [
    { x: at + 6, y, anchor: "start" },
    { x: at - 6, y, anchor: "end" },
  ]);
}

interface Dimension {
  readonly value: number;
  readonly interval: Interval | null;
}

function dimensionLines({ value, interval }: Dimension): readonly string[] {
  if (interval === null || interval[0] === interval[1]) return ["sharpness dimension", exact(value)];
  return ["sharpness dimension", `${measured(value, (interval[1] - interval[0]) / 2)} (${span(...interval)})`];
}

/** The sharpness dimension without a cut, as the record's measures hold it. */
function dimensionOf({ results }: RunRecord): Dimension | null {
  const found = results.measures?.find(({ name }) => /^sharpness dimension/.test(name) && !/taken for 0/.test(name));
  return found === undefined || found.value === null ? null : { value: found.value, interval: found.confidence95 };
}

function kaplanYorkeOf({ results }: RunRecord): number | null {
  return results.measures?.find(({ name }) => name === "Kaplan–Yorke dimension")?.value ?? null;
}

/** All orders; of more than fifty those up to twice the size that 96 % keep, so that a few do not flatten the rest. */
function windowOf(orders: Float64Array): readonly [number, number] {
  const [lo, hi] = extentOf([orders]);
  const known = orders.filter(Number.isFinite).sort();
  const at = (share: number) => Math.abs(known[Math.floor(share * (known.length - 1))] ?? 0);
  const usual = known.length > 50 ? 2 * Math.max(at(0.02), at(0.98)) : Number.POSITIVE_INFINITY;
  const limit = usual > 0 ? usual : Number.POSITIVE_INFINITY;
  return widened([Math.min(Math.max(lo, -limit), 0), Math.max(Math.min(hi, limit), 0)], 0.08);
}

/** Orders are whole numbers. */
function orderAxis(count: number, range: readonly [number, number], ticks: number): Axis {
  const axis = linearAxis({ domain: [0, count], range, count: Math.min(ticks, count) });
  return { ...axis, ticks: axis.ticks.filter(({ value }) => Number.isInteger(value)) };
}
