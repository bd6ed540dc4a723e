import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { diagonalKernel, digitsLike } from "../../test/fixtures/records/diagonal-kernel.ts";
import {
  basins,
  bifurcation,
  branches,
  lyapunov,
  orbits,
  sweep,
  training,
} from "../../test/fixtures/records/dynamics.ts";
import { comparedLaws } from "../../test/fixtures/records/laws.ts";
import { phaseDiagram, walkDiagram } from "../../test/fixtures/records/phase.ts";
import { figureFour } from "../../test/fixtures/records/reproduction.ts";
import { twoWeights } from "../../test/fixtures/records/two-weights.ts";
import {
  averagedCloud,
  collapsing,
  crossEntropy,
  scheduled,
  withoutVerdict,
} from "../../test/fixtures/records/variants.ts";
import { parseRecord, type RunRecord, tableFromCsv } from "../record/index.ts";
import { renderFigures, renderHtml, renderTables, renderTerminal } from "./index.ts";

// What every report must have, whatever the record: one self-contained page, no number that is not one, a title and a description
// for every figure, nothing of the record that could run, and tables that read back bit for bit (DESIGN §5, LOOK).

const records: readonly (readonly [string, RunRecord])[] = [
  ["two weights", twoWeights()],
  ["two weights on an island", twoWeights({ stepSize: 0.5 })],
  ["digits", diagonalKernel()],
  ["undetermined", diagonalKernel({ ...digitsLike, stepSize: 0.2581, halfWidth: 0.0004 })],
  ["cross-entropy", crossEntropy()],
  ["collapsing", collapsing()],
  ["not a minimum", withoutVerdict("not-a-minimum")],
  ["saddle", withoutVerdict("saddle")],
  ["on a kink", withoutVerdict("on-a-kink")],
  ["phase", phaseDiagram({ count: 24 })],
  ["phase where residuals are left", walkDiagram()],
  ["laws", comparedLaws()],
  ["schedule with an average", scheduled()],
  ["average where residuals are left", averagedCloud()],
  ["reproduce", figureFour()],
  ["train", training()],
  ["bifurcation", bifurcation(60, 20)],
  ["continue", branches()],
  ["orbits", orbits()],
  ["basins", basins(30)],
  ["lyapunov", lyapunov(5000)],
  ["sweep", sweep()],
];

