import type { Curve } from "./contender.ts";
import type { Measured, MeasuredRow } from "./measure.ts";
import type { MemoryLine } from "./rows/memory.ts";

export interface Results {
  readonly machine: readonly string[];
  readonly rows: readonly MeasuredRow[];
  readonly memory: readonly MemoryLine[];
  readonly curves: readonly { readonly curve: Curve; readonly points: readonly CurvePoint[] }[];
}

export interface CurvePoint {
  readonly value: number;
  readonly seconds: number;
  readonly flops: number | undefined;
}

/** The measured part of RESULTS.md. */
export function markdown({ machine, rows, memory, curves }: Results): string {
  const summary = rows.map(({ row, own, peer, reached }) => [
    row.name,
    time(own.median),
    peer ? `${time(peer.median)} (${peer.contender.name})` : "",
    peer ? `${ratio(peer.median / own.median)}×` : "",
    row.target,
    reached === null ? "" : reached ? "yes" : "**no**",
  ]);
  return [
    "### Machine",
    "",
    ...machine.map((line) => `- ${line}`),
    "",
    "### Against the rates asked for",
    "",
    ...table(["work", "ours", "best peer", "ratio", "asked", "reached"], summary),
    "",
    "### Every contender",
    "",
    "Medians of blocks run in turns; ± is half the distance between the quartiles. Where the name of a contender is in brackets it is not compared: it works under another contract (a graph kept from an earlier call) or its derivative was written by hand.",
    "",
    ...table(
      ["work", "contender", "time", "±", "note"],
      rows.flatMap(({ row, all }) =>
        all.map((m, i) => [
          i === 0 ? row.name : "",
          label(m),
          time(m.median),
          `${(100 * m.spread).toFixed(0)} %`,
          m.note,
        ]),
      ),
    ),
    "",
    ...(memory.length === 0
      ? []
      : [
          "### Memory against its forecast",
          "",
          ...table(
            ["run", "forecast", "used (peak resident)", "forecast/used"],
            memory.map(({ what, forecast, used }) => [
              what,
              `${(forecast / 1e6).toFixed(0)} MB`,
              `${(used / 1e6).toFixed(0)} MB`,
              (forecast / used).toFixed(2),
            ]),
          ),
          "",
        ]),
    "### How our cost grows",
    "",
    ...curves.flatMap(({ curve, points }) => [
      `${curve.name}:`,
      "",
      ...table(
        [curve.variable, ...points.map(({ value }) => String(value))],
        [
          ["time", ...points.map(({ seconds }) => time(seconds))],
          ...(points.every(({ flops }) => flops !== undefined)
            ? [["GFLOP/s", ...points.map(({ flops, seconds }) => (flops! / seconds / 1e9).toFixed(1))]]
            : []),
        ],
      ),
      "",
    ]),
  ].join("\n");
}

/** One line for the terminal. */
export function line({ row, own, peer, reached }: MeasuredRow): string {
  const against = peer ? `, ${ratio(peer.median / own.median)}× ${peer.contender.name} (${time(peer.median)})` : "";
  const asked = row.target === "" ? "" : `; asked ${row.target}${reached === null ? "" : reached ? ": yes" : ": NO"}`;
  return `${row.name}: ${time(own.median)}${against}${asked}`;
}

function label({ contender: { name, side } }: Measured): string {
  return side === "ours" ? `**${name}**` : side === "peer" ? name : `(${name})`;
}

function ratio(x: number): string {
  return x >= 100 ? x.toFixed(0) : x.toPrecision(2);
}

/** Three digits with a unit. */
export function time(seconds: number): string {
  const [unit, scale] =
    seconds < 1e-6 ? ["ns", 1e9] : seconds < 1e-3 ? ["µs", 1e6] : seconds < 1 ? ["ms", 1e3] : ["s", 1];
  const value = seconds * (scale as number);
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
