import type { NumberTree } from "./data-spec.ts";
import type { Complaint } from "./first-complaint.ts";
import { checkLayerNames } from "./layer-names.ts";
import { nearestName } from "./nearest-name.ts";
import type { RunSpec } from "./run-spec.ts";
import { formatPath, leafPaths, parsePath, type ValuePath, valueAt } from "./value-path.ts";
import type { AxisSpec } from "./verb-spec.ts";

/** What the grammar of single keys cannot see: keys that need or exclude one another, lengths that must agree. */
export function crossCheck(spec: RunSpec): Complaint | null {
  return (
    problem(spec) ??
    parameters(spec) ??
    (spec.model === undefined ? null : checkLayerNames(spec.model)) ??
    sampleCounts(spec) ??
    batch(spec) ??
    minimiser(spec) ??
    stability(spec) ??
    axes(spec)
  );
}

function problem(spec: RunSpec): Complaint | null {
  if (spec.objective !== undefined) {
    const other = (["model", "data", "loss"] as const).find((key) => spec[key] !== undefined);
    if (other === undefined) return null;
    return at([], `expected either objective or model, data and loss, found objective together with ${other}`, other);
  }
  if (spec.model === undefined && spec.data === undefined && spec.loss === undefined) {
    return at([], "expected model, data and loss, or objective, found none of them");
  }
  const missing = (["model", "data", "loss"] as const).find((key) => spec[key] === undefined);
  return missing === undefined
    ? null
    : at([missing], `expected ${missing} beside the rest of the problem, found nothing`);
}

function parameters({ objective, parameters }: RunSpec): Complaint | null {
  if (objective === undefined) return null;
  const { parameters: names, samples, weights } = objective;
  const twice = names.findIndex((name, i) => names.indexOf(name) < i);
  if (twice >= 0)
    return at(["objective", "parameters", twice], `expected every name once, found ${names[twice]} again`);
  if (parameters === undefined) {
    return at(["parameters"], `expected { values: [${names.join(", ")}] } for the objective, found nothing`);
  }
  if (!("values" in parameters)) {
    const found = "init" in parameters ? "init" : "file";
    return at([], `expected { values: [${names.join(", ")}] } for an objective, found ${found}`, "parameters");
  }
  if (parameters.values.length !== names.length) {
    const found = `found ${parameters.values.length}`;
    return at(["parameters", "values"], `expected ${many(names.length, "number")} (${names.join(", ")}), ${found}`);
  }
  return weights === undefined ? null : distribution(weights, samples.length, ["objective", "weights"]);
}

function sampleCounts({ data }: RunSpec): Complaint | null {
  if (data === undefined) return null;
  const { inputs, targets, weights, samples } = data;
  if ("labels" in targets && Array.isArray(targets.labels)) {
    const labels = targets.labels as readonly number[];
    const wrong = labels.findIndex((label) => label >= targets.classes);
    if (wrong >= 0) {
      const path = ["data", "targets", "labels", wrong];
      return at(path, `expected a class in 0..${targets.classes - 1}, found ${labels[wrong]}`);
    }
  }
  const count = isTree(inputs) ? inputs.length : null;
  const targetList = isTree(targets)
    ? targets
    : "labels" in targets && Array.isArray(targets.labels)
      ? targets.labels
      : null;
  if (count !== null && targetList !== null && targetList.length !== count) {
    const path = isTree(targets) ? ["data", "targets"] : ["data", "targets", "labels"];
    return at(path, `expected ${many(count, "target")}, one for each sample, found ${targetList.length}`);
  }
  if (count !== null && samples !== undefined && samples.count > count) {
    return at(
      ["data", "samples", "count"],
      `expected at most the ${many(count, "sample")} of the data, found ${samples.count}`,
    );
  }
  return isTree(weights) ? distribution(weights as readonly number[], count, ["data", "weights"]) : null;
}

/** A list of probabilities: of the right length, and adding up to 1 within 1e-9. */
function distribution(p: readonly number[], count: number | null, path: ValuePath): Complaint | null {
  if (count !== null && p.length !== count) {
    return at(path, `expected ${many(count, "weight")}, one for each sample, found ${p.length}`);
  }
  const sum = p.reduce((total, value) => total + value, 0);
  return Math.abs(sum - 1) <= 1e-9 ? null : at(path, `expected weights that add up to 1, found a sum of ${sum}`);
}

function batch(spec: RunSpec): Complaint | null {
  const { law, size, importance } = spec.batch;
  const count = knownSampleCount(spec);
  if (Array.isArray(importance)) {
    const complaint = distribution(importance, count, ["batch", "importance"]);
    if (complaint !== null) return complaint;
  }
  if (law === "with-replacement") return null;
  if (importance !== undefined) {
    return at(["batch", "law"], `expected with-replacement, which importance needs, found ${law}`);
  }
  const weights = spec.objective?.weights ?? spec.data?.weights;
  if (isTree(weights) && weights.some((p) => Math.abs((p as number) * weights.length - 1) > 1e-9)) {
    return at(["batch", "law"], `expected with-replacement, which weights other than 1/m need, found ${law}`);
  }
  if (count !== null && size > count && law !== "antithetic") {
    return at(
      ["batch", "size"],
      `expected at most the ${many(count, "sample")} of the data under the law ${law}, found ${size}`,
    );
  }
  return null;
}

function knownSampleCount({ objective, data }: RunSpec): number | null {
  if (objective !== undefined) return objective.samples.length;
  if (data?.samples !== undefined) return data.samples.count;
  return data !== undefined && isTree(data.inputs) ? data.inputs.length : null;
}

function minimiser({ minimize }: RunSpec): Complaint | null {
  if (minimize?.stepSize === undefined || minimize.method === "gd") return null;
  return at(["minimize", "stepSize"], `expected a step size only with method: gd, found one with ${minimize.method}`);
}

function stability({ stability }: RunSpec): Complaint | null {
  if (stability.maxSteps >= stability.steps) return null;
  return at(["stability", "maxSteps"], `expected at least steps (${stability.steps}), found ${stability.maxSteps}`);
}

function axes(spec: RunSpec): Complaint | null {
  const { phase, sweep, bifurcation } = spec;
  const named: [ValuePath, string][] = [];
  const axis = (path: ValuePath, { path: target }: AxisSpec) => named.push([[...path, "path"], target]);
  if (phase !== undefined) {
    axis(["phase", "x"], phase.x);
    axis(["phase", "y"], phase.y);
  }
  for (const [i, entry] of (sweep?.axes ?? []).entries()) axis(["sweep", "axes", i], entry);
  if (spec.continue !== undefined) named.push([["continue", "parameter"], spec.continue.parameter]);
  if (bifurcation !== undefined) named.push([["bifurcation", "parameter"], bifurcation.parameter]);
  for (const [path, target] of named) {
    const complaint = unknownPath(spec, target);
    if (complaint !== null) return at(path, complaint);
  }
  return null;
}

/** "expected the path of a value in this file, found …; did you mean …?", or null when `text` names one. */
function unknownPath(spec: RunSpec, text: string): string | null {
  const path = parsePath(text);
  if (path !== null && valueAt(spec, path) !== undefined) return null;
  const near = nearestName(text, leafPaths(spec).slice(0, 2000).map(formatPath));
  const hint = near === null ? "" : `; did you mean ${near}?`;
  return `expected the path of a value in this file, found ${JSON.stringify(text)}${hint}`;
}

function isTree(value: unknown): value is NumberTree {
  return Array.isArray(value);
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function at(path: ValuePath, message: string, key?: string): Complaint {
  return key === undefined ? { path, message } : { path, key, message };
}