test.each(records)("%s: the fixture is a valid record", (_, record) => {
  expect(parseRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
});

test.each(records)("%s: no NaN, undefined or Infinity reaches the reader", (_, record) => {
  for (const text of [
    renderHtml(record),
    renderTerminal(record, { color: false, columns: 100 }),
    ...renderFigures(record).map(({ svg }) => svg),
  ]) {
    expect(withoutScript(text)).not.toMatch(/\bNaN\b|undefined|Infinity|\[object/);
  }
});

test.each(records)("%s: the page asks nothing of the network and holds no duplicate id", (_, record) => {
  const html = withoutScript(renderHtml(record));
  const addresses = [...html.matchAll(/https?:\/\/[^\s"'<)]+/g)].map(([address]) => address);
  expect(addresses.filter((address) => !/^http:\/\/www\.w3\.org\//.test(address))).toEqual([]);
  expect(html).not.toMatch(/<link|<img|@import|url\((?!#)|href="(?!data:image\/png;base64,)/);
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each(records)("%s: every figure has a title and a description that are in it", (_, record) => {
  for (const [svg] of renderHtml(record).matchAll(/<svg [^>]*class="figure.*?<\/svg>/gs)) {
    const [, labels] = /aria-labelledby="([^"]+)"/.exec(svg)!;
    for (const id of labels!.split(" ")) expect(svg).toMatch(new RegExp(`<(title|desc) id="${id}">[^<]{10,}</`));
  }
});

test("the content security policy admits our script and no other", () => {
  const html = renderHtml(twoWeights());
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script]) => script!);
  expect(scripts).toHaveLength(1);
  const hash = createHash("sha256").update(scripts[0]!).digest("base64");
  expect(html).toContain(`script-src 'sha256-${hash}'`);
});

test("a hostile record is shown as text everywhere", () => {
  const evil = `</title></script><script>alert(1)</script><img src=x onerror="alert(1)">" onmouseover='alert(1)' **bold** \`code\``;
  const base = collapsing();
  const { results } = base;
  const record: RunRecord = {
    ...base,
    runId: evil,
    tool: { ...base.tool, command: evil, engine: evil },
    conventions: { ...base.conventions, network: evil, loss: evil, lossName: evil, sampling: evil, optimizer: evil },
    inputs: [{ path: evil, sha256: evil }],
    warnings: [evil],
    results: {
      ...results,
      hypotheses: [{ name: evil, status: "holds", value: 0, reason: evil }],
      lr: [{ ...results.lr![0]!, convention: evil }],
      nonsingularity: {
        ...results.nonsingularity!,
        statement: evil,
        source: evil,
        reason: evil,
        method: evil,
        assumptions: [evil],
      },
    },
  };
  const html = withoutScript(renderHtml(record));
  expect(html).not.toMatch(/<img|<script>alert/i);
  expect(withoutText(html)).not.toMatch(/onerror|onmouseover|alert/);
  for (const { svg } of renderFigures(record)) expect(withoutText(svg)).not.toMatch(/onerror|onmouseover|alert/);
});

test.each([light("light"), light("dark"), light(undefined)])(
  "theme %s is one theme or the reader's own",
  (theme, html) => {
    expect(html.includes("prefers-color-scheme:dark")).toBe(theme === undefined);
    expect(html).toContain(theme === "dark" ? "background:#141619" : "background:#fdfdfc");
  },
);

test.each(records)("%s: tables read back bit for bit", (_, record) => {
  const { curves, spectrum } = record.results;
  const files = new Map(renderTables(record).map(({ file, csv }) => [file, csv]));
  if (curves !== null) expect(tableFromCsv({ ...curves, values: null }, files.get(curves.file)!)).toEqual(curves);
  if (spectrum !== null)
    expect(files.get("data/spectrum.csv")!.split("\n")).toHaveLength(spectrum.eigenvalues.length + 2);
});

test.each(records)("%s: the terminal keeps to its width, and to plain text in a pipe", (_, record) => {
  for (const columns of [48, 80, 100, 240]) {
    const lines = renderTerminal(record, { color: false, columns }).split("\n");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.min(columns, 100));
    expect(lines.join("")).not.toContain("\u001b");
  }
  const colored = renderTerminal(record, { color: true, columns: 100 });
  const stripped = colored.split("\u001b").map((part) => part.replace(/^\[[\d;]*m/, ""));
  expect(stripped.join("")).toBe(renderTerminal(record, { color: false, columns: 100 }));
});

test("figures stand alone: sized, styled, without the page's data", () => {
  const [figure] = renderFigures(twoWeights());
  expect(figure!.svg).toMatch(/^<svg width="844" height="\d+" xmlns="http:\/\/www.w3.org\/2000\/svg"[^>]*><style>/);
  expect(figure!.svg).not.toContain("data-");
});

const said = (record: RunRecord) => renderTerminal(record, { color: false, columns: 100 }).replaceAll("\u00a0", " ");

// THEORY §6: the 2-cycle on the diagonal at η = 0.325 has the multipliers 3 − 2h and 9 − 2(1+h)², h = 3.53·0.325; the logistic map
// at r = 4 the exponent ln 2.
test("the sentences of the dynamics hold the numbers of their records", () => {
  expect(said(orbits())).toContain("Two periodic orbits: one stable, one unstable, one of them proved.");
  expect(said(orbits())).toContain("0.7055, −0.2214");
  expect(said(branches())).toContain("The nearest bifurcation is a flip at\n0.3502.");
  expect(said(lyapunov())).toContain("The motion is chaotic: its largest exponent is 0.69 per step.");
  expect(said(sweep())).toMatch(/0\.15 +5b2f0c6f1d6f {2}stable/);
  expect(said(training())).toContain("settled on a cycle of period 2");
  expect(said(bifurcation())).toContain(
    "At step size 0.24 the late iterates lie on one value; at 0.45 they spread over a cloud.",
  );
  expect(said(basins())).toMatch(/\d+ % of 14.400 starting points die, \d+ % settle on a cycle\./);
});

// THEORY §6: the windows of Fig. 4, and two weights at s = 2.2 under several batch laws.
test("the sentences of stability hold the numbers of their records", () => {
  const said = (record: RunRecord) =>
    renderTerminal(record, { color: false, columns: 100 }).replaceAll("\u00a0", " ").replaceAll("\n", " ");
  expect(said(figureFour())).toContain("It does not hold as it stands.");
  expect(said(figureFour())).toMatch(/SGD keeps s up to, step size 0.15 +9.29711934156/);
  expect(renderFigures(figureFour()).map(({ name }) => name)).toEqual(["fig4-left", "fig4-right"]);
  expect(said(comparedLaws())).toMatch(
    /Of the 6 batch laws compared, all keep it; importance ∝ √\(tr K\) contracts fastest/,
  );
  expect(said(comparedLaws())).toMatch(/importance ∝ √\(tr K\) +−∞ +exact +stable/);
  expect(said(comparedLaws())).toContain("label-balanced batches need labels");
  expect(said(comparedLaws(0.2))).toMatch(/Of the 6 batch laws compared, .*importance/);
  expect(said(scheduled())).toContain("step sizes 0.1, 0.2 in turn");
  expect(said(scheduled())).toMatch(/multiplied by up to 1.5 for gradient descent and 1.2 in the mean square\./);
  expect(said(scheduled())).toContain("holds the pair back to its own exponent, log γ = −0.0010 per step");
  expect(said(averagedCloud())).toContain(
    "The uniform average of t steps has 38/t times the variance of a single iterate.",
  );
  expect(said(walkDiagram())).toMatch(/Linearised, SGD settles around this point in \d+ % of 144 cells/);
});

// A branch followed in another number than the step size: every point has the same step size, so distance is measured in
// that number, from its value in the file.
test("the nearest bifurcation is the nearest in the number that is continued", () => {
  const record = branches();
  const [branch] = record.results.branches!;
  const special = (parameter: number) => ({ ...branch!.specialPoints[0]!, stepSize: 0.325, parameter });
  const moved: RunRecord = {
    ...record,
    spec: {
      ...(record.spec as object),
      optimizer: { type: "gd", stepSize: 0.325, weightDecay: 0.1 },
      continue: { parameter: "optimizer.weightDecay", period: 2 },
    } as RunRecord["spec"],
    results: {
      ...record.results,
      branches: [
        {
          ...branch!,
          points: branch!.points.map((point, i) => ({ ...point, parameter: 0.001 * i })),
          specialPoints: [special(0.02), { ...special(0.09), type: "pitchfork" }, special(0.13)],
        },
      ],
    },
  };
  expect(said(moved)).toMatch(/over weight decay 0 to 0\.\d+\. The nearest bifurcation is a\s+pitchfork at\s+0\.09\./);
});

// A symmetric orbit and its mirror image change at the same value, and the branch born at a pitchfork turns there.
test("each place where orbits change is told once, however many branches pass it", () => {
  const record = branches();
  const [branch] = record.results.branches!;
  const flip = branch!.specialPoints[0]!;
  const near = flip.stepSize * (1 + 1e-12);
  const twin = {
    ...branch!,
    specialPoints: [
      { ...flip, stepSize: near },
      { ...flip, type: "fold" as const },
    ],
  };
  const fork = { ...branch!, specialPoints: [{ ...flip, stepSize: near, type: "pitchfork" as const }] };
  const text = said({ ...record, results: { ...record.results, branches: [branch!, twin, fork] } });
  const table = text.slice(text.indexOf("of the")).split("\n\n")[0]!.split("\n").slice(1);
  expect(table.map((line) => line.trim().split(/ {2,}/)[0])).toEqual(["Flip", "Pitchfork"]);
  const [figure] = renderFigures({ ...record, results: { ...record.results, branches: [branch!, twin, fork] } });
  const names = figure!.svg.match(/(flip|fold|pitchfork) 0\.\d+/g)!;
  expect(new Set(names).size).toBe(names.length);
});

test("a diverged trajectory is neither chaotic nor stable, and unknown exponents make no table", () => {
  const record = lyapunov(100);
  const fate = { kind: "diverged", step: 62, period: null } as const;
  const unknown = record.results.exponents!.map((exponent) => ({ ...exponent, value: null, confidence95: null }));
  const early = said({ ...record, results: { ...record.results, fate, exponents: unknown } });
  expect(early).toContain("The trajectory diverged at step 62, too early for an exponent.");
  expect(early).not.toMatch(/chaotic:|unknown/);
  const late = said({ ...record, results: { ...record.results, fate } });
  expect(late).toContain("The trajectory diverged at step 62, and the exponents are of the steps before.");
});

test("what the answer says is not said again under it", () => {
  const record = collapsing();
  const text = said({ ...record, results: { ...record.results, mu: null, lambda: null, stableStepSizes: null } });
  expect(text.replace(/\s+/g, " ").split("is singular at step size")).toHaveLength(2);
});

test("the same record gives the same report", () => {
  expect(renderHtml(twoWeights())).toBe(renderHtml(twoWeights()));
});

function light(theme: "light" | "dark" | undefined): [string | undefined, string] {
  return [theme, renderHtml(twoWeights(), theme === undefined ? {} : { theme })];
}

function withoutScript(html: string): string {
  return html.replace(/<script>"use strict";.*?<\/script>/s, "");
}

/** Only the tags and their attribute names: what a browser would act on. */
function withoutText(html: string): string {
  return [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""')).join("");
}
