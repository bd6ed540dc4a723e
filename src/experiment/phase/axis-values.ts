import { type AxisSpec, type RunSpec, withValues } from "../../spec/index.ts";
import { numberAt } from "../descent-maps.ts";
import { InputError } from "../host.ts";

/** The numbers along an axis of a diagram, ascending, each once; whole ones where the path takes whole numbers. */
export function axisValues(axis: AxisSpec, name: string): number[] {
  if ("values" in axis) {
    const wrong = axis.values.findIndex((value) => typeof value !== "number");
    if (wrong < 0) return distinct(axis.values as readonly number[]);
    throw new InputError(`${name}.values[${wrong}]: expected a number, found ${JSON.stringify(axis.values[wrong])}`);
  }
  const { range, count, scale, path } = axis;
  const [lo, hi] = range;
  const spaced = Array.from({ length: count }, (_, i) => {
    if (i === count - 1) return hi;
    return scale === "log" ? lo * (hi / lo) ** (i / (count - 1)) : lo + ((hi - lo) * i) / (count - 1);
  });
  return distinct(whole.test(path) ? spaced.map(Math.round) : spaced);
}

/** The spec with other numbers at some paths, checked; another weight of one sample makes the others share what is left. */
export function withNumbers(spec: RunSpec, numbers: ReadonlyMap<string, number>): RunSpec {
  return withValues(spec, Object.fromEntries([...numbers].map(([path, value]) => assignment(spec, path, value))));
}

/** Paths whose values are counts. */
const whole = /^(batch\.size|seed)$|\.(units|filters|kernel|count|heads|keySize)$/;

function assignment(spec: RunSpec, path: string, value: number): readonly [string, unknown] {
  const [, list, entry] = /^((?:data|objective)\.weights)\[(\d+)\]$/.exec(path) ?? [];
  if (list === undefined) return [path, value];
  const at = Number(entry);
  const old = numberAt(spec, path);
  const weights = ((list === "data.weights" ? spec.data?.weights : spec.objective?.weights) ?? []) as readonly number[];
  const share = old < 1 ? (1 - value) / (1 - old) : Number.NaN;
  const others = (w: number) => (old < 1 ? w * share : (1 - value) / (weights.length - 1));
  return [list, weights.map((w, i) => (i === at ? value : others(w)))];
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
