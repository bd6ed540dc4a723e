import { type Markup, markup, type Piece } from "../markup.ts";
import type { Axis } from "./axis.ts";

/** A rectangle in pixels; y grows downward, so `top` < `bottom`. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The widths a figure is drawn for: a phone, a tablet, a desk. Text is 13 px in each, so it is never shrunk below 11. */
export const figureWidths = { narrow: 344, medium: 560, wide: 812 } as const;

export type FigureWidth = keyof typeof figureWidths;

/** One figure ready to be placed: `name` names its file, `data` the CSV that holds what is plotted. */
export interface Figure {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly draw: (width: FigureWidth) => Markup;
  /** What the pointer reads, if the figure answers it. */
  readonly readout: Readout | null;
  readonly cells?: CellReadout;
  readonly marks?: MarkReadout;
}

/** What the pointer reads near a mark: its place in the units of the axes, and what is said of it. */
export interface MarkReadout {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly texts: readonly string[];
}

/** What the pointer reads in a map of cells: the row of each cell in the series, and the command that computes one cell. */
export interface CellReadout {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly names: readonly [string, string];
  /** What follows --set for each value of x and of y. */
  readonly settings: readonly [readonly string[], readonly string[]];
  /** rows[j][i] belongs to y[j] and x[i]; −1 where there is no cell. */
  readonly rows: readonly (readonly number[])[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | string | null)[] }[];
  /** The interval of the first series, empty where it has none. */
  readonly lo: readonly (number | null)[];
  readonly hi: readonly (number | null)[];
  /** Without the settings of the cell; empty where no command computes one. */
  readonly command: string;
}

/** Series over one axis for the hover line; null where there is no value. */
export interface Readout {
  readonly x: readonly number[];
  readonly xName: string;
  readonly series: readonly {
    readonly name: string;
    readonly values: readonly (number | null)[];
    readonly lo: readonly (number | null)[] | null;
    readonly hi: readonly (number | null)[] | null;
  }[];
}

/** The plot of a figure as its script needs it: where it lies and what its axes mean. */
export interface Plot {
  readonly box: Box;
  readonly x: Axis;
  readonly y: Axis;
}

/** The <svg> of a figure: sized by its viewBox, with a title and a description for screen readers. */
export function canvas(
  options: {
    readonly id: string;
    readonly width: number;
    readonly height: number;
    readonly title: string;
    readonly description: string;
    readonly plot?: Plot;
  },
  ...content: readonly Piece[]
): Markup {
  const { id, width, height, title, description } = options;
  const { plot } = options;
  const data = plot === undefined ? null : markup` data-plot="${JSON.stringify(plotData(plot))}"`;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="figure" id="${id}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc"${data}><title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc><rect class="ground" width="${width}" height="${height}"/>${content}</svg>`;
}

/** Content that is cut at the edge of `box`. The inner group is what a zoom transforms, along both axes or only along x. */
export function clipped(id: string, box: Box, along: "xy" | "x", ...content: readonly Piece[]): Markup {
  const { left, top, right, bottom } = box;
  return markup`<clipPath id="${id}"><rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/></clipPath><g clip-path="url(#${id})"><g class="zoomed" data-along="${along}">${content}</g></g>`;
}

/** Marks and labels that keep their size and move with the place (x, y) when the plot is zoomed. */
export function pinned(x: number, y: number, ...content: readonly Piece[]): Markup {
  return markup`<g class="pin" data-px="${x}" data-py="${y}">${content}</g>`;
}

/** The pattern of everything undetermined: thin diagonals in ink, on the ground or, when "open", over what lies below. */
export function hatch(id: string, over: "ground" | "open" = "ground"): Markup {
  const ground = over === "ground" ? markup`<rect class="ground" width="5" height="5"/>` : null;
  return markup`<pattern id="${id}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">${ground}<path class="${over === "ground" ? "hatch" : "hatch-open"}" d="M0 0V5"/></pattern>`;
}

function plotData({ box, x, y }: Plot): object {
  const axis = ({ kind, domain, constant }: Axis) => ({ kind, domain, constant });
  return { box, x: axis(x), y: axis(y) };
}
