import type { RunRecord } from "../../record/index.ts";
import { figuresOf } from "../figures/figures-of.ts";
import { type Markup, markup, plain, rich, trusted } from "../markup.ts";
import { answer } from "../words/answer.ts";
import { exponentLines } from "../words/exponents.ts";
import { nonsingularityBelow } from "../words/nonsingularity.ts";
import { claimLine } from "../words/reproduction.ts";
import { subject } from "../words/subject.ts";
import { citationSection, conventionsSection, inputsSection, repeatSection } from "./back-matter.ts";
import { figureBlock } from "./figure-block.ts";
import { pageScript, scriptHash } from "./script.ts";
import {
  dynamicsSections,
  hypothesesSection,
  nonsingularitySection,
  numbersBlock,
  warningsSection,
} from "./sections.ts";
import { pageStyle } from "./style.ts";

export interface PageOptions {
  /** One theme for every reader; left out, each sees what their system asks for. */
  readonly theme?: "light" | "dark";
}

/**
 * The report as one HTML file: the answer, the size of it, the picture, why believe it, how to repeat it.
 *
 * It asks nothing of the network, opens from disk, prints, and is readable without its script, which only lets the pointer read and
 * zoom the figures. A content security policy admits that one script by hash, so nothing in the record can run.
 */
export function renderHtml(record: RunRecord, options: PageOptions = {}): string {
  const figures = figuresOf(record);
  const [first, ...others] = figures;
  const headline = answer(record);
  const title = `${plain(headline)} · Separatrix`;
  const body = markup`<main>
<header>
<p class="subject">${subject(record)}</p>
<h1>${rich(headline)}</h1>
${lead(record)}
</header>
${numbersBlock(record)}
${first === undefined ? null : markup`${record.kind === "reproduce" ? markup`<h2>${first.title}</h2>` : null}${figureBlock(first)}`}
${dynamicsSections(record)}
${hypothesesSection(record)}
${nonsingularitySection(record)}
${others.map((figure) => markup`<section><h2>${figure.title}</h2>${figureBlock(figure)}</section>`)}
${warningsSection(record)}
<section>
<h2>How to repeat it</h2>
${repeatSection(record)}
${conventionsSection(record)}
${inputsSection(record)}
${citationSection(record)}
</section>
</main>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '${scriptHash()}'">
<meta name="color-scheme" content="${options.theme ?? "light dark"}">
<meta name="generator" content="Separatrix">
${markup`<title>${title}</title>`.text}
<style>${pageStyle(options.theme)}</style>
</head>
<body>
${body.text}
<script>${pageScript}</script>
</body>
</html>
`;
}

function lead(record: RunRecord): Markup | null {
  const certificate = nonsingularityBelow(record);
  const lines = [exponentLines(record), certificate, claimLine(record)].filter((line) => line !== "");
  if (lines.length === 0) return null;
  return markup`<p class="lead">${trusted(rich(lines.join(" ")).text.replace(/<strong>([^<]{15,})<\/strong>/g, '<strong class="long">$1</strong>'))}</p>`;
}
