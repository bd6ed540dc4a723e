import type { Interval } from "./stability-results.ts";
import type { Table } from "./table.ts";

export type PublishedFigureName = "fig1" | "fig3" | "fig4";

/** A published figure, computed again from the experiment behind it. */
export interface ReproductionResult {
  readonly figure: PublishedFigureName;
  /** Where it stands: "Fig. 4 of arXiv 2510.24466". */
  readonly source: string;
  /** What is said about it there, in one sentence of ours. */
  readonly claim: string;
  /** What comes out, in one or two sentences: the answer of the report. */
  readonly finding: string;
  readonly outcome: "confirmed" | "corrected";
  readonly values: readonly ReproducedValue[];
  readonly panels: readonly ReproductionPanel[];
}

/** A number of the figure; `published` is null where none is printed, `exact` is there where a closed form gives it. */
export interface ReproducedValue {
  /** "last s that gradient descent keeps, η = 0.15". */
  readonly name: string;
  readonly published: number | null;
  readonly exact?: number;
  readonly found: number;
}

/** One drawing: curves, dots and bars over a common axis; everything drawn stands in `table`. */
export interface ReproductionPanel {
  /** Names its files: "fig4-left". */
  readonly name: string;
  readonly title: string;
  /** What to see, and what follows from it. */
  readonly caption: string;
  readonly x: PanelAxis;
  readonly y: PanelAxis;
  readonly table: Table;
  readonly series: readonly PanelSeries[];
  /** Bars under the curves. */
  readonly sets: readonly { readonly name: string; readonly intervals: readonly Interval[] }[];
  readonly notes: readonly PanelNote[];
}

export interface PanelAxis {
  /** In words with unit: "sharpness s of the minimum". */
  readonly name: string;
  /** What is shown; null leaves it to the data. */
  readonly range: Interval | null;
}

/** Two columns of the table; an empty cell breaks a line. The first "main" series is the emphasised one. */
export interface PanelSeries {
  readonly name: string;
  readonly x: string;
  readonly y: string;
  readonly kind: "line" | "dots";
  readonly tone: "main" | "other" | "stable" | "unstable";
}

/** A few words at a place of the panel. */
export interface PanelNote {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}
