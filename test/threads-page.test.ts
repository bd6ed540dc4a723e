import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileObjective, wasmEngine } from "../src/compile/index.ts";
import { networkProblem } from "../src/network/index.ts";
import { createRng } from "../src/numeric/index.ts";

// The built program in a page: on two threads of one memory where the page is isolated, on one where it is not, always
// with the bits of Node. Seen through a real browser; skipped where there is none.

const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env["CHROMIUM"] ?? browsers.find(existsSync);
const flags =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

const root = fileURLToPath(new URL("..", import.meta.url));
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** Serves the built program and the page's scripts; below /isolated with the headers that allow shared memory. */
function serve(): Promise<Server> {
  const server = createServer(({ url = "/" }, response) => {
    const isPage = url === "/isolated" || url === "/plain";
    const file = url.startsWith("/dist/") ? join(root, url) : join(root, "test/fixtures/threads-page", url);
    const body = isPage ? `<script type="module" src="/page.js"></script>` : existsSync(file) && readFileSync(file);
    const type = isPage ? "text/html" : "text/javascript";
    response.writeHead(body === false ? 404 : 200, { "Content-Type": type, ...(url !== "/plain" && isolation) });
    response.end(body || "");
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

const rng = createRng(9, "page");
const values = (n: number, scale = 1) => Array.from({ length: n }, () => scale * rng.normal());
const layers = [40, 30, 4].map((units, i) => ({ type: "dense", units, ...(i < 2 && { activation: "tanh" }) }));
const plain = {
  model: { input: [20], layers },
  loss: { type: "mse", scale: 0.5 },
  data: { inputs: values(64 * 20), targets: values(64 * 4), sampleCount: 64 },
  theta: values(20 * 40 + 40 + 40 * 30 + 30 + 30 * 4 + 4, 0.1),
  v: values(20 * 40 + 40 + 40 * 30 + 30 + 30 * 4 + 4),
};

describe.skipIf(executablePath === undefined)("threads in a page", () => {
  let folder: string;
  let context: BrowserContext;
  let server: Server;

  beforeAll(async () => {
    server = await serve();
    folder = mkdtempSync(join(tmpdir(), "separatrix-threads-"));
    const options = { executablePath: executablePath!, args: flags.split(" ") };
    context = await chromium.launchPersistentContext(join(folder, "profile"), options);
  }, 120_000);

  afterAll(async () => {
    await context?.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (path: string) => {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    await page.waitForFunction("window.ready");
    return page;
  };

  const inNode = () => {
    const { inputs, targets, sampleCount } = plain.data;
    const data = { inputs: Float64Array.from(inputs), targets: Float64Array.from(targets), sampleCount };
    const problem = networkProblem(plain.model as never, plain.loss as never, data);
    const objective = compileObjective(problem, wasmEngine);
    const [theta, v] = [Float64Array.from(plain.theta), Float64Array.from(plain.v)];
    const [gradient, hvp] = [new Float64Array(theta.length), new Float64Array(theta.length)];
    objective.gradient(theta, gradient);
    objective.hvp(theta, v, hvp);
    return { gradient: [...gradient], hvp: [...hvp] };
  };

  const inPage = async (path: string) => {
    const page = await open(path);
    const found = await page.evaluate(async (given: typeof plain) => {
      const { inputs, targets, sampleCount } = given.data;
      const data = { inputs: Float64Array.from(inputs), targets: Float64Array.from(targets), sampleCount };
      const experiment = { ...given, data, theta: Float64Array.from(given.theta), v: Float64Array.from(given.v) };
      return (window as unknown as { compute(e: unknown): Promise<Found> }).compute(experiment);
    }, plain);
    await page.close();
    return found;
  };

  test("isolated: two threads, and the bits of Node", async () => {
    const { others, ...found } = await inPage("/isolated");
    expect(found).toEqual(inNode());
    expect(others).toBeGreaterThan(0);
  });

  test("not isolated: one thread, and the bits of Node", async () => {
    const { others, ...found } = await inPage("/plain");
    expect(found).toEqual(inNode());
    expect(others).toBe(0);
  });

  test("the thread of the page itself must not wait, so it commands no crew", async () => {
    const page = await open("/isolated");
    expect(await page.evaluate("window.inPage()")).toBeNull();
  });
});

interface Found {
  readonly gradient: number[];
  readonly hvp: number[];
  readonly others: number;
}
