import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderHtml } from "../src/report/index.ts";
import { diagonalKernel } from "./fixtures/records/diagonal-kernel.ts";
import { basins, bifurcation, branches, lyapunov, orbits, training } from "./fixtures/records/dynamics.ts";
import { phaseDiagram } from "./fixtures/records/phase.ts";
import { twoWeights } from "./fixtures/records/two-weights.ts";
import { crossEntropy } from "./fixtures/records/variants.ts";

// LOOK: text in a figure is at least 11 px as seen, on every screen; the page opens from disk, asks for nothing, never scrolls
// sideways, and its figures answer the pointer. Seen through a real browser; skipped where there is none.

const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env["CHROMIUM"] ?? browsers.find(existsSync);
const flags =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

const records = {
  "two weights": twoWeights(),
  digits: diagonalKernel(),
  "cross-entropy": crossEntropy(),
  phase: phaseDiagram({ count: 24 }),
  train: training(),
  bifurcation: bifurcation(60, 20),
  continue: branches(),
  orbits: orbits(),
  basins: basins(30),
  lyapunov: lyapunov(5000),
};

describe.skipIf(executablePath === undefined)("the report in a browser", () => {
  let folder: string;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "separatrix-page-"));
    context = await chromium.launchPersistentContext(join(folder, "profile"), {
      executablePath: executablePath!,
      args: flags.split(" "),
    });
    page = await context.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => problems.push(message.text()));
    page.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) problems.push(request.url());
    });
    for (const [name, record] of Object.entries(records))
      writeFileSync(join(folder, `${name}.html`), renderHtml(record));
  }, 120_000);

  afterAll(async () => {
    await context?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (name: string, width: number, media: "screen" | "print" = "screen") => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ media });
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
  };

  test.each(Object.keys(records))(
    "%s: text in figures is at least 11 px as seen, and nothing overflows",
    async (name) => {
      for (const width of [320, 390, 599, 600, 768, 859, 860, 1280]) {
        await open(name, width);
        const seen = await page.evaluate(() => {
          const shown = [...document.querySelectorAll("svg.figure")].filter(
            (svg) => svg.getClientRects().length > 0,
          ) as SVGSVGElement[];
          const sizes = shown.map((svg) => (13 * svg.getBoundingClientRect().width) / svg.viewBox.baseVal.width);
          const sticksOut = shown.flatMap((svg) => {
            const outer = svg.getBoundingClientRect();
            return [...svg.querySelectorAll("text")]
              .filter((text) => text.textContent !== "")
              .filter(
                (text) =>
                  Math.max(
                    outer.left - text.getBoundingClientRect().left,
                    text.getBoundingClientRect().right - outer.right,
                  ) > 1,
              )
              .map((text) => text.textContent);
          });
          return {
            smallest: Math.min(...sizes),
            sticksOut,
            scroll: document.documentElement.scrollWidth - innerWidth,
          };
        });
        expect(seen.smallest, `at ${width} px`).toBeGreaterThanOrEqual(11);
        expect(seen.sticksOut, `at ${width} px`).toEqual([]);
        expect(seen.scroll, `at ${width} px`).toBeLessThanOrEqual(0);
      }
      expect(problems).toEqual([]);
    },
  );

  test("a click on a cell of a phase diagram shows its λ and the command that computes it", async () => {
    await open("phase", 1000);
    const box = (await page.locator("svg.figure.wide").first().boundingBox())!;
    await page.mouse.click(box.x + 300, box.y + 200);
    const text = (await page.locator(".pinned").textContent())!;
    const [, eta, p, lambda] = /step size η ([\d.]+).*first sample ([\d.]+).*λ (−?[\d.]+)/
      .exec(text)!
      .map((v) => Number(v.replace("−", "-")));
    expect(p! * Math.log(Math.abs(1 - 1.62 * eta!)) + (1 - p!) * Math.log(Math.abs(1 - 12.5 * eta!))).toBeCloseTo(
      lambda!,
      2,
    );
    expect(text).toMatch(
      /\nseparatrix stability two-weights\.yaml --set optimizer\.stepSize=0\.\d+ --set 'data\.weights=\[0\.\d+,0\.\d+\]'$/,
    );
  });

  test("on A4 paper the wide figure keeps 11 px too", async () => {
    await open("two weights", 688, "print"); // 210 mm less two margins of 14 mm
    const size = await page
      .locator("svg.figure.wide")
      .first()
      .evaluate((svg) => (13 * svg.getBoundingClientRect().width) / (svg as SVGSVGElement).viewBox.baseVal.width);
    expect(size).toBeGreaterThanOrEqual(11);
  });

  // At η = 0.3 the two-weight network with s = 2.2 has λ = ½log|1 − 0.81·0.3·2.2| + ½log|1 − 6.25·0.3·2.2| = 0.1872.
  test("the pointer reads values, a drag zooms, Escape restores", async () => {
    await open("two weights", 1000);
    const svg = page.locator("svg.figure.wide").first();
    const readout = page.locator(".readout").first();
    const hint = await readout.textContent();
    const ticks = await svg.locator(".x-axis text").allTextContents();
    const tick = (await svg.locator(".x-axis text", { hasText: /^0\.3$/ }).boundingBox())!;
    const frame = (await svg.boundingBox())!;
    await page.mouse.move(tick.x + tick.width / 2, frame.y + 100);
    const read = /η ([\d.]+).*λ ([\d.]+)/.exec((await readout.textContent())!)!;
    expect(Number(read[1])).toBeCloseTo(0.3, 2);
    expect(Number(read[2])).toBeCloseTo(0.1872, 2);
    await page.mouse.down();
    await page.mouse.move(tick.x + 120, frame.y + 105, { steps: 3 });
    await page.mouse.up();
    expect(await svg.locator(".x-axis text").allTextContents()).not.toEqual(ticks);
    await page.locator("figure").first().press("Escape");
    expect(await svg.locator(".x-axis text").allTextContents()).toEqual(ticks);
    await page.mouse.move(1, 1);
    expect(await readout.textContent()).toBe(hint);
    expect(problems).toEqual([]);
  });

  test("orbits on a branch are read near the pointer; marks keep their size and place when the plot is zoomed", async () => {
    await open("continue", 1000);
    const svg = page.locator("svg.figure.wide").first();
    const readout = page.locator(".readout").first();
    const ring = svg.locator(".pin circle").first();
    const before = (await ring.boundingBox())!;
    const [x, y] = [before.x + before.width / 2, before.y + before.height / 2];
    await page.mouse.move(x, y);
    expect(await readout.textContent()).toMatch(
      /^(2-cycle|fixed point) {3}step size η 0\.[\d]+ {3}norm .* {3}largest multiplier /,
    );
    await page.mouse.move(x - 60, y - 40);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 40, { steps: 3 });
    await page.mouse.up();
    const after = (await ring.boundingBox())!;
    expect(after.width).toBeCloseTo(before.width, 1);
    // It lay in the middle of what is shown now.
    const frame = (await svg.locator(".grid").first().boundingBox())!;
    expect(Math.abs(after.x + after.width / 2 - (frame.x + frame.width / 2))).toBeLessThan(frame.width / 8);
    await page.locator("figure").first().press("Escape");
    expect((await ring.boundingBox())!.x).toBeCloseTo(before.x, 1);
    expect(problems).toEqual([]);
  });
});
