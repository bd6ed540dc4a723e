import type { RunRecord } from "../record/index.ts";
import { plain } from "./markup.ts";
import { typographic } from "./numerals.ts";
import { answer } from "./words/answer.ts";
import { dynamicsTables, type WordTable } from "./words/dynamics-tables.ts";
import { exponentLines, lambdaText, muText } from "./words/exponents.ts";
import { hypothesisRow } from "./words/hypotheses.ts";
import { nonsingularityBelow } from "./words/nonsingularity.ts";
import { claimLine } from "./words/reproduction.ts";
import { subject } from "./words/subject.ts";
import { lrConvention, type Threshold, thresholds } from "./words/thresholds.ts";

export interface TerminalOptions {
  /** Whether verdicts may be coloured (ANSI); leave it false for a pipe. */
  readonly color: boolean;
  /** Width of the terminal; never more than 100 are used. */
  readonly columns: number;
}

/** The report in the order of the page: the answer, a small table, the hypotheses, the warnings, how to repeat it. */
export function renderTerminal(record: RunRecord, { color, columns }: TerminalOptions): string {
  const width = Math.max(40, Math.min(100, columns));
  const paint = color ? ansi : (text: string) => text;
  const blocks = [
    wrap(subject(record), width),
    paint(wrap(plain(answer(record)), width), "bold"),
    paragraph(record, width),
    thresholdTable(record, width, paint),
    ...dynamicsTables(record).map((table) => wordTable(table, width)),
    hypothesisList(record, width, paint),
    record.warnings.map((warning) => wrap(`Warning: ${typographic(warning)}`, width, "  ")).join("\n"),
    `${wrap(record.tool.command, width, "  ")}\nrun ${record.runId.slice(0, 12)}, seed ${record.seed}`,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

type Paint = (text: string, style: keyof typeof codes) => string;

/** Bold, and the 256-colour neighbours of the two hues. */
const codes = { bold: "1", stable: "38;5;32", unstable: "38;5;166", muted: "2" } as const;

const ansi: Paint = (text, style) => `\u001b[${codes[style]}m${text}\u001b[0m`;

function paragraph(record: RunRecord, width: number): string {
  const lines = [exponentLines(record), nonsingularityBelow(record), claimLine(record)];
  return lines
    .filter((line) => line !== "")
    .map((line) => wrap(plain(line), width))
    .join("\n");
}

/** Columns beside each other; where they do not fit, each row as one wrapped line. */
function wordTable({ head, rows }: WordTable, width: number): string {
  const lines = tableLines([head, ...rows], (text) => text);
  if (lines.every(({ length }) => length <= width)) return lines.map(({ text }) => text).join("\n");
  const isNamed = head.every((cell) => cell !== "");
  const shown = isNamed ? [head, ...rows] : rows;
  return shown.map((row) => wrap(row.filter((cell) => cell !== "").join(", "), width, "  ")).join("\n");
}

/** One line a notion of stability; without the last column where there is no room, stacked where there is none for a table. */
function thresholdTable(record: RunRecord, width: number, paint: Paint): string {
  if (record.results.stableStepSizes === null) return "";
  const convention = lrConvention(record);
  const head = ["", "exponent", "verdict", "stable step sizes", convention === "" ? "" : `lr with ${convention}`];
  const rows = [head, ...thresholds(record).map((threshold) => cellsOf(record, threshold))];
  for (const count of [5, 4]) {
    const lines = tableLines(
      rows.map((row) => row.slice(0, count)),
      paint,
    );
    const beneath = count === 4 && convention !== "" ? `\n${lrLine(record, convention, width)}` : "";
    if (lines.every(({ length }) => length <= width)) return `${lines.map(({ text }) => text).join("\n")}${beneath}`;
  }
  return rows
    .slice(1)
    .map(
      ([name = "", ...cells]) =>
        `${name}\n${wrap(`    ${cells.filter((cell) => cell !== "").join(", ")}`, width, "    ")}`,
    )
    .join("\n");
}

function lrLine(record: RunRecord, convention: string, width: number): string {
  const known = thresholds(record).filter(({ lr }) => lr !== "");
  const parts = known.map(({ label, lr }) => `${lr} (${label.replace("largest stable step, ", "")})`);
  return wrap(`lr with ${convention}: up to ${parts.join(", ")}`, width, "  ");
}

function cellsOf(
  record: RunRecord,
  { name, label, verdict, value, lr, precision, again }: Threshold,
): readonly string[] {
  const exponent = { gd: `μ ${muText(record)}`, meanSquare: "", sgd: `λ ${lambdaText(record)}` }[name];
  const [error = ""] = /^± [^,]*/.exec(precision) ?? [];
  const hasNumber = /^\d/.test(value);
  const isRange = value.includes(" to ");
  const first = hasNumber
    ? `${isRange ? "" : "up to "}${value}${error === "" ? "" : ` ${error}`}`
    : `${value} (${precision})`;
  const sets = again === "" ? first : `${first}, ${again}`;
  return [
    label.replace("largest stable step, ", ""),
    exponent,
    verdict === null || verdict === "not-applicable" ? "" : verdict,
    sets,
    lr === "" || isRange ? lr : `up to ${lr}`,
  ];
}

function tableLines(
  rows: readonly (readonly string[])[],
  paint: Paint,
): readonly { readonly text: string; readonly length: number }[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) => {
    const padded = row.map((cell, i) => cell.padEnd(widths[i]!));
    const length = padded.join("  ").trimEnd().length;
    const verdict = row[2]!;
    if (verdict === "stable" || verdict === "unstable")
      padded[2] = paint(verdict, verdict) + " ".repeat(widths[2]! - verdict.length);
    return { text: padded.join("  ").trimEnd(), length };
  });
}

/** Names and numbers beside each other when all fit, else each number under its name. */
function hypothesisList({ results }: RunRecord, width: number, paint: Paint): string {
  const rows = (results.hypotheses ?? []).map(hypothesisRow);
  const indent = Math.max(0, ...rows.map(({ label }) => label.length)) + 4;
  const isBeside = rows.every(({ detail }) => indent + detail.length <= width);
  return rows
    .map(({ status, mark, label, detail }) => {
      const shown = status === "holds" ? paint(mark, "stable") : status === "fails" ? paint(mark, "unstable") : mark;
      const line = isBeside
        ? `${label.padEnd(indent - 2)}${detail}`
        : `${label}\n${wrap(`    ${detail}`, width, "    ")}`;
      return `${shown} ${line}`;
    })
    .join("\n");
}

/** Breaks at spaces so that no line is longer than `width`; later lines begin with `indent`. A word longer than that stays whole. */
function wrap(text: string, width: number, indent = ""): string {
  const lead = /^ */.exec(text)![0];
  const lines: string[] = [];
  let line = lead;
  for (const word of text.trim().split(" ")) {
    const isEmpty = line === lead || line === indent;
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line += isEmpty ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}
