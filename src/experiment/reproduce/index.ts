import type { FigureName } from "../../spec/index.ts";
import type { Answer, Experiment } from "../answer.ts";
import { InputError } from "../host.ts";
import { figure1 } from "./figure-1.ts";
import { figure3 } from "./figure-3.ts";
import { figure4 } from "./figure-4.ts";
import type { PublishedFigure } from "./published-figure.ts";

const figures: Partial<Record<FigureName, PublishedFigure>> = { fig1: figure1, fig3: figure3, fig4: figure4 };

/** The text of the experiment behind a published figure. @throws InputError for a figure that is not known. */
export function publishedExperiment(name: string): string {
  return figureOf(name).experiment;
}

/** The figure that the experiment names, computed again. */
export function reproduce(experiment: Experiment): Answer {
  const { spec } = experiment;
  if (!spec.reproduce) throw new InputError("reproduce: expected { figure: … } in the file, found nothing");
  return figureOf(spec.reproduce.figure).reproduce(experiment);
}

function figureOf(name: string): PublishedFigure {
  const figure = Object.hasOwn(figures, name) ? figures[name as FigureName] : undefined;
  if (figure) return figure;
  throw new InputError(`reproduce: expected ${Object.keys(figures).join(", ")}, found ${JSON.stringify(name)}`);
}
