import type { RunRecord } from "../../record/index.ts";
import type { Figure } from "../figure/frame.ts";
import { exponentFigure } from "./exponent-figure.ts";
import { phaseFigure } from "./phase-figure.ts";
import { spectrumFigure } from "./spectrum-figure.ts";

/** The figures that a record can be drawn as, the most telling first. */
export function figuresOf(record: RunRecord): readonly Figure[] {
  return [exponentFigure(record), spectrumFigure(record), phaseFigure(record)].filter((figure) => figure !== null);
}
