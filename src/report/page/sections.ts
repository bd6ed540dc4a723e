import type { Hypothesis, NonsingularityResult, RunRecord } from "../../record/index.ts";
import { type Markup, markup, type Piece, rich } from "../markup.ts";
import { asWritten, exact, rough, span, typographic } from "../numerals.ts";
import { dynamicsTables } from "../words/dynamics-tables.ts";
import { hypothesisRow } from "../words/hypotheses.ts";
import { exceptionalText, nonsingularityLine } from "../words/nonsingularity.ts";
import { upperFirst } from "../words/subject.ts";
import { lrConvention, type Threshold, thresholds } from "../words/thresholds.ts";
import { statusMark, verdictMark } from "./icons.ts";

/** The three numbers, each with the verdict on the user's own step size. */
export function numbersBlock(record: RunRecord): Markup | null {
  if (record.results.stableStepSizes === null) return null;
  const at = asWritten(record.conventions.stepSize);
  const cells = thresholds(record).map((threshold) => {
    const { label, verdict, value } = threshold;
    const mark =
      verdict === null || (verdict === "not-applicable" && /^\d/.test(value)) // a threshold, and no exponent of its own
        ? null
        : verdictMark(verdict, verdict === "not-applicable" ? "not applicable" : `${verdict} at ${at}`);
    const size = value.length > 9 ? "value long" : "value";
    const notes = notesOf(threshold, lrConvention(record)).map((note) => markup`<dd>${note}</dd>`);
    return markup`<div><dt>${label}</dt><dd class="${size}">${value}${mark}</dd>${notes}</div>`;
  });
  return markup`<dl class="numbers">${cells}</dl>`;
}

function notesOf({ lr, precision, again }: Threshold, convention: string): readonly string[] {
  const first = lr === "" ? "" : `lr ${lr} with ${convention}`;
  const notes = [
    first,
    precision === "exact" && again !== "" ? "" : precision,
    again === "" ? "" : `and again ${again}`,
  ];
  return notes.filter((note) => note !== "");
}

export function hypothesesSection({ results }: RunRecord): Markup | null {
  if (results.hypotheses === null || results.hypotheses.length === 0) return null;
  return markup`<section><h2>Why you can rely on this</h2>${hypothesesTable(results.hypotheses)}</section>`;
}

