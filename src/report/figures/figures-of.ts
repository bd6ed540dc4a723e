import type { RunRecord } from "../../record/index.ts";
import type { Figure } from "../figure/frame.ts";
import { bifurcationCurvesFigure } from "./bifurcation-curves-figure.ts";
import { branchFigure } from "./branch-figure.ts";
import { classMap } from "./class-map.ts";
import { exponentFigure } from "./exponent-figure.ts";
import { historyFigure } from "./history-figure.ts";
import { multiplierFigure } from "./multiplier-figure.ts";
import { orbitDiagram } from "./orbit-diagram.ts";
import { panelFigures } from "./panel-figure.ts";
import { phaseFigure } from "./phase-figure.ts";
import { sharpnessFigure } from "./sharpness-figure.ts";
import { spectrumFigure } from "./spectrum-figure.ts";
import { trajectoryFigure } from "./trajectory-figure.ts";

/** The figures that a record can be drawn as, the most telling first. */
export function figuresOf(record: RunRecord): readonly Figure[] {
  return [...panelFigures(record), ...drawings.map((draw) => draw(record)).filter((figure) => figure !== null)];
}

const drawings = [
  exponentFigure,
  phaseFigure,
  trajectoryFigure,
  orbitDiagram,
  branchFigure,
  bifurcationCurvesFigure,
  classMap,
  historyFigure,
  sharpnessFigure,
  multiplierFigure,
  spectrumFigure,
] as const;
