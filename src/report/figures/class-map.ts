import { type Cell, columnOf, type RunRecord, type Table } from "../../record/index.ts";
import { horizontalAxis, linearAxis, roomForLabels, verticalAxis } from "../figure/axis.ts";
import { categorical, fateColours, type Rgb, singularColour } from "../figure/colour-scales.ts";
import { type Box, canvas, clipped, type Figure, type FigureWidth, figureWidths, hatch } from "../figure/frame.ts";
import { cellImage, cellPath, type Grid, gridOf, paddedDomain } from "../figure/grid.ts";
import { label, type Obstacles, type Spot } from "../figure/labels.ts";
import { polygons, polylinePath } from "../figure/marks.ts";
import { type Markup, markup } from "../markup.ts";
import { nbsp, whole } from "../numerals.ts";
import { answer } from "../words/answer.ts";
import { at } from "../words/axis-name.ts";
import { listOf } from "./columns.ts";

/** Basins or regions: each point of a plane coloured by what becomes of it or by the piece it lies on; diverged points have a texture of their own. */
export function classMap(record: RunRecord): Figure | null {
  const kind = record.results.basins !== null ? "basins" : "regions";
  const table = record.results[kind];
  if (table === null || table.values === null || table.rows === 0) return null;
  const map = mapOf(table);
  const names = ["x", "y"].map((axis) => axisTitle(at(record.spec, `${kind}.${axis}.index`), axis));
  return {
    name: kind,
    title: kind === "basins" ? "What becomes of each starting point" : "Regions of the plane",
    caption: caption(map, table),
    draw: (width) => draw(record, map, { kind, xName: names[0]!, yName: names[1]! }, width),
    readout: null,
    cells: {
      x: map.grid.x,
      y: map.grid.y,
      names: [names[0]!, names[1]!],
      settings: [[], []],
      rows: map.grid.y.map((_, j) => map.grid.x.map((__, i) => map.grid.rowAt(i, j))),
      series: [
        { name: kind === "basins" ? "fate" : "region", values: map.classOf },
        ...(columnOf(table, "steps") === undefined ? [] : [{ name: "steps", values: listOf(table, "steps") }]),
      ],
      lo: [],
      hi: [],
      command: "",
    },
  };
}

interface ClassMap {
  readonly grid: Grid;
  /** The class of each row as a text, and all classes, the most frequent first. */
  readonly classOf: readonly string[];
  readonly classes: readonly { readonly name: string; readonly count: number; readonly colour: Rgb | null }[];
}

function mapOf(table: Table): ClassMap {
  const index = table.columns.indexOf("class");
  const classOf = table.values!.map((row) => className(row[index] ?? null));
  const counts = new Map<string, number>();
  for (const name of classOf) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b, "en", { numeric: true }));
  const coloured = names.filter(([name]) => name !== "diverged");
  const classes = names.map(([name, count]) => {
    const rank = coloured.findIndex(([other]) => other === name);
    const own = name.endsWith(", singular") ? singularColour : fateColours[name];
    const colour = name === "diverged" ? null : (own ?? categorical(rank, coloured.length));
    return { name, count, colour };
  });
  return { grid: gridOf(table), classOf, classes };
}

