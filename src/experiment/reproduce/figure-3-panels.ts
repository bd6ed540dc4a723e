import type { OrbitDiagram } from "../../dynamics/index.ts";
import { type ReproductionPanel, type Table, tableOf } from "../../record/index.ts";

type Column = (number | null)[];

/** The minima θ₁θ₂ = 1: those with s = θ₁² + θ₂² < 2/(3.53η) are kept at step size η. */
export function minimaPanel([small, large]: readonly number[], scale: number): ReproductionPanel {
  const limit = 2 / (scale * small);
  const count = 161;
  const u = Array.from({ length: count }, (_, i) => 2 ** (-1 + (2 * i) / (count - 1)));
  const isKept = u.map((x) => x * x + 1 / (x * x) < limit);
  const masked = (keep: boolean) => u.map((x, i) => (isKept[i] === keep ? 1 / x : null));
  return {
    name: "fig3-left",
    title: "Which minima gradient descent keeps",
    caption: `All minima lie on θ₁θ₂ = 1. At step size ${small} those with θ₁² + θ₂² < ${short(limit)} are stable (blue); at ${large} the bound is ${short(2 / (scale * large))}, below the 2 that every minimum has at least: none is.`,
    x: { name: "first weight θ₁", range: [0.45, 2.05] },
    y: { name: "second weight θ₂", range: [0.45, 2.05] },
    table: tableOf("data/fig3-left.csv", { theta1: u, kept: masked(true), left: masked(false) }),
    series: [
      { name: `kept at step size ${small}`, x: "theta1", y: "kept", kind: "line", tone: "stable" },
      { name: "left at both", x: "theta1", y: "left", kind: "line", tone: "unstable" },
    ],
    sets: [],
    notes: [],
  };
}

/** The two runs in the plane of the weights. */
export function trajectoryPanel([converging, cycling]: readonly (readonly Float64Array[])[]): ReproductionPanel {
  const last = cycling.slice(-2);
  const table = padded("data/fig3-right.csv", {
    convergingTheta1: converging.map(([u]) => u),
    convergingTheta2: converging.map(([, v]) => v),
    cyclingTheta1: cycling.map(([u]) => u),
    cyclingTheta2: cycling.map(([, v]) => v),
    cycleTheta1: last.map(([u]) => u),
    cycleTheta2: last.map(([, v]) => v),
  });
  return {
    name: "fig3-right",
    title: "Two runs from (1.48, 1/1.48 + 0.1)",
    caption:
      "Step size 0.25 (grey) ends on a minimum, 0.325 (black) on a 2-cycle of two balanced networks, neither of which is a minimum.",
    x: { name: "first weight θ₁", range: null },
    y: { name: "second weight θ₂", range: null },
    table,
    series: [
      { name: "2-cycle", x: "cycleTheta1", y: "cycleTheta2", kind: "dots", tone: "stable" },
      { name: "step size 0.325", x: "cyclingTheta1", y: "cyclingTheta2", kind: "line", tone: "main" },
      { name: "step size 0.25", x: "convergingTheta1", y: "convergingTheta2", kind: "line", tone: "other" },
    ],
    sets: [],
    notes: [],
  };
}

export interface Landmarks {
  readonly flips: readonly number[];
  readonly fold: number;
  readonly death: number;
  readonly scale: number;
}

/** Late iterates over the step size, with the closed forms of the minimum and the 2-cycle. */
export function cascadePanel(diagram: OrbitDiagram, { flips, fold, death, scale }: Landmarks): ReproductionPanel {
  const kept = distinct(diagram);
  const etas = Array.from({ length: 161 }, (_, i) => 0.24 + ((death - 0.24) * i) / 160);
  const cycle = etas.map((eta) => {
    const h = scale * eta;
    if (eta < flips[1]) return null; // while it is stable, the iterates lie on it
    const r = (1 + h + Math.sqrt((1 + h) ** 2 - 4)) / 2;
    return { low: 1 / Math.sqrt(h * r), high: Math.sqrt(r / h) };
  });
  const table = padded("data/fig3-cascade.csv", {
    stepSize: etas,
    minimum: etas.map((eta) => (eta < flips[0] ? null : 1)),
    cycleLow: cycle.map((points) => points?.low ?? null),
    cycleHigh: cycle.map((points) => points?.high ?? null),
    iterateStepSize: kept.map(({ eta }) => eta),
    iterate: kept.map(({ value }) => value),
  });
  return {
    name: "fig3-cascade",
    title: "What happens beyond: periods double, chaos, death",
    caption: `Dots are late iterates of θ₁ from near the balanced minimum; orange lines the closed forms of the minimum and the 2-cycle, which go on where they are unstable. Periods double at ${flips.slice(0, 3).map(short).join(", ")}, …; period 3 is born at ${short(fold)}; from ${short(death)} on the largest iterate is sent into the dead piece.`,
    x: { name: "step size η", range: [0.24, 0.47] },
    y: { name: "first weight θ₁", range: null },
    table,
    series: [
      { name: "minimum", x: "stepSize", y: "minimum", kind: "line", tone: "unstable" },
      { name: "2-cycle", x: "stepSize", y: "cycleHigh", kind: "line", tone: "unstable" },
      { name: "2-cycle", x: "stepSize", y: "cycleLow", kind: "line", tone: "unstable" },
      { name: "late iterates", x: "iterateStepSize", y: "iterate", kind: "dots", tone: "main" },
    ],
    sets: [],
    notes: [{ x: 0.462, y: 0.1, text: "death" }],
  };
}

/** Values nearer to each other than a 400th of their range look like one and are kept once. */
function distinct({ parameter, value }: OrbitDiagram): { readonly eta: number; readonly value: number }[] {
  const seen = new Set<string>();
  const [lo, hi] = [Math.min(...value), Math.max(...value)];
  return parameter.flatMap((eta, i) => {
    const key = `${eta} ${Math.round((400 * (value[i] - lo)) / (hi - lo))}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ eta, value: value[i] }];
  });
}

/** Columns of different lengths, filled up with empty cells. */
function padded(file: string, columns: Readonly<Record<string, readonly (number | null)[]>>): Table {
  const rows = Math.max(...Object.values(columns).map(({ length }) => length));
  const filled = Object.entries(columns).map(([name, values]): [string, Column] => [
    name,
    Array.from({ length: rows }, (_, i) => values[i] ?? null),
  ]);
  return tableOf(file, Object.fromEntries(filled));
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
