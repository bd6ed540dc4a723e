/** The name of a path of the experiment file on an axis: "step size η" for optimizer.stepSize. */
export function axisName(path: unknown, fallback: string): string {
  if (typeof path !== "string" || path === "") return fallback;
  const known = names[path];
  if (known !== undefined) return known;
  const last = path.split(".").at(-1)!;
  return last.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

const names: Readonly<Record<string, string>> = {
  "optimizer.stepSize": "step size η",
  "batch.size": "batch size",
  "optimizer.momentum": "momentum β",
  "optimizer.weightDecay": "weight decay",
  "loss.scale": "loss scale κ",
  "data.weights[0]": "probability of the first sample",
};

/** The value at a path of plain data, or undefined: `at(spec, "phase.x.path")`. */
export function at(data: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce(
      (value: unknown, key) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      data,
    );
}
