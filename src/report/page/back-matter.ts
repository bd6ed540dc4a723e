import type { RunRecord } from "../../record/index.ts";
import { formula } from "../formula.ts";
import { type Markup, markup, type Piece, rich } from "../markup.ts";
import { asWritten, exact, typographic, whole } from "../numerals.ts";
import { tablesOf } from "../tables.ts";
import { citations } from "../words/citations.ts";

/** The command, and the hash under which the same run always appears. */
export function repeatSection({ tool, runId, seed, seconds }: RunRecord): Markup {
  return markup`<pre>${tool.command}</pre>
${pairs([
  ["run", markup`<span class="hash">${runId}</span>`],
  [
    "made by",
    `${tool.name} ${tool.version}, engine ${tool.engine}${tool.library === undefined ? "" : ` (${tool.library})`}, ${tool.threads} thread${tool.threads === 1 ? "" : "s"}`,
  ],
  ["seed", asWritten(seed)],
  ["time", typographic(`${Number(seconds.toPrecision(2))} s`)],
])}`;
}

/** What every number above means. */
export function conventionsSection({ conventions, results }: RunRecord): Markup {
  const { network, loss, sampling, logarithm, optimizer, stepSize, parameters, samples, outputs } = conventions;
  const rows: [string, Piece][] = [
    ["network", network],
    ["loss", markup`<code>${loss}</code>`],
    ["optimizer", `${optimizer}, step size ${asWritten(stepSize)}`],
    ["sampling", sampling],
    ["logarithm", logarithm],
    [
      "size",
      `${whole(parameters)} parameters, ${whole(samples)} samples, ${whole(outputs)} output${outputs === 1 ? "" : "s"}`,
    ],
    ...(results.lr ?? []).map(({ convention, factor }): [string, Piece] => [
      "lr",
      `${exact(factor)} × step size with ${convention}`,
    ]),
  ];
  return details("Conventions", pairs(rows), results.mu === null ? null : definitions());
}

export function inputsSection(record: RunRecord): Markup {
  const rows = record.inputs.map(({ path, sha256 }): [string, Piece] => [
    path,
    markup`<span class="hash">sha256 ${sha256}</span>`,
  ]);
  const files = tablesOf(record).map(({ file, rows: count, columns }): [string, Piece] => [
    file,
    `${whole(count)} rows: ${columns.join(", ")}`,
  ]);
  return markup`${rows.length === 0 ? null : details("Inputs", pairs(rows))}${files.length === 0 ? null : details("Data behind the figures", pairs(files))}`;
}

export function citationSection(record: RunRecord): Markup {
  return details("How to cite", markup`<pre>${citations(record)}</pre>`);
}

const legend = rich(
  "H is the Hessian of the loss at this point, λ_i its eigenvalues, H_B that of a batch, ρ a spectral radius; all on the directions that are not flat.",
);

function definitions(): Markup {
  const lines = [
    String.raw`\mu = \max\limits_{\lambda_i \neq 0} \log\lvert 1 - \eta\lambda_i\rvert`,
    String.raw`\lambda = \lim\limits_{t\to\infty} \tfrac{1}{t} \log \bigl\lVert (I-\eta H_{B_t})\cdots(I-\eta H_{B_1}) \bigr\rVert`,
    String.raw`\text{mean square:}\quad \tfrac12 \log \rho\bigl(\mathbb{E}[(I-\eta H_B)\otimes(I-\eta H_B)]\bigr)`,
  ];
  return markup`<div class="formulas">${lines.map((tex) => markup`<div>${formula(tex)}</div>`)}</div><p class="note">${legend}</p>`;
}

function details(summary: string, ...content: readonly Piece[]): Markup {
  return markup`<details><summary>${summary}</summary><div>${content}</div></details>`;
}

function pairs(rows: readonly (readonly [string, Piece])[]): Markup {
  return markup`<dl class="pairs">${rows.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}
