import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { describe, expect, test } from "vitest";

// Strict WebAssembly and our own JavaScript have the same bits on every engine: one digest over the results of the
// compiler (digest.js) from this Node and its two compilers of WebAssembly, from Node 20 and 24, and from Chromium.

const root = fileURLToPath(new URL("../..", import.meta.url));
const script = fileURLToPath(new URL("digest.js", import.meta.url));
const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const browser = process.env["CHROMIUM"] ?? browsers.find(existsSync);
const own = Number(process.versions.node.split(".")[0]);

function run(node: string, ...flags: string[]): string {
  const { status, stdout, stderr } = spawnSync(node, [...flags, script], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

const expected = run(process.execPath);

describe("one digest", () => {
  test("is a digest, the same from both compilers of this Node", () => {
    expect(expected).toMatch(/^[0-9a-f]{64}$/);
    expect(run(process.execPath, "--no-liftoff")).toBe(expected);
    expect(run(process.execPath, "--liftoff-only")).toBe(expected);
  });

  test.each([20, 24].filter((major) => major !== own))("Node %d", (major) => {
    const node = nodeOf(major);
    if (node === null) return skipped(`Node ${major} cannot be installed from the registry`);
    expect(run(node)).toBe(expected);
  });

  test("Chromium", async () => {
    if (browser === undefined) return skipped("there is no Chromium");
    expect(await inBrowser(browser)).toBe(expected);
  });
});

function skipped(reason: string): void {
  process.stdout.write(`skipped a comparison of engines: ${reason}\n`);
}

/** The executable of another Node, from the registry, kept among the temporary files; null when it cannot be had. */
function nodeOf(major: number): string | null {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(tmpdir(), `separatrix-node-${major}`);
  const executable = join(folder, "node_modules", name, "bin", "node");
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true });
    const options = ["--no-save", "--no-audit", "--no-fund", "--fetch-retries=0", "--prefix", folder];
    spawnSync("npm", ["install", ...options, `${name}@${major}`], { timeout: 50_000 });
  }
  return existsSync(executable) ? executable : null;
}

/** Serves the built package to a page of its own origin, from disk, and runs the script there. */
async function inBrowser(executablePath: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "separatrix-engines-"));
  const args = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split(" ");
  const context = await chromium.launchPersistentContext(join(folder, "profile"), { executablePath, args });
  try {
    const page = await context.newPage();
    await page.route("https://separatrix.test/**", (route) => {
      const path = new URL(route.request().url()).pathname;
      if (path === "/")
        return route.fulfill({ contentType: "text/html", body: "<!doctype html><title>engines</title>" });
      return route.fulfill({ contentType: "text/javascript", body: readFileSync(join(root, path)) });
    });
    await page.goto("https://separatrix.test/");
    return await page.evaluate<string>(
      `import("https://separatrix.test/test/cross-engine/digest.js").then(({ digest }) => digest())`,
    );
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