/** Orbits, special points and exponents as tables. */
export function dynamicsSections(record: RunRecord): readonly Markup[] {
  return dynamicsTables(record).map(({ title, head, rows }) => {
    const top =
      head.some((cell) => cell !== "") &&
      markup`<thead><tr>${head.map((cell) => markup`<th scope="col">${cell}</th>`)}</tr></thead>`;
    const body = rows.map((row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>`);
    return markup`<section><h2>${title}</h2><div class="scroll"><table>${top}<tbody>${body}</tbody></table></div></section>`;
  });
}

export function warningsSection({ warnings }: RunRecord): Markup | null {
  if (warnings.length === 0) return null;
  const items = warnings.map((warning) => markup`<li>${rich(typographic(warning))}</li>`);
  return markup`<section><h2>Warnings</h2><ul class="plain">${items}</ul></section>`;
}

/** Verdict, reach, theorem, exceptional step sizes, the collapse that was carried out, what is nearest. */
export function nonsingularitySection(record: RunRecord): Markup | null {
  const result = record.results.nonsingularity;
  if (result === null) return null;
  return markup`<section><h2>Non-singularity</h2>
<p>${rich(nonsingularityLine(record))} ${rich(typographic(reasonOf(result)))}</p>
${statement(result)}
${result.hypotheses.length === 0 ? null : hypothesesTable(result.hypotheses)}
${exceptionalTable(result)}
${demonstration(result)}
${nearness(result)}
${assumptions(result)}</section>`;
}

function hypothesesTable(hypotheses: readonly Hypothesis[]): Markup {
  const rows = hypotheses.map(hypothesisRow).map(({ status, label, detail }) => {
    return markup`<tr>${statusMark(status)}<th scope="row">${rich(label)}</th><td>${rich(detail)}</td></tr>`;
  });
  return markup`<table class="hypotheses"><tbody>${rows}</tbody></table>`;
}

function statement({ statement, source, method }: NonsingularityResult): Markup | null {
  if (statement === null) return null;
  return markup`<p class="statement">${rich(statement)}<span class="source">${methodName(method)}${source === null ? null : `, ${source}`}</span></p>`;
}

function methodName(method: string): string {
  return /^([A-Z]\*?|F)$/.test(method) ? `Theorem ${method}` : upperFirst(method);
}

function exceptionalTable({ exceptionalStepSizes, complete, reach }: NonsingularityResult): Markup | null {
  if (exceptionalStepSizes.length === 0) {
    return complete && reach === "every"
      ? null
      : note(
          complete
            ? "There is no exceptional step size."
            : "No exceptional step size is known; the list may be incomplete.",
        );
  }
  const rows = exceptionalStepSizes.map(
    (item) =>
      markup`<tr><th scope="row">${exceptionalText(item)}</th><td>${rich(item.piece)}</td><td>${rich(typographic(item.reason))}</td></tr>`,
  );
  const whole = complete ? "These are all exceptional step sizes." : "There may be others.";
  return markup`<table class="exceptional"><thead><tr><th scope="col">exceptional step size</th><th scope="col">on the piece</th><th scope="col">because</th></tr></thead><tbody>${rows}</tbody></table>${note(whole)}`;
}

function demonstration({ demonstration }: NonsingularityResult): Markup | null {
  if (demonstration === null) return null;
  const { description, coordinate, spreadBefore, spreadAfter } = demonstration;
  const after = spreadAfter === 0 ? "exactly equal" : `${rough(spreadAfter)} apart`;
  return note(
    `Carried out with ${description}: in ${coordinate} they were up to ${rough(spreadBefore)} apart before and are ${after} after.`,
  );
}

function nearness(result: NonsingularityResult): Markup | null {
  const { nearestExceptional, nearestReciprocal, smallestFactor, volumeFactor, deadAtStart, remedy } = result;
  const parts: string[] = [];
  if (nearestExceptional !== null) parts.push(`The nearest exceptional step size is ${exact(nearestExceptional)}.`);
  if (nearestReciprocal !== null) parts.push(`At this point the nearest 1/λ_i is ${exact(nearestReciprocal)}.`);
  if (smallestFactor !== null) parts.push(`The smallest singular value of I − ηH here is ${exact(smallestFactor)}.`);
  if (volumeFactor !== null) parts.push(`One step changes the logarithm of volume here by ${exact(volumeFactor)}.`);
  if (deadAtStart !== null) {
    parts.push(
      `A fresh network starts with its last hidden layer dead with probability ${rough(deadAtStart.value)} (95 %: ${span(...deadAtStart.confidence95)}).`,
    );
  }
  if (remedy !== null) parts.push(`What helps: ${remedy}.`);
  return parts.length === 0 ? null : note(parts.join(" "));
}

function assumptions({ assumptions }: NonsingularityResult): Markup | null {
  if (assumptions.length === 0) return null;
  return markup`<details><summary>Assumptions of the proof</summary><div><ul class="plain">${assumptions.map((item) => markup`<li>${rich(typographic(item))}</li>`)}</ul></div></details>`;
}

function note(...content: readonly Piece[]): Markup {
  return markup`<p class="note">${content.map((piece) => (typeof piece === "string" ? rich(typographic(piece)) : piece))}</p>`;
}

/** The reason as a sentence, unless it only names the theorem that stands below. */
function reasonOf({ reason, method, statement }: NonsingularityResult): string {
  if (reason === "" || reason === `theorem ${method}` || reason === statement) return "";
  return `${upperFirst(reason)}${/[.?]$/.test(reason) ? "" : "."}`;
}
