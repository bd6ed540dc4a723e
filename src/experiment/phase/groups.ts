import type { PhaseSpec, RunSpec } from "../../spec/index.ts";
import type { Experiment } from "../answer.ts";
import { lawFrom, lawOptions } from "../batch-law.ts";
import { constantStepSize } from "../constant-step-size.ts";
import { requireFiniteSteps } from "../flat.ts";
import { InputError } from "../host.ts";
import { axisValues, withNumbers } from "./axis-values.ts";
import { type LocalProblem, localProblem } from "./local-problem.ts";

/** More cells than anyone looks at. */
const mostCells = 1e6;

/** The numbers along both axes. */
export interface Plane {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly columns: number;
  readonly rows: number;
  readonly paths: readonly [string, string];
}

/** @throws InputError for one path twice, or too many cells. */
export function planeOf({ x, y }: PhaseSpec): Plane {
  if (x.path === y.path) throw new InputError(`phase.y.path: expected another path than that of x, found ${y.path}`);
  const [across, up] = [axisValues(x, "phase.x"), axisValues(y, "phase.y")];
  if (across.length * up.length > mostCells) {
    throw new InputError(`phase: expected at most ${mostCells} cells, found ${across.length} × ${up.length}`);
  }
  return { x: across, y: up, columns: across.length, rows: up.length, paths: [x.path, y.path] };
}

/** Cells that differ in nothing but the step size. */
export interface Group {
  readonly spec: RunSpec;
  readonly local: LocalProblem;
  /** Cell number and step size. */
  readonly cells: Map<number, number>;
}

const stepSizePath = "optimizer.stepSize";

/**
 * The cells of a diagram by minimum, batch law and rule; a minimum that several share is gone to
 * once, and kept in `locals`.
 */
export function groupsOf(
  experiment: Experiment,
  { x, y, columns, paths }: Plane,
  locals: Map<string, LocalProblem>,
): Group[] {
  const { spec, tick } = experiment;
  const base = localProblem(experiment, spec, null);
  locals.set("", base);
  const groups = new Map<string, Group>();
  y.forEach((row, j) => {
    x.forEach((column, i) => {
      const numbers = new Map([
        [paths[0], column],
        [paths[1], row],
      ]);
      const own = numbers.get(stepSizePath);
      numbers.delete(stepSizePath);
      const key = [...numbers].join();
      let group = groups.get(key);
      if (group === undefined) {
        tick("problems of the diagram", (j * columns + i) / (columns * y.length));
        const changed = withNumbers(spec, numbers);
        const problemKey = [...numbers].filter(([path]) => changesProblem(path)).join();
        const local = locals.get(problemKey) ?? localProblem(experiment, changed, base);
        locals.set(problemKey, local);
        lawFrom(lawOptions(changed, local.problem, local.labels, local.traces), spec.seed); // said at once
        group = { spec: changed, local, cells: new Map() };
        groups.set(key, group);
      }
      const stepSize = own ?? constantStepSize(group.spec, "phase");
      requireFiniteSteps([stepSize], steepest(group.local));
      group.cells.set(j * columns + i, stepSize);
    });
  });
  if (paths.includes(stepSizePath))
    for (const eta of [paths[0] === stepSizePath ? x : y].flat()) checkStepSize(spec, eta);
  return [...groups.values()];
}

/** At least the sharpness of every sample. */
function steepest({ curvature, traces, eigenvalues }: LocalProblem): number {
  const sizes = curvature === null ? Array.from(eigenvalues ?? [], Math.abs) : [...traces!];
  return sizes.reduce((largest, size) => Math.max(largest, size), 0);
}

/** Everything but the rule and the batches; weight decay moves the minimum. */
function changesProblem(path: string): boolean {
  return !/^(optimizer\.(momentum|dampening)|batch\.)/.test(path);
}

function checkStepSize(spec: RunSpec, stepSize: number): void {
  if (!(stepSize > 0)) withNumbers(spec, new Map([[stepSizePath, stepSize]]));
}