function draw(
  record: RunRecord,
  map: ClassMap,
  words: { readonly kind: string; readonly xName: string; readonly yName: string },
  size: FigureWidth,
): Markup {
  const width = figureWidths[size];
  const narrow = size !== "wide";
  const id = `${words.kind}-${size}`;
  const [top, bottom] = [28, narrow ? 308 : 428];
  const y = linearAxis({ domain: paddedDomain(map.grid.y, false), range: [bottom, top], count: 6 });
  const left = roomForLabels(y);
  const plot: Box = { left, top, right: narrow ? width - 12 : Math.min(width - 150, left + 560), bottom };
  const axes = {
    x: linearAxis({ domain: paddedDomain(map.grid.x, false), range: [plot.left, plot.right], count: narrow ? 4 : 7 }),
    y,
  };
  const colours = new Map(map.classes.map(({ name, colour }) => [name, colour]));
  const isDiverged = (row: number) => map.classOf[row] === "diverged";
  const obstacles: Obstacles = { curves: [], boxes: [], bounds: plot };
  return canvas(
    {
      id,
      width,
      height: bottom + 44,
      title: words.kind === "basins" ? "What becomes of each starting point" : "Regions of the plane",
      description: `${answer(record)} ${map.classes.map(({ name }) => name).join(", ")}`,
      plot: { box: plot, ...axes },
    },
    hatch(`${id}-hatch`),
    clipped(
      `${id}-plot`,
      plot,
      "xy",
      cellImage(map.grid, axes, plot, (row) => colours.get(map.classOf[row]!) ?? null),
      markup`<path fill="url(#${id}-hatch)" d="${polygons(cellPath(map.grid, axes, isDiverged))}"/>`,
    ),
    edgesOf(record, axes, `${id}-plot`),
    markup`<rect class="frame" x="${plot.left}" y="${plot.top}" width="${plot.right - plot.left}" height="${plot.bottom - plot.top}"/>`,
    horizontalAxis(axes.x, { y: bottom + 2, marksAt: bottom, title: words.xName, titleBelow: true, width }),
    verticalAxis(y, { left: plot.left, right: plot.left, title: words.yName, titleY: 13 }),
    map.classes
      .slice(0, 12)
      .map(({ name }) => label([name], spotsWithin(map, name, axes), obstacles, "map-label strong")),
  );
}

/** The kinks between pieces, from their own table: exact where the grid lines cross them. */
function edgesOf(
  { results: { regionEdges } }: RunRecord,
  axes: { readonly x: { at(v: number): number }; readonly y: { at(v: number): number } },
  plot: string,
): Markup | null {
  if (regionEdges === null || regionEdges.values === null) return null;
  const segments = regionEdges.values.map((row) => {
    const [x1, y1, x2, y2] = row.map(Number) as [number, number, number, number];
    return [
      [axes.x.at(x1), axes.y.at(y1)],
      [axes.x.at(x2), axes.y.at(y2)],
    ] as const;
  });
  return markup`<g clip-path="url(#${plot})"><path class="map-line" d="${polylinePath(segments)}"/></g>`;
}

/** Places in a class, those with most of their own kind around them first. */
function spotsWithin(
  { grid, classOf }: ClassMap,
  name: string,
  axes: { readonly x: { at(v: number): number }; readonly y: { at(v: number): number } },
): readonly Spot[] {
  const stride = Math.max(1, Math.floor(Math.max(grid.x.length, grid.y.length) / 24));
  const reach = [-6, -3, 0, 3, 6].map((k) => k * Math.max(1, Math.round(grid.x.length / 60)));
  const found: { spot: Spot; room: number }[] = [];
  for (let j = 0; j < grid.y.length; j += stride) {
    for (let i = 0; i < grid.x.length; i += stride) {
      if (classAt(grid, classOf, i, j) !== name) continue;
      const room = reach
        .flatMap((di) => reach.map((dj) => classAt(grid, classOf, i + di, j + dj)))
        .filter((other) => other === name).length;
      found.push({ spot: { x: axes.x.at(grid.x[i]!), y: axes.y.at(grid.y[j]!) + 4.5, anchor: "middle" }, room });
    }
  }
  return found.sort((a, b) => b.room - a.room).map(({ spot }) => spot);
}

function classAt(grid: Grid, classOf: readonly string[], i: number, j: number): string | undefined {
  if (i < 0 || j < 0 || i >= grid.x.length || j >= grid.y.length) return undefined;
  return classOf[grid.rowAt(i, j)];
}

function className(cell: Cell): string {
  return cell === null ? "unknown" : String(cell);
}

function axisTitle(index: unknown, axis: string): string {
  return typeof index === "number" ? `θ[${index}]` : axis;
}

function caption({ classes }: ClassMap, { rows }: Table): string {
  const shares = classes.slice(0, 6).map(({ name, count }) => `${name} ${((100 * count) / rows).toFixed(1)}${nbsp}%`);
  const rest = classes.length > 6 ? ` and ${whole(classes.length - 6)} more` : "";
  const diverged = classes.some(({ name }) => name === "diverged") ? " Hatched points diverge." : "";
  return `Of ${whole(rows)} points: ${shares.join(", ")}${rest}.${diverged}`;
}
